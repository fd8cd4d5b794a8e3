//! Who reads a password on which request, what is kept of it, and how often.

use futures_util::FutureExt;
use mmd::domain::rotation::Reason;
use serde_json::{Value, json};

use crate::harness::{ADMIN, World, hours, minutes, request_for};

#[tokio::test]
async fn a_person_has_one_open_request_for_a_device_and_a_repeat_answers_with_it() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let create = |token: &str| world.post(token, "elevationRequests", &request_for("d1"));
    let first = create(&world.admin).send().await.expect(201).json();
    world.pass(minutes(30)).await;
    let again = create(&world.admin).send().await.expect(200).json();
    assert_eq!(first, again, "the end of a request does not move by asking again");
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let other = create(&bob).send().await.expect(201).json();
    assert_ne!(other["id"], first["id"]);
    world.close(&world.admin, first["id"].as_str().unwrap()).send().await.expect(204);
    let next = create(&world.admin).send().await.expect(201).json();
    assert_ne!(next["id"], first["id"]);
}

#[tokio::test]
async fn a_person_reads_on_their_own_request_and_a_program_on_any() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let program = world.program_token("bot", &[]).await;
    let none = "There is no open elevation request for this device.";
    let id = world.open(&world.admin, "D1").await;
    world.read(&bob, "D1").send().await.refuses(404, none);
    let named = format!("devices/D1/elevationDetails?request={id}");
    world.get(&bob, &named).send().await.refuses(404, none);
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!([]));

    let read = world.read(&program, "D1").send().await.expect(200).json();
    assert_eq!(read["openedElevationRequestId"], id);
    assert_eq!(read["viewedBy"], json!(["app:bot"]));
    // A program's own request comes first, whoever else is in.
    let own = world.open(&program, "D1").await;
    world.pass(minutes(1)).await;
    world.open(&bob, "D1").await;
    let read = world.read(&program, "D1").send().await.expect(200).json();
    assert_eq!(read["openedElevationRequestId"], own);
    world.close(&world.admin, &id).send().await.expect(204);
    world.get(&world.admin, &named).send().await.refuses(404, none);
}

#[tokio::test]
async fn a_repeat_with_the_same_key_answers_the_same_bytes_and_does_nothing() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let program = world.program_token("bot", &[]).await;
    let create = |token: &str, body: &Value, key: &str| {
        world.post(token, "elevationRequests", body).header("idempotency-key", key).send()
    };
    let body = request_for("D1");
    let first = create(&program, &body, "k-1").await.expect(201);
    world.pass(minutes(1)).await;
    let again = create(&program, &body, "k-1").await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(first.header("content-type"), again.header("content-type"));
    let mut other = body.clone();
    other["title"] = json!("Another");
    let conflict = create(&program, &other, "k-1").await;
    conflict.refuses(409, "This `Idempotency-Key` was used for another body.");
    assert_eq!(world.count("select count(*) from requests"), 1);
    // The key belongs to the caller: another's use of it is another write.
    create(&world.admin, &body, "k-1").await.expect(201);
    for bad in ["", &"k".repeat(129)] {
        create(&program, &body, bad).await.expect(400);
    }

    let id = first.json()["id"].as_str().unwrap().to_owned();
    let close = |actions: &str| {
        let body = json!({ "ActionsTaken": actions });
        let call = world.call("PATCH", &format!("elevationRequests/{id}")).token(&program);
        call.json(&body).header("idempotency-key", "k-1").send()
    };
    close("Done").await.expect(204);
    close("Done").await.expect(204);
    close("Something else").await.expect(409);
    assert_eq!(world.events_of("elevation.closed").await.len(), 1);
    // A key is kept for a day.
    world.pass(hours(25)).await;
    mmd::service::jobs::sweep(&world.app).await.unwrap();
    let fresh = world.program_token("bot2", &[]).await;
    assert_eq!(world.count("select count(*) from idempotency"), 0);
    create(&fresh, &body, "k-1").await.expect(201);
}

#[tokio::test]
async fn a_repeat_of_a_request_that_was_open_already_opens_no_new_one() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    let body = request_for("D1");
    let create = || {
        let call = world.post(&world.admin, "elevationRequests", &body);
        call.header("idempotency-key", "k-2").send()
    };
    let first = create().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    let again = create().await.expect(200);
    assert_eq!(first.body, again.body);
    assert_eq!(world.count("select count(*) from requests"), 1);
}

