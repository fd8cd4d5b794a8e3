//! Programs: where they call from, what their roles open, two secrets while one is rotated; and
//! tokens that are listed and ended.

use std::net::SocketAddr;

use futures_util::FutureExt;
use mmd::{api::BASE, service::settings::Settings};
use serde_json::{Value, json};

use crate::harness::{ADMIN, World, days, hours, request_for};

const SCOPE: &str = "https://mmd.test/.default";

/// Adds a program. Returns its id and secret.
async fn program(world: &World, body: Value) -> (String, String) {
    let made = world.post(&world.admin, "apps", &body).send().await.expect(201).json();
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    (text("clientId"), world.keep_secret(&text("clientSecret")))
}

async fn rotate(world: &World, body: Value) -> Value {
    world.post(&world.admin, "apps/nightly/rotate", &body).send().await.expect(200).json()
}

fn peer(address: &str) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), 4_000)
}

async fn token(world: &World, id: &str, secret: &str) -> String {
    let answer = world.token_answer(id, secret, SCOPE).await.expect(200).json();
    world.keep_secret(answer["access_token"].as_str().unwrap())
}

#[tokio::test]
async fn a_program_may_name_its_tenant_by_id_or_domain() {
    let world = World::new().await;
    let (id, secret) = program(&world, json!({ "name": "nightly" })).await;
    let other = mmd::service::administration::NewTenant {
        name: "Fabrikam".into(),
        domain: "fabrikam.com".into(),
        lead: mmd::service::administration::Lead::Customer,
        admin: None,
    };
    let other = world.app.add_tenant(other).await.unwrap().id.to_string();
    let asks = async |tenant: &str| {
        let form = format!(
            "client_id={id}&client_secret={secret}&scope={SCOPE}&grant_type=client_credentials"
        );
        let call = world.call("POST", &format!("/{tenant}/oauth2/v2.0/token"));
        let form = call.header("content-type", "application/x-www-form-urlencoded").raw(form);
        form.send().await
    };
    let own = world.tenant.to_string();
    for tenant in [own.as_str(), &own.to_uppercase(), "mmd.local", "MMD.Local"] {
        let token = asks(tenant).await.expect(200).json();
        let token = world.keep_secret(token["access_token"].as_str().unwrap());
        world.get(&token, "devices").send().await.expect(200);
    }
    for tenant in [other.as_str(), "fabrikam.com", "Default", "nowhere.example", "common"] {
        assert_eq!(asks(tenant).await.expect(401).json()["error"], "invalid_client", "{tenant}");
    }
}

#[tokio::test]
async fn a_program_is_not_admitted_by_the_address_of_a_proxy() {
    let settings =
        Settings { behind_proxy: vec!["10.1.0.0/16".parse().unwrap()], ..Settings::default() };
    let world = World::with(settings).await;
    let (id, secret) = program(&world, json!({ "name": "nightly", "from": ["10.0.0.0/8"] })).await;
    let sign_in = async |headers: &[(&'static str, &'static str)]| {
        let form = format!(
            "client_id={id}&client_secret={secret}&scope={SCOPE}&grant_type=client_credentials"
        );
        let mut call = world
            .call("POST", &format!("/{}/oauth2/v2.0/token", world.tenant))
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(form)
            .from(peer("10.1.0.1"));
        for (name, value) in headers {
            call = call.header(name, value);
        }
        call.send().await
    };
    let own = ("x-forwarded-for", "10.2.0.9");
    sign_in(&[own]).await.expect(200);
    // The proxy adds to one header, and passes on what the caller says in the other.
    let outside = ("x-forwarded-for", "198.51.100.7");
    for headers in [
        &[outside][..],
        &[outside, ("forwarded", "for=10.2.0.9")],
        &[outside, ("forwarded", "nonsense")],
        &[("forwarded", "for=198.51.100.7"), ("x-forwarded-for", "nonsense")],
        &[("x-forwarded-for", "nonsense")],
    ] {
        let refused = sign_in(headers).await.expect(400).json();
        assert_eq!(refused["error"], "unauthorized_client", "{headers:?}");
    }
    let from: Vec<_> =
        world.events_of("signIn.refused").await.iter().map(|e| e["from"].clone()).collect();
    assert_eq!(from[0], "198.51.100.7");
    assert!(from[1..].iter().all(|from| from.is_null()), "not known is not the proxy's: {from:?}");
}

