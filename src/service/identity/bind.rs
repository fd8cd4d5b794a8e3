//! From a subject of a provider to a member of the team.
//!
//! Issuer and subject decide. A member is bound to them once: because an admin named the subject
//! beforehand, or, where the issuer's setting allows it, by the UPN within a week of being added.
//! From then on a UPN is for display, and a second subject that claims it is nobody.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::jwt::Whose;
use crate::{
    api::team::{Member, Role},
    domain::team::{Refusal, Seat, Step, check, is_upn},
    service::{
        endpoints::team::apply::{Applying, apply},
        settings::{self, RolesFrom},
        store::{
            Outcome,
            audit::{By, Record},
            identities::{self, Identity},
            people, requests,
            tenants::Tenant,
        },
    },
};

/// How long after being added a member can be bound by a UPN.
const BY_UPN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How much later a sign-in is to be another one, where tokens do not say when it was and tell when
/// they were made instead: they are made anew all the time.
const ANOTHER: SignedDuration = SignedDuration::from_hours(1);

/// As [`ANOTHER`], where they say it: as much as one sign-in may be rounded in one token and not in
/// the next.
const JITTER: SignedDuration = SignedDuration::from_secs(1);

/// A person as a checked token tells of them.
#[derive(Debug, Clone)]
pub struct Told {
    /// Who it is.
    pub whose: Whose,
    /// Never decides, but for `bind_by_upn`.
    pub upn: Option<String>,
    /// For display.
    pub name: Option<String>,
    /// When the token was made.
    pub made: Timestamp,
    /// When they signed in.
    pub signed_in: Timestamp,
    /// Whether the token says that; otherwise it is when the token was made.
    pub says_when: bool,
    /// Roles that the provider gives.
    pub roles: Vec<String>,
    /// Whether no other provider is known, which could give somebody else the same subject.
    pub sole_issuer: bool,
}

impl Told {
    /// Whether it is another sign-in than the one that was noted last.
    fn is_another(&self, last: Option<Timestamp>) -> bool {
        last.is_none_or(|at| match self.says_when {
            true => self.signed_in > at + JITTER,
            false => self.signed_in >= at + ANOTHER,
        })
    }
}

/// Why somebody is nobody here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// There is no such member.
    NotOfTheTeam,
    /// The name is a member's, and the subject is not.
    AnotherSubject,
    /// The provider gives no role that stands for one of ours.
    NoRole,
}

/// What is known of somebody in one tenant.
pub enum Found {
    /// A member, as they are now.
    Member(Member),
    /// Something has to be written first: [`settle`] does.
    ToSettle,
    /// Nobody.
    Stranger(Stranger),
}

/// Whether the token's roles count. Those of a token that is older than one that was seen already
/// do not: what was taken away since would come back.
fn by_claims(issuer: &settings::Issuer, told: &Told, known: Option<&Identity>) -> bool {
    let newest = known.and_then(|known| known.claims_at);
    issuer.roles_from == RolesFrom::Claims && newest.is_none_or(|newest| told.made >= newest)
}

/// Our roles that the token's stand for.
fn claimed(issuer: &settings::Issuer, told: &Told) -> BTreeSet<Role> {
    let ours = told.roles.iter().filter_map(|role| issuer.roles.get(role));
    ours.flatten().copied().collect()
}

/// What a token's roles make of a member.
struct Due {
    step: Step,
    /// `admin` stays against the token: nobody else would be left who lets the others in.
    keeps_admin: bool,
}

impl Due {
    /// True where no role is left.
    fn shuts_out(&self) -> bool {
        self.step.after.as_ref().is_none_or(|after| after.roles.is_empty())
    }
}

/// What `told` makes of the member who is `seat` now. The rule of the last admin holds for
/// providers, too.
fn due(
    c: &Connection,
    tenant: &Tenant,
    issuer: &settings::Issuer,
    told: &Told,
    seat: Seat,
) -> Outcome<Due> {
    let after = Seat { roles: claimed(issuer, told), ..seat.clone() };
    let mut step = Step { before: Some(seat), after: Some(after) };
    let (admins, lasting) = people::count_admins(c, tenant.id)?;
    let steps = std::slice::from_ref(&step);
    let keeps_admin = check(steps, "", admins, lasting) == Err(Refusal::LastAdmin);
    if keeps_admin && let Some(after) = &mut step.after {
        after.roles.insert(Role::Admin);
    }
    Ok(Due { step, keeps_admin })
}

