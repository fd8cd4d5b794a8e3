//! The caller of a provider's token: which of our tenants, and who in it.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    Wanted,
    bind::{self, Found, Stranger, Told},
    invalid_token,
    issuers::Issuer,
    jwt::{self, Checked, Kind, Refused, Whose, same_scope},
    no_such_tenant,
};
use crate::{
    api::{TENANT, messages, team::Role},
    secret::Secret,
    service::{
        App,
        access::{Call, Caller, Provider, Who},
        problem::Problem,
        store::{
            Outcome,
            audit::Record,
            identities, people,
            tenants::{self, Tenant},
        },
    },
};

/// The documented delegated permission for devices, users and profiles.
const DEVICES_SCOPE: &str = "MWaaSDevice.Read";

/// Checks `token`, which claims to come from `issuer`, and finds whose it is.
pub async fn caller(
    app: &App,
    token: &Secret,
    issuer: &str,
    wanted: &Wanted,
    call: &Call,
) -> Result<Caller, Problem> {
    let now = app.clock.now();
    let invalid =
        |why: &str| invalid_token(&format!("The provider's token is not taken: {why}."), why);
    let issuer = app.issuers.find(issuer).ok_or_else(|| {
        let why = "it was issued by somebody whose tokens are not taken here";
        invalid(why)
    })?;
    let checked = match jwt::check(token.expose(), issuer, now).await {
        Ok(checked) => checked,
        Err(Refused::Invalid(why)) => return Err(invalid(&why)),
        // No event: every client comes with one before it renews it.
        Err(Refused::Ended(why)) => return Err(invalid(&why)),
        Err(Refused::Unfit { code, why, whose }) => {
            if let Some(whose) = whose {
                record_unfit(app, issuer, &whose, code, call, now).await?;
            }
            return Err(invalid(&why));
        }
        Err(Refused::Scope(needed)) => return Err(insufficient(&needed)),
        Err(Refused::Unreachable) => return Err(unreachable(issuer)),
    };
    match checked.kind.clone() {
        Kind::Program { client } => program(app, issuer, &client, &checked, wanted, call).await,
        Kind::Person { scopes, upn, name, made, signed_in, says_when } => {
            if !says_when {
                told_once(app, issuer, now);
            }
            let whose = checked.whose.clone();
            let devices_only = match reach(issuer, &scopes) {
                Ok(devices_only) => devices_only,
                Err(problem) => {
                    record_unfit(app, issuer, &whose, "scope", call, now).await?;
                    return Err(problem);
                }
            };
            let roles = checked.roles.clone();
            let sole_issuer = app.issuers.iter().count() == 1;
            let subject = whose.subject();
            let told = Told { whose, upn, name, made, signed_in, says_when, roles, sole_issuer };
            let (tenant, who) = person(app, issuer, told, &checked, wanted, call).await?;
            let Who::Person { upn, .. } = &who else { return Err(Problem::internal()) };
            let by = call.by(upn);
            let provider = Provider {
                issuer: issuer.settings.issuer.clone(),
                subject,
                signed_in,
                devices_only,
            };
            Ok(Caller {
                tenant: Arc::new(tenant),
                who,
                expires: Some(checked.expires),
                token_hash: None,
                provider: Some(provider),
                by,
            })
        }
    }
}

/// Without a time of the sign-in its age is the token's own, and a token is renewed without anybody
/// being there. The operator is told, and what to do.
fn told_once(app: &App, issuer: &Issuer, now: Timestamp) {
    let (name, claim) = (&issuer.settings.issuer, &issuer.claims.auth_time);
    if app.strangers.first(&format!("{claim} {name}"), now) {
        tracing::warn!(
            issuer = name,
            "its access tokens do not say when the person signed in: `[sign_in] fresh` goes by the \
             age of the token; have the provider put `{claim}` into access tokens"
        );
    }
}

/// A token that the issuer has signed for a member, and that does not hold here: an event wherever
/// they are one, at most one an hour for each reason, since a client may send it again and again.
async fn record_unfit(
    app: &App,
    issuer: &Issuer,
    whose: &Whose,
    code: &'static str,
    call: &Call,
    now: Timestamp,
) -> Result<(), Problem> {
    let (issuer, subject) = (issuer.settings.issuer.clone(), whose.subject());
    let (asked, sought) = (issuer.clone(), subject.clone());
    let known = app.store.read(move |c| identities::of_subject(c, &asked, &sought)).await?;
    if known.is_empty() || !app.strangers.first(&format!("{code} {issuer} {subject}"), now) {
        return Ok(());
    }
    let by = call.by(shown(&subject));
    let write = move |c: &Connection| {
        for one in &known {
            let member = people::find_member(c, one.tenant, &one.upn_fold)?;
            let upn = member.map(|member| member.upn);
            let detail = json!({ "issuer": issuer, "upn": upn, "why": code });
            let record = Record::new(&by, "signIn.refused").refused().detail(detail);
            record.append(c, one.tenant, now)?;
        }
        Ok(())
    };
    app.store.write(write).await
}