#[tokio::test]
async fn looking_at_the_headers_of_a_password_is_refused_and_no_view() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    let path = "devices/D1/elevationDetails";
    world.call("HEAD", path).token(&world.admin).send().await.expect(405);
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = world.call(method, path).token(&world.admin).send().await.expect(405);
        answer.refuses(405, "This address does not take this method.");
    }
    let request = world.request(&world.admin, &id).await;
    assert_eq!(request["viewerUpns"], json!([]));
    let read = world.read(&world.admin, "D1").send().await.expect(200);
    assert_eq!(read.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn whoever_is_still_in_when_another_closes_is_told_and_gets_the_new_password() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let mine = world.open(&world.admin, "D1").await;
    let bobs = world.open(&bob, "D1").await;
    let first = agent.password().to_owned();
    for token in [&world.admin, &bob] {
        let read = world.read(token, "D1").send().await.expect(200).json();
        assert_eq!(read["password"], first);
    }
    assert_eq!(world.request(&bob, &bobs).await["@mmd.superseded"], false);
    let orders = agent.contact(&world).await;
    assert_eq!((orders.due, orders.open_requests.len()), (None, 2));

    // The agent waits for work; the close is what it waits for.
    let patience = std::time::Duration::from_secs(20);
    let waits = agent.contact_with(&world, 55, json!({}));
    let closes = world.close(&world.admin, &mine).send();
    let (answer, closed) = tokio::join!(tokio::time::timeout(patience, waits), closes);
    closed.expect(204);
    let orders = answer.expect("the close answers the agent at once").expect(200).json();
    assert_eq!(orders["due"], json!(Reason::Owed));
    assert_eq!(orders["openRequests"], json!([bobs]));
    assert_eq!(orders["ended"], json!([{ "request": mine, "noticeSeconds": 120 }]));
    let owed = world.request(&world.admin, &mine).await;
    assert!(owed["@mmd.closing"]["rotationOwedSince"].is_string(), "{owed}");
    assert_eq!(owed["@mmd.closing"]["others"], json!(["bob@mmd.local"]));

    agent.rotate(&world).await;
    assert_eq!(
        world.request(&world.admin, &mine).await["@mmd.closing"].get("rotationOwedSince"),
        None
    );
    let me = world.me(&bob).await;
    assert_eq!(me["openRequests"][0]["@mmd.superseded"], true);
    assert_eq!(world.request(&bob, &bobs).await["@mmd.superseded"], true);

    let read = world.read(&bob, "D1").send().await.expect(200).json();
    assert_eq!(
        (&read["password"], &read["@mmd.generation"]),
        (&json!(agent.password()), &json!(2))
    );
    assert_eq!(read["isPasswordChanged"], true);
    assert_eq!(world.request(&bob, &bobs).await["@mmd.superseded"], false);
    let views: Vec<_> = world
        .events_of("password.viewed")
        .await
        .iter()
        .map(|event| (event["who"].clone(), event["generation"].clone()))
        .collect();
    let bob = json!("bob@mmd.local");
    let expected = [(json!(ADMIN), json!(1)), (bob.clone(), json!(1)), (bob, json!(2))];
    assert_eq!(views, expected);
    let mine = world.request(&world.admin, &mine).await;
    assert_eq!(mine["viewerUpns"], json!([ADMIN]), "old views remain");
}

#[tokio::test]
async fn closing_anothers_request_is_recorded_with_both_names() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    let id = world.open(&bob, "D1").await;
    world.close(&world.admin, &id).send().await.expect(204);
    let closed = world.request(&bob, &id).await;
    assert_eq!(closed["requestingAgentUpn"], "bob@mmd.local");
    assert_eq!(closed["closingAgentUpn"], ADMIN);
    let event = &world.events_of("elevation.closed").await[0];
    assert_eq!(event["who"], ADMIN);
    assert_eq!(event["detail"]["requestedBy"], "bob@mmd.local");
}

#[tokio::test]
async fn an_older_password_is_handed_out_as_a_view_of_its_own() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    agent.rotate(&world).await;
    world.open(&world.admin, "D1").await;
    for query in ["older=true", "generation=1"] {
        let path = format!("devices/D1/elevationDetails?{query}");
        let read = world.get(&world.admin, &path).annotated().send().await.expect(200).json();
        assert_eq!(read["password"], agent.passwords[&1], "{query}");
        assert_eq!(read["@mmd.generation"], 1);
    }
    let path = "devices/D1/elevationDetails?generation=9";
    world.get(&world.admin, path).send().await.expect(404);
    assert_eq!(world.events_of("password.viewed").await.len(), 2);
}

#[tokio::test]
async fn ten_new_passwords_a_minute_are_enough_and_the_same_one_again_costs_nothing() {
    let world = World::new().await;
    let mut requests = vec![];
    for n in 0..12 {
        let name = format!("D{n}");
        world.device(&name).await;
        requests.push(world.open(&world.admin, &name).await);
    }
    for n in 0..10 {
        world.read(&world.admin, &format!("D{n}")).send().await.expect(200);
    }
    for _ in 0..5 {
        world.read(&world.admin, "D3").send().await.expect(200);
    }
    let slow = world.read(&world.admin, "D10").send().await.expect(429);
    assert_eq!(slow.error(), "You were handed 10 passwords within a minute: wait 61 s.");
    assert_eq!(slow.header("retry-after"), Some("61"));
    assert_eq!(
        world.count(
            "select count(*) from views v join requests r on r.id = v.request
        where r.device_name = 'D10'"
        ),
        0
    );
    // The trail finds it by its device.
    let of_device = "audit/events?action=password.refused&device=D10";
    let refused = world.get(&world.admin, of_device).send().await.expect(200).json();
    assert_eq!(
        (&refused["device"], &refused["request"], &refused["result"]),
        (&json!("D10"), &json!(requests[10]), &json!("refused"))
    );
    // It is the person who is counted: another one, and a program, go on.
    let bob = world.member("bob@mmd.local", &["support"]).await;
    world.open(&bob, "D10").await;
    world.read(&bob, "D10").send().await.expect(200);
    let program = world.program_token("bot", &[]).await;
    world.read(&program, "D10").send().await.expect(200);
    world.pass(minutes(1)).await;
    world.read(&world.admin, "D10").send().await.expect(200);
    world.read(&world.admin, "D11").send().await.expect(200);
}

