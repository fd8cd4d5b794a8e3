//! What slows callers down, from where a call comes, and refusals that leave a trace.

use std::net::SocketAddr;

use futures_util::FutureExt;
use mmd::{
    api::BASE,
    service::settings::{Reading, Settings},
};
use serde_json::json;

use crate::harness::{ADMIN, World, hours, minutes};

fn address(text: &str) -> SocketAddr {
    format!("{text}:4711").parse().unwrap()
}

#[tokio::test]
async fn failed_sign_ins_slow_their_address_down_and_no_other() {
    let settings =
        Settings { behind_proxy: vec!["10.0.0.0/8".parse().unwrap()], ..Settings::default() };
    let world = World::with(settings).await;
    let (id, secret) = world.program("bot", &[]).await;
    let ask = async |secret: &str, peer: &str, forwarded: &str| {
        let form = format!(
            "client_id={id}&client_secret={secret}&grant_type=client_credentials\
             &scope=https://mmd.test/.default"
        );
        world
            .call("POST", &format!("/{}/oauth2/v2.0/token", world.tenant))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", forwarded)
            .from(address(peer))
            .raw(form)
            .send()
            .await
    };
    // Through the proxy each caller is counted for themselves, whatever they claim to be.
    for n in 0..30 {
        let claimed = format!("203.0.113.{n}, 198.51.100.7");
        ask("wrong", "10.1.1.1", &claimed).await.expect(401);
    }
    let slow = ask("wrong", "10.1.1.1", "198.51.100.7").await.expect(429);
    assert_eq!(slow.header("retry-after"), Some("601"));
    assert_eq!(
        slow.json(),
        json!({ "error": "temporarily_unavailable",
                "error_description": "Too many sign-ins from this address have failed." })
    );
    ask(&secret, "10.1.1.1", "198.51.100.8").await.expect(200);
    // Who is no proxy is believed nothing.
    ask(&secret, "192.0.2.9", "198.51.100.7").await.expect(200);
    world.clock.advance(minutes(10));
    ask(&secret, "10.1.1.1", "198.51.100.7").await.expect(200);
    let from: Vec<_> =
        world.events_of("signIn.done").await.iter().map(|e| e["from"].clone()).collect();
    assert_eq!(from[1..], [json!("198.51.100.8"), json!("192.0.2.9"), json!("198.51.100.7")]);
}

#[tokio::test]
async fn a_token_that_is_none_is_told_so_however_often_and_keeps_nobody_out() {
    let world = World::new().await;
    // Programs behind one address learn by the 401 that their hour is over.
    for n in 0..100 {
        let call = world.call("GET", &format!("{BASE}/me")).token(&format!("mmd_{n}"));
        call.from(address("198.51.100.7")).send().await.expect(401);
    }
    let call = world.call("GET", &format!("{BASE}/me")).token(&world.admin);
    call.from(address("198.51.100.7")).send().await.expect(200);
}

#[tokio::test]
async fn who_is_refused_again_and_again_fills_no_trail() {
    let world = World::new().await;
    let desk = world.member("desk@mmd.local", &["desk"]).await;
    let bob = world.member("bob@mmd.local", &["desk"]).await;
    let refused = async |token: &str, times: u32| {
        for _ in 0..times {
            world.get(token, "apps").send().await.expect(403);
        }
    };
    refused(&desk, 100).await;
    refused(&bob, 1).await;
    let of = async |who: &str| {
        let events = world.events_of("access.refused").await;
        events.iter().filter(|event| event["who"] == who).count()
    };
    assert_eq!((of("desk@mmd.local").await, of("bob@mmd.local").await), (30, 1));
    assert_eq!(world.events_of("refused.more").await.len(), 0);
    let since = world.now();
    world.pass(minutes(1)).await;
    world.pass(minutes(1)).await;
    let more = world.events_of("refused.more").await;
    let detail = json!({ "action": "access.refused", "count": 70, "since": since });
    assert_eq!((more.len(), &more[0]["detail"]), (1, &detail));
    assert_eq!(
        (&more[0]["who"], &more[0]["result"]),
        (&json!("desk@mmd.local"), &json!("refused"))
    );
    refused(&desk, 1).await;
    assert_eq!(of("desk@mmd.local").await, 31);
}

#[tokio::test]
async fn nor_does_who_is_refused_a_ticket_or_a_password() {
    let reading = Reading { per_minute: 1, per_hour: 60 };
    let world = World::with(Settings { reading, ..Settings::default() }).await;
    world.contact("Other", "Otto Other", "otto@mmd.local", "+1 555 0102").await;
    let _agents = [world.device("D1").await, world.device("D2").await];
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let id = world.filed(&sam, json!({})).await;
    world.step(&sam, &id, "resolve", &json!({})).send().await.expect(200);
    for _ in 0..40 {
        world.step(&sam, &id, "resolve", &json!({})).send().await.expect(409);
    }
    assert_eq!(world.events_of("ticket.refused").await.len(), 30);
    assert_eq!(world.events_of("rule.refused").await.len(), 0, "one refusal is one event");
    let bob = world.member("bob@mmd.local", &["support"]).await;
    for name in ["D1", "D2"] {
        world.open(&bob, name).await;
    }
    world.read(&bob, "D1").send().await.expect(200);
    for _ in 0..40 {
        world.read(&bob, "D2").send().await.expect(429);
    }
    assert_eq!(world.events_of("password.refused").await.len(), 30);
    world.pass(minutes(1)).await;
    world.pass(minutes(1)).await;
    let more = world.events_of("refused.more").await;
    let rests: Vec<_> = more.iter().map(|event| &event["detail"]["count"]).collect();
    assert_eq!(rests, [10, 10]);
}