/// Gives the member the roles of the token, and closes what needs those that are gone. Adds the
/// devices that are owed a rotation to `devices`.
fn set_roles(
    c: &Connection,
    tenant: &Tenant,
    issuer: &settings::Issuer,
    due: &Due,
    by: &By,
    now: Timestamp,
    devices: &mut Vec<Uuid>,
) -> Outcome<()> {
    let Due { step, keeps_admin } = due;
    if *keeps_admin {
        let why = Refusal::LastAdmin.to_string();
        tracing::warn!(issuer = issuer.issuer, upn = step.upn(), "`admin` stays: {why}");
        let detail = json!({ "operation": "roles_from = \"claims\"", "why": why });
        Record::new(by, "rule.refused").refused().detail(detail).append(c, tenant.id, now)?;
    }
    if step.before != step.after {
        let open = match step.ends_elevations() {
            true => requests::open_of(c, tenant.id, step.upn())?,
            false => vec![],
        };
        devices.extend(open.iter().map(|request| request.device));
        apply(c, &Applying { tenant: tenant.id, by, why: None, now }, step, &open)?;
    }
    Ok(())
}

/// The member whom an admin has named by the subject: alone where there is one provider, as
/// `ISSUER#SUBJECT` otherwise. Of a subject `TID#OID` the second half will do where people of one
/// tenant of the issuer's alone come to `tenant`.
fn named(
    c: &Connection,
    tenant: &Tenant,
    issuer: &settings::Issuer,
    told: &Told,
) -> Outcome<Option<String>> {
    let comes_here = |ours: &&settings::OneOrMany| ours.0.iter().any(|one| tenant.is_called(one));
    let one_tenant =
        issuer.tenants.is_empty() || issuer.tenants.values().filter(comes_here).count() == 1;
    let short = (told.whose.tid.is_some() && one_tenant).then(|| told.whose.oid.clone());
    for name in [Some(told.whose.subject()), short].into_iter().flatten() {
        let whole = format!("{}#{name}", issuer.issuer);
        let alone = told.sole_issuer.then_some(name);
        for oid in alone.into_iter().chain([whole]) {
            if let Some(upn) = people::holder_of_oid(c, tenant.id, &oid)? {
                return Ok(Some(upn));
            }
        }
    }
    Ok(None)
}

/// Looks for the member of `tenant` who is `told`.
pub fn look(
    c: &Connection,
    tenant: &Tenant,
    issuer: &settings::Issuer,
    told: &Told,
    now: Timestamp,
) -> Outcome<Found> {
    let all = identities::of_subject(c, &issuer.issuer, &told.whose.subject())?;
    let known = all.into_iter().find(|known| known.tenant == tenant.id);
    let by_claims = by_claims(issuer, told, known.as_ref());
    let none_claimed = by_claims && claimed(issuer, told).is_empty();
    if known.is_none() && none_claimed {
        return Ok(Found::Stranger(Stranger::NoRole));
    }
    if let Some(known) = known {
        let member = people::find_member(c, tenant.id, &known.upn_fold)?;
        let Some(member) = member.filter(|member| member.until.is_none_or(|until| until > now))
        else {
            return Ok(Found::Stranger(Stranger::NotOfTheTeam));
        };
        let due = match by_claims {
            true => people::find_seat(c, tenant.id, &known.upn_fold)?
                .map(|seat| due(c, tenant, issuer, told, seat))
                .transpose()?,
            false => None,
        };
        let other_roles = due.as_ref().is_some_and(|due| due.step.before != due.step.after);
        let news = by_claims && known.claims_at.is_none_or(|newest| told.made > newest);
        if none_claimed {
            let shut_out = due.is_some_and(|due| due.shuts_out());
            let open = shut_out && people::is_let_in(c, tenant.id, &known.upn_fold)?;
            return Ok(match other_roles || open || news {
                true => Found::ToSettle,
                false => Found::Stranger(Stranger::NoRole),
            });
        }
        if issuer.roles_from == RolesFrom::Claims && !by_claims && member.roles.is_empty() {
            return Ok(Found::Stranger(Stranger::NoRole));
        }
        return Ok(match told.is_another(known.signed_in) || other_roles || news {
            true => Found::ToSettle,
            false => Found::Member(member),
        });
    }
    if let Some(upn) = named(c, tenant, issuer, told)? {
        let member = people::find_member(c, tenant.id, &upn)?;
        let Some(member) = member.filter(|member| member.until.is_none_or(|until| until > now))
        else {
            return Ok(Found::Stranger(Stranger::NotOfTheTeam));
        };
        let free = !member.bound && identities::of_member(c, tenant.id, &upn)?.is_none();
        return Ok(match free {
            true => Found::ToSettle,
            false => Found::Stranger(Stranger::AnotherSubject),
        });
    }
    let Some(upn) = &told.upn else { return Ok(Found::Stranger(Stranger::NotOfTheTeam)) };
    match people::find_member(c, tenant.id, upn)? {
        None if by_claims
            && is_upn(upn)
            && !identities::is_removed(c, tenant.id, &issuer.issuer, &told.whose.subject())? =>
        {
            Ok(Found::ToSettle)
        }
        None => Ok(Found::Stranger(Stranger::NotOfTheTeam)),
        Some(member) => {
            // Where an admin has named the subject, nobody else binds.
            let awaited = people::find_seat(c, tenant.id, upn)?.and_then(|seat| seat.oid);
            let free = !member.bound
                && awaited.is_none()
                && identities::of_member(c, tenant.id, upn)?.is_none();
            let recent = now.duration_since(member.added_at) < BY_UPN;
            let ends = member.until.is_some_and(|until| until <= now);
            Ok(match issuer.bind_by_upn && free && recent && !ends {
                true => Found::ToSettle,
                false => Found::Stranger(Stranger::AnotherSubject),
            })
        }
    }
}

