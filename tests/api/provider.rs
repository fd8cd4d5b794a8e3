//! Tokens of identity providers: which are taken, whose they are, and what the others are told.

use mmd::{api::BASE, service::settings::Settings};
use serde_json::{Value, json};

use crate::{
    call::Answer,
    harness::{ADMIN, ORIGIN, World, days, hours, minutes},
    issuer::{CLIENT, Issuer, Key, Mood},
    roles::meanwhile,
};

const METADATA: &str =
    "resource_metadata=\"https://mmd.test/.well-known/oauth-protected-resource\"";

/// A service that takes the provider's tokens, and the provider.
async fn world(more: &str) -> (World, Issuer) {
    let issuer = Issuer::start().await;
    let world = World::with(issuer.settings(more)).await;
    (world, issuer)
}

/// Adds a member, and awaits that they sign in as `subject`.
async fn awaited(world: &World, issuer: &Issuer, upn: &str, roles: &[&str], subject: &str) {
    let put = world.call("PUT", &format!("members/{upn}")).token(&world.admin);
    let oid = format!("{}#{subject}", issuer.url);
    put.json(&json!({ "roles": roles, "oid": oid })).send().await.expect(200);
}

/// A 401 that says why, in the challenge and in the sentence.
#[track_caller]
fn invalid(answer: &Answer, why: &str) {
    invalid_challenge(answer, why);
    assert!(answer.error().contains(why), "{why}: {}", answer.error());
}

/// A 401 that says why, in the challenge.
#[track_caller]
fn invalid_challenge(answer: &Answer, why: &str) {
    let challenge = answer.header("www-authenticate").unwrap_or_default();
    assert_eq!(answer.status, 401, "{why}: {}", answer.text());
    assert!(
        challenge.starts_with("Bearer error=\"invalid_token\", error_description=\""),
        "{challenge}"
    );
    assert!(challenge.contains(why), "{why}: {challenge}");
    assert!(challenge.ends_with(METADATA), "{challenge}");
}

#[tokio::test]
async fn a_member_is_bound_at_the_first_sign_in_and_known_by_issuer_and_subject_from_then_on() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "Ana@mmd.local", &["support"], "s-ana").await;
    let mut claims = issuer.claims("s-ana", world.now());
    claims["name"] = json!("Ana Ruiz");
    claims["upn"] = json!("somebody.else@mmd.local");
    let me = world.me(&issuer.sign(&claims)).await;
    let whole = json!({
        "user": "Ana@mmd.local",
        "tenantId": world.tenant,
        "tenantName": "Default",
        "roles": ["support"],
        "tokenExpires": "2026-03-02T10:00:00Z",
        "openRequests": [],
        "sample": false,
        "issuer": issuer.url,
        "freshUntil": "2026-03-02T17:00:00Z",
        "tenants": [{ "id": world.tenant, "name": "Default", "domain": "mmd.local" }],
        "rotationsOwed": 0,
    });
    assert_eq!(me, whole);
    let members = world.get(&world.admin, "members").send().await.expect(200).json();
    let ana = members["value"].as_array().unwrap().iter().find(|m| m["upn"] == "Ana@mmd.local");
    assert_eq!(
        (&ana.unwrap()["bound"], &ana.unwrap()["displayName"], &ana.unwrap()["lastSignIn"]),
        (&json!(true), &json!("Ana Ruiz"), &json!("2026-03-02T09:00:00Z"))
    );
    let bound = world.events_of("member.bound").await;
    let detail = json!({
        "upn": "Ana@mmd.local", "issuer": issuer.url, "subject": "s-ana", "by": "oid",
    });
    assert_eq!((bound.len(), &bound[0]["detail"]), (1, &detail));
    // Refreshed tokens of one sign-in are one event; the next sign-in is another.
    let signed_in = world.now();
    for _ in 0..3 {
        world.clock.advance(hours(1));
        let mut claims = issuer.claims("s-ana", world.now());
        claims["auth_time"] = json!(signed_in.as_second());
        world.me(&issuer.sign(&claims)).await;
    }
    let ana = |events: Vec<Value>| events.iter().filter(|e| e["who"] == "Ana@mmd.local").count();
    assert_eq!(ana(world.events_of("signIn.done").await), 1);
    world.me(&issuer.token("s-ana", world.now())).await;
    assert_eq!(ana(world.events_of("signIn.done").await), 2);
    // A removed member is out at once.
    let token = issuer.token("s-ana", world.now());
    let remove = world.call("DELETE", "members/ana@mmd.local").token(&world.admin);
    remove.send().await.expect(200);
    world.get(&token, "devices").send().await.expect(403);
}

#[tokio::test]
async fn each_sign_in_of_an_hour_is_an_event_where_the_provider_says_when_it_was() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let done = async || {
        let events = world.events_of("signIn.done").await;
        events.iter().filter(|event| event["who"] == "ana@mmd.local").count()
    };
    let last = async || {
        let members = world.get(&world.admin, "members").send().await.expect(200).json();
        let mut members = members["value"].as_array().unwrap().iter();
        members.find(|member| member["upn"] == "ana@mmd.local").unwrap()["lastSignIn"].clone()
    };
    let first = world.now();
    for n in 1..=3 {
        world.me(&issuer.token("s-ana", world.now())).await;
        assert_eq!(done().await, n);
        let at = format!("{:.0}", world.now());
        assert_eq!(last().await, json!(at));
        world.clock.advance(minutes(1));
        // A token of the same sign-in, and one of another machine's that is older.
        for signed_in in [world.now() - minutes(1), first] {
            let mut claims = issuer.claims("s-ana", world.now());
            claims["auth_time"] = json!(signed_in.as_second());
            world.me(&issuer.sign(&claims)).await;
            claims["auth_time"] = json!(signed_in.as_second() + 1);
            world.me(&issuer.sign(&claims)).await;
        }
        assert_eq!((done().await, last().await), (n, json!(at)));
    }
    // Without the time of the sign-in a renewed token looks like another one for an hour.
    let mut claims = issuer.claims("s-ana", world.now());
    claims.as_object_mut().unwrap().remove("auth_time");
    world.me(&issuer.sign(&claims)).await;
    assert_eq!(done().await, 3);
}

