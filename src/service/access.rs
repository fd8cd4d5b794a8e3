//! Who calls, and what they may do.
//!
//! Every operation states what it needs as an [`Access`]; a guard around it finds the [`Caller`],
//! hides other tenants, and refuses what the caller may not do, before the operation runs.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::{
        ConnectInfo, Extension, FromRequestParts, RawPathParams, Request, State,
        rejection::RawPathParamsRejection,
    },
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};

use super::{
    App, Service,
    code::digest,
    problem::Problem,
    store::{
        Outcome,
        audit::{By, Record},
        people::{self, Holder},
        tenants::{self, Tenant},
    },
};
use crate::{
    api::{messages, team::Role},
    secret::Secret,
};

/// The prefix of personal tokens.
pub const TOKEN_PREFIX: &str = "mmd_";

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
    /// Anybody who is signed in.
    SignedIn,
}

impl Access {
    /// The roles that open it to people; empty means every member.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Access::Devices | Access::Elevations | Access::SignedIn => &[],
            Access::Elevate | Access::Passwords => &[Role::Support],
            Access::Close | Access::Rotate => &[Role::Support, Role::Admin],
            Access::Administer => &[Role::Admin],
            Access::Audit | Access::Team => &[Role::Admin, Role::Auditor],
        }
    }

    /// The permission that opens it to programs; `None` means that none does.
    pub fn permission(self) -> Option<&'static str> {
        match self {
            Access::Devices => Some("devices"),
            Access::Elevations | Access::Elevate | Access::Close | Access::Rotate => {
                Some("elevations")
            }
            Access::Passwords => Some("passwords"),
            Access::SignedIn => Some(""),
            Access::Administer | Access::Audit | Access::Team => None,
        }
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
        /// What it may; empty means everything.
        may: Vec<String>,
    },
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
    /// The token's hash; none for the embedding process.
    pub token_hash: Option<Vec<u8>>,
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

    /// What a person may do; a program has no roles.
    pub fn roles(&self) -> &[Role] {
        match &self.who {
            Who::Person { roles, .. } => roles,
            Who::App { .. } => &[],
        }
    }

    /// Whether the caller may do what needs `access`.
    pub fn may(&self, access: Access) -> bool {
        match &self.who {
            Who::Person { roles, .. } => {
                let needed = access.roles();
                needed.is_empty() || needed.iter().any(|role| roles.contains(role))
            }
            Who::App { may, .. } => access
                .permission()
                .is_some_and(|p| p.is_empty() || may.is_empty() || may.iter().any(|m| m == p)),
        }
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
    /// The peer's address.
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
    mut request: Request,
    next: Next,
) -> Response {
    // A stranger with a malformed address is a stranger first.
    let tenant = path
        .map(|path| path.iter().find(|(name, _)| *name == "tenant").map(|(_, id)| id.to_owned()));
    let tenant = tenant.map_err(|_| Problem::bad_request("The address is not UTF-8."));
    match admit(&app, access, request.headers(), tenant, &call).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    }
}

/// The peer's address.
pub fn peer(request: &Request) -> Option<String> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string())
}

async fn admit(
    app: &App,
    access: Access,
    headers: &HeaderMap,
    tenant: Result<Option<String>, Problem>,
    call: &Call,
) -> Result<Caller, Problem> {
    let caller = authenticate(app, headers, call).await?;
    if tenant?.is_some_and(|id| id.parse() != Ok(caller.tenant.id)) {
        return Err(Problem::not_found("This tenant does not exist."));
    }
    if caller.may(access) {
        return Ok(caller);
    }
    let problem = refusal(app, &caller, access).await?;
    let by = caller.by.clone();
    let (tenant, now) = (caller.tenant.id, app.clock.now());
    let needs = format!("{access:?}").to_lowercase();
    app.store
        .write(move |c| {
            Record::new(&by, "access.refused")
                .refused()
                .detail(serde_json::json!({ "needs": needs }))
                .append(c, tenant, now)
        })
        .await?;
    Err(problem)
}

