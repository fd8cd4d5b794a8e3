//! One change of one member, and what no change may do.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::api::team::{Change, Role};

/// A membership.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seat {
    /// Whose.
    pub upn: String,
    /// The name in words.
    pub display_name: Option<String>,
    /// What they may do.
    pub roles: BTreeSet<Role>,
    /// When it ends by itself.
    pub until: Option<Timestamp>,
    /// The identity provider's id of the person who may bind to it.
    pub oid: Option<String>,
}

impl Seat {
    /// A new one, without roles.
    pub fn new(upn: impl Into<String>) -> Self {
        Self { upn: upn.into(), display_name: None, roles: BTreeSet::new(), until: None, oid: None }
    }

    /// True for an admin whose membership does not end by itself.
    fn is_lasting_admin(&self) -> bool {
        self.roles.contains(&Role::Admin) && self.until.is_none()
    }
}

/// What happens to one member: from a seat or none, to a seat or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// As it is.
    pub before: Option<Seat>,
    /// As it will be.
    pub after: Option<Seat>,
}

impl Step {
    /// Who.
    pub fn upn(&self) -> &str {
        self.after.as_ref().or(self.before.as_ref()).map_or("", |seat| &seat.upn)
    }

    /// In a word.
    pub fn change(&self) -> Change {
        match (&self.before, &self.after) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            (before, after) if before == after => Change::Unchanged,
            _ => Change::Changed,
        }
    }

    /// Roles that are new.
    pub fn granted(&self) -> Vec<Role> {
        difference(self.after.as_ref(), self.before.as_ref())
    }

    /// Roles that are taken away.
    pub fn taken(&self) -> Vec<Role> {
        difference(self.before.as_ref(), self.after.as_ref())
    }

    /// Members of the object that change beside the roles.
    pub fn fields(&self) -> Vec<&'static str> {
        let nobody = Seat::new("");
        let before = self.before.as_ref().unwrap_or(&nobody);
        let after = self.after.as_ref().unwrap_or(&nobody);
        let changes = [
            ("displayName", before.display_name != after.display_name),
            ("until", before.until != after.until),
            ("oid", before.oid != after.oid),
        ];
        changes.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }

    /// True where nobody may elevate afterwards who could before: what is open then closes.
    pub fn ends_elevations(&self) -> bool {
        self.after.is_none() || self.taken().contains(&Role::Support)
    }

    /// True where a member stays, and is [left with `desk`](is_left_with_desk).
    pub fn leaves_only_desk(&self) -> bool {
        self.after.as_ref().is_some_and(|seat| is_left_with_desk(&self.taken(), &seat.roles))
    }

    /// True where it changes what the member may do, until when, or who can bind to it.
    fn changes_rights(&self) -> bool {
        let fields = self.fields();
        self.before.is_none()
            || self.after.is_none()
            || !self.granted().is_empty()
            || !self.taken().is_empty()
            || fields.contains(&"until")
            || fields.contains(&"oid")
    }
}

/// True where a member who loses the roles `taken` held more than `desk`, which everybody has, and is
/// left with that alone: `left` are the roles afterwards.
pub fn is_left_with_desk<'r>(
    taken: impl IntoIterator<Item = &'r Role>,
    left: impl IntoIterator<Item = &'r Role>,
) -> bool {
    taken.into_iter().any(|role| *role != Role::Desk)
        && left.into_iter().all(|role| *role == Role::Desk)
}

fn difference(of: Option<&Seat>, other: Option<&Seat>) -> Vec<Role> {
    let roles = |seat: Option<&Seat>| seat.map(|seat| seat.roles.clone()).unwrap_or_default();
    roles(of).difference(&roles(other)).copied().collect()
}

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody has to let the others in.
    #[error("The last admin cannot be removed: add another one first.")]
    LastAdmin,
    /// Whoever gives rights cannot give them to themselves.
    #[error("Nobody changes their own roles: ask another admin.")]
    OwnRoles,
    /// Everybody of the team has this one.
    #[error("`desk` is the least that {0} can hold: remove the member instead.")]
    LastRole(String),
    /// One person is one member.
    #[error("The id {oid} belongs to {upn} already.")]
    OidTaken {
        /// The identity provider's id.
        oid: String,
        /// Who has it.
        upn: String,
    },
    /// Once bound, the identity stays for as long as the membership.
    #[error(
        "{0} has signed in before, so another id has no effect: remove the member and add them \
         again."
    )]
    Bound(String),
    /// A file that is cut off or mangled must not empty the team.
    #[error("This would {}, and {}.", losing(*removed, *left), bound(*limit))]
    TooMany {
        /// How many would go.
        removed: u32,
        /// How many would be left with `desk` alone.
        left: u32,
        /// How many may lose so much.
        limit: u32,
    },
}

/// Words for how many lose their place on the team, or all that it opens.
pub fn losing(removed: u32, left: u32) -> String {
    let (gone, left_so) = (people(removed), people(left));
    match (removed, left) {
        (_, 0) => format!("remove {gone}"),
        (0, _) => format!("leave {left_so} with `desk` alone"),
        _ => format!("remove {gone} and leave {left_so} with `desk` alone"),
    }
}

/// Words for the most that may be removed, or left so, at once.
pub fn bound(limit: u32) -> String {
    match limit {
        0 => "nobody may lose so much".into(),
        limit => format!("no more than {limit} may lose so much at once"),
    }
}

fn people(count: u32) -> String {
    if count == 1 { "1 member".into() } else { format!("{count} members") }
}

/// Checks what `caller` is about to do. `lasting_admins` is how many admins there are now whose
/// membership does not end by itself; `admins` is how many there are at all.
///
/// # Errors
/// The rule that stands against it.
pub fn check(
    steps: &[Step],
    caller: &str,
    admins: u32,
    lasting_admins: u32,
) -> Result<(), Refusal> {
    // A team whose admins all end some day must at least not lose the last of them now.
    let counts = |seat: &Seat| match lasting_admins {
        0 => seat.roles.contains(&Role::Admin),
        _ => seat.is_lasting_admin(),
    };
    let held = |side: fn(&Step) -> Option<&Seat>| {
        let seats = steps.iter().filter_map(side).filter(|seat| counts(seat));
        seats.fold(0_u32, |count, _| count + 1)
    };
    let before = if lasting_admins == 0 { admins } else { lasting_admins };
    let (lost, won) = (held(|step| step.before.as_ref()), held(|step| step.after.as_ref()));
    if before > 0 && before + won <= lost {
        return Err(Refusal::LastAdmin);
    }
    let caller = caller.to_lowercase();
    let own = |step: &&Step| step.upn().to_lowercase() == caller && step.changes_rights();
    match steps.iter().find(own) {
        Some(_) => Err(Refusal::OwnRoles),
        None => Ok(()),
    }
}