#[tokio::test]
async fn a_members_token_that_the_provider_has_signed_and_that_is_refused_is_an_event() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let changed = |subject: &str, name: &str, value: Value| {
        let mut claims = issuer.claims(subject, world.now());
        claims[name] = value;
        claims
    };
    let other = json!("https://other.example.com");
    let tried = async |claims: &Value, status| {
        world.get(&issuer.sign(claims), "devices").send().await.expect(status);
    };
    tried(&changed("s-ana", "aud", other.clone()), 401).await;
    assert_eq!(world.events_of("signIn.refused").await.len(), 0, "she is nobody's subject yet");
    world.me(&issuer.token("s-ana", world.now())).await;
    let later = (world.now() + hours(1)).as_second();
    let refused = [
        ("aud", other.clone(), 401, "audience"),
        ("iat", json!(later), 401, "iat"),
        ("nbf", json!(later), 401, "nbf"),
        ("auth_time", json!(later), 401, "authTime"),
        ("auth_time", json!("soon"), 401, "noTime"),
        ("client_id", json!("another"), 401, "client"),
        ("scope", json!("openid"), 403, "scope"),
    ];
    for (n, (name, value, status, why)) in refused.iter().enumerate() {
        for _ in 0..3 {
            tried(&changed("s-ana", name, value.clone()), *status).await;
        }
        let events = world.events_of("signIn.refused").await;
        assert_eq!(events.len(), n + 1, "{name}: once an hour");
        let detail = json!({ "issuer": issuer.url, "upn": "ana@mmd.local", "why": why });
        let event = events.iter().find(|event| event["detail"] == detail);
        let event = event.unwrap_or_else(|| panic!("{why}: {events:?}"));
        assert_eq!((&event["who"], &event["result"]), (&json!("oidc:s-ana"), &json!("refused")));
    }
    // What has ended is ordinary, who is nobody's subject is no member, and a bad signature tells
    // of nobody.
    tried(&changed("s-ana", "exp", json!(world.now().as_second() - 61)), 401).await;
    tried(&changed("s-eve", "aud", other.clone()), 401).await;
    let (key, header) = (Key::es256(), json!({ "kid": "one", "typ": "at+jwt" }));
    let forged = key.sign("ES256", &header, &changed("s-ana", "aud", json!("https://b.example")));
    world.clock.advance(hours(1));
    world.get(&forged, "devices").send().await.expect(401);
    assert_eq!(world.events_of("signIn.refused").await.len(), refused.len());
    tried(&changed("s-ana", "aud", other), 401).await;
    assert_eq!(world.events_of("signIn.refused").await.len(), refused.len() + 1, "an hour later");
}

#[tokio::test]
async fn every_algorithm_of_the_list_is_checked_by_its_own_kind_of_key() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let (rsa, ed) = (Key::rsa(), Key::ed_dsa());
    issuer.set_keys(vec![issuer.key.jwk("one"), rsa.jwk("rsa"), ed.jwk("ed")]);
    let claims = issuer.claims("s-ana", world.now());
    for (key, kid, algorithms) in [
        (&issuer.key, "one", &["ES256"][..]),
        (&rsa, "rsa", &["RS256", "PS256"]),
        (&ed, "ed", &["EdDSA"]),
    ] {
        for alg in algorithms {
            let token = key.sign(alg, &json!({ "kid": kid, "typ": "application/at+jwt" }), &claims);
            world.me(&token).await;
            let cut = &token[..token.len() - 8];
            invalid(&world.get(cut, "devices").send().await, "its signature is wrong");
        }
        for alg in ["none", "HS256"] {
            let token = key.sign(alg, &json!({ "kid": kid, "typ": "at+jwt" }), &claims);
            let why = if alg == "none" {
                "names no algorithm that is taken"
            } else {
                "the algorithm HS256 is not taken"
            };
            invalid(&world.get(&token, "devices").send().await, why);
        }
    }
    // A key of one kind is no key of another, whatever the header says.
    let confused = issuer.key.sign("ES256", &json!({ "kid": "ed", "typ": "at+jwt" }), &claims);
    invalid(&world.get(&confused, "devices").send().await, "its key is not one of the provider's");
}

#[tokio::test]
async fn a_token_that_is_not_for_us_is_refused_with_its_reason() {
    let (world, issuer) = world("program = [{ client_id = 'bot', name = 'bot' }]").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let now = world.now().as_second();
    let changed = |name: &str, value: Value| {
        let mut claims = issuer.claims("s-ana", world.now());
        match value {
            Value::Null => _ = claims.as_object_mut().unwrap().remove(name),
            value => claims[name] = value,
        }
        issuer.sign(&claims)
    };
    for (name, value, why) in [
        ("aud", json!("https://other.example.com"), "it was made for another service"),
        ("aud", json!(["a", "b"]), "it was made for another service"),
        ("aud", json!(format!("{ORIGIN} x")), "it was made for another service"),
        ("aud", Value::Null, "it was made for another service"),
        ("iss", json!("https://login.example.com"), "somebody whose tokens are not taken here"),
        ("iss", json!(format!("{}/", issuer.url)), "somebody whose tokens are not taken here"),
        ("exp", json!(now - 61), "it ended at"),
        ("exp", Value::Null, "it does not say when it ends"),
        ("exp", json!("tomorrow"), "its `exp` is no time"),
        ("exp", json!(1e300), "its `exp` is no time"),
        (
            "nbf",
            json!(now + 600),
            "it begins at 2026-03-02T09:10:00Z; the service's clock says 2026-03-02T09:00:00Z",
        ),
        (
            "iat",
            json!(now + 600),
            "it was made at 2026-03-02T09:10:00Z; the service's clock says 2026-03-02T09:00:00Z",
        ),
        ("sub", Value::Null, "it does not say whose it is"),
        ("sub", json!(""), "it does not say whose it is"),
        ("client_id", json!("another"), "by the client that it was given to"),
        // A person's token of a program's client gives no program's rights, and the reverse.
        ("client_id", json!("bot"), "by the client that it was given to"),
        ("sub", json!(CLIENT), "the program that it was given to is not known here"),
    ] {
        let answer = world.get(&changed(name, value.clone()), "devices").send().await;
        invalid(&answer, why);
    }
    // Within the skew all is well.
    for (name, value) in [("exp", now - 59), ("nbf", now + 59), ("iat", now + 59)] {
        world.get(&changed(name, json!(value)), "devices").send().await.expect(200);
    }
    world.get(&changed("aud", json!(["x", ORIGIN])), "devices").send().await.expect(200);

    let claims = issuer.claims("s-ana", world.now());
    for (header, why) in [
        (json!({ "kid": "one", "typ": "JWT" }), "it is no access token"),
        (json!({ "kid": "one" }), "it is no access token"),
        (json!({ "kid": "two", "typ": "at+jwt" }), "its key is not one of the provider's"),
        (json!({ "kid": "one", "typ": "at+jwt", "crit": ["x"] }), "asks for what is not supported"),
    ] {
        let token = issuer.key.sign("ES256", &header, &claims);
        invalid(&world.get(&token, "devices").send().await, why);
    }
    let forged = Key::es256().sign("ES256", &json!({ "kid": "one", "typ": "at+jwt" }), &claims);
    invalid(&world.get(&forged, "devices").send().await, "its signature is wrong");
    let mut long = claims.clone();
    long["groups"] = json!(vec!["g".repeat(40); 500]);
    world.get(&issuer.sign(&long), "devices").send().await.expect(401);
    for odd in ["a.b.c", "..", "e30.e30.", "e30.e30.e30"] {
        world.get(odd, "devices").send().await.expect(401);
    }
    // Nothing of all this was a sign-in.
    assert_eq!(world.events_of("signIn.refused").await.len(), 0);
}