#[tokio::test]
async fn a_program_is_held_to_its_networks_when_it_signs_in_and_when_it_calls() {
    let world = World::new().await;
    let body = json!({ "name": "nightly", "from": ["10.1.2.3/16", "2001:db8::/32"] });
    let (id, secret) = program(&world, body).await;
    let sign_in = async |from: Option<&str>, secret: &str| {
        let form = format!(
            "client_id={id}&client_secret={secret}&scope={SCOPE}&grant_type=client_credentials"
        );
        let call = world
            .call("POST", &format!("/{}/oauth2/v2.0/token", world.tenant))
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(form);
        match from {
            Some(address) => call.from(peer(address)).send().await,
            None => call.send().await,
        }
    };
    for from in [Some("10.2.0.1"), Some("::1"), None] {
        let refused = sign_in(from, &secret).await.expect(400).json();
        assert_eq!(refused["error"], "unauthorized_client", "{from:?}");
    }
    // Who does not know the secret does not learn about networks.
    let wrong = sign_in(Some("10.2.0.1"), "nonsense").await.expect(401).json();
    assert_eq!(wrong["error"], "invalid_client");
    let answer = sign_in(Some("10.1.200.1"), &secret).await.expect(200).json();
    let token = world.keep_secret(answer["access_token"].as_str().unwrap());
    let devices = |from: &str| world.get(&token, "devices").from(peer(from)).send();
    devices("10.1.0.9").await.expect(200);
    devices("::ffff:10.1.0.9").await.expect(200);
    devices("2001:db8::7").await.expect(200);
    let elsewhere = "This program may not call from this address.";
    devices("192.0.2.1").await.refuses(403, elsewhere);
    world.get(&token, "devices").send().await.refuses(403, elsewhere);
    let refused = world.events_of("access.refused").await;
    assert_eq!(
        (&refused[0]["who"], &refused[0]["from"], &refused[0]["detail"]),
        (&json!("app:nightly"), &json!("192.0.2.1"), &json!({ "needs": "network" }))
    );
    assert_eq!(world.events_of("signIn.refused").await.len(), 4);
    for bad in ["everywhere", "10.0.0.0/40", ""] {
        let body = json!({ "name": "x", "from": [bad] });
        world.post(&world.admin, "apps", &body).send().await.expect(400);
    }
}

