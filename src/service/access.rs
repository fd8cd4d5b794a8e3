//! Who calls, and what they may do.
//!
//! Every operation states what it needs as an [`Access`]; a guard around it finds the [`Caller`],
//! hides other tenants, and refuses what the caller may not do, before the operation runs.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{
        ConnectInfo, Extension, FromRequestParts, MatchedPath, RawPathParams, Request, State,
        rejection::RawPathParamsRejection,
    },
    http::{HeaderMap, StatusCode, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use ipnet::IpNet;
use jiff::Timestamp;
use rusqlite::Connection;
use uuid::Uuid;

use super::{
    App, addresses,
    begun::Begun,
    identity::{Wanted, unknown, with_metadata},
    problem::{Problem, RefusedBecause, RefusedByRule},
    refusals, role_uses,
    store::{self, Outcome, audit::By, identities, people, tenants::Tenant},
};
use crate::{
    api::{BASE, messages, team::Role},
    domain::ticket,
    secret::Secret,
};

pub use super::identity::{TOKEN_PREFIX, authenticate, bearer};

/// What an operation needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Any member; a program that may read devices.
    Devices,
    /// Any member; a program that may see elevations. People see what is theirs.
    Elevations,
    /// Role `support`; a program that may open elevations.
    Elevate,
    /// Anyone of the team but the rest of the desk; a program that may open elevations.
    Close,
    /// Role `support`; a program that may read passwords.
    Passwords,
    /// Role `support` or `admin`; a program that may open elevations.
    Rotate,
    /// Role `admin`.
    Administer,
    /// Role `admin` or `auditor`.
    Audit,
    /// Role `admin` or `auditor`.
    Team,
    /// Any member; a program that may see tickets. People see what is theirs to see.
    Tickets,
    /// Role `operations`.
    WorkTickets,
    /// Role `operations` or `admin`.
    LowerTickets,
    /// Role `operations`, `admin` or `auditor`; a program that may see tickets.
    Queue,
    /// Role `admin`; a program that may change devices.
    Reassign,
    /// Anybody who is signed in.
    SignedIn,
}

impl Access {
    /// The roles that open it to people; empty means every member.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Access::Devices | Access::Elevations | Access::Tickets | Access::SignedIn => &[],
            Access::Elevate | Access::Passwords => &[Role::Support],
            Access::Close | Access::Rotate => &[Role::Support, Role::Admin],
            Access::Administer | Access::Reassign => &[Role::Admin],
            Access::WorkTickets => &[Role::Operations],
            Access::LowerTickets => &[Role::Admin, Role::Operations],
            Access::Queue => &[Role::Admin, Role::Operations, Role::Auditor],
            Access::Audit | Access::Team => &[Role::Admin, Role::Auditor],
        }
    }

    /// The permission that opens it to programs; `None` means that none does.
    pub fn permission(self) -> Option<&'static str> {
        match self {
            Access::Devices | Access::Reassign => Some("devices"),
            Access::Tickets | Access::Queue => Some("tickets"),
            Access::Elevations | Access::Elevate | Access::Close | Access::Rotate => {
                Some("elevations")
            }
            Access::Passwords => Some("passwords"),
            Access::SignedIn => Some(""),
            Access::Administer
            | Access::Audit
            | Access::Team
            | Access::WorkTickets
            | Access::LowerTickets => None,
        }
    }

    /// The event of a call that needs it and is refused.
    fn refused(self) -> RefusedBecause {
        needed(&format!("{self:?}").to_lowercase())
    }
}

/// Who a caller is.
#[derive(Debug, Clone)]
pub enum Who {
    /// A member of the team.
    Person {
        /// Their UPN.
        upn: String,
        /// What they may do.
        roles: Vec<Role>,
    },
    /// A program.
    App {
        /// Its name.
        name: String,
        /// What it may; empty means everything where there are no roles either.
        may: Vec<String>,
        /// The roles of the team that it holds beside.
        roles: Vec<Role>,
    },
}

/// A person's sign-in at an identity provider.
#[derive(Debug, Clone)]
pub struct Provider {
    /// The provider.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// When the person signed in there.
    pub signed_in: Timestamp,
    /// The token was given for devices, users and profiles only.
    pub devices_only: bool,
}

