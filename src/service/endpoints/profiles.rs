//! Operations 9 and 10: personas, and which devices have which.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use crate::{
    api::{Collection, messages, ticket::Profile},
    service::{
        App,
        access::Caller,
        input::{Body, Items, query_pairs},
        problem::Problem,
        store::{Outcome, audit::Record, contacts, devices},
    },
};

/// Every persona, in the documented order, and whether a tenant has it unless it says otherwise.
const PERSONAS: [(&str, bool); 5] = [
    ("SensitiveData", true),
    ("Standard", true),
    ("PowerUser", true),
    ("Kiosk", false),
    ("Starter", false),
];

/// How many devices one call reassigns.
const MAX_DEVICES: usize = 1_000;

/// The personas that the tenant has.
fn enabled(c: &Connection, tenant: Uuid) -> Outcome<Vec<&'static str>> {
    let switched = contacts::profiles(c, tenant)?;
    let is_on = |(persona, by_itself): &(&str, bool)| {
        switched.iter().find(|(name, _)| name == persona).map_or(*by_itself, |(_, on)| *on)
    };
    Ok(PERSONAS.iter().filter(|known| is_on(known)).map(|(persona, _)| *persona).collect())
}

/// Operation 9.
pub async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Collection<Profile>>, Problem> {
    let personas = app.store.read(move |c| enabled(c, caller.tenant.id)).await?;
    let profile = |id: &str| Profile { id: id.to_owned(), status: "Enabled".to_owned() };
    let value = personas.into_iter().map(profile).collect();
    Ok(Json(Collection { context: app.context("Profile"), value, next_link: None }))
}

/// `PUT tenants/T/profiles/PERSONA`: an admin switches a persona on or off.
pub async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((_, persona)): Path<(String, String)>,
    body: Body,
) -> Result<Json<Profile>, Problem> {
    if !PERSONAS.iter().any(|(known, _)| *known == persona) {
        return Err(Problem::not_found("This persona is not supported."));
    }
    let [status] = body.texts([("status", 20)])?;
    let on = match status.as_str() {
        "Enabled" => true,
        "Disabled" => false,
        _ => {
            let message = "`status` must be Enabled or Disabled.";
            return Err(Problem::bad_request(message).at("status", "unknown", message));
        }
    };
    let now = app.clock.now();
    let profile = Profile { id: persona.clone(), status };
    let switch = move |c: &Connection| {
        let tenant = caller.tenant.id;
        if enabled(c, tenant)?.contains(&persona.as_str()) == on {
            return Ok(());
        }
        contacts::set_profile(c, tenant, &persona, on)?;
        let facts = json!({ "persona": persona, "enabled": on });
        Record::new(&caller.by, "profile.switched").detail(facts).append(c, tenant, now)
    };
    app.store.write(switch).await?;
    Ok(Json(profile))
}

/// This operation alone has errors of this shape, as documented.
pub struct Refused(StatusCode, String);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let body = json!({
            "errorCode": self.0.as_str(),
            "message": self.1,
            "instanceAnnotations": [],
        });
        (self.0, Json(body)).into_response()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem.status, problem.message)
    }
}

/// Operation 10. The persona is judged first, then `wipe`, then the ids; of many devices all are
/// reassigned, or none.
pub async fn reassign(
    State(app): State<App>,
    caller: Caller,
    uri: axum::http::Uri,
    items: Result<Items, Problem>,
) -> Result<Response, Refused> {
    let pairs = query_pairs(&uri)?;
    let value = |wanted: &str| {
        let pair = pairs.iter().find(|(name, _)| name == wanted);
        pair.map_or("", |(_, value)| value.trim())
    };
    let unsupported = || Refused(StatusCode::BAD_REQUEST, "This persona is not supported.".into());
    let known = PERSONAS.iter().find(|(known, _)| *known == value("persona"));
    let persona = known.map(|(persona, _)| *persona).ok_or_else(unsupported)?;
    let tenant = caller.tenant.id;
    let has = app.store.read(move |c| enabled(c, tenant)).await?;
    if !has.contains(&persona) {
        let has = has.join(",");
        let message = format!("{persona} not enabled for tenant {tenant}, only {has} are enabled");
        return Err(Refused(StatusCode::BAD_REQUEST, message));
    }
    match value("wipe").to_ascii_lowercase().as_str() {
        "" | "false" => {}
        "true" => return Err(Refused(StatusCode::NOT_IMPLEMENTED, messages::NO_WIPE.into())),
        _ => {
            let message = "`wipe` must be true or false.".into();
            return Err(Refused(StatusCode::BAD_REQUEST, message));
        }
    }
    let ids = ids(items?)?;
    let now = app.clock.now();
    let reassign = move |c: &Connection| {
        for id in ids {
            let device = devices::by_id(c, id)?.filter(|device| device.tenant == tenant);
            let device = device.ok_or_else(|| Problem::not_found(messages::NO_SUCH_DEVICE))?;
            if device.persona.as_deref() == Some(persona) {
                continue;
            }
            devices::set_persona(c, device.id, persona)?;
            let facts = json!({ "from": device.persona, "to": persona });
            let record = Record::new(&caller.by, "device.reassigned").device(&device.name);
            record.detail(facts).append(c, tenant, now)?;
        }
        Ok(())
    };
    app.store.write(reassign).await?;
    let text = format!("Successfully start reassigning devices to profile {persona}");
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}

fn ids(Items(items): Items) -> Result<Vec<Uuid>, Refused> {
    let wrong = |message: &str| Refused(StatusCode::BAD_REQUEST, message.into());
    if items.is_empty() || items.len() > MAX_DEVICES {
        return Err(wrong("The body must be an array of 1 to 1000 aadDeviceIds."));
    }
    let texts = items.iter().map(|item| item.as_str()).collect::<Option<Vec<_>>>();
    let texts = texts.ok_or_else(|| wrong("The body must be an array of aadDeviceId strings."))?;
    // What is no guid is no device's id.
    let ids = texts.into_iter().map(|text| text.trim().parse().ok()).collect::<Option<Vec<_>>>();
    ids.ok_or_else(|| Refused(StatusCode::NOT_FOUND, messages::NO_SUCH_DEVICE.into()))
}