#[tokio::test]
async fn a_program_that_is_elsewhere_is_written_down_also_when_it_hangs_up() {
    let world = World::new().await;
    let (id, secret) = program(&world, json!({ "name": "nightly", "from": ["10.1.2.3/16"] })).await;
    let form = format!(
        "client_id={id}&client_secret={secret}&scope={SCOPE}&grant_type=client_credentials"
    );
    let call = world
        .call("POST", &format!("/{}/oauth2/v2.0/token", world.tenant))
        .header("content-type", "application/x-www-form-urlencoded")
        .raw(form);
    // Dropped once it has begun, as the server drops it when the connection ends.
    assert!(call.from(peer("10.2.0.1")).send().now_or_never().is_none());
    let written = async {
        while world.events_of("signIn.refused").await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    let within = std::time::Duration::from_secs(10);
    assert!(tokio::time::timeout(within, written).await.is_ok());
}

#[tokio::test]
async fn a_role_opens_to_a_program_what_it_opens_to_people_and_nothing_else() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let mut tokens = Vec::new();
    for body in [
        json!({ "name": "hr", "roles": ["admin"] }),
        json!({ "name": "siem", "roles": ["auditor"] }),
        json!({ "name": "both", "roles": ["auditor"], "may": ["elevations"] }),
        json!({ "name": "kiosk", "roles": ["desk"] }),
    ] {
        let (id, secret) = program(&world, body).await;
        tokens.push(token(&world, &id, &secret).await);
    }
    let add = json!({ "upns": ["a@c"], "roles": ["desk"] });
    for (method, path, body, expected) in [
        ("GET", "devices", json!({}), [200, 200, 200, 200]),
        ("GET", "elevationRequests", json!({}), [200, 200, 200, 403]),
        ("GET", "members", json!({}), [200, 200, 200, 403]),
        ("GET", "audit/events", json!({}), [200, 200, 200, 403]),
        ("POST", "team/add", add, [200, 403, 403, 403]),
        ("POST", "elevationRequests", request_for("D1"), [403, 403, 201, 403]),
        ("GET", "devices/D1/elevationDetails", json!({}), [403, 403, 403, 403]),
        ("POST", "apps", json!({ "name": "x" }), [201, 403, 403, 403]),
    ] {
        for (token, expected) in tokens.iter().zip(expected) {
            let answer = world.call(method, path).token(token).json(&body).send().await;
            assert_eq!(answer.status, expected, "{method} {path}");
        }
    }
    let refused = world.post(&tokens[1], "team/add", &json!({ "upns": ["b@c"] })).send().await;
    refused.refuses(403, "This program is not allowed: it needs the role `admin`.");
    assert_eq!(world.me(&tokens[1]).await["roles"], json!(["auditor"]));
    let added = world.events_of("member.added").await;
    assert_eq!(added.last().unwrap()["who"], "app:hr");
}

#[tokio::test]
async fn two_secrets_are_good_while_one_is_rotated_and_never_three() {
    let world = World::new().await;
    let (id, first) = program(&world, json!({ "name": "nightly" })).await;
    let by_first = token(&world, &id, &first).await;
    let made = rotate(&world, json!({})).await;
    let second = world.keep_secret(made["clientSecret"].as_str().unwrap());
    assert_eq!(
        (&made["clientId"], &made["expires"], &made["oldSecretUntil"]),
        (&json!(id), &json!("2026-08-29T09:00:00Z"), &json!("2026-03-09T09:00:00Z"))
    );
    token(&world, &id, &first).await;
    // Nobody has used the second one yet: another takes its place.
    let made = rotate(&world, json!({ "graceSeconds": 3_600, "expiresInDays": 30 })).await;
    let third = world.keep_secret(made["clientSecret"].as_str().unwrap());
    world.token_answer(&id, &second, SCOPE).await.expect(401);
    let by_third = token(&world, &id, &third).await;
    token(&world, &id, &first).await;
    let refused = world.post(&world.admin, "apps/nightly/rotate", &json!({})).send().await;
    assert_eq!(
        refused.expect(409).error(),
        "Two secrets of this program are in use until 2026-03-02T10:00:00Z: end the old one first."
    );
    let finish = || world.post(&world.admin, "apps/nightly/finish", &json!({})).send();
    let finished = finish().await.expect(200).json();
    assert_eq!(finished, json!({ "ended": true, "revokedTokens": 3 }));
    assert_eq!(finish().await.expect(200).json(), json!({ "ended": false, "revokedTokens": 0 }));
    world.token_answer(&id, &first, SCOPE).await.expect(401);
    world.get(&by_first, "devices").send().await.expect(401);
    world.get(&by_third, "devices").send().await.expect(200);
    let events: Vec<_> = world.events().await.into_iter().map(|e| e["action"].clone()).collect();
    assert_eq!(events.iter().filter(|action| **action == "app.rotated").count(), 2);
    assert!(events.contains(&json!("app.oldSecretEnded")));

    // Without a word the old one ends with its grace.
    rotate(&world, json!({ "graceSeconds": 7_200 })).await;
    world.pass(hours(2)).await;
    world.token_answer(&id, &third, SCOPE).await.expect(401);
    for bad in [json!({ "graceSeconds": 0 }), json!({ "expiresInDays": 0 })] {
        world.post(&world.admin, "apps/nightly/rotate", &bad).send().await.expect(400);
    }
    world.post(&world.admin, "apps/other/rotate", &json!({})).send().await.expect(404);
}