/// A subject in the trail.
fn shown(subject: &str) -> String {
    let subject: String = subject.chars().take(200).collect();
    format!("oidc:{subject}")
}

/// RFC 6750, 3.1
fn insufficient(needed: &str) -> Problem {
    let challenge = format!("Bearer error=\"insufficient_scope\", scope=\"{needed}\"");
    let message = format!("The provider's token was not given for this: it needs `{needed}`.");
    Problem { challenge: Some(challenge), ..Problem::forbidden(message) }
}

fn unreachable(issuer: &Issuer) -> Problem {
    let message = format!(
        "The identity provider {} cannot be reached, so the sign-in cannot be checked.",
        issuer.settings.issuer
    );
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, message).wait(60)
}

/// Whether the token is good for devices only, or for everything.
fn reach(issuer: &Issuer, scopes: &[String]) -> Result<bool, Problem> {
    let asked = &issuer.settings.scopes;
    let held = |asked: &str| scopes.iter().any(|held| same_scope(held, asked));
    if asked.is_empty() || asked.iter().any(|asked| held(asked)) {
        return Ok(false);
    }
    match held(DEVICES_SCOPE) {
        true => Ok(true),
        false => Err(insufficient(&asked.join(" "))),
    }
}

/// Our tenants of which the token may speak.
fn taken(c: &Connection, issuer: &Issuer, checked: &Checked) -> Outcome<Vec<Tenant>> {
    let settings = &issuer.settings;
    let of_tid = checked.whose.tid.as_ref().and_then(|tid| settings.tenants.get(tid));
    let names = of_tid.unwrap_or(&settings.tenant);
    let all = tenants::all(c)?;
    if names.0.is_empty() && settings.tenants.is_empty() {
        return Ok(all.into_iter().take(1).collect());
    }
    Ok(all.into_iter().filter(|tenant| names.0.iter().any(|name| tenant.is_called(name))).collect())
}

async fn program(
    app: &App,
    issuer: &Issuer,
    client: &str,
    checked: &Checked,
    wanted: &Wanted,
    call: &Call,
) -> Result<Caller, Problem> {
    let known = issuer.settings.program.iter().find(|program| program.client_id == client);
    let known = known.ok_or_else(Problem::internal)?.clone();
    let name = issuer.settings.issuer.clone();
    let (service, checked, wanted) = (app.clone(), checked.clone(), wanted.clone());
    let expires = checked.expires;
    let tenant = app
        .store
        .read(move |c| {
            let issuer = service.issuers.find(&name).ok_or_else(Problem::internal)?;
            let mut tenants = match &known.tenant {
                Some(name) => tenants::all(c)?.into_iter().filter(|t| t.is_called(name)).collect(),
                None => taken(c, issuer, &checked)?,
            };
            tenants.retain(|tenant| wanted.means(tenant));
            only_one(tenants)
        })
        .await?;
    let known = issuer.settings.program.iter().find(|program| program.client_id == client);
    let known = known.ok_or_else(Problem::internal)?;
    Ok(Caller {
        tenant: Arc::new(tenant),
        by: call.by(format!("app:{}", known.name)),
        who: Who::App { name: known.name.clone(), may: known.may.clone(), roles: vec![] },
        expires: Some(expires),
        token_hash: None,
        provider: None,
    })
}

/// Somebody who is known in several tenants says which one is meant.
fn only_one(mut tenants: Vec<Tenant>) -> Result<Tenant, Problem> {
    match tenants.len() {
        0 => Err(no_such_tenant()),
        1 => Ok(tenants.remove(0)),
        _ => {
            let names: Vec<_> =
                tenants.iter().map(|tenant| format!("{} ({})", tenant.id, tenant.name)).collect();
            let message = format!(
                "You are of several tenants: name one in the header `{TENANT}`: {}.",
                names.join(", ")
            );
            // One for each, so that a client can offer them in its own words.
            let each = |problem: Problem, tenant: &Tenant| {
                problem.at(TENANT, "required", format!("{} ({})", tenant.domain, tenant.name))
            };
            Err(tenants.iter().fold(Problem::bad_request(message), each))
        }
    }
}