#[tokio::test]
async fn sixty_new_passwords_an_hour_are_enough() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    for n in 0..60 {
        if n % 5 == 0 {
            // A request ends after two hours at most; these reads take one.
            world.post(&world.admin, "elevationRequests", &request_for("D1")).send().await;
            world.pass(minutes(4)).await;
        }
        world.read(&world.admin, "D1").send().await.expect(200);
        world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
        agent.rotate(&world).await;
    }
    let slow = world.read(&world.admin, "D1").send().await.expect(429);
    assert!(slow.error().starts_with("You were handed 60 passwords within an hour: wait"));
    world.pass(minutes(16)).await;
    world.read(&world.admin, "D1").send().await.expect(200);
}

#[tokio::test]
async fn of_many_who_ask_at_once_none_slips_past_the_rules() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let body = request_for("D1");
    let statuses = async |token: &str| {
        let calls = (0..8).map(|_| world.post(token, "elevationRequests", &body).send());
        let mut all = futures_util::future::join_all(calls).await;
        all.sort_unstable_by_key(|answer| answer.status);
        all
    };
    let own = statuses(&world.admin).await;
    let id = own[0].json()["id"].clone();
    assert!(own.iter().all(|answer| answer.json()["id"] == id));
    let created = own.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((created, own[0].status), (1, 200));
    let program = world.program_token("bot", &[]).await;
    let asked: Vec<_> = statuses(&program).await.iter().map(|answer| answer.status).collect();
    assert_eq!(asked, [201, 201, 403, 403, 403, 403, 403, 403]);
    let id = id.as_str().unwrap();
    let (first, second) =
        tokio::join!(world.close(&world.admin, id).send(), world.close(&program, id).send());
    let mut closed = [first.status, second.status];
    closed.sort_unstable();
    assert_eq!(closed, [204, 400]);
    assert_eq!(world.events_of("elevation.closed").await.len(), 1);
}

#[tokio::test]
async fn whoever_hangs_up_before_a_wait_ends_has_had_no_view() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    world.open(&bob, "D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    let alive = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = alive();
    let waits = world.read(&bob, "D1").annotated().header("prefer", "wait=50").send();
    assert!(waits.now_or_never().is_none());
    assert_eq!(alive(), before + 1, "what was begun goes on");
    agent.rotate(&world).await;
    let ended = async {
        while alive() > before {
            tokio::task::yield_now().await;
        }
    };
    let within = std::time::Duration::from_secs(10);
    assert!(tokio::time::timeout(within, ended).await.is_ok());
    assert_eq!(world.events_of("password.viewed").await.len(), 0);
    world.read(&bob, "D1").send().await.expect(200);
    assert_eq!(world.events_of("password.viewed").await.len(), 1);
}

#[tokio::test]
async fn whoever_is_signed_out_before_a_wait_ends_gets_no_password() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let bob = world.member("bob@mmd.local", &["support"]).await;
    world.open(&bob, "D1").await;
    world.post(&world.admin, "devices/D1/rotate", &json!({})).send().await.expect(202);
    // So that the call's admission is seen: a token in use is written down once an hour.
    world.pass(minutes(61)).await;
    let admitted = format!(
        "select count(*) from tokens where upn_fold = 'bob@mmd.local' and last_used = {}",
        world.now().as_microsecond()
    );
    let waits = world.read(&bob, "D1").annotated().header("prefer", "wait=50").send();
    let meanwhile = async {
        while world.count(&admitted) == 0 {
            tokio::task::yield_now().await;
        }
        let id = "select id from tokens where upn_fold = 'bob@mmd.local'";
        let id: String = world.db().query_row(id, [], |row| row.get(0)).unwrap();
        let revoke = world.post(&world.admin, "tokens/revoke", &json!({ "ids": [id] }));
        revoke.send().await.expect(204);
        agent.rotate(&world).await
    };
    let (answer, _) = tokio::join!(waits, meanwhile);
    assert_eq!(answer.expect(401).error(), "The sign-in is not known, or has ended.");
    assert_eq!(world.events_of("password.viewed").await.len(), 0);
}