#[tokio::test]
async fn a_token_opens_no_more_than_it_was_given_for() {
    let (world, issuer) =
        world("program = [{ client_id = 'bot', name = 'bot', may = ['devices'] }]").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support", "admin"], "s-ana").await;
    let scoped = |scope: &str| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["scope"] = json!(scope);
        issuer.sign(&claims)
    };
    let short = world.get(&scoped("openid"), "devices").send().await.expect(403);
    let needs =
        format!("Bearer error=\"insufficient_scope\", scope=\"MmdSupport.ReadWrite\", {METADATA}");
    assert_eq!(short.header("www-authenticate"), Some(needs.as_str()));
    // The documented delegated permission is for devices and users.
    let devices = scoped("MWaaSDevice.Read");
    for (path, status) in
        [("devices", 200), ("users", 200), ("members", 403), ("elevationRequests", 403)]
    {
        let answer = world.get(&devices, path).send().await.expect(status);
        let told = answer.header("www-authenticate").unwrap_or_default();
        assert_eq!(told.contains("insufficient_scope"), status == 403, "{path}");
    }

    let program = |client: &str, more: Value| {
        let mut claims = issuer.claims(client, world.now());
        claims["client_id"] = json!(client);
        claims["scope"] = Value::Null;
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        issuer.sign(&claims)
    };
    let bare = world.get(&program("bot", json!({})), "devices").send().await.expect(403);
    assert_eq!(bare.header("www-authenticate"), Some(needs.as_str()));
    for held in
        [json!({ "roles": ["MmdSupport.ReadWrite"] }), json!({ "scope": "MmdSupport.ReadWrite" })]
    {
        let token = program("bot", held);
        let me = world.me(&token).await;
        assert_eq!((&me["user"], &me["roles"]), (&json!("app:bot"), &json!([])));
        world.get(&token, "devices").send().await.expect(200);
        // A program on what is for people, and beyond what it may.
        let people = world.get(&token, "members").send().await.expect(403);
        assert!(people.error().starts_with("This program is not allowed"), "{}", people.error());
        world.get(&token, "elevationRequests").send().await.expect(403);
    }
    let stranger = program("other", json!({ "roles": ["MmdSupport.ReadWrite"] }));
    invalid(
        &world.get(&stranger, "devices").send().await,
        "the program that it was given to is not known here",
    );
}

#[tokio::test]
async fn a_second_subject_with_a_known_name_is_nobody() {
    let (world, issuer) = world("bind_by_upn = true").await;
    let put = world.call("PUT", "members/ana@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": ["support"] })).send().await.expect(200);
    let as_ana = |subject: &str| {
        let mut claims = issuer.claims(subject, world.now());
        claims["preferred_username"] = json!("ANA@mmd.local");
        issuer.sign(&claims)
    };
    assert_eq!(world.me(&as_ana("s-1")).await["user"], "ana@mmd.local");
    assert_eq!(world.events_of("member.bound").await[0]["detail"]["by"], "upn");
    for _ in 0..3 {
        let refused = world.get(&as_ana("s-2"), "devices").send().await.expect(403);
        assert_eq!(
            refused.error(),
            "The provider's account with your name is not the one that is a member here."
        );
        assert_eq!(refused.json()["error"]["details"][0]["message"], ADMIN, "who may is named");
    }
    let events = world.events_of("signIn.refused").await;
    let detail = json!({ "issuer": issuer.url, "upn": "ANA@mmd.local", "why": "anotherSubject" });
    assert_eq!((events.len(), &events[0]["detail"]), (1, &detail), "once an hour");
    // The bootstrap member came by an invite, so that name is taken too.
    let mut claims = issuer.claims("s-3", world.now());
    claims["upn"] = json!(ADMIN);
    world.get(&issuer.sign(&claims), "devices").send().await.expect(403);
    // The first one goes on, by any name.
    world.me(&issuer.token("s-1", world.now())).await;
    let nobody = world.get(&issuer.token("s-4", world.now()), "devices").send().await.expect(403);
    assert_eq!(
        nobody.error(),
        "You are signed in at the provider, but not a member of the team here."
    );
}

#[tokio::test]
async fn who_is_made_another_while_their_request_comes_in_changes_nothing_any_more() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["admin"], "s-1").await;
    let call = || world.call("POST", "team/add");
    let add = json!({ "upns": ["eve@mmd.local"], "roles": ["admin"] });
    let first = issuer.token("s-1", world.now());
    let (answer, ()) = meanwhile(call().token(&first), &add, async {
        let remove = world.call("DELETE", "members/ana@mmd.local").token(&world.admin);
        remove.send().await.expect(200);
        // Somebody else, by the same name.
        awaited(&world, &issuer, "ana@mmd.local", &["admin"], "s-2").await;
        world.me(&issuer.token("s-2", world.now())).await;
    })
    .await;
    invalid_challenge(&answer, "ended meanwhile");
    let second = issuer.token("s-2", world.now());
    let (answer, ()) = meanwhile(call().token(&second), &add, async {}).await;
    answer.expect(200);
}

#[tokio::test]
async fn a_name_binds_only_where_the_issuer_may_and_only_for_a_week() {
    for (more, wait, status) in [
        ("bind_by_upn = true", days(7) - minutes(1), 200),
        ("bind_by_upn = true", days(7), 403),
        ("", minutes(1), 403),
    ] {
        let (world, issuer) = world(more).await;
        let put = world.call("PUT", "members/ana@mmd.local").token(&world.admin);
        put.json(&json!({ "roles": ["desk"] })).send().await.expect(200);
        world.clock.advance(wait);
        let mut claims = issuer.claims("s-1", world.now());
        claims["upn"] = json!("ana@mmd.local");
        let answer = world.get(&issuer.sign(&claims), "devices").send().await;
        assert_eq!(answer.status, status, "{more} {wait}");
    }
}

