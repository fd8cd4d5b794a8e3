//! What is sent, in which order, and what is said of it.

use serde_json::{Value, json};

use super::*;
use crate::{
    api::messages,
    cli::{
        output::{
            Format,
            delivery::{Field, Way},
            tests::{piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
        verbs::testing::{Answered, Fake, detail, error, me, request, rows},
    },
};

const ANA: &str = "ana@contoso.com";
const PASSWORD: &str = "Kf7%mQ2-xT9:aB4+";
const ID: &str = "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42";

fn reading(delivery: Option<Delivery>) -> Reading {
    Reading { delivery, wait: Duration::from_secs(20), which: Which::Newest }
}

fn opening(device: &str, delivery: Option<Delivery>) -> open::Input {
    open::Input {
        device: device.into(),
        ticket: Some("INC1".into()),
        plan: Some("look\nthen act".into()),
        title: None,
        category: None,
        subcategory: None,
        reading: reading(delivery),
    }
}

const REVEAL: Option<Delivery> = Some(Delivery::Way(Way::Reveal));
const FIELD: Option<Delivery> = Some(Delivery::Field(Field::Password));

/// D1 exists and is Marta's; so is D3.
fn service(line: &str, body: &Value) -> Answered {
    let owned = |name: &str| {
        json!({ "name": name, "tenantId": ID, "groups": [], "configurations": [],
                "userUpn": "marta.lopez@contoso.com" })
    };
    match line.split(['?', ' ']).take(2).collect::<Vec<_>>().as_slice() {
        ["POST", "/elevationRequests"] if body["deviceName"] == "D1" => (201, request("D1", ANA)),
        ["POST", "/elevationRequests"] => error(404, messages::NO_SUCH_DEVICE),
        ["GET", "/me"] => (200, me(json!([]))),
        ["GET", "/devices/D1/elevationDetails"] => (200, detail("D1", PASSWORD)),
        ["GET", "/devices"] if line.contains("marta") => rows(json!([owned("D1"), owned("D3")])),
        ["GET", "/devices"] if line.contains("lopez") => rows(json!([owned("D1")])),
        ["GET", "/devices"] | ["GET", "/users"] => rows(json!([])),
        ["GET", path] if path.starts_with("/elevationRequests/") => (200, request("D1", ANA)),
        _ => panic!("nobody expected {line}"),
    }
}

#[tokio::test]
async fn with_every_answer_given_two_requests_are_sent() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    open::run(opening("D1", REVEAL), &cx).await.unwrap();
    assert_eq!(
        fake.seen(),
        [
            "POST /elevationRequests".to_owned(),
            format!("GET /devices/D1/elevationDetails?request={ID} wait=2"),
        ]
    );
    let said: Value = serde_json::from_str(&stdout.text()).unwrap();
    let mut expected = request("D1", ANA);
    expected.as_object_mut().unwrap().shift_remove("@odata.context");
    expected["viewerUpns"] = json!([ANA]);
    assert_eq!(
        said,
        json!({ "request": expected, "account": ".\\mmdadmin", "password": PASSWORD,
                "candidates": [], "status": "PasswordSucceeded", "generation": 7,
                "validUntil": "2026-03-01T13:00:00Z" })
    );
    assert_eq!(
        stderr.text(),
        "access holds until 2026-03-01T13:00:00Z (in 1 h); `mmd elevate close D1 -m \"…\"` ends it \
         and changes the password\n"
    );
}

fn planning(plan: &str) -> open::Input {
    open::Input { plan: Some(plan.into()), ..opening("D1", None) }
}

#[tokio::test]
async fn a_plan_that_is_advised_against_is_asked_about_and_what_was_overridden_is_sent() {
    let fake = Fake::start(|line, body| {
        if line.starts_with("POST") {
            assert_eq!(
                body["@mmd.overridden"],
                "not recommended: installing software or browsers (\"install\")"
            );
        }
        service(line, body)
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, _, stderr) =
        fake.context(home.path(), piped(Format::Json), Scripted::new([Answer::Confirm(false)]));
    let error = open::run(planning("install Chrome"), &cx).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (Kind::Refused, "no request was opened"));
    assert_eq!(
        stderr.text(),
        "warning: installing software or browsers is not recommended (\"install\"); instead: \
         have it deployed: a change request\n"
    );
    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let error = open::run(planning("install Chrome"), &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::Usage);
    assert!(error.message.starts_with("`--yes` is missing"), "{error}");
    assert_eq!(fake.seen(), Vec::<String>::new(), "nothing is sent before the answer");

    let (cx, ..) =
        fake.context(home.path(), piped(Format::Json), Scripted::new([Answer::Confirm(true)]));
    open::run(planning("install Chrome"), &cx).await.unwrap();
    let (mut cx, _, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    cx.yes = true;
    open::run(planning("install Chrome"), &cx).await.unwrap();
    assert!(stderr.text().contains("because of `--yes`, which is recorded"), "{}", stderr.text());
}

#[tokio::test]
async fn a_plan_that_smells_of_compromise_stops_with_the_route() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    // Nothing is asked: at a terminal too it stops.
    let (cx, ..) = fake.context(home.path(), terminal(), Scripted::new([]));
    let error = open::run(planning("remove the malware"), &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(error.hints.iter().any(|hint| hint.contains("`mmd route --issue security`")));
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn the_category_is_what_is_understood_of_the_plan() {
    let fake = Fake::start(|line, body| {
        if line.starts_with("POST") {
            assert_eq!(
                (&body["category"], &body["subcategory"]),
                (&json!("Office"), &json!("Other"))
            );
            assert!(body.get("@mmd.overridden").is_none());
        }
        service(line, body)
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    open::run(planning("repair Excel"), &cx).await.unwrap();
}

#[tokio::test]
async fn without_a_delivery_no_password_is_read() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    open::run(opening("D1", None), &cx).await.unwrap();
    assert_eq!(
        fake.seen(),
        ["POST /elevationRequests".to_owned(), format!("GET /elevationRequests/{ID} wait=2")]
    );
    assert!(!stdout.text().contains("\"password\""), "{}", stdout.text());
}

#[tokio::test]
async fn without_a_clipboard_a_copy_opens_nothing_and_reads_nothing() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let copy = Some(Delivery::Way(Way::Copy));
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let error = open::run(opening("D1", copy), &cx).await.unwrap_err();
    assert_eq!(error.message, "there is no clipboard");
    let input = password::Input { target: Target::Device("D1".into()), reading: reading(copy) };
    let error = password::run(input, &cx).await.unwrap_err();
    assert_eq!(error.message, "there is no clipboard");
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_answer_is_named_where_no_open_request_has_it() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let missing = "there is no terminal to ask on";
    for (ticket, plan, sentence) in [
        (None, None, format!("`--ticket` and `--plan` are missing, and {missing}")),
        (Some("I"), None, format!("`--plan` is missing, and {missing}")),
        (None, Some("p"), format!("`--ticket` is missing, and {missing}")),
    ] {
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let input = open::Input {
            ticket: ticket.map(str::to_owned),
            plan: plan.map(str::to_owned),
            ..opening("D1", None)
        };
        let error = open::run(input, &cx).await.unwrap_err();
        assert_eq!((error.kind, error.message), (Kind::Usage, sentence));
    }
    let mut earlier = opening("D1", None);
    earlier.reading.which = Which::Older;
    let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    assert_eq!(open::run(earlier, &cx).await.unwrap_err().kind, Kind::Usage);
    assert_eq!(fake.seen(), ["GET /me"; 3], "once for each missing answer");
}

#[tokio::test]
async fn an_open_request_answers_what_was_not_typed() {
    let fake = Fake::start(|line, body| match line {
        "GET /me" => (200, me(json!([request("D1", ANA)]))),
        _ => service(line, body),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    for (ticket, warned) in [(None, false), (Some("INC1"), false), (Some("INC2"), true)] {
        let (cx, stdout, stderr) =
            fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let ticket = ticket.map(str::to_owned);
        let input = open::Input { ticket, plan: None, ..opening("d1", FIELD) };
        open::run(input, &cx).await.unwrap();
        assert_eq!(stdout.text(), format!("{PASSWORD}\n"));
        assert!(stderr.text().starts_with("your open request for D1 is used again"));
        let warning = "warning: the open request's ticket stands: INC1, not INC2; ";
        assert_eq!(stderr.text().contains(warning), warned, "{}", stderr.text());
    }
    // On a terminal nothing but the delivery is asked for.
    let chosen = Scripted::new([Answer::Select(0), Answer::Interrupt]);
    let (cx, ..) = fake.context(home.path(), terminal(), chosen);
    let input = open::Input { ticket: None, plan: None, ..opening("marta.lopez", None) };
    assert_eq!(open::run(input, &cx).await.unwrap_err().kind, Kind::Interrupted);
    assert!(fake.seen().iter().all(|line| line.starts_with("GET ")), "{:?}", fake.seen());
}

#[tokio::test]
async fn a_person_stands_for_their_one_device_and_several_are_listed() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    // `marta.lopez@contoso.com` would find two; `lopez` asks for what only one has.
    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let found = lookup::device(&cx.tenant().await.unwrap(), "LOPEZ@contoso.com", &cx).await;
    assert_eq!(found.unwrap_err().kind, Kind::NotFound, "a part of an address is no person");
    let several = open::run(opening("marta.lopez", REVEAL), &cx).await.unwrap_err();
    assert_eq!(several.kind, Kind::Usage);
    assert_eq!(several.causes.len(), 2);
    assert_eq!(stderr.text(), "");
    assert!(!fake.seen().iter().any(|line| line.contains("elevationDetails")));

    let chosen = Scripted::new([Answer::Select(0)]);
    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Json), chosen);
    open::run(opening("marta.lopez", REVEAL), &cx).await.unwrap();
    assert!(stderr.text().starts_with("`marta.lopez` is D1 ("), "{}", stderr.text());
}

#[tokio::test]
async fn two_questions_are_asked_of_a_person_and_giving_up_leaves_nothing_behind() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let prompter = Scripted::new([
        Answer::Select(0),
        Answer::Text("INC1"),
        Answer::Text("look"),
        Answer::Interrupt,
    ]);
    let (cx, ..) = fake.context(home.path(), terminal(), prompter);
    let input = open::Input { ticket: None, plan: None, ..opening("marta.lopez", None) };
    assert_eq!(open::run(input, &cx).await.unwrap_err().kind, Kind::Interrupted);
    assert!(fake.seen().iter().all(|line| line.starts_with("GET ")), "{:?}", fake.seen());
}

#[tokio::test]
async fn a_device_is_found_before_the_menu_is_shown() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    // Any question would be one too many.
    let (cx, ..) = fake.context(home.path(), terminal(), Scripted::new([]));
    let error = open::run(opening("NOPE", None), &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotFound);

    let giving_up = Scripted::new([Answer::Select(0), Answer::Interrupt]);
    let (cx, _, said) = fake.context(home.path(), terminal(), giving_up);
    let error = open::run(opening("marta.lopez", None), &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::Interrupted);
    assert!(said.text().starts_with("`marta.lopez` is D1 ("), "{}", said.text());
    assert!(fake.seen().iter().all(|line| line.starts_with("GET ")), "{:?}", fake.seen());
}