/// Writes what a sign-in brings: the binding, roles that the provider gives, and the sign-in.
/// Adds the devices of requests that have closed to `devices`.
pub fn settle(
    c: &Connection,
    tenant: &Tenant,
    issuer: &settings::Issuer,
    told: &Told,
    by: &dyn Fn(&str) -> By,
    now: Timestamp,
    devices: &mut Vec<Uuid>,
) -> Outcome<Found> {
    // What was read before may have changed meanwhile.
    let found = look(c, tenant, issuer, told, now)?;
    if !matches!(found, Found::ToSettle) {
        return Ok(found);
    }
    let all = identities::of_subject(c, &issuer.issuer, &told.whose.subject())?;
    let known = all.into_iter().find(|known| known.tenant == tenant.id);
    let awaited = named(c, tenant, issuer, told)?;
    let by_oid = known.is_some() || awaited.is_some();
    let upn = match (&known, awaited.or_else(|| told.upn.clone())) {
        (Some(known), _) => known.upn_fold.clone(),
        (None, Some(upn)) => upn,
        (None, None) => return Ok(Found::Stranger(Stranger::NotOfTheTeam)),
    };
    let how = if by_oid { "oid" } else { "upn" };
    let by_claims = by_claims(issuer, told, known.as_ref());
    let from = format!("issuer:{}", issuer.issuer);
    if people::find_member(c, tenant.id, &upn)?.is_none() {
        people::insert_seat(c, tenant.id, &Seat::new(upn.as_str()), &from, now)?;
        Record::new(&by(&upn), "member.added")
            .detail(json!({ "upn": upn, "issuer": issuer.issuer }))
            .append(c, tenant.id, now)?;
    }
    let Some(member) = people::find_member(c, tenant.id, &upn)? else {
        return Ok(Found::Stranger(Stranger::NotOfTheTeam));
    };
    if by_claims && claimed(issuer, told).is_empty() {
        // Whoever had roles and has none any more is out, by whatever way they came in.
        if let Some(seat) = people::find_seat(c, tenant.id, &upn)? {
            let due = due(c, tenant, issuer, told, seat)?;
            if due.step.before != due.step.after {
                set_roles(c, tenant, issuer, &due, &by(&from), now, devices)?;
            }
            if due.shuts_out() {
                people::shut_out(c, tenant.id, &upn)?;
            }
        }
        identities::claims_seen(c, tenant.id, &upn, told.made)?;
        return look(c, tenant, issuer, told, now);
    }
    let of_issuer = by(&from);
    let by = by(&member.upn);
    if known.is_none() {
        let (issuer, subject) = (&issuer.issuer, told.whose.subject());
        identities::bind(c, tenant.id, &upn, issuer, &subject, told.name.as_deref(), now)?;
        let detail = json!({ "upn": member.upn, "issuer": issuer, "subject": subject, "by": how });
        Record::new(&by, "member.bound").detail(detail).append(c, tenant.id, now)?;
    }
    let is_another = told.is_another(known.and_then(|known| known.signed_in));
    if by_claims && let Some(seat) = people::find_seat(c, tenant.id, &upn)? {
        let due = due(c, tenant, issuer, told, seat)?;
        if is_another || due.step.before != due.step.after {
            set_roles(c, tenant, issuer, &due, &of_issuer, now, devices)?;
        }
        identities::claims_seen(c, tenant.id, &upn, told.made)?;
    }
    if is_another {
        identities::signed_in(c, tenant.id, &upn, told.signed_in, now)?;
        let detail = json!({ "issuer": issuer.issuer, "at": told.signed_in });
        Record::new(&by, "signIn.done").detail(detail).append(c, tenant.id, now)?;
    }
    look(c, tenant, issuer, told, now)
}
