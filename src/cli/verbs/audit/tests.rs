//! What an empty answer means.

use serde_json::{Value, json};

use super::who;
use crate::{
    api::messages,
    cli::{
        output::{Format, tests::piped},
        prompt::tests::Scripted,
        verbs::{
            elevate::list::{self, Whose},
            testing::{Fake, TENANT, error, rows},
        },
    },
    error::Kind,
};

#[tokio::test]
async fn an_empty_list_does_not_hide_a_mistyped_name() {
    let fake = Fake::start(|line, _| match line {
        "GET /devices/D1" => {
            (200, json!({ "name": "D1", "tenantId": TENANT, "groups": [], "configurations": [] }))
        }
        "GET /devices/NOPE" => error(404, messages::NO_SUCH_DEVICE),
        _ if line.starts_with("GET /audit") => (200, Value::Null),
        _ => rows(json!([])),
    })
    .await;
    let home = tempfile::tempdir().unwrap();
    for (device, exists) in [("D1", true), ("NOPE", false)] {
        let device = device.to_owned();
        let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let listed =
            list::Input { open: None, whose: Whose::Everybody, device: Some(device.clone()) };
        for said in [list::run(listed, &cx).await, who::run(who::Input { device }, &cx).await] {
            assert_eq!(
                said.as_ref().err().map(|error| error.kind),
                (!exists).then_some(Kind::NotFound)
            );
            let hints = said.err().map(|error| error.hints).unwrap_or_default();
            assert!(exists || hints[0].contains("`mmd device search NOPE`"), "{hints:?}");
        }
        assert_eq!(stdout.text(), "");
    }
}