#[tokio::test]
async fn a_script_waits_for_the_devices_word_and_is_not_handed_a_guess() {
    let fake = Fake::start(|line, body| match line.contains("elevationDetails") {
        true => error(409, messages::NOT_CONFIRMED),
        false => service(line, body),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let mut input = opening("D1", FIELD);
    input.reading.wait = Duration::from_secs(1);
    let error = open::run(input, &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::NotNow);
    assert_eq!(error.retry_after, Some(Duration::from_secs(5)));
    assert!(error.hints[0].starts_with("the request is open: `mmd elevate password D1`"));
    assert_eq!(stdout.text(), "");
    let details = format!("GET /devices/D1/elevationDetails?request={ID}&confirmed=true wait=1");
    assert!(fake.seen()[1..].iter().all(|line| *line == details), "{:?}", fake.seen());
}

#[tokio::test]
async fn a_used_request_and_a_replaced_password_are_told() {
    let fake = Fake::start(|line, body| match line {
        "POST /elevationRequests" => (200, request("D1", ANA)),
        "GET /me" => {
            let mut open = request("D1", ANA);
            open["@mmd.superseded"] = json!(true);
            (200, me(json!([open])))
        }
        _ if line.starts_with("GET /elevationRequests?") => {
            let mut open = request("D1", ANA);
            open["@mmd.superseded"] = json!(true);
            rows(json!([open]))
        }
        _ => service(line, body),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    open::run(opening("D1", FIELD), &cx).await.unwrap();
    assert_eq!(stdout.text(), format!("{PASSWORD}\n"));
    let reuse = "your open request for D1 is used again: ticket INC1, opened 1 h ago\n";
    assert!(stderr.text().starts_with(reuse), "{}", stderr.text());

    let (cx, _, stderr) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let input = list::Input { open: Some(true), whose: list::Whose::Mine, device: None };
    list::run(input, &cx).await.unwrap();
    assert!(stderr.text().contains("`mmd elevate password D1` hands over the new one"));
}

#[tokio::test]
async fn the_password_of_somebody_elses_request_is_not_asked_for() {
    let fake = Fake::start(|line, _| match line {
        "GET /me" => (200, me(json!([]))),
        _ => (200, request("D1", "bob@contoso.com")),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let input = password::Input { target: Target::of(ID.into()), reading: reading(REVEAL) };
    let error = password::run(input, &cx).await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(error.message, "the request is bob@contoso.com's, not yours");
    assert_eq!(error.hints, ["`mmd elevate D1` opens one of your own"]);
    assert_eq!(fake.seen(), [format!("GET /elevationRequests/{ID}"), "GET /me".to_owned()]);
}

fn closing(if_open: bool) -> close::Input {
    close::Input { target: Target::Device("D1".into()), actions: Some("done".into()), if_open }
}

/// Bob has the only open request on D1; a closed one still opens the device.
fn bobs(line: &str, _: &Value) -> Answered {
    match line {
        "GET /me" => (200, me(json!([]))),
        _ if line.starts_with("GET /elevationRequests?") => {
            rows(json!([request("D1", "bob@contoso.com")]))
        }
        _ if line.starts_with("PATCH ") => (204, Value::Null),
        _ if line.starts_with("GET /elevationRequests/") => {
            let mut closed = request("D1", "bob@contoso.com");
            closed["requestClosureTime"] = json!("2026-03-01T12:00:00Z");
            closed["@mmd.state"] = json!("closed");
            closed["@mmd.closing"] = json!({
                "rotationOwedSince": "2026-03-01T11:59:00Z",
                "others": ["eve@contoso.com"],
                "administratorsAdded": ["mallory"],
                "drifted": true,
            });
            (200, closed)
        }
        _ => panic!("nobody expected {line}"),
    }
}

#[tokio::test]
async fn somebody_elses_request_is_closed_only_on_a_yes() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(bobs).await);
    for (prompter, kind) in [
        (Scripted::silent(), Kind::Usage),
        (Scripted::new([Answer::Confirm(false)]), Kind::Refused),
    ] {
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), prompter);
        assert_eq!(close::run(closing(true), &cx).await.unwrap_err().kind, kind);
    }
    assert!(!fake.seen().iter().any(|line| line.starts_with("PATCH")));

    let (mut cx, stdout, stderr) =
        fake.context(home.path(), piped(Format::Table), Scripted::silent());
    cx.yes = true;
    let installed = Some("installed Chrome".to_owned());
    close::run(close::Input { actions: installed, ..closing(false) }, &cx).await.unwrap();
    assert!(stderr.text().contains("warning: installing software or browsers is not recommended"));
    assert!(fake.seen().contains(&format!("PATCH /elevationRequests/{ID}")));
    assert!(fake.seen().contains(&format!("GET /elevationRequests/{ID} wait=2")));
    assert!(stdout.text().contains("state\tclosed, rotation owed\n"), "{}", stdout.text());
    for sentence in [
        "closing the request of bob@contoso.com\n",
        "rotation owed since 2026-03-01T11:59:00Z (1 min ago): the password still opens D1 until it \
         comes back\n",
        "still in on D1: eve@contoso.com\n",
        "the administrators of D1 are not those that they were at the opening\n",
        "somebody else set the password of D1 in the meantime\n",
    ] {
        assert!(stderr.text().contains(sentence), "{sentence}: {}", stderr.text());
    }
}

#[tokio::test]
async fn nothing_to_close_is_told_apart_from_a_mistyped_name() {
    let fake = Fake::start(|line, body| match line {
        "GET /devices/D1" => {
            (200, json!({ "name": "D1", "tenantId": ID, "groups": [], "configurations": [] }))
        }
        "GET /devices/D2" => error(404, messages::NO_SUCH_DEVICE),
        _ if line.starts_with("GET /elevationRequests?") => rows(json!([])),
        _ => bobs(line, body),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let context = || fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let (cx, ..) = context();
    assert_eq!(close::run(closing(false), &cx).await.unwrap_err().kind, Kind::Refused);
    let (cx, _, stderr) = context();
    close::run(closing(true), &cx).await.unwrap();
    assert_eq!(stderr.text(), "nothing is open, so nothing was closed\n");
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    close::run(closing(true), &cx).await.unwrap();
    assert_eq!(stdout.text(), "null\n");
    let (cx, ..) = context();
    let mistyped = close::Input { target: Target::Device("D2".into()), ..closing(true) };
    assert_eq!(close::run(mistyped, &cx).await.unwrap_err().kind, Kind::NotFound);
    let (cx, ..) = context();
    let silent = close::Input { actions: None, ..closing(false) };
    let error = close::run(silent, &cx).await.unwrap_err();
    assert!(error.message.starts_with("`--actions` is missing"), "{error}");
}

#[tokio::test]
async fn an_extension_counts_from_the_end() {
    let fake = Fake::start(|line, body| match line {
        "GET /me" => (200, me(json!([request("D1", ANA)]))),
        _ => {
            assert_eq!(line, format!("POST /elevationRequests/{ID}/extend"));
            // An hour is left at noon, and half of one, or seven, are added.
            let asked = body["seconds"].as_i64().unwrap();
            let mut extended = request("D1", ANA);
            extended["@mmd.validUntil"] = match asked {
                5400 => json!("2026-03-01T13:30:00.4Z"),
                28_800 => json!("2026-03-01T19:00:00Z"),
                other => panic!("{other}"),
            };
            (200, extended)
        }
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
    let target = Target::Device("d1".into());
    let half = extend::Input { target: target.clone(), by: Duration::from_secs(1800) };
    extend::run(half, &cx).await.unwrap();
    let ends = "`mmd elevate close D1 -m \"…\"` ends it\n";
    assert_eq!(stderr.text(), format!("access holds until 13:30 (1 h 30 min); {ends}"));
    let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
    extend::run(extend::Input { target, by: Duration::from_secs(7 * 3600) }, &cx).await.unwrap();
    assert_eq!(
        stderr.text(),
        format!(
            "warning: 7 h more was asked for, and the service allows no later end than this; a \
             request lasts no longer than its bound and your membership\naccess holds until 19:00 (7 h); {ends}"
        )
    );
    let none = extend::Input { target: Target::Device("D9".into()), by: Duration::from_secs(1) };
    assert_eq!(extend::run(none, &cx).await.unwrap_err().kind, Kind::Refused);
}

#[tokio::test]
async fn somebody_of_the_desk_is_told_who_may() {
    let fake = Fake::start(|line, _| {
        assert_eq!(line, "POST /elevationRequests");
        let who = json!({ "code": "role", "message": "ana@contoso.com, bob@contoso.com",
                          "target": "support" });
        let message = "This needs the role `support`.";
        (403, json!({ "error": { "code": "403", "message": message, "details": [who] } }))
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let refused = open::run(opening("D1", REVEAL), &cx).await.unwrap_err();
    assert_eq!((refused.kind, refused.kind.exit()), (Kind::Forbidden, 4));
    assert_eq!(refused.hints, ["ask who may: ana@contoso.com, bob@contoso.com"]);
    assert_eq!(stdout.text(), "");
}