#[tokio::test]
async fn a_refusal_is_an_event_also_when_the_caller_hangs_up() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let extend = format!("elevationRequests/{}/extend", world.open(&bob, "D1").await);
    let dora = world.member("dora@mmd.local", &["desk"]).await;
    let others = world.post(&world.admin, &extend, &json!({ "seconds": 60 }));
    for (call, event) in [(others, "rule.refused"), (world.read(&dora, "D1"), "access.refused")] {
        // Dropped once it has begun, as the server drops it when the connection ends.
        assert!(call.send().now_or_never().is_none());
        let written = async {
            while world.events_of(event).await.is_empty() {
                tokio::task::yield_now().await;
            }
        };
        let within = std::time::Duration::from_secs(10);
        let written = tokio::time::timeout(within, written).await;
        assert!(written.is_ok(), "{event}");
    }
}

#[tokio::test]
async fn what_a_rule_refuses_is_an_event() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let id = world.open(&bob, "D1").await;
    let extend = format!("elevationRequests/{id}/extend");
    let most = json!({ "seconds": 86_400 });
    world.post(&bob, &extend, &most).send().await.expect(200);
    let too_long = world.post(&bob, &extend, &most);
    too_long.send().await.expect(403);
    world.post(&world.admin, &extend, &json!({ "seconds": 60 })).send().await.expect(403);
    let own = world.call("PUT", &format!("members/{ADMIN}")).token(&world.admin);
    own.json(&json!({ "roles": ["auditor"] })).send().await.expect(403);
    let last = world.call("DELETE", &format!("members/{ADMIN}")).token(&world.admin);
    last.send().await.expect(403);
    let events = world.events_of("rule.refused").await;
    let told: Vec<_> = events.iter().map(|e| (&e["who"], &e["result"], &e["detail"])).collect();
    let refused = json!("refused");
    let (admin, bob) = (json!(ADMIN), json!("bob@mmd.local"));
    let detail = |operation: &str, why: &str| json!({ "operation": operation, "why": why });
    let extend = "POST tenants/{tenant}/elevationRequests/{id}/extend";
    let details = [
        detail(extend, "This request cannot be extended beyond 2026-03-02T17:00:00Z."),
        detail(extend, "This request is bob@mmd.local's to extend."),
        detail(
            "PUT tenants/{tenant}/members/{upn}",
            "Nobody changes their own roles: ask another admin.",
        ),
        detail(
            "DELETE tenants/{tenant}/members/{upn}",
            "The last admin cannot be removed: add another one first.",
        ),
    ];
    let expected = vec![
        (&bob, &refused, &details[0]),
        (&admin, &refused, &details[1]),
        (&admin, &refused, &details[2]),
        (&admin, &refused, &details[3]),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_agent_that_stops_again_and_again_is_one_event_an_hour() {
    let world = World::new().await;
    let agent = world.device("D1").await;
    let other = world.device("D2").await;
    for _ in 0..5 {
        agent.contact_with(&world, 0, json!({ "stopped": "no disk" })).await.expect(200);
        agent.contact_with(&world, 0, json!({})).await.expect(200);
    }
    assert_eq!(world.events_of("rotation.stopped").await.len(), 1);
    other.contact_with(&world, 0, json!({ "stopped": "no disk" })).await.expect(200);
    assert_eq!(world.events_of("rotation.stopped").await.len(), 2);
    world.clock.advance(hours(1));
    agent.contact_with(&world, 0, json!({ "stopped": "no disk" })).await.expect(200);
    assert_eq!(world.events_of("rotation.stopped").await.len(), 3);
}

#[tokio::test]
async fn a_program_may_send_its_credentials_in_the_header() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let world = World::new().await;
    let (id, secret) = world.program("bot", &[]).await;
    let basic =
        |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let ask = async |authorization: &str, form: &str| {
        world
            .call("POST", &format!("/{}/oauth2/v2.0/token", world.tenant))
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(format!(
                "grant_type=client_credentials&scope=https%3A%2F%2Fmmd.test%2F.Default{form}"
            ))
            .send()
            .await
    };
    let good = ask(&basic(&id, &secret), "").await.expect(200).json();
    assert_eq!((&good["token_type"], &good["expires_in"]), (&json!("Bearer"), &json!("3599")));
    ask(&basic(&id, &secret), &format!("&client_id={id}")).await.expect(200);
    let wrong = ask(&basic(&id, "wrong"), "").await.expect(401);
    assert_eq!(wrong.header("www-authenticate"), Some("Basic realm=\"mmd\""));
    assert_eq!(wrong.json()["error"], "invalid_client");
    for (authorization, form) in [
        (basic(&id, &secret), format!("&client_secret={secret}")),
        (basic(&id, &secret), "&client_id=another".to_owned()),
        ("Basic %%%".to_owned(), String::new()),
        ("Basic YQ==".to_owned(), String::new()),
    ] {
        assert_eq!(ask(&authorization, &form).await.expect(400).json()["error"], "invalid_request");
    }
}

#[tokio::test]
async fn a_token_in_use_does_not_end_as_unused_however_short_that_is() {
    let mut settings = Settings::default();
    settings.sign_in.token_unused = minutes(30);
    let world = World::with(settings).await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    for _ in 0..8 {
        world.clock.advance(minutes(25));
        world.me(&bob).await;
    }
    world.clock.advance(minutes(31));
    world.get(&bob, "devices").send().await.expect(401);
}