/// Says which role is missing, and who holds it: the caller's next step is a person.
async fn refusal(app: &App, caller: &Caller, access: Access) -> Result<Problem, Problem> {
    let Who::Person { .. } = caller.who else {
        let needed = access.permission().unwrap_or("a person");
        return Ok(Problem::forbidden(format!(
            "This program is not allowed: it needs `{needed}`."
        )));
    };
    let (tenant, roles) = (caller.tenant.id, access.roles());
    let mut holders = app
        .store
        .read(move |c| {
            let mut names = Vec::new();
            for &role in roles {
                names.extend(people::holders(c, tenant, role)?);
            }
            Ok(names)
        })
        .await?;
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

fn challenge(error: Option<&str>) -> Problem {
    let challenge = match error {
        None => "Bearer".to_owned(),
        Some(text) => format!("Bearer error=\"invalid_token\", error_description=\"{text}\""),
    };
    let message = match error {
        None => "This operation needs a sign-in.",
        Some(_) => "The sign-in is not known, or has ended.",
    };
    Problem { challenge: Some(challenge), ..Problem::new(StatusCode::UNAUTHORIZED, message) }
}

/// The bearer token of a request: from the header only, never from a query.
pub fn bearer(headers: &HeaderMap) -> Result<Secret, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or_else(|| challenge(None))?;
    let text = value.to_str().map_err(|_| challenge(Some("malformed")))?;
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !scheme.eq_ignore_ascii_case("bearer") || token.trim().is_empty() {
        return Err(challenge(Some("malformed")));
    }
    Ok(Secret::new(token.trim().to_owned()))
}

/// Finds the caller by the bearer token.
pub async fn authenticate(app: &App, headers: &HeaderMap, call: &Call) -> Result<Caller, Problem> {
    let token = bearer(headers)?;
    if let Some(session) = app.embedded.as_ref().filter(|s| s.token.matches(token.expose())) {
        let tenant = app.store.read(tenants::all).await?.into_iter().next();
        return Ok(Caller {
            tenant: Arc::new(tenant.ok_or_else(Problem::internal)?),
            who: Who::Person {
                upn: session.upn.clone(),
                roles: vec![Role::Support, Role::Admin, Role::Auditor],
            },
            expires: None,
            token_hash: None,
            by: call.by(&session.upn),
        });
    }
    let hash = digest(token.expose().as_bytes());
    let now = app.clock.now();
    let unused = app.settings.sign_in.token_unused;
    let lookup = hash.clone();
    let (ended, found) = app
        .store
        .read(move |c| {
            let Some(token) = people::find_token(c, &lookup)? else { return Ok((false, None)) };
            if token.expires <= now || now.duration_since(token.last_used) >= unused {
                return Ok((true, None));
            }
            let Some(tenant) = tenants::get(c, token.tenant)? else { return Ok((false, None)) };
            let who = match &token.holder {
                Holder::Person(upn) => people::find_member(c, token.tenant, upn)?
                    .filter(|member| member.until.is_none_or(|until| until > now))
                    .map(|member| Who::Person { upn: member.upn, roles: member.roles }),
                Holder::App(client) => people::find_app(c, client)?
                    .filter(|app| app.expires.is_none_or(|expires| expires > now))
                    .map(|app| Who::App { name: app.name, may: app.may }),
            };
            Ok((false, who.map(|who| (token, tenant, who))))
        })
        .await?;
    if ended {
        // Stored once seen, so that a clock that goes back makes nothing valid again.
        let hash = hash.clone();
        app.store.write(move |c| people::revoke_token(c, &hash)).await?;
    }
    let Some((token, tenant, who)) = found else {
        return Err(challenge(Some("unknown or ended")));
    };
    touch(app, &hash, token.last_used, now).await?;
    let name = match &who {
        Who::Person { upn, .. } => upn.clone(),
        Who::App { name, .. } => format!("app:{name}"),
    };
    Ok(Caller {
        tenant: Arc::new(tenant),
        who,
        expires: Some(token.expires),
        token_hash: Some(hash),
        by: call.by(name),
    })
}

/// Writes down that a token is in use, at most once an hour: enough for a limit counted in days.
async fn touch(app: &Service, hash: &[u8], last_used: Timestamp, now: Timestamp) -> Outcome<()> {
    if now.duration_since(last_used) < SignedDuration::from_hours(1) {
        return Ok(());
    }
    let hash = hash.to_owned();
    app.store.write(move |c| people::touch_token(c, &hash, now)).await
}