#[tokio::test]
async fn a_password_needs_a_sign_in_that_is_not_old() {
    let (world, issuer) = world("").await;
    let _agent = world.device("D1").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let signed_in = world.now();
    let token = |at| {
        let mut claims = issuer.claims("s-ana", at);
        claims["auth_time"] = json!(signed_in.as_second());
        issuer.sign(&claims)
    };
    world.open(&token(world.now()), "D1").await;
    world.read(&token(world.now()), "D1").send().await.expect(200);
    world.clock.advance(hours(8));
    let me = world.me(&token(world.now())).await;
    assert_eq!(me["freshUntil"], "2026-03-02T17:00:00Z");
    world.clock.advance(minutes(1));
    let own = world.open(&token(world.now()), "D1").await;
    let refused = world.read(&token(world.now()), "D1").send().await;
    let whole = format!(
        "Bearer error=\"insufficient_user_authentication\", \
         error_description=\"A password needs a newer sign-in\", max_age=\"28800\", {METADATA}"
    );
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, Some(whole.as_str())));
    assert_eq!(refused.error(), "A password needs a sign-in that is not older than 8h.");
    let event = &world.events_of("access.refused").await[0];
    assert_eq!(
        (&event["who"], &event["detail"]["needs"]),
        (&json!("ana@mmd.local"), &json!("newerSignIn"),)
    );
    // Everything else goes on.
    world.close(&token(world.now()), &own).send().await.expect(204);
    world.open(&token(world.now()), "D1").await;
    world.read(&issuer.token("s-ana", world.now()), "D1").send().await.expect(200);
    // Without `auth_time` the token's own age counts, and without any time it is as old as can be.
    for (made, status) in
        [(Some(world.now() - hours(9)), 401), (Some(world.now()), 200), (None, 401)]
    {
        let mut claims = issuer.claims("s-ana", world.now());
        claims.as_object_mut().unwrap().remove("auth_time");
        claims.as_object_mut().unwrap().remove("iat");
        if let Some(made) = made {
            claims["iat"] = json!(made.as_second());
        }
        world.read(&issuer.sign(&claims), "D1").send().await.expect(status);
    }
    // One that is still to come is none, but for clocks that are a little off.
    for (ahead, status) in [(minutes(1), 200), (minutes(2), 401)] {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["auth_time"] = json!((world.now() + ahead).as_second());
        let answer = world.read(&issuer.sign(&claims), "D1").send().await;
        if status == 401 {
            invalid(
                &answer,
                "its `auth_time` is 2026-03-02T17:03:00Z; the service's clock says \
                 2026-03-02T17:01:00Z",
            );
        }
        answer.expect(status);
    }
}

#[tokio::test]
async fn keys_are_kept_for_a_day_and_asked_for_seldom() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let status = async |token: &str| world.get(token, "devices").send().await.status;
    let many = (0..8).map(|_| {
        let token = issuer.token("s-ana", world.now());
        async move { token }
    });
    for token in many {
        assert_eq!(status(&token.await).await, 200);
    }
    assert_eq!(issuer.asked(), 1);
    // A new key: known at the first token, as long as that is not within the minute.
    let next = Key::es256();
    let header = json!({ "kid": "two", "typ": "at+jwt" });
    issuer.set_keys(vec![issuer.key.jwk("one"), next.jwk("two")]);
    let by_next = |world: &World| next.sign("ES256", &header, &issuer.claims("s-ana", world.now()));
    assert_eq!(status(&by_next(&world)).await, 401);
    world.clock.advance(minutes(1));
    assert_eq!(status(&by_next(&world)).await, 200);
    assert_eq!(issuer.asked(), 2);
    // Made-up key ids ask once a minute, and no more.
    for n in 0..20 {
        let header = json!({ "kid": n.to_string(), "typ": "at+jwt" });
        let token = issuer.key.sign("ES256", &header, &issuer.claims("s-ana", world.now()));
        assert_eq!(status(&token).await, 401);
    }
    assert_eq!(issuer.asked(), 2);
    // A key that the provider has withdrawn is good for a day at the most.
    issuer.set_keys(vec![next.jwk("two")]);
    world.clock.advance(hours(23));
    assert_eq!(status(&issuer.token("s-ana", world.now())).await, 200);
    world.clock.advance(hours(1));
    assert_eq!(status(&issuer.token("s-ana", world.now())).await, 401);
}

#[tokio::test]
async fn while_a_provider_is_away_its_known_keys_go_on_for_three_days() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let get = async || world.get(&issuer.token("s-ana", world.now()), "devices").send().await;
    issuer.set_mood(Mood::Away);
    let away = get().await;
    let message = format!(
        "The identity provider {} cannot be reached, so the sign-in cannot be checked.",
        issuer.url
    );
    away.refuses(503, &message);
    assert_eq!(away.header("retry-after"), Some("60"));
    issuer.set_mood(Mood::Well);
    world.clock.advance(minutes(1));
    get().await.expect(200);
    for mood in [Mood::Away, Mood::Redirects, Mood::Impostor, Mood::Huge] {
        issuer.set_mood(mood);
        world.clock.advance(hours(17));
        get().await.expect(200);
    }
    world.clock.advance(hours(4));
    get().await.refuses(503, &message);
    issuer.set_mood(Mood::Well);
    world.clock.advance(minutes(1));
    get().await.expect(200);
}

#[tokio::test]
async fn nobody_whose_key_is_known_waits_for_a_provider_that_does_not_answer() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    let get = async || world.get(&issuer.token("s-ana", world.now()), "devices").send().await;
    get().await.expect(200);
    issuer.set_mood(Mood::Silent);
    world.clock.advance(hours(25));
    // Far below the time that a fetch may take.
    let soon = std::time::Duration::from_secs(5);
    for _ in 0..3 {
        tokio::time::timeout(soon, get()).await.expect("an answer at once").expect(200);
        world.clock.advance(minutes(2));
    }
}

