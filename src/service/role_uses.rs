//! When roles were last used, for who reviews the team: to the hour, and remembered beside the
//! database so that a call costs nothing.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{
    App,
    access::{Access, Caller, Who},
    store::{
        Outcome,
        people::{self, fold},
    },
};
use crate::api::team::Role;

/// A use is written down when the last one is this old.
const GRAIN: SignedDuration = SignedDuration::from_hours(1);

/// More than any service has; beyond it what is known is forgotten, and written down again.
const MOST: usize = 200_000;

/// What was written down lately.
#[derive(Default)]
pub struct RoleUses(Mutex<HashMap<(Uuid, String, Role), Timestamp>>);

impl RoleUses {
    /// Which of `roles` have to be written down for `member` now.
    fn due(&self, tenant: Uuid, member: &str, roles: &[Role], now: Timestamp) -> Vec<Role> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() > MOST {
            known.clear();
        }
        let mut due = Vec::new();
        for &role in roles {
            let last = known.entry((tenant, member.to_owned(), role));
            let fresh = |last: &Timestamp| now.duration_since(*last) < GRAIN && *last <= now;
            match last {
                std::collections::hash_map::Entry::Occupied(last) if fresh(last.get()) => {}
                last => {
                    last.insert_entry(now);
                    due.push(role);
                }
            }
        }
        due
    }
}

/// Writes down that a person uses the roles that `access` needs; what every member may is the use
/// of `desk`.
pub async fn note(app: &App, caller: &Caller, access: Access) -> Outcome<()> {
    let Who::Person { upn, roles } = &caller.who else { return Ok(()) };
    let needed = match access.roles() {
        [] => &[Role::Desk],
        needed => needed,
    };
    let used: Vec<_> = needed.iter().copied().filter(|role| roles.contains(role)).collect();
    let (tenant, upn, now) = (caller.tenant.id, fold(upn), app.clock.now());
    let due = app.role_uses.due(tenant, &upn, &used, now);
    if due.is_empty() {
        return Ok(());
    }
    app.store
        .write(move |c| {
            due.into_iter().try_for_each(|role| people::use_role(c, tenant, &upn, role, now))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_written_down_once_an_hour() {
        let (uses, tenant) = (RoleUses::default(), Uuid::nil());
        let (noon, roles) = (Timestamp::UNIX_EPOCH, [Role::Admin, Role::Support]);
        assert_eq!(uses.due(tenant, "a@c", &roles, noon), roles);
        assert_eq!(
            uses.due(tenant, "a@c", &roles[..1], noon + GRAIN - SignedDuration::from_secs(1)),
            []
        );
        assert_eq!(uses.due(tenant, "b@c", &roles[..1], noon), [Role::Admin]);
        assert_eq!(uses.due(tenant, "a@c", &roles, noon + GRAIN), roles);
        assert_eq!(uses.due(tenant, "a@c", &roles, noon), roles, "the clock was set back");
    }
}
