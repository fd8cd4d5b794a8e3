//! What every call has in common: who asks, from where, under which id.

use mmd::api::BASE;
use serde_json::json;

use crate::harness::{World, request_for};

/// What everybody without a token is told.
const CHALLENGE: &str =
    "Bearer resource_metadata=\"https://mmd.test/.well-known/oauth-protected-resource\"";

#[tokio::test]
async fn a_stranger_is_challenged_everywhere_and_another_tenant_does_not_exist() {
    let world = World::new().await;
    let device = "devices/D1/elevationDetails";
    for path in
        ["", "/", "/nothing", "/me", "/$metadata", "/tenants", "/tenants/x/devices/%FF", "/tickets"]
    {
        for method in ["GET", "POST", "DELETE", "HEAD"] {
            let answer = world.call(method, &format!("{BASE}{path}")).send().await;
            assert_eq!(answer.status, 401, "{method} {path}");
            assert_eq!(answer.header("www-authenticate"), Some(CHALLENGE), "{method} {path}");
            let cut =
                world.call(method, &format!("{BASE}{path}")).header("authorization", "Basic x");
            assert!(cut.send().await.header("www-authenticate").unwrap().contains("invalid_token"));
        }
    }
    for method in ["GET", "PUT", "TRACE"] {
        world.call(method, device).send().await.expect(401);
    }
    let none = "There is nothing at this address.";
    world.get(&world.admin, &format!("{BASE}/nothing")).send().await.refuses(404, none);
    world
        .get(&world.admin, &format!("{BASE}/tenants/x/devices/%FF"))
        .send()
        .await
        .expect(400)
        .error();
    world.call("GET", "/").send().await.refuses(404, none);
    let other = format!("{BASE}/tenants/{}/devices", uuid::Uuid::new_v4());
    world.get(&world.admin, &other).send().await.refuses(404, "This tenant does not exist.");
    for odd in ["x", "default", "%20"] {
        let path = format!("{BASE}/tenants/{odd}/audit/events");
        world.get(&world.admin, &path).send().await.refuses(404, "This tenant does not exist.");
    }
    // A token is taken from the header, never from the address.
    let query = format!("devices?access_token={}", world.admin);
    world.call("GET", &query).send().await.expect(401);
}

#[tokio::test]
async fn the_request_id_goes_both_ways_and_into_the_trail_and_nothing_is_cached() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let body = request_for("D1");
    let create =
        world.post(&world.admin, "elevationRequests", &body).header("x-request-id", "abcd-1234");
    let answer = create.send().await.expect(201);
    assert_eq!(answer.header("x-request-id"), Some("abcd-1234"));
    assert_eq!(world.events_of("elevation.opened").await[0]["call"], "abcd-1234");
    for bad in ["short", "with space 12", &"x".repeat(65)] {
        let call = world.call("GET", "/healthz").header("x-request-id", bad);
        let own = call.send().await.expect(200);
        assert_eq!(own.header("x-request-id").map(str::len), Some(36), "{bad}");
    }
    for path in ["/healthz", "/readyz", "/nothing", "devices", &format!("{BASE}/$metadata")] {
        let answer = world.get(&world.admin, path).send().await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
    }
}

#[tokio::test]
async fn the_trail_says_from_where() {
    let world = World::new().await;
    let code = {
        let put = world.call("PUT", "members/sam@mmd.local").token(&world.admin);
        put.json(&json!({ "roles": [] })).send().await.expect(200);
        world.invite("sam@mmd.local").await
    };
    let body = json!({ "code": code, "tokenHash": crate::harness::hash_of("t") });
    let address: std::net::SocketAddr = "192.0.2.7:4711".parse().unwrap();
    world.call("POST", "/invite/redeem").json(&body).from(address).send().await.expect(200);
    let event = world.events_of("signIn.done").await.pop().unwrap();
    assert_eq!((&event["from"], &event["who"]), (&json!("192.0.2.7"), &json!("sam@mmd.local")));
}