async fn person(
    app: &App,
    issuer: &Issuer,
    told: Told,
    checked: &Checked,
    wanted: &Wanted,
    call: &Call,
) -> Result<(Tenant, Who), Problem> {
    let now = app.clock.now();
    let (service, name) = (app.clone(), issuer.settings.issuer.clone());
    let (of_token, asked, person) = (checked.clone(), wanted.clone(), told.clone());
    let found = app
        .store
        .read(move |c| {
            let issuer = service.issuers.find(&name).ok_or_else(Problem::internal)?;
            let tenants = taken(c, issuer, &of_token)?;
            find(c, tenants, &asked, |c, tenant| {
                bind::look(c, tenant, &issuer.settings, &person, now)
            })
        })
        .await?;
    let found = match found {
        Some((tenant, Found::ToSettle)) => {
            let (service, name) = (app.clone(), issuer.settings.issuer.clone());
            let (person, call) = (told.clone(), call.clone());
            let woken = app.clone();
            let settle = move |c: &Connection| {
                let issuer = service.issuers.find(&name).ok_or_else(Problem::internal)?;
                let (by, mut devices) = (|upn: &str| call.by(upn), vec![]);
                let settings = &issuer.settings;
                let found = bind::settle(c, &tenant, settings, &person, &by, now, &mut devices)?;
                Ok((tenant, found, devices))
            };
            // What was seen is owed a rotation now, as when a role is taken here.
            let settled = move |(_, _, devices): &(Tenant, Found, Vec<Uuid>)| {
                devices.iter().for_each(|&device| woken.touch(device));
            };
            let (tenant, found, _) = app.store.write_then(settle, settled).await?;
            Some((tenant, found))
        }
        found => found,
    };
    match found {
        Some((tenant, Found::Member(member))) => {
            Ok((tenant, Who::Person { upn: member.upn, roles: member.roles }))
        }
        // The settled one looks again, so it cannot ask to be settled.
        Some((_, Found::ToSettle)) => Err(Problem::internal()),
        Some((tenant, Found::Stranger(why))) => {
            Err(stranger(app, issuer, &tenant, told, why, call, now).await?)
        }
        None => Err(no_such_tenant()),
    }
}

/// The one tenant in which the person is known; otherwise the first one, to say who they are not.
fn find(
    c: &Connection,
    tenants: Vec<Tenant>,
    wanted: &Wanted,
    look: impl Fn(&Connection, &Tenant) -> Outcome<Found>,
) -> Outcome<Option<(Tenant, Found)>> {
    let mut known = Vec::new();
    let mut strangers = Vec::new();
    for tenant in tenants {
        match look(c, &tenant)? {
            found @ Found::Stranger(_) => strangers.push((tenant, found)),
            found => known.push((tenant, found)),
        }
    }
    // Who is known somewhere learns nothing of where they are not.
    let all = if known.is_empty() { strangers } else { known };
    let mut meant: Vec<_> = all.into_iter().filter(|(tenant, _)| wanted.means(tenant)).collect();
    let strange = meant.iter().any(|(_, found)| matches!(found, Found::Stranger(_)));
    if meant.len() > 1 && !strange {
        only_one(meant.iter().map(|(tenant, _)| tenant.clone()).collect())?;
    }
    Ok(if meant.is_empty() { None } else { Some(meant.remove(0)) })
}

/// Signed in at the provider, and nobody here: says who could change that. An event, at most one
/// an hour for each subject, since anybody of the provider's can come again and again.
async fn stranger(
    app: &App,
    issuer: &Issuer,
    tenant: &Tenant,
    told: Told,
    why: Stranger,
    call: &Call,
    now: Timestamp,
) -> Result<Problem, Problem> {
    let (code, message) = match why {
        Stranger::NotOfTheTeam => (
            "notOfTheTeam",
            "You are signed in at the provider, but not a member of the team here.",
        ),
        Stranger::AnotherSubject => (
            "anotherSubject",
            "The provider's account with your name is not the one that is a member here.",
        ),
        Stranger::NoRole => ("noRole", "Your provider's account has no role here."),
    };
    let subject = told.whose.subject();
    let key = format!("{code} {} {subject}", issuer.settings.issuer);
    let tenant_id = tenant.id;
    if app.strangers.first(&key, now) {
        let by = call.by(shown(&subject));
        let detail = json!({ "issuer": issuer.settings.issuer, "upn": told.upn, "why": code });
        app.store
            .write(move |c| {
                Record::new(&by, "signIn.refused")
                    .refused()
                    .detail(detail)
                    .append(c, tenant_id, now)
            })
            .await?;
    }
    let admins = app.store.read(move |c| people::holders(c, tenant_id, Role::Admin)).await?;
    let admins = admins.into_iter().take(10).collect::<Vec<_>>().join(", ");
    Ok(Problem::forbidden(message).at("", messages::ROLE, admins))
}