#[tokio::test]
async fn who_is_of_several_tenants_says_which() {
    let issuer = Issuer::start().await;
    let settings = issuer.settings("tenant = ['mmd.local', 'fabrikam.com', 'woodgrove.com']");
    let world = World::with(settings).await;
    world.clock.advance(minutes(1));
    let other = |name: &str| {
        let app = world.app.clone();
        let (name, domain) = (name.to_owned(), format!("{}.com", name.to_lowercase()));
        let lead = mmd::service::administration::Lead::Customer;
        let new = mmd::service::administration::NewTenant { name, domain, lead, admin: None };
        async move { app.add_tenant(new).await.unwrap().id }
    };
    let (fabrikam, woodgrove) = (other("Fabrikam").await, other("Woodgrove").await);
    awaited(&world, &issuer, "pat@partner.com", &["support"], "s-pat").await;
    let token = || issuer.token("s-pat", world.now());
    let me = format!("{BASE}/me");
    // Of one tenant only, nothing need be said.
    assert_eq!(world.me(&token()).await["tenantId"], json!(world.tenant));
    let db = world.db();
    let add = "insert into members (tenant, upn, upn_fold, added_by, added_at)
        values ($1, 'Pat@partner.com', 'pat@partner.com', 'x', 0)";
    db.execute(add, [fabrikam.to_string()]).unwrap();
    let sql = "insert into identities (tenant, upn_fold, issuer, subject)
        values ($1, 'pat@partner.com', $2, 's-pat')";
    db.execute(sql, [fabrikam.to_string(), issuer.url.clone()]).unwrap();

    let which = world.get(&token(), &me).send().await.expect(400);
    let names = format!("{} (Default), {fabrikam} (Fabrikam)", world.tenant);
    assert_eq!(
        which.error(),
        format!("You are of several tenants: name one in the header `mmd-tenant`: {names}.")
    );
    let detail =
        |message: &str| json!({ "code": "required", "target": "mmd-tenant", "message": message });
    assert_eq!(
        which.json()["error"]["details"],
        json!([detail("mmd.local (Default)"), detail("fabrikam.com (Fabrikam)")])
    );
    let as_of = async |name: &str| world.get(&token(), &me).header("mmd-tenant", name).send().await;
    let names = [fabrikam.to_string(), "Fabrikam.com".into(), "fabrikam".into()];
    for name in names.into_iter().chain([fabrikam.to_string().to_uppercase()]) {
        let told = as_of(&name).await.expect(200).json();
        assert_eq!((&told["tenantName"], &told["roles"]), (&json!("Fabrikam"), &json!([])));
        assert_eq!(told["tenants"].as_array().unwrap().len(), 2);
    }
    for name in [woodgrove.to_string(), "nowhere".into(), uuid::Uuid::new_v4().to_string()] {
        as_of(&name).await.refuses(404, "This tenant does not exist.");
        let path = format!("{BASE}/tenants/{name}/devices");
        world.get(&token(), &path).send().await.refuses(404, "This tenant does not exist.");
    }
    // A path counts, and before the header.
    for tenant in [world.tenant, fabrikam] {
        let path = format!("{BASE}/tenants/{tenant}/devices");
        world.get(&token(), &path).send().await.expect(200);
        let header = world.get(&token(), &path).header("mmd-tenant", "woodgrove.com");
        header.send().await.expect(200);
    }
    // Two of one name are no answer to which.
    db.execute("update tenants set name = 'Default'", []).unwrap();
    as_of("Default").await.expect(400);
    as_of("fabrikam.com").await.expect(200);
    // A token of ours is of one tenant.
    let ours = world.get(&world.admin, &me).header("mmd-tenant", "fabrikam.com").send().await;
    ours.refuses(404, "This tenant does not exist.");
    world.get(&world.admin, &me).header("mmd-tenant", "mmd.local").send().await.expect(200);
}

#[tokio::test]
async fn roles_come_from_claims_where_the_issuer_says_so() {
    let more =
        "roles_from = 'claims'\nroles = { Helpers = ['support'], Bosses = ['admin', 'auditor'] }";
    let (world, issuer) = world(more).await;
    let with = |roles: Value| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = roles;
        issuer.sign(&claims)
    };
    for none in [json!([]), json!(["Others"]), Value::Null, json!({ "Helpers": 1 })] {
        let refused = world.get(&with(none), "devices").send().await.expect(403);
        assert_eq!(refused.error(), "Your provider's account has no role here.");
    }
    assert_eq!(world.me(&with(json!(["Helpers"]))).await["roles"], json!(["support"]));
    let added = world.events_of("member.added").await.pop().unwrap();
    assert_eq!(added["detail"], json!({ "upn": "ana@mmd.local", "issuer": issuer.url }));
    let both = with(json!(["Helpers", "Bosses", "Others"]));
    assert_eq!(world.me(&both).await["roles"], json!(["support", "admin", "auditor"]));
    world.get(&with(json!(["Helpers"])), "members").send().await.expect(403);
    world.get(&with(json!([])), "devices").send().await.expect(403);
    // Somebody else with her name is not her.
    let mut claims = issuer.claims("s-eve", world.now());
    claims["upn"] = json!("ana@mmd.local");
    claims["roles"] = json!(["Bosses"]);
    world.get(&issuer.sign(&claims), "devices").send().await.expect(403);
    // A name that would pass for a program's or a device's makes no member.
    for odd in ["app:bot@mmd.local", "ana", "a b@mmd.local", "a\u{7}@mmd.local", ""] {
        let mut claims = issuer.claims("s-odd", world.now());
        claims["upn"] = json!(odd);
        claims["roles"] = json!(["Helpers"]);
        world.get(&issuer.sign(&claims), "devices").send().await.expect(403);
    }
}

#[tokio::test]
async fn whoever_loses_a_role_at_the_provider_loses_what_it_had_opened() {
    let more = "roles_from = 'claims'\nroles = { Helpers = ['support'], Desk = ['desk'] }";
    let (world, issuer) = world(more).await;
    let mut agent = world.device("D1").await;
    let with = |roles: Value| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = roles;
        issuer.sign(&claims)
    };
    let open = || world.count("select count(*) from requests where closed is null");
    for less in [json!(["Desk"]), json!([])] {
        let helper = with(json!(["Helpers"]));
        world.open(&helper, "D1").await;
        world.read(&helper, "D1").send().await.expect(200);
        let ours = world.redeem(&world.invite("ana@mmd.local").await).await;
        assert_eq!(open(), 1);
        let empty = less == json!([]);
        let answer = world.get(&with(less.clone()), "devices").send().await;
        assert_eq!(answer.status, if empty { 403 } else { 200 });
        assert_eq!(open(), 0, "{less}");
        let owed = world.events_of("rotation.owed").await;
        assert_eq!(owed.last().unwrap()["device"], "D1");
        let changed = world.events_of("member.changed").await.pop().unwrap();
        assert_eq!(changed["detail"]["taken"], json!(["support"]));
        assert_eq!(changed["detail"]["closed"], 1);
        assert_eq!(changed["who"], format!("issuer:{}", issuer.url));
        // What was let in by a code stands only as long as there is a role.
        let status = world.get(&ours, "devices").send().await.status;
        assert_eq!(status, if empty { 401 } else { 200 });
        let member = world.get(&world.admin, "members/ana@mmd.local").send().await.json();
        assert_eq!(member["roles"], if empty { json!([]) } else { json!(["desk"]) });
        agent.rotate(&world).await;
    }
    let changes = world.events_of("member.changed").await.len();
    for _ in 0..3 {
        world.get(&with(json!([])), "devices").send().await.expect(403);
    }
    assert_eq!(world.events_of("member.changed").await.len(), changes, "once is enough");
}

