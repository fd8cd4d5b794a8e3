//! Who may do what: people by role, programs by permission, and the edges of both.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use mmd::{api::BASE, domain::rotation::Reason};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    call::{Answer, Call},
    harness::{ADMIN, World, days, request_for},
};

/// The refusal that says which role is missing and who holds it.
#[track_caller]
fn lacks(answer: &Answer, roles: &str, holders: &str) {
    let words: Vec<_> = roles.split(',').map(|role| format!("`{role}`")).collect();
    let whole = json!({ "error": {
        "code": "403",
        "message": format!("This needs the role {}.", words.join(" or ")),
        "details": [{ "code": "role", "message": holders, "target": roles }],
    } });
    assert_eq!((answer.status, answer.json()), (403, whole));
}

#[tokio::test]
async fn without_the_role_a_person_is_told_who_may() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let may = format!("{ADMIN}, sam@mmd.local");
    let id = world.open(&sam, "D1").await;
    for role in ["desk", "auditor", "operations", "admin"] {
        let token = world.member(&format!("the-{role}@mmd.local"), &[role]).await;
        let before = world.rows();
        let create = world.post(&token, "elevationRequests", &request_for("D1"));
        lacks(&create.send().await, "support", &may);
        lacks(&world.read(&token, "D1").send().await, "support", &may);
        let extend = format!("elevationRequests/{id}/extend");
        let extend = world.post(&token, &extend, &json!({ "seconds": 9000 }));
        lacks(&extend.send().await, "support", &may);
        if role != "admin" {
            lacks(&world.close(&token, &id).send().await, "support,admin", &may);
            let rotate = world.post(&token, "devices/D1/rotate", &json!({}));
            lacks(&rotate.send().await, "support,admin", &may);
            let code = world.post(&token, "enrollments", &json!({ "deviceName": "D2" }));
            lacks(&code.send().await, "admin", ADMIN);
            let path = "members/eve@mmd.local";
            let put = world.call("PUT", path).token(&token).json(&json!({ "roles": [] }));
            lacks(&put.send().await, "admin", ADMIN);
            let remove = world.call("DELETE", "members/sam@mmd.local").token(&token);
            lacks(&remove.send().await, "admin", ADMIN);
            let invite = world.post(&token, "members/sam@mmd.local/invite", &json!({}));
            lacks(&invite.send().await, "admin", ADMIN);
            let app = world.post(&token, "apps", &json!({ "name": "bot" }));
            lacks(&app.send().await, "admin", ADMIN);
        }
        assert_eq!(before, world.rows(), "{role}");
        for (path, readers) in [
            ("audit/events", &["auditor", "admin"][..]),
            ("audit/head", &["auditor", "admin"]),
            ("health", &["auditor", "admin"]),
            ("members", &["auditor", "admin"]),
            ("devices", &["desk", "auditor", "operations", "admin"]),
            ("users", &["desk", "auditor", "operations", "admin"]),
            ("elevationRequests", &["desk", "auditor", "operations", "admin"]),
        ] {
            let expected = if readers.contains(&role) { 200 } else { 403 };
            let answer = world.get(&token, path).send().await;
            assert_eq!(answer.status, expected, "{role} {path}");
        }
        let listed = world.get(&token, "elevationRequests").send().await.json();
        let seen = listed["value"].as_array().unwrap().len();
        let shown = world.get(&token, &format!("elevationRequests/{id}")).send().await.status;
        let expected = if matches!(role, "admin" | "auditor") { (1, 200) } else { (0, 404) };
        assert_eq!((seen, shown), expected, "{role}");
        // An admin may close, for that takes access away.
        if role == "admin" {
            world.close(&token, &id).send().await.expect(204);
        }
    }
    let refused = world.events_of("access.refused").await;
    let expected = json!({ "needs": "elevate" });
    assert_eq!(
        (&refused[0]["who"], &refused[0]["detail"]),
        (&json!("the-desk@mmd.local"), &expected)
    );
    assert!(refused.iter().all(|event| event["result"] == "refused"));
}

