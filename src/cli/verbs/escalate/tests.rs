//! What is sent, in which order, and what becomes of what was typed.

mod attachments;
mod filing;
mod once;
mod steps;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use serde_json::{Value, json};

use super::{create::Input, form::Form, form::tests::whole, *};
use crate::{
    api::ticket::Severity,
    cli::{
        context::Context,
        output::{
            Format,
            tests::{Captured, piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
        verbs::testing::{Answered, Fake, error, me, rows},
    },
    error::Kind,
};

const ID: &str = "MMD-1465058-R5V8P";

/// A ticket as the service answers it, from what was sent.
fn ticket(body: &Value) -> Value {
    json!({
        "@odata.context": "c",
        "title": body["title"], "description": body["description"], "isPartner": false,
        "type": body["type"], "category": body["category"], "subcategory": body["subcategory"],
        "compromiseIndicator": null, "usersOrDevicesImpacted": null, "relatedAlerts": null,
        "businessImpact": null, "issueFirstNoticed": null, "issueReproduced": null,
        "endUserSupportEngaged": null, "troubleshootingSteps": null,
        "nextActionOwner": "Microsoft", "nextActionTime": null, "reproSteps": null, "id": ID,
        "severity": body["severity"], "state": "active",
        "createdDateTime": "2026-03-01T12:00:00Z", "resolvedDateTime": null,
        "contact": { "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42", "givenName": "Ana",
            "surname": "Ruiz", "email": "ana@contoso.com", "phoneNumber": "1",
            "preferredLanguageId": "" },
        "emails": [], "attachments": [], "notes": [],
        "@mmd.state": "new", "@mmd.respondBy": "2026-03-01T20:00:00Z", "@mmd.overdue": false,
        "@mmd.filedBy": "ana@contoso.com",
    })
}

fn service(line: &str, body: &Value) -> Answered {
    match line.split(['?', ' ']).take(2).collect::<Vec<_>>().as_slice() {
        ["POST", "/tickets"] => (200, ticket(body)),
        ["GET", "/me"] => (200, me(json!([]))),
        ["GET", "/tickets" | "/tickets/handOvers" | "/tickets/queue"] => rows(json!([])),
        _ => panic!("nobody expected {line}"),
    }
}

fn input(form: Form) -> Input {
    Input { form, ..Input::default() }
}

/// The only draft there is.
fn draft(cx: &Context) -> draft::Draft {
    draft::Drafts::of(cx).one(None).unwrap()
}

fn none_left(cx: &Context) {
    assert_eq!(draft::Drafts::of(cx).all().unwrap(), []);
}

fn json_of(stdout: &Captured) -> Value {
    serde_json::from_str(&stdout.text()).unwrap()
}