/// An authenticated caller, in one tenant.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// Who it is.
    pub who: Who,
    /// When the token ends.
    pub expires: Option<Timestamp>,
    /// The token's hash; none for the embedding process, and for a provider's token.
    pub token_hash: Option<Vec<u8>>,
    /// The sign-in at a provider; none for those who hold a token of ours.
    pub provider: Option<Provider>,
    /// For the audit trail.
    pub by: By,
}

impl Caller {
    /// The UPN, or `app:NAME`.
    pub fn name(&self) -> &str {
        &self.by.who
    }

    /// True for a program.
    pub fn is_app(&self) -> bool {
        matches!(self.who, Who::App { .. })
    }

    /// True for a program with the permission `tickets`: one that names it, or that has neither
    /// permissions nor roles. Of every other program its roles decide, as they do of a person.
    pub fn is_ticket_app(&self) -> bool {
        match &self.who {
            Who::App { may, roles, .. } => {
                (may.is_empty() && roles.is_empty()) || may.iter().any(|m| m == "tickets")
            }
            Who::Person { .. } => false,
        }
    }

    /// What a person may do, and a program that was given roles.
    pub fn roles(&self) -> &[Role] {
        match &self.who {
            Who::Person { roles, .. } | Who::App { roles, .. } => roles,
        }
    }

    /// Whether the caller may do what needs `access`.
    pub fn may(&self, access: Access) -> bool {
        let needed = access.roles();
        let by_role = |roles: &[Role]| needed.iter().any(|role| roles.contains(role));
        match &self.who {
            Who::Person { roles, .. } => needed.is_empty() || by_role(roles),
            Who::App { may, roles, .. } => {
                let anything = may.is_empty() && roles.is_empty();
                let permitted = |p: &str| p.is_empty() || anything || may.iter().any(|m| m == p);
                // A program with a role does what every member does, too; but it sees everybody's
                // requests, which is for the roles that see them.
                let as_member = match access {
                    Access::Elevations => [Access::Close, Access::Audit]
                        .iter()
                        .any(|sees| sees.roles().iter().any(|role| roles.contains(role))),
                    _ => needed.is_empty() && !roles.is_empty(),
                };
                access.permission().is_some_and(permitted) || by_role(roles) || as_member
            }
        }
    }
}

impl Caller {
    /// Whether the caller still is who they were when the call came in, and still may do what needs
    /// `access`; to be asked in the transaction of what they do.
    ///
    /// # Errors
    /// The refusal.
    fn still_may(&self, c: &Connection, access: Access, now: Timestamp) -> Outcome<()> {
        let gone = || unknown("ended meanwhile");
        if let Some(hash) = &self.token_hash {
            let token = people::find_token(c, hash)?.filter(|token| token.expires > now);
            token.ok_or_else(gone)?;
        }
        let who = match &self.who {
            Who::Person { upn, .. } if self.token_hash.is_some() || self.provider.is_some() => {
                let member = people::find_member(c, self.tenant.id, upn)?;
                let member = member.filter(|member| member.until.is_none_or(|until| until > now));
                let member = member.ok_or_else(gone)?;
                if let Some(Provider { issuer, subject, .. }) = &self.provider {
                    // Who was removed and added again is to sign in again.
                    let bound = identities::of_member(c, self.tenant.id, upn)?;
                    let bound = bound.filter(|to| (&to.issuer, &to.subject) == (issuer, subject));
                    bound.ok_or_else(gone)?;
                }
                Who::Person { upn: member.upn, roles: member.roles }
            }
            Who::App { name, .. } if self.token_hash.is_some() => {
                let app = people::find_app_by_name(c, self.tenant.id, name)?.ok_or_else(gone)?;
                Who::App { name: app.name, may: app.may, roles: app.roles }
            }
            // The operator of this process, and programs of the configuration, do not change.
            _ => return Ok(()),
        };
        let today = Self { who, ..self.clone() };
        let problem = match today.may(access) {
            // An operation may look at more of them than its access does.
            true if self.roles().iter().all(|role| today.roles().contains(role)) => return Ok(()),
            true => Problem::forbidden("Your roles have changed meanwhile: try again."),
            false => lacks(c, self.tenant.id, access.roles())?,
        };
        Err(problem.told_as(access.refused()))
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        // The guard puts it there; an operation without a guard has no caller.
        parts.extensions.get::<Caller>().cloned().ok_or_else(Problem::internal)
    }
}