#[tokio::test]
async fn no_token_outlives_the_secret_that_has_obtained_it() {
    let world = World::new().await;
    let (id, first) = program(&world, json!({ "name": "nightly", "expiresInDays": 1 })).await;
    let before = token(&world, &id, &first).await;
    let made = rotate(&world, json!({ "graceSeconds": 60, "expiresInDays": 1 })).await;
    let second = world.keep_secret(made["clientSecret"].as_str().unwrap());
    let answer = world.token_answer(&id, &first, SCOPE).await.expect(200).json();
    assert_eq!(answer["expires_in"], "60");
    let during = world.keep_secret(answer["access_token"].as_str().unwrap());
    let by_second = token(&world, &id, &second).await;
    for token in [&before, &during, &by_second] {
        world.get(token, "devices").send().await.expect(200);
    }
    world.pass(jiff::SignedDuration::from_secs(60)).await;
    for token in [&before, &during] {
        world.get(token, "devices").send().await.expect(401);
    }
    world.get(&by_second, "devices").send().await.expect(200);
    let finished = world.post(&world.admin, "apps/nightly/finish", &json!({})).send().await;
    assert_eq!(finished.expect(200).json(), json!({ "ended": false, "revokedTokens": 0 }));
    assert!(world.events_of("app.oldSecretEnded").await.is_empty(), "nobody has ended anything");
    world.clock.advance(hours(23) + jiff::SignedDuration::from_mins(50));
    let answer = world.token_answer(&id, &second, SCOPE).await.expect(200).json();
    assert_eq!(answer["expires_in"], "540", "nor the current one's");
}

#[tokio::test]
async fn the_grace_outlasts_no_secret() {
    let world = World::new().await;
    program(&world, json!({ "name": "nightly", "expiresInDays": 1 })).await;
    let made = rotate(&world, json!({})).await;
    assert_eq!(made["oldSecretUntil"], "2026-03-03T09:00:00Z");
    let made = rotate(&world, json!({ "graceSeconds": 90 * 86_400 })).await;
    assert_eq!(made["oldSecretUntil"], "2026-03-03T09:00:00Z", "however often it is rotated");
}

#[tokio::test]
async fn a_secret_that_had_ended_stays_so_when_another_takes_its_place() {
    let world = World::new().await;
    let (id, first) = program(&world, json!({ "name": "nightly", "expiresInDays": 1 })).await;
    world.clock.advance(hours(23) + jiff::SignedDuration::from_mins(30));
    let by_first = token(&world, &id, &first).await;
    world.clock.advance(hours(1));
    world.token_answer(&id, &first, SCOPE).await.expect(401);
    world.get(&by_first, "devices").send().await.expect(401);
    let made = rotate(&world, json!({})).await;
    world.keep_secret(made["clientSecret"].as_str().unwrap());
    assert_eq!(made["oldSecretUntil"], "2026-03-03T09:00:00Z", "when it had ended");
    world.token_answer(&id, &first, SCOPE).await.expect(401);
    world.get(&by_first, "devices").send().await.expect(401);
    let listed = world.get(&world.admin, "apps").send().await.expect(200).json();
    assert_eq!(listed["value"][0]["oldSecretUntil"], json!(null));
    let finished = world.post(&world.admin, "apps/nightly/finish", &json!({})).send().await;
    assert_eq!(finished.expect(200).json(), json!({ "ended": false, "revokedTokens": 0 }));
}