#[tokio::test]
async fn the_desk_sees_its_own_old_requests_and_no_others() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let sam = world.member("sam@mmd.local", &["support"]).await;
    let own = world.open(&sam, "D1").await;
    let other = world.open(&world.admin, "D1").await;
    world.close(&sam, &own).send().await.expect(204);
    world
        .db()
        .execute("update member_roles set role = 'desk' where upn_fold like 'sam%'", [])
        .unwrap();
    let listed = world.get(&sam, "elevationRequests").send().await.expect(200).json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    assert_eq!(listed["value"][0]["id"], own);
    // A filter must not widen what one sees.
    let all = "elevationRequests?$filter=ttl%20gt%200%20or%20isDeleted%20eq%20false";
    let listed = world.get(&sam, all).send().await.expect(200).json();
    assert_eq!(listed["value"].as_array().unwrap().len(), 1);
    world.get(&sam, &format!("elevationRequests/{own}")).send().await.expect(200);
    world.get(&sam, &format!("elevationRequests/{other}")).send().await.expect(404);
}

#[tokio::test]
async fn a_removed_members_token_stops_at_once_and_what_they_saw_is_owed_a_rotation() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let sam = world.member("Sam@mmd.local", &["support"]).await;
    let id = world.open(&sam, "D1").await;
    world.read(&sam, "D1").send().await.expect(200);
    let left_over = world.invite("sam@mmd.local").await;
    agent.contact(&world).await;
    let patience = std::time::Duration::from_secs(20);
    let waits = agent.contact_with(&world, 55, json!({}));
    let removes = world.call("DELETE", "members/sAM@mmd.local").token(&world.admin).send();
    let (answer, removed) = tokio::join!(tokio::time::timeout(patience, waits), removes);
    assert_eq!(removed.expect(200).json(), json!({ "closedRequests": 1, "revokedTokens": 1 }));
    let orders = answer.expect("the agent is told at once").expect(200).json();
    assert_eq!(orders["due"], json!(Reason::Owed));

    world.get(&sam, "devices").send().await.expect(401);
    world.read(&sam, "D1").send().await.expect(401);
    let closed = world.request(&world.admin, &id).await;
    assert_eq!(
        (&closed["closingAgentUpn"], &closed["@mmd.state"]),
        (&json!(ADMIN), &json!("closed"))
    );
    let body = json!({ "code": left_over, "tokenHash": crate::harness::hash_of("t") });
    world.call("POST", "/invite/redeem").json(&body).send().await.expect(403);
    agent.rotate(&world).await;
    // Whoever comes again starts anew.
    let sam = world.member("sam@mmd.local", &["desk"]).await;
    assert_eq!(world.me(&sam).await["roles"], json!(["desk"]));
}

#[tokio::test]
async fn the_last_admin_stays_and_nobody_changes_their_own_roles() {
    let world = World::new().await;
    let put = |token: &str, upn: &str, roles: Value| {
        let call = world.call("PUT", &format!("members/{upn}")).token(token);
        call.json(&json!({ "roles": roles })).send()
    };
    let remove = |token: &str, upn: &str| {
        world.call("DELETE", &format!("members/{upn}")).token(token).send()
    };
    let own = "Nobody changes their own roles: ask another admin.";
    let last = "The last admin cannot be removed: add another one first.";
    let refused = remove(&world.admin, ADMIN).await.expect(403);
    assert_eq!(refused.error(), last);
    assert_eq!(refused.json()["error"]["details"][0]["code"], "rule");
    for upn in [ADMIN, "ADMIN@mmd.local"] {
        assert_eq!(put(&world.admin, upn, json!(["auditor"])).await.expect(403).error(), own);
    }
    let ada = world.member("ada@mmd.local", &["admin"]).await;
    assert_eq!(remove(&world.admin, ADMIN).await.expect(403).error(), own);
    remove(&ada, ADMIN).await.expect(200);
    world.get(&world.admin, "devices").send().await.expect(401);
    assert_eq!(remove(&ada, "ada@mmd.local").await.expect(403).error(), last);
    remove(&ada, "nobody@mmd.local").await.refuses(404, "This member does not exist.");
}

