//! The two ways in: an invite becomes a personal token; a program's secret becomes an hour's
//! token (operation 16).

use axum::{
    Json,
    extract::{Extension, Path, State, rejection::PathRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{oauth_error::OauthError, token_form::TokenForm};
use crate::{
    api::{
        messages,
        session::{RedeemInvite, Redeemed, TokenAnswer},
    },
    domain::{
        audit::{hex, unhex},
        password::random_bytes,
    },
    secret::Secret,
    service::{
        App,
        access::{Call, TOKEN_PREFIX},
        code::{self, WRONG_TRIES, digest},
        input::Body,
        problem::{Problem, RefusedBecause},
        refusals,
        store::{
            Outcome,
            audit::{By, Record},
            people::{self, Holder, Token},
            tenants,
        },
    },
};

/// How long the same pair of code and token hash answers the same.
const REPEAT: SignedDuration = SignedDuration::from_mins(10);

/// How long a program's token lives, as documented.
const APP_TOKEN_SECONDS: i64 = 3599;

/// The documented resource, whose `/.default` old automation asks for.
const DOCUMENTED_SCOPE: &str = "https://mwaas-services-customerapi-prod.azurewebsites.net/.default";

/// `POST /invite/redeem`
pub async fn redeem(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    body: Body,
) -> Result<Json<Redeemed>, Problem> {
    let told: RedeemInvite = body.read()?;
    let token = unhex::<32>(&told.token_hash).ok_or_else(|| {
        let message = "`tokenHash` must be 64 hexadecimal digits.";
        Problem::bad_request(message).at("tokenHash", "malformed", message)
    })?;
    let now = app.clock.now();
    let from = call.from.clone();
    app.failures.check(from.as_deref(), now)?;
    let (lifetime, invites) = (app.settings.sign_in.token_lifetime, app.settings.sign_in.invites);
    let code = told.code.clone();
    let answer = app
        .store
        .write(move |c| {
            // A wrong try is counted, so the refusal must not undo it.
            Ok(trade(c, &told.code, &token, &call, invites, lifetime, now)?
                .map_err(|()| Problem::forbidden("This invite is not valid, or no longer.")))
        })
        .await?
        .inspect_err(|_| app.failures.count(from.as_deref(), now))?;
    app.forget_bootstrap_invite(&code);
    Ok(Json(answer))
}

fn trade(
    c: &Connection,
    typed: &Secret,
    token: &[u8],
    call: &Call,
    invites: bool,
    lifetime: SignedDuration,
    now: Timestamp,
) -> Outcome<Result<Redeemed, ()>> {
    let Some((public, secret)) = code::split(typed) else { return Ok(Err(())) };
    let Some(invite) = people::find_invite(c, &public)? else { return Ok(Err(())) };
    if invite.wrong >= WRONG_TRIES {
        return Ok(Err(()));
    }
    let member = people::find_member(c, invite.tenant, &invite.upn_fold)?;
    let member = member.ok_or_else(Problem::internal)?;
    let by = call.by(&member.upn);
    let refuse = |why: &str| {
        Record::new(&by, "signIn.refused")
            .refused()
            .detail(json!({ "invite": public, "why": why }))
            .append(c, invite.tenant, now)
            .map(Err)
    };
    if !code::matches(&secret, &invite.secret) {
        people::wrong_invite(c, &public)?;
        return refuse("wrong");
    }
    if !invites && !invite.by_operator {
        return refuse("invites are off");
    }
    let known = people::find_token(c, token)?;
    if let Some((at, used_for)) = invite.used {
        let repeat = used_for == token && now.duration_since(at) < REPEAT;
        return match known.filter(|_| repeat) {
            Some(known) => Ok(Ok(Redeemed {
                upn: member.upn,
                tenant_id: invite.tenant,
                expires: known.expires,
            })),
            None => refuse("used"),
        };
    }
    if invite.expires <= now {
        // Stored once seen, so that a clock that goes back makes nothing valid again.
        people::end_invite(c, &public)?;
        return refuse("expired");
    }
    if known.is_some() {
        return Err(Problem::conflict("This token is in use already: make a new one."));
    }
    let expires = now + lifetime;
    let kept = Token {
        tenant: invite.tenant,
        holder: Holder::Person(invite.upn_fold),
        expires,
        last_used: now,
        from: call.from.clone(),
    };
    people::put_token(c, token, &kept)?;
    people::use_invite(c, &public, token, now)?;
    Record::new(&by, "signIn.done")
        .detail(json!({ "invite": public, "expires": expires }))
        .append(c, invite.tenant, now)?;
    Ok(Ok(Redeemed { upn: member.upn, tenant_id: invite.tenant, expires }))
}

/// Operation 16: the documented client-credentials request. As at Entra, the tenant in the path may
/// be named by its id or by its domain.
pub async fn token(
    State(app): State<App>,
    Extension(call): Extension<Call>,
    tenant: Result<Path<String>, PathRejection>,
    form: Result<TokenForm, OauthError>,
) -> Result<Response, OauthError> {
    let tenant = tenant.map_err(|_| OauthError::invalid("The tenant's name cannot be read."));
    let Path(tenant) = tenant?;
    if !app.settings.sign_in.programs {
        let why = "This service lets no program in by a secret.";
        return Err(OauthError::bad("unauthorized_client", why));
    }
    let asked = form?;
    if asked.grant_type.as_deref() != Some("client_credentials") {
        let why = "Only client_credentials is supported here.";
        return Err(OauthError::bad("unsupported_grant_type", why));
    }
    let own_scope = format!("{}/.default", app.origin);
    let known = |scope: &str| {
        [DOCUMENTED_SCOPE, own_scope.as_str()].iter().any(|s| s.eq_ignore_ascii_case(scope))
    };
    if !asked.scope.as_deref().is_some_and(known) {
        let why = "The scope must be this service's, followed by /.default.";
        return Err(OauthError::bad("invalid_scope", why));
    }
    let (Some(client), Some(secret)) = (asked.client_id, asked.client_secret) else {
        return Err(OauthError::invalid("client_id and client_secret are required."));
    };
    let now = app.clock.now();
    let from = call.from.clone();
    app.failures.check(from.as_deref(), now)?;
    match app.store.write(move |c| issue(c, &tenant, &client, &secret, &call, now)).await? {
        Issued::Elsewhere(app_tenant, by) => {
            // The secret is right: nobody guesses here, and nobody else behind the address pays.
            let refused = RefusedBecause::new("signIn.refused");
            let refused = refused.detail(json!({ "why": "network" }));
            refusals::record(&app, &by, app_tenant, refused).await?;
            Err(OauthError::bad("unauthorized_client", messages::ELSEWHERE))
        }
        Issued::Token(access_token, lives) => Ok(Json(TokenAnswer {
            token_type: "Bearer".into(),
            expires_in: lives.as_secs().to_string(),
            access_token,
        })
        .into_response()),
        Issued::Nothing => {
            app.failures.count(from.as_deref(), now);
            let why =
                "The client is not known in this tenant, or its secret is wrong or has ended.";
            let refused = OauthError::new(StatusCode::UNAUTHORIZED, "invalid_client", why);
            let mut response = refused.into_response();
            if asked.in_header {
                // RFC 6749, 5.2
                let scheme = header::HeaderValue::from_static("Basic realm=\"mmd\"");
                response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
            }
            Ok(response)
        }
    }
}

/// Any other method at the address of [`token`] (RFC 6749, 3.2: it takes `POST`).
pub async fn not_a_post() -> OauthError {
    let why = "The token endpoint takes POST only.";
    OauthError::new(StatusCode::METHOD_NOT_ALLOWED, "invalid_request", why)
}

/// What the documented request comes to.
enum Issued {
    /// With how long it lives.
    Token(Secret, SignedDuration),
    /// The secret is right, but the caller is outside the networks of this program of the tenant.
    Elsewhere(Uuid, By),
    Nothing,
}

fn issue(
    c: &Connection,
    tenant: &str,
    client: &str,
    secret: &Secret,
    call: &Call,
    now: Timestamp,
) -> Outcome<Issued> {
    let Some(app) = people::find_app(c, client)? else { return Ok(Issued::Nothing) };
    let by = call.by(format!("app:{}", app.name));
    let current = app.expires.is_none_or(|expires| expires > now);
    let current = current.then_some((&app.secret, app.expires));
    // While the secret is being rotated, the old one opens as well.
    let old = app.live_old_secret(now).map(|(old, until)| (old, Some(*until)));
    let by_secret =
        [current, old].into_iter().flatten().find(|(kept, _)| code::matches(secret, kept));
    let own = tenants::get(c, app.tenant)?.ok_or_else(Problem::internal)?;
    let Some((by_secret, ends)) = by_secret.filter(|_| own.is_called(tenant)) else {
        Record::new(&by, "signIn.refused").refused().append(c, app.tenant, now)?;
        return Ok(Issued::Nothing);
    };
    if !app.networks.admit(call.from.as_deref()) {
        return Ok(Issued::Elsewhere(app.tenant, by));
    }
    let token = Secret::new(format!("{TOKEN_PREFIX}{}", hex(&random_bytes::<32>())));
    // No token outlives the secret that has obtained it.
    let hour = now + SignedDuration::from_secs(APP_TOKEN_SECONDS);
    let expires = ends.map_or(hour, |ends| ends.min(hour));
    let kept = Token {
        tenant: app.tenant,
        holder: Holder::App(app.client_id.clone()),
        expires,
        last_used: now,
        from: call.from.clone(),
    };
    let hash = digest(token.expose().as_bytes());
    people::put_token(c, &hash, &kept)?;
    people::signed_in(c, &app, by_secret, &hash, now)?;
    Record::new(&by, "signIn.done").append(c, app.tenant, now)?;
    Ok(Issued::Token(token, expires.duration_since(now)))
}