/// What the audit trail keeps of a call, whoever makes it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The request id: the client's, where it is one.
    pub id: String,
    /// The caller's address, where it is known.
    pub from: Option<String>,
}

impl Call {
    /// `who` does something in this call.
    pub fn by(&self, who: impl Into<String>) -> By {
        By { who: who.into(), from: self.from.clone(), call: Some(self.id.clone()) }
    }
}

/// The session of a process that embeds the service: its token is good only inside it.
pub struct EmbeddedSession {
    /// The token.
    pub token: Secret,
    /// Who the operator is.
    pub upn: String,
}

/// The guard around every operation that needs a caller.
pub async fn guard(
    State((app, access)): State<(App, Access)>,
    Extension(call): Extension<Call>,
    path: Result<RawPathParams, RawPathParamsRejection>,
    request: Request,
    next: Next,
) -> Response {
    // A stranger with a malformed address is a stranger first.
    let named = path.map(|path| Named::of(&path));
    let named = named.map_err(|_| Problem::bad_request("The address is not UTF-8."));
    // What is refused is written down, also when the caller does not wait to hear it.
    Begun::new(request, |request| answered(app, access, call, named, request, next)).await
}

async fn answered(
    app: App,
    access: Access,
    call: Call,
    named: Result<Named, Problem>,
    mut request: Request,
    next: Next,
) -> Response {
    match admit(&app, access, request.headers(), named, &call).await {
        Ok(caller) => {
            let operation = operation(&request);
            request.extensions_mut().insert(caller.clone());
            // A body may take its time, and who sends it may be removed meanwhile.
            let (service, still) = (app.clone(), caller.clone());
            let condition = Arc::new(move |c: &Connection| {
                let may = still.still_may(c, access, service.clock.now());
                may.map_err(|problem| with_metadata(&service, problem))
            });
            let response = store::under(condition, next.run(request)).await;
            let Some(refused) = refusal_event(&operation, &response) else {
                return response;
            };
            let (by, tenant) = (&caller.by, caller.tenant.id);
            match refusals::record(&app, by, tenant, refused).await {
                Ok(()) => response,
                Err(problem) => problem.into_response(),
            }
        }
        Err(problem) => problem.into_response(),
    }
}

/// What an address names, as far as it decides who may come in.
struct Named {
    tenant: Option<String>,
    is_there: bool,
}

impl Named {
    fn of(path: &RawPathParams) -> Self {
        let tenant = path.iter().find(|(name, _)| *name == "tenant");
        let tenant = tenant.map(|(_, tenant)| tenant.to_owned());
        Self { tenant, is_there: is_there(path) }
    }
}

/// False where what stands in a ticket's place, `tickets('ID')`, is none.
pub fn is_there(path: &RawPathParams) -> bool {
    let segment = path.iter().find(|(name, _)| *name == "ticket");
    segment.is_none_or(|(_, segment)| ticket::key(segment).is_some())
}

/// The ticket that an address names, `tickets('ID')`, in whatever letters.
#[derive(Debug, Clone)]
pub struct TicketKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for TicketKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let nothing = || Problem::not_found("There is nothing at this address.");
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| nothing())?;
        let segment = path.iter().find(|(name, _)| *name == "ticket").map(|(_, value)| value);
        let id = segment.and_then(ticket::key).ok_or_else(nothing)?;
        Ok(TicketKey(ticket::canonical(id)))
    }
}

/// `POST tenants/{tenant}/elevationRequests/{id}/extend`: the operation, without anybody's names.
fn operation(request: &Request) -> String {
    let path = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let path = path.strip_prefix(BASE).unwrap_or(path).trim_start_matches('/');
    format!("{} {path}", request.method())
}

/// What a rule has refused is an event: what was refused, and its facts.
fn refusal_event(operation: &str, response: &Response) -> Option<RefusedBecause> {
    if let Some(refused) = response.extensions().get::<RefusedBecause>() {
        return Some(refused.clone());
    }
    let RefusedByRule(why) = response.extensions().get()?;
    let detail = serde_json::json!({ "operation": operation, "why": why });
    Some(RefusedBecause::new("rule.refused").detail(detail))
}