#[tokio::test]
async fn whoever_was_removed_comes_back_by_an_admin_only() {
    let more = "roles_from = 'claims'\nroles = { Helpers = ['support'] }";
    let (world, issuer) = world(more).await;
    let ana = || {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = json!(["Helpers"]);
        issuer.sign(&claims)
    };
    let out = || world.call("DELETE", "members/ana@mmd.local").token(&world.admin).send();
    world.me(&ana()).await;
    out().await.expect(200);
    for name in ["ana@mmd.local", "ana.ruiz@mmd.local"] {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!(name);
        claims["roles"] = json!(["Helpers"]);
        let refused = world.get(&issuer.sign(&claims), "devices").send().await.expect(403);
        assert_eq!(
            refused.error(),
            "You are signed in at the provider, but not a member of the team here."
        );
    }
    awaited(&world, &issuer, "ana@mmd.local", &["desk"], "s-ana").await;
    assert_eq!(world.me(&ana()).await["roles"], json!(["support"]));
    // It holds again, and an end by time is one.
    let ends = world.now() + hours(1);
    let put = world.call("PUT", "members/ana@mmd.local").token(&world.admin);
    put.json(&json!({ "until": ends })).send().await.expect(200);
    world.clock.advance(hours(2));
    world.get(&ana(), "devices").send().await.expect(403);
    world.get(&world.admin, "members").send().await.expect(200);
    world.get(&ana(), "devices").send().await.expect(403);
}

#[tokio::test]
async fn a_member_who_has_signed_in_is_not_bound_to_another_id() {
    let (world, issuer) = world("").await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "s-ana").await;
    world.me(&issuer.token("s-ana", world.now())).await;
    let put = async |upn: &str, oid: &str| {
        let put = world.call("PUT", &format!("members/{upn}")).token(&world.admin);
        put.json(&json!({ "oid": oid })).send().await
    };
    let refused = put("ana@mmd.local", "s-other").await.expect(403);
    assert_eq!(
        refused.error(),
        "ana@mmd.local has signed in before, so another id has no effect: remove the member and \
         add them again."
    );
    assert_eq!(refused.json()["error"]["details"][0]["target"], "oid");
    // What they are already may be written down.
    put("ana@mmd.local", "s-ana").await.expect(200);
    // By whatever words, the account is somebody's.
    for oid in ["s-ana", &format!("{}#s-ana", issuer.url)] {
        let taken = put("bob@mmd.local", oid).await.expect(403);
        let told = format!("The id {oid} belongs to ana@mmd.local already.");
        assert_eq!(taken.error(), told);
    }
}

#[tokio::test]
async fn the_last_admin_stays_one_whatever_the_provider_says() {
    let more = "roles_from = 'claims'\nroles = { Helpers = ['support'], Bosses = ['admin'] }";
    let (world, issuer) = world(more).await;
    let with = |roles: Value| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = roles;
        issuer.sign(&claims)
    };
    world.me(&with(json!(["Bosses"]))).await;
    // There is another admin, so nothing stands against it.
    assert_eq!(world.me(&with(json!(["Helpers"]))).await["roles"], json!(["support"]));
    let boss = with(json!(["Bosses"]));
    world.me(&boss).await;
    let path = format!("members/{ADMIN}");
    world.call("DELETE", &path).token(&boss).send().await.expect(200);
    assert_eq!(world.me(&with(json!(["Helpers"]))).await["roles"], json!(["support", "admin"]));
    let kept = "select cast(body as text) from audit where action = 'rule.refused'";
    let kept: String = world.db().query_row(kept, [], |row| row.get(0)).unwrap();
    assert!(kept.contains("The last admin cannot be removed"), "{kept}");
    // Without any role there is no way in, and the team still has its admin.
    world.get(&with(json!([])), "devices").send().await.expect(403);
    let sql = "select group_concat(role) from member_roles where upn_fold = 'ana@mmd.local'";
    let held: String = world.db().query_row(sql, [], |row| row.get(0)).unwrap();
    assert_eq!(held, "admin");
}

#[tokio::test]
async fn an_address_that_nobody_has_verified_names_nobody() {
    for more in ["bind_by_upn = true", "roles_from = 'claims'\nroles = { Helpers = ['support'] }"] {
        let (world, issuer) = world(more).await;
        if more.starts_with("bind") {
            let put = world.call("PUT", "members/ana@mmd.local").token(&world.admin);
            put.json(&json!({ "roles": ["support"] })).send().await.expect(200);
        }
        let said = |verified: Value| {
            let mut claims = issuer.claims("s-ana", world.now());
            claims["email"] = json!("ana@mmd.local");
            claims["roles"] = json!(["Helpers"]);
            claims["email_verified"] = verified;
            issuer.sign(&claims)
        };
        for verified in [Value::Null, json!(false), json!("true"), json!(1)] {
            world.get(&said(verified), "devices").send().await.expect(403);
        }
        assert_eq!(world.me(&said(json!(true))).await["user"], "ana@mmd.local");
    }
}