#[tokio::test]
async fn adding_a_member_again_is_success_and_says_so() {
    let world = World::new().await;
    let put = |upn: &str, roles: Value| {
        let call = world.call("PUT", &format!("members/{upn}")).token(&world.admin);
        call.json(&json!({ "roles": roles })).send()
    };
    let first = put("Sam@mmd.local", json!([])).await.expect(200).json();
    let member = json!({
        "upn": "Sam@mmd.local", "displayName": null, "roles": ["support"], "until": null,
        "partner": false, "bound": false, "addedBy": ADMIN, "addedAt": "2026-03-02T09:00:00Z",
        "lastSignIn": null,
    });
    assert_eq!(first, json!({ "change": "added", "member": member }));
    let again = put("sam@mmd.local", json!(["support"])).await.expect(200).json();
    assert_eq!(again, json!({ "change": "unchanged", "member": member }));
    let more = put("sam@mmd.local", json!(["auditor"])).await.expect(200).json();
    assert_eq!(
        (&more["change"], &more["member"]["roles"]),
        (&json!("changed"), &json!(["support", "auditor"]))
    );
    let code = world.invite("sam@mmd.local").await;
    world.redeem(&code).await;
    let listed = world.get(&world.admin, "members").send().await.expect(200).json();
    assert_eq!(listed["value"][1]["bound"], true);
    assert_eq!(listed["value"][1]["lastSignIn"], "2026-03-02T09:00:00Z");
    for bad in ["sam", "@mmd.local", "sam@", "a@b@c", "a%20b@c", "a%0A@c", "app:a@c", "%00@c"] {
        put(bad, json!(["support"])).await.expect(400);
    }
    put("eve@mmd.local", json!(["root"])).await.expect(400);
    assert_eq!(world.events_of("member.added").await.len(), 2, "the bootstrap member and Sam");
}

#[tokio::test]
async fn a_program_may_what_it_was_given_and_never_administers() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let devices = world.program_token("reader", &["devices"]).await;
    let opens = world.program_token("opener", &["elevations"]).await;
    let reads = world.program_token("passwords", &["passwords"]).await;
    let all = world.program_token("all", &[]).await;
    world.open(&opens, "D1").await;
    let status = async |token: &str, method: &str, path: &str, body: Value| -> u16 {
        world.call(method, path).token(token).json(&body).send().await.status
    };
    let details = "devices/D1/elevationDetails";
    for (method, path, body, allowed) in [
        ("GET", "devices", json!({}), [200, 403, 403, 200]),
        ("GET", "users", json!({}), [200, 403, 403, 200]),
        ("GET", "elevationRequests", json!({}), [403, 200, 403, 200]),
        ("POST", "elevationRequests", request_for("D1"), [403, 201, 403, 201]),
        ("GET", details, json!({}), [403, 403, 200, 200]),
        ("POST", "devices/D1/rotate", json!({}), [403, 202, 403, 202]),
        ("GET", "members", json!({}), [403; 4]),
        ("GET", "audit/events", json!({}), [403; 4]),
        ("POST", "apps", json!({ "name": "x" }), [403; 4]),
        ("POST", "enrollments", json!({ "deviceName": "x" }), [403; 4]),
    ] {
        for (token, expected) in [&devices, &opens, &reads, &all].into_iter().zip(allowed) {
            assert_eq!(
                status(token, method, path, body.clone()).await,
                expected,
                "{method} {path}"
            );
        }
    }
    let refused = world.get(&devices, details).send().await;
    refused.refuses(403, "This program is not allowed: it needs `passwords`.");

    let add = |body: Value| world.post(&world.admin, "apps", &body).send();
    let twice = add(json!({ "name": "all" })).await;
    twice.refuses(409, "A program of this name exists already.");
    for bad in [
        json!({ "name": "x", "may": ["everything"] }),
        json!({ "name": "x", "may": "devices" }),
        json!({ "name": "x", "expiresInDays": 0 }),
        json!({ "name": "x", "expiresInDays": 4000 }),
        json!({ "name": "a\nb" }),
        json!({ "name": " a" }),
        json!({}),
    ] {
        assert_eq!(add(bad.clone()).await.status, 400, "{bad}");
    }
    // The secret ends with its time, and the tokens that it made too.
    add(json!({ "name": "short", "expiresInDays": 1 })).await.expect(201);
    world.clock.advance(days(1));
    let (id, secret) = world.program("later", &[]).await;
    world.clock.advance(days(180));
    let answer = world.token_answer(&id, &secret, "https://mmd.test/.default").await;
    assert_eq!(answer.expect(401).json()["error"], "invalid_client");
}