#[tokio::test]
async fn a_removed_program_stops_at_once_and_what_it_has_seen_is_owed_a_rotation() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let (id, secret) = program(&world, json!({ "name": "Nightly" })).await;
    let token = token(&world, &id, &secret).await;
    let request = world.open(&token, "D1").await;
    world.read(&token, "D1").send().await.expect(200);
    let remove = || world.call("DELETE", "apps/Nightly").token(&world.admin).send();
    let removed = remove().await.expect(200).json();
    assert_eq!(removed, json!({ "closedRequests": 1, "revokedTokens": 1 }));
    world.get(&token, "devices").send().await.expect(401);
    world.token_answer(&id, &secret, SCOPE).await.expect(401);
    assert_eq!(agent.contact(&world).await.due, Some(mmd::domain::rotation::Reason::Owed));
    assert_eq!(world.request(&world.admin, &request).await["closingAgentUpn"], ADMIN);
    remove().await.refuses(404, "This program does not exist.");
}

#[tokio::test]
async fn programs_are_listed_without_their_secrets() {
    let world = World::new().await;
    let body = json!({ "name": "nightly", "may": ["devices"], "roles": ["auditor", "desk"],
                       "from": ["10.1.2.3/16"], "expiresInDays": 90 });
    let (id, secret) = program(&world, body).await;
    world.clock.advance(hours(1));
    let answer = world.token_answer(&id, &secret, SCOPE).await.expect(400);
    assert!(answer.text().contains("unauthorized_client"), "no address is known here");
    rotate(&world, json!({})).await;
    let listed = world.get(&world.admin, "apps").send().await.expect(200).json();
    assert_eq!(
        listed["value"],
        json!([{
            "name": "nightly", "clientId": id, "may": ["devices"], "roles": ["desk", "auditor"],
            "from": ["10.1.0.0/16"], "expires": "2026-08-29T10:00:00Z",
            "oldSecretUntil": "2026-03-09T10:00:00Z", "addedBy": ADMIN,
            "addedAt": "2026-03-02T09:00:00Z", "lastUsed": null,
        }])
    );
    let sam = world.member("sam@c", &["support", "desk", "operations"]).await;
    for path in ["apps", "tokens", "tokens/sam@c", "team/export", "team/review", "members/sam@c"] {
        world.get(&sam, path).send().await.expect(403);
    }
    let ada = world.member("ada@c", &["auditor"]).await;
    for path in ["apps", "tokens", "tokens/sam@c", "team/export", "team/review", "members/sam@c"] {
        world.get(&ada, path).send().await.expect(200);
    }
    for (method, path) in [
        ("POST", "team/add"),
        ("POST", "team/remove"),
        ("POST", "team/sync"),
        ("POST", "apps/nightly/rotate"),
        ("POST", "apps/nightly/finish"),
        ("DELETE", "apps/nightly"),
        ("POST", "tokens/revoke"),
    ] {
        world.call(method, path).token(&ada).json(&json!({})).send().await.expect(403);
    }
}