#[tokio::test]
async fn entras_tokens_are_read_as_entra_writes_them() {
    let more = "profile = 'entra'\naudience = ['api-client-id']\ntenants = { t1 = 'mmd.local' }\n\
        scopes = ['api://mmd/Support.Access']\n\
        program = [{ client_id = 'bot', name = 'bot' }]";
    let (world, issuer) = world(more).await;
    awaited(&world, &issuer, "ana@mmd.local", &["support"], "oid-ana").await;
    let now = world.now().as_second();
    let base = json!({
        "iss": issuer.url, "aud": "api-client-id", "tid": "t1", "oid": "oid-ana", "sub": "pairwise",
        "azp": CLIENT, "scp": "Support.Access", "iat": now, "nbf": now, "exp": now + 3600,
    });
    let token = |more: Value| {
        let mut claims = base.clone();
        claims.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        issuer.key.sign("ES256", &json!({ "kid": "one", "typ": "JWT" }), &claims)
    };
    assert_eq!(world.me(&token(json!({}))).await["user"], "ana@mmd.local");
    let get = async |more: Value| world.get(&token(more), "devices").send().await;
    invalid(&get(json!({ "tid": "t2" })).await, "a tenant of the provider that is not taken");
    invalid(&get(json!({ "tid": null })).await, "a tenant of the provider that is not taken");
    invalid(&get(json!({ "azp": "other" })).await, "by the client that it was given to");
    invalid(&get(json!({ "oid": null })).await, "it does not say whose it is");
    // An ID token holds neither scope nor role.
    invalid(&get(json!({ "scp": null })).await, "neither scope nor role");
    get(json!({ "scp": "User.Read" })).await.expect(403);
    let app =
        json!({ "scp": null, "azp": "bot", "oid": "oid-bot", "roles": ["MmdSupport.ReadWrite"] });
    assert_eq!(world.me(&token(app.clone())).await["user"], "app:bot");
    let mut bare = app;
    bare["roles"] = Value::Null;
    bare["idtyp"] = json!("app");
    get(bare).await.expect(403);
}

#[tokio::test]
async fn whose_a_subject_is_does_not_depend_on_which_tenants_the_settings_name() {
    for tenants in ["", "tenants = { t1 = 'mmd.local' }\n"] {
        let more = format!(
            "profile = 'entra'\naudience = ['api-client-id']\n{tenants}scopes = ['Support.Access']"
        );
        let (world, issuer) = world(&more).await;
        awaited(&world, &issuer, "ana@mmd.local", &["support"], "oid-ana").await;
        let now = world.now().as_second();
        let claims = json!({
            "iss": issuer.url, "aud": "api-client-id", "tid": "t1", "oid": "oid-ana", "azp": CLIENT,
            "scp": "Support.Access", "iat": now, "exp": now + 3600,
        });
        let token = issuer.key.sign("ES256", &json!({ "kid": "one", "typ": "JWT" }), &claims);
        assert_eq!(world.me(&token).await["user"], "ana@mmd.local", "{tenants}");
        let bound = world.events_of("member.bound").await;
        assert_eq!(bound[0]["detail"]["subject"], "t1#oid-ana", "{tenants}");
    }
}

#[tokio::test]
async fn the_same_subject_in_two_tenants_of_a_provider_is_two_people() {
    let more = "profile = 'entra'\naudience = ['api-client-id']\n\
        tenants = { t1 = 'mmd.local', t2 = 'mmd.local', t3 = 'fabrikam.com' }\n\
        scopes = ['Support.Access']";
    let (world, issuer) = world(more).await;
    let now = world.now().as_second();
    let token = |tid: &str| {
        let claims = json!({
            "iss": issuer.url, "aud": "api-client-id", "tid": tid, "oid": "same", "azp": CLIENT,
            "scp": "Support.Access", "iat": now, "exp": now + 3600,
        });
        issuer.key.sign("ES256", &json!({ "kid": "one", "typ": "JWT" }), &claims)
    };
    let put = async |upn: &str, oid: &str| {
        let put = world.call("PUT", &format!("members/{upn}")).token(&world.admin);
        put.json(&json!({ "roles": ["desk"], "oid": oid })).send().await
    };
    // People of two tenants come here: the subject alone would name either.
    put("odd@mmd.local", "same").await.expect(200);
    world.get(&token("t1"), "devices").send().await.expect(403);
    put("ana@mmd.local", "t1#same").await.expect(200);
    put("bob@mmd.local", &format!("{}#t2#same", issuer.url)).await.expect(200);
    assert_eq!(world.me(&token("t1")).await["user"], "ana@mmd.local");
    assert_eq!(world.me(&token("t2")).await["user"], "bob@mmd.local");
    assert_eq!(world.me(&token("t1")).await["user"], "ana@mmd.local");
    let bound = world.events_of("member.bound").await;
    let subjects: Vec<_> = bound.iter().map(|event| &event["detail"]["subject"]).collect();
    assert!(subjects.contains(&&json!("t1#same")) && subjects.contains(&&json!("t2#same")));
    // By whatever words, an account is somebody's.
    for oid in ["t1#same", &format!("{}#t1#same", issuer.url)] {
        put("eve@mmd.local", oid).await.expect(403);
    }
}

#[tokio::test]
async fn an_older_token_brings_no_role_back() {
    let more = "roles_from = 'claims'\nroles = { Helpers = ['support'], Readers = ['auditor'] }";
    let (world, issuer) = world(more).await;
    let with = |roles: &[&str]| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = json!(roles);
        issuer.sign(&claims)
    };
    let helper = with(&["Helpers"]);
    assert_eq!(world.me(&helper).await["roles"], json!(["support"]));
    world.clock.advance(minutes(1));
    let reader = with(&["Readers"]);
    world.clock.advance(minutes(1));
    let again = with(&["Helpers"]);
    // It changes nothing, and is the newest all the same.
    assert_eq!(world.me(&again).await["roles"], json!(["support"]));
    assert_eq!(world.me(&reader).await["roles"], json!(["support"]), "older");
    world.clock.advance(minutes(1));
    let nobody = with(&[]);
    world.get(&nobody, "devices").send().await.expect(403);
    for older in [&helper, &reader, &again] {
        world.get(older, "devices").send().await.expect(403);
    }
    assert_eq!(world.events_of("member.changed").await.len(), 2, "given, and taken away");
    world.clock.advance(minutes(1));
    assert_eq!(world.me(&with(&["Readers"])).await["roles"], json!(["auditor"]));
    world.get(&nobody, "devices").send().await.expect(200);
}

#[tokio::test]
async fn a_team_whose_roles_the_provider_gives_and_takes_is_exported_as_sync_takes_it() {
    let more = "roles_from = 'claims'\nroles = { Helpers = ['support'] }";
    let (world, issuer) = world(more).await;
    let with = |roles: &[&str]| {
        let mut claims = issuer.claims("s-ana", world.now());
        claims["upn"] = json!("ana@mmd.local");
        claims["roles"] = json!(roles);
        issuer.sign(&claims)
    };
    world.me(&with(&["Helpers"])).await;
    world.clock.advance(minutes(1));
    world.get(&with(&[]), "devices").send().await.expect(403);
    let exported = world.get(&world.admin, "team/export").send().await.expect(200).json();
    let mut members = exported["value"].clone();
    assert_eq!(members[1]["roles"], json!([]), "{members}");
    let sync = async |members: &Value| {
        let body = json!({ "members": members, "prune": true });
        world.post(&world.admin, "team/sync", &body).send().await
    };
    let done = sync(&members).await.expect(200).json();
    assert_eq!((&done["unchanged"], &done["changed"]), (&json!(2), &json!([])));
    // It takes nobody's last role, and makes no member without one.
    world.clock.advance(minutes(1));
    world.me(&with(&["Helpers"])).await;
    for upn in ["ana@mmd.local", "new@mmd.local"] {
        members[1]["upn"] = json!(upn);
        let refused = sync(&members).await.expect(400);
        assert_eq!(refused.error(), format!("`{upn}` has no role: `desk` is the least."));
    }
}