#[tokio::test]
async fn the_process_that_embeds_the_service_is_technician_admin_and_auditor() {
    let world = World::new().await;
    let me = world.me("embedded-token").await;
    assert_eq!(me["user"], "operator@mmd.local");
    assert_eq!(
        (&me["roles"], &me["tokenExpires"]),
        (&json!(["support", "admin", "auditor"]), &json!(null))
    );
    let _agent = world.device("D1").await;
    let id = world.open("embedded-token", "D1").await;
    world.read("embedded-token", "D1").send().await.expect(200);
    world.close("embedded-token", &id).send().await.expect(204);
    world.get("embedded-token", "audit/events").send().await.expect(200);
    world.get("Embedded-token", "devices").send().await.expect(401);
    world.get("embedded-toke", "devices").send().await.expect(401);
    let revoke = world.call("DELETE", &format!("{BASE}/me/token")).token("embedded-token");
    revoke.send().await.expect(204);
    world.me("embedded-token").await;
}

#[tokio::test]
async fn a_token_ends_when_its_owner_ends_it() {
    let world = World::new().await;
    let sam = world.member("sam@mmd.local", &["desk"]).await;
    let path = format!("{BASE}/me/token");
    world.call("DELETE", &path).token(&sam).send().await.expect(204);
    world.call("DELETE", &path).token(&sam).send().await.expect(401);
    assert_eq!(world.events_of("token.revoked").await.len(), 1);
}

/// Sends `call` with a body that ends once `work` is done, which begins once the call is admitted.
pub async fn meanwhile<T>(
    call: Call<'_>,
    body: &Value,
    work: impl Future<Output = T>,
) -> (Answer, T) {
    let (admitted, is_admitted) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let text = Bytes::from(body.to_string());
    let slow = futures_util::stream::once(async {
        admitted.send(()).unwrap();
        is_done.await.unwrap();
        Ok::<_, Infallible>(text)
    });
    let call = call.header("content-type", "application/json").raw(Body::from_stream(slow));
    let work = async {
        is_admitted.await.unwrap();
        let worked = work.await;
        done.send(()).unwrap();
        worked
    };
    tokio::join!(call.send(), work)
}

#[tokio::test]
async fn who_is_removed_while_their_request_comes_in_changes_nothing_any_more() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let contact = json!({ "name": "Eve", "email": "eve@mmd.local", "phoneNumber": "1" });
    let mut refused = 0;
    for (method, path, body) in [
        ("POST", "team/add", json!({ "upns": ["eve@mmd.local"], "roles": ["admin"] })),
        ("POST", "apps", json!({ "name": "Eve" })),
        ("PUT", "contacts/devices", contact),
        ("POST", "elevationRequests", request_for("D1")),
    ] {
        for (taken, status) in [(json!([]), 401), (json!(["admin", "support"]), 403)] {
            let dora = world.member("dora@mmd.local", &["admin", "support"]).await;
            let call = world.call(method, path).token(&dora);
            let (answer, rows) = meanwhile(call, &body, async {
                let body = json!({ "upns": ["dora@mmd.local"], "roles": taken });
                world.post(&world.admin, "team/remove", &body).send().await.expect(200);
                world.rows()
            })
            .await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert_eq!(world.rows(), rows, "{path}");
            match answer.header("www-authenticate") {
                Some(challenge) => {
                    assert!(challenge.contains("ended meanwhile"), "{challenge}");
                    assert!(challenge.contains("resource_metadata="), "{challenge}");
                }
                None => refused += 1,
            }
            let events = world.events_of("access.refused").await;
            assert_eq!(events.len(), refused, "{path}");
            assert!(events.iter().all(|event| event["who"] == "dora@mmd.local"), "{events:?}");
        }
    }
    assert_eq!(refused, 4);
}