/// The address of whoever calls, which proxies may stand before; `None` where it is not known.
pub fn peer(request: &Request, proxies: &[IpNet]) -> Option<String> {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>()?.0.ip();
    addresses::caller(peer, request.headers(), proxies).map(|address| address.to_string())
}

async fn admit(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    named: Result<Named, Problem>,
    call: &Call,
) -> Result<Caller, Problem> {
    let tenant = named.as_ref().ok().and_then(|named| named.tenant.clone());
    let wanted = Wanted::of(headers, tenant);
    let caller = authenticate(app, headers, &wanted, call).await?;
    if !named?.is_there {
        return Err(Problem::not_found("There is nothing at this address."));
    }
    if let Some(provider) = &caller.provider
        && let Err(problem) = good_for(app, provider, access)
    {
        let needs = match problem.status {
            StatusCode::UNAUTHORIZED => "newerSignIn",
            _ => "scope",
        };
        let (by, tenant) = (&caller.by, caller.tenant.id);
        refusals::record(app, by, tenant, needed(needs)).await?;
        return Err(with_metadata(app, problem));
    }
    if caller.may(access) {
        role_uses::note(app, &caller, access).await?;
        return Ok(caller);
    }
    let problem = refusal(app, &caller, access).await?;
    refusals::record(app, &caller.by, caller.tenant.id, access.refused()).await?;
    Err(problem)
}

/// The event of a call that `needs` what its caller has not.
fn needed(needs: &str) -> RefusedBecause {
    RefusedBecause::new("access.refused").detail(serde_json::json!({ "needs": needs }))
}

/// Says which role is missing, and who holds it: the caller's next step is a person.
async fn refusal(app: &App, caller: &Caller, access: Access) -> Result<Problem, Problem> {
    let Who::Person { .. } = caller.who else {
        let roles: Vec<_> = access.roles().iter().map(|role| role.as_str()).collect();
        let roles = format!("the role `{}`", roles.join("` or `"));
        let needed = access.permission().map_or(roles, |permission| format!("`{permission}`"));
        return Ok(Problem::forbidden(format!("This program is not allowed: it needs {needed}.")));
    };
    let (tenant, roles) = (caller.tenant.id, access.roles());
    app.store.read(move |c| lacks(c, tenant, roles)).await
}

/// The refusal of a person who has none of `roles`: it says who has.
pub fn lacks(c: &Connection, tenant: Uuid, roles: &[Role]) -> Outcome<Problem> {
    let mut holders = Vec::new();
    for &role in roles {
        holders.extend(people::holders(c, tenant, role)?);
    }
    holders.sort();
    holders.dedup();
    holders.truncate(10);
    let needed: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
    let needed = needed.join(" or ");
    Ok(Problem::forbidden(format!("This needs the role {needed}.")).at(
        &roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(","),
        messages::ROLE,
        holders.join(", "),
    ))
}

/// Whether a sign-in at a provider is good for `access`: the token may have been given for less,
/// and a password needs one that is not old (RFC 9470).
fn good_for(app: &App, provider: &Provider, access: Access) -> Result<(), Problem> {
    if provider.devices_only && !matches!(access, Access::Devices | Access::SignedIn) {
        let message = "The provider's token was given for devices and users only.";
        let challenge = "Bearer error=\"insufficient_scope\"".to_owned();
        return Err(Problem { challenge: Some(challenge), ..Problem::forbidden(message) });
    }
    let fresh = app.settings.sign_in.fresh;
    let age = app.clock.now().duration_since(provider.signed_in);
    if access != Access::Passwords || age <= fresh {
        return Ok(());
    }
    let challenge = format!(
        "Bearer error=\"insufficient_user_authentication\", \
         error_description=\"A password needs a newer sign-in\", max_age=\"{}\"",
        fresh.as_secs()
    );
    let message = format!("A password needs a sign-in that is not older than {fresh:#}.");
    let problem = Problem::new(StatusCode::UNAUTHORIZED, message);
    Err(Problem { challenge: Some(challenge), ..problem })
}