#[tokio::test]
async fn a_name_that_would_read_as_another_is_not_taken_over() {
    let (world, issuer) = world("").await;
    for (subject, name, shown) in [
        ("s-1", json!("Ana \u{202e}nimda"), Value::Null),
        ("s-2", json!("Ana\u{1b}[2J"), Value::Null),
        ("s-3", json!("   "), Value::Null),
        ("s-4", json!(" Ana Ruiz "), json!("Ana Ruiz")),
        ("s-5", json!("x".repeat(500)), json!("x".repeat(200))),
    ] {
        let upn = format!("{subject}@mmd.local");
        awaited(&world, &issuer, &upn, &["desk"], subject).await;
        let mut claims = issuer.claims(subject, world.now());
        claims["name"] = name;
        world.me(&issuer.sign(&claims)).await;
        let path = format!("members/{upn}");
        let member = world.get(&world.admin, &path).send().await.expect(200).json();
        assert_eq!((&member["bound"], &member["displayName"]), (&json!(true), &shown));
    }
}

#[tokio::test]
async fn the_metadata_say_how_to_sign_in() {
    let (world, issuer) = world("").await;
    let whole = |resource: &str| {
        let client =
            json!({ "client_id": CLIENT, "scopes": ["MmdSupport.ReadWrite"], "resource": ORIGIN });
        json!({
            "resource": resource,
            "authorization_servers": [issuer.url],
            "scopes_supported": ["MmdSupport.ReadWrite"],
            "bearer_methods_supported": ["header"],
            "resource_name": "mmd",
            "mmd_providers": { (issuer.url.as_str()): client },
            "mmd_invites": true,
            "mmd_file_store": true,
        })
    };
    let path = "/.well-known/oauth-protected-resource";
    let told = world.call("GET", path).send().await.expect(200).json();
    assert_eq!(told, whole(ORIGIN));
    let told = world.call("GET", &format!("{path}{BASE}")).send().await.expect(200).json();
    assert_eq!(told, whole(&format!("{ORIGIN}{BASE}")));
    // Without a provider there is none to name, and invites are the way in.
    let world = World::new().await;
    let told = world.call("GET", path).send().await.expect(200).json();
    assert_eq!(told.get("authorization_servers"), None);
    assert_eq!(told["mmd_invites"], true);
}

#[tokio::test]
async fn an_issuer_of_a_tenant_that_does_not_exist_is_warned_of() {
    let warned = async |more: &str| {
        let (world, issuer) = world(more).await;
        let health = world.get(&world.admin, "health").send().await.expect(200).json();
        let all = health["warnings"].as_array().unwrap().clone();
        let found: Vec<_> =
            all.into_iter().filter(|warning| warning["code"] == "issuerTenantUnknown").collect();
        let told = world.app.unknown_tenants().await.unwrap();
        assert!(told.iter().all(|(of, _)| *of == issuer.url), "{told:?}");
        let names: Vec<_> = told.into_iter().map(|(_, name)| name).collect();
        (names, found, issuer.url.clone())
    };
    for good in ["", "tenant = 'MMD.local'", "tenants = { t1 = ['mmd.local'] }"] {
        assert_eq!(warned(good).await.0, Vec::<String>::new(), "{good}");
    }
    let (names, found, url) = warned("tenant = ['mmd.local', 'mdm.local']").await;
    assert_eq!(names, ["mdm.local"]);
    assert_eq!(found.len(), 1);
    let message = format!("The issuer `{url}` is set up for a tenant that does not exist.");
    assert_eq!(found[0]["message"], message);
    assert!(!found[0].to_string().contains("mdm.local"), "{}", found[0]);
    let programs = "program = [{ client_id = 'p', name = 'x', tenant = 'nowhere' },\
        { client_id = 'q', name = 'y', tenant = 'nowhere' }]";
    assert_eq!(warned(programs).await.0, ["nowhere"], "each is named once");
}

#[tokio::test]
async fn each_way_in_can_be_closed() {
    let issuer = Issuer::start().await;
    let mut settings: Settings = issuer.settings("");
    settings.sign_in.issuers = false;
    settings.sign_in.programs = false;
    settings.sign_in.invites = false;
    let world = World::with(settings).await;
    let token = issuer.token("s-ana", world.now());
    invalid(&world.get(&token, "devices").send().await, "somebody whose tokens are not taken here");
    assert_eq!(issuer.asked(), 0);
    let (id, secret) = world.program("bot", &[]).await;
    let answer = world.token_answer(&id, &secret, "https://mmd.test/.default").await;
    assert_eq!(answer.expect(400).json()["error"], "unauthorized_client");
    let put = world.call("PUT", "members/ana@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": ["desk"] })).send().await.expect(200);
    let invite = world.post(&world.admin, "members/ana@mmd.local/invite", &json!({}));
    let refused = invite.send().await.expect(403);
    assert_eq!(
        refused.error(),
        "This service lets nobody in by an invite: sign in at the provider."
    );
    // One that was made while they were on does not open either.
    let db = world.db();
    let made = world.app.admin_invite(Some("mmd.local".into()), Some("ana@mmd.local".into()));
    let (_, made) = made.await.unwrap();
    db.execute("update invites set by_operator = 0 where upn_fold = 'ana@mmd.local'", []).unwrap();
    let tried = world.call("POST", "/invite/redeem");
    let tried = tried.json(&json!({ "code": made.code.expose(), "tokenHash": "ab".repeat(32) }));
    let refused = tried.send().await.expect(403);
    assert_eq!(refused.error(), "This invite is not valid, or no longer.");
    let why = &world.events_of("signIn.refused").await[0]["detail"]["why"];
    assert_eq!(why, "invites are off");
    // On the machine of the service there is always a way back.
    let code = world.app.admin_invite(None, None).await.unwrap().1;
    world.redeem(code.code.expose()).await;
}