#[tokio::test]
async fn tokens_are_listed_without_the_token_and_ended_all_or_none() {
    let world = World::new().await;
    let sam = world.member("Sam@c", &["desk"]).await;
    let (id, secret) = program(&world, json!({ "name": "nightly" })).await;
    let program = token(&world, &id, &secret).await;
    let list = async |path: &str| {
        let answer = world.get(&world.admin, path).send().await.expect(200);
        for secret in world.secrets() {
            assert!(!answer.text().contains(&secret));
        }
        answer.json()["value"].as_array().unwrap().clone()
    };
    let all = list("tokens").await;
    let holders: Vec<_> = all.iter().map(|token| token["holder"].as_str().unwrap()).collect();
    assert_eq!(holders, [ADMIN, "app:nightly", "Sam@c"]);
    let own = list("tokens/sam@C").await;
    assert_eq!(
        own,
        [json!({ "id": own[0]["id"], "holder": "Sam@c", "created": "2026-03-02T09:00:00Z",
                 "lastUsed": "2026-03-02T09:00:00Z", "expires": "2026-05-31T09:00:00Z",
                 "from": null })]
    );
    assert_eq!(list("tokens/app:nightly").await.len(), 1);
    assert_eq!(list("tokens/nobody@c").await.len(), 0);
    let revoke =
        |ids: Value| world.post(&world.admin, "tokens/revoke", &json!({ "ids": ids })).send();
    let ids: Vec<_> = all[1..].iter().map(|token| token["id"].clone()).collect();
    let wrong = revoke(json!([ids[0], "0000"])).await;
    wrong.refuses(404, "There is no token `0000`; none was revoked.");
    world.get(&program, "devices").send().await.expect(200);
    revoke(json!([])).await.expect(400);
    revoke(json!(ids)).await.expect(204);
    world.get(&program, "devices").send().await.expect(401);
    world.get(&sam, &format!("{BASE}/me")).send().await.expect(401);
    let events = world.events_of("token.revoked").await;
    let told = json!({ "token": ids[1], "holder": "Sam@c" });
    assert_eq!((events.len(), &events[1]["detail"]), (2, &told));
    world.clock.advance(days(91));
    assert_eq!(world.count("select count(distinct id) from tokens"), 1);
}

#[tokio::test]
async fn a_program_with_a_role_does_with_tickets_what_people_with_that_role_do() {
    let world = World::with_contacts().await;
    let id = world.filed(&world.admin, json!({})).await;
    let tickets = format!("{BASE}/tickets");
    let body = crate::harness::incident(json!({}));
    for (role, sees) in [("auditor", 200), ("desk", 404)] {
        let (client, secret) = program(&world, json!({ "name": role, "roles": [role] })).await;
        let token = token(&world, &client, &secret).await;
        world.ticket(&token, "GET", &id, "").send().await.expect(sees);
        let before = world.ticket_now(&world.admin, &id).await;
        let resolve = world.ticket(&token, "POST", &id, "/resolve").json(&json!({ "text": "x" }));
        let status = resolve.send().await.status;
        assert!(matches!(status, 403 | 404), "{role}: {status}");
        world.post(&token, &tickets, &body).send().await.expect(403);
        assert_eq!(before, world.ticket_now(&world.admin, &id).await, "{role}");
    }
    let (client, secret) = program(&world, json!({ "name": "s", "roles": ["support"] })).await;
    let support = token(&world, &client, &secret).await;
    world.post(&support, &tickets, &body).send().await.expect(200);
}

#[tokio::test]
async fn the_token_endpoint_speaks_oauth_also_where_it_is_asked_nothing_that_can_be_read() {
    let world = World::new().await;
    let path = format!("/{}/oauth2/v2.0/token", world.tenant);
    let form = "application/x-www-form-urlencoded";
    let ask = async |method: &str, kind: &str, body: String| {
        world.call(method, &path).header("content-type", kind).raw(body).send().await
    };
    let large = format!("client_id={}", "x".repeat(3 << 20));
    for (method, kind, body, status, why) in [
        ("GET", form, String::new(), 405, "The token endpoint takes POST only."),
        ("PUT", form, "client_id=a".into(), 405, "The token endpoint takes POST only."),
        (
            "POST",
            form,
            "client_id=a&client_id=b".into(),
            400,
            "client_id stands in the form twice.",
        ),
        (
            "POST",
            form,
            "client_secret=a&client_secret=b".into(),
            400,
            "client_secret stands in the form twice.",
        ),
        ("POST", form, large, 413, "The form is larger than 1024 KiB."),
        (
            "POST",
            "application/json",
            "{}".into(),
            400,
            "The body must be a form: Content-Type application/x-www-form-urlencoded.",
        ),
    ] {
        let said = ask(method, kind, body).await.expect(status).json();
        assert_eq!(said, json!({ "error": "invalid_request", "error_description": why }));
    }
}
