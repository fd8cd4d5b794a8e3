//! From a team to the wanted team.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::{Seat, Step};
use crate::api::team::Role;

/// A member as the wanted team has it; what is `None` outside stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Who.
    pub upn: String,
    /// The name in words.
    pub display_name: Option<Option<String>>,
    /// All roles.
    pub roles: BTreeSet<Role>,
    /// When membership ends by itself.
    pub until: Option<Option<Timestamp>>,
    /// The identity provider's id.
    pub oid: Option<Option<String>>,
}

impl Wanted {
    fn over(&self, seat: Option<&Seat>) -> Seat {
        // Who is there keeps the casing of their name.
        let mut seat = seat.cloned().unwrap_or_else(|| Seat::new(&self.upn));
        seat.roles.clone_from(&self.roles);
        if let Some(name) = &self.display_name {
            seat.display_name.clone_from(name);
        }
        if let Some(until) = self.until {
            seat.until = until;
        }
        if let Some(oid) = &self.oid {
            seat.oid.clone_from(oid);
        }
        seat
    }
}

/// What has to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Planned {
    /// Every change, by name.
    pub steps: Vec<Step>,
    /// Who is not wanted, and stays because nothing is pruned.
    pub kept: Vec<String>,
    /// Who is named with an end that has passed.
    pub ended: Vec<String>,
    /// How many are as they should be.
    pub unchanged: usize,
}

/// Plans the way from `team` to `wanted`. Whoever is named with an end that has passed is not wanted
/// any more. Without `prune` nobody is removed.
pub fn plan(team: &[Seat], wanted: &[Wanted], prune: bool, now: Timestamp) -> Planned {
    let mut there: BTreeMap<String, &Seat> =
        team.iter().map(|seat| (seat.upn.to_lowercase(), seat)).collect();
    let mut planned = Planned::default();
    for want in wanted {
        if want.until.flatten().is_some_and(|until| until <= now) {
            planned.ended.push(want.upn.clone());
            continue;
        }
        let before = there.remove(&want.upn.to_lowercase());
        let after = want.over(before);
        match before {
            Some(before) if *before == after => planned.unchanged += 1,
            before => {
                planned.steps.push(Step { before: before.cloned(), after: Some(after) });
            }
        }
    }
    for seat in there.into_values() {
        match prune {
            true => planned.steps.push(Step { before: Some(seat.clone()), after: None }),
            false => planned.kept.push(seat.upn.clone()),
        }
    }
    planned.steps.sort_by_cached_key(|step| step.upn().to_lowercase());
    planned
}
