//! Many members at once, memberships that end, and what follows on the devices.

use mmd::domain::rotation::Reason;
use serde_json::{Value, json};

use crate::{
    call::Answer,
    harness::{ADMIN, World, days, hours, minutes},
};

async fn add(world: &World, token: &str, body: Value) -> Answer {
    world.post(token, "team/add", &body).send().await
}

async fn remove(world: &World, token: &str, body: Value) -> Answer {
    world.post(token, "team/remove", &body).send().await
}

/// The changes of an answer, in a word each.
fn changes(answer: &Answer) -> Vec<String> {
    let rows = answer.json()["value"].as_array().unwrap().clone();
    rows.iter().map(|row| row["change"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn many_are_added_all_or_none_and_again_is_success() {
    let world = World::new().await;
    let before = world.rows();
    for (bad, target) in [
        (json!({ "upns": ["ana@c", "bob"] }), "upns[1]"),
        (json!({ "upns": [] }), "upns"),
        (json!({ "upns": ["a@c", "b@c"], "oid": "x" }), "oid"),
        (json!({ "upns": ["a@c"], "oid": "two words" }), "oid"),
        (json!({ "upns": ["a@c"], "until": "2026-03-02T09:00:00Z" }), "until"),
    ] {
        let refused = add(&world, &world.admin, bad.clone()).await.expect(400).json();
        assert_eq!(refused["error"]["details"][0]["target"], target, "{bad}");
    }
    add(&world, &world.admin, json!({ "upns": ["a@c"], "roles": ["root"] })).await.expect(400);
    // One's own name among many refuses all of them.
    let own = json!({ "upns": ["ana@c", ADMIN], "roles": ["auditor"] });
    add(&world, &world.admin, own).await.expect(403);
    assert_eq!(world.rows(), before, "nothing was half applied");

    let body = json!({ "upns": ["Ana@c", "bob@c", "ana@C"], "roles": ["desk", "auditor"] });
    let added = add(&world, &world.admin, body.clone()).await.expect(200);
    assert_eq!(changes(&added), ["added", "added"]);
    let member = json!({
        "upn": "Ana@c", "displayName": null, "roles": ["desk", "auditor"], "until": null,
        "partner": false, "bound": false, "addedBy": ADMIN, "addedAt": "2026-03-02T09:00:00Z",
        "lastSignIn": null,
    });
    assert_eq!(added.json()["value"][0], json!({ "change": "added", "member": member }));
    assert_eq!(changes(&add(&world, &world.admin, body).await), ["unchanged", "unchanged"]);
    // Who is there keeps their roles; who is new gets `support`.
    let some = json!({ "upns": ["bob@c", "eve@c"] });
    let added = add(&world, &world.admin, some).await;
    assert_eq!(changes(&added), ["unchanged", "added"]);
    assert_eq!(added.json()["value"][1]["member"]["roles"], json!(["support"]));
    let shown = world.get(&world.admin, "members/ANA@c").send().await.expect(200).json();
    assert_eq!(shown, member);
    world
        .get(&world.admin, "members/nobody@c")
        .send()
        .await
        .refuses(404, "This member does not exist.");
}

#[tokio::test]
async fn the_repeat_of_a_change_answers_what_the_first_did() {
    let world = World::new().await;
    let body = json!({ "upns": ["ana@c"] });
    let call = |path: &str, body: &Value| {
        world.post(&world.admin, path, body).header("idempotency-key", "key-1")
    };
    let first = call("team/add", &body).send().await.expect(200).json();
    assert_eq!(call("team/add", &body).send().await.expect(200).json(), first);
    call("team/add", &json!({ "upns": ["bob@c"] })).send().await.expect(409);
    let first = call("team/remove", &body).send().await.expect(200).json();
    assert_eq!(first["value"][0]["change"], "removed");
    assert_eq!(call("team/remove", &body).send().await.expect(200).json(), first);
}

#[tokio::test]
async fn who_is_not_there_is_removed_already() {
    let world = World::new().await;
    add(&world, &world.admin, json!({ "upns": ["ana@c", "bob@c"], "roles": ["desk"] })).await;
    let body = json!({ "upns": ["nobody@c", "Ana@c"] });
    let removed = remove(&world, &world.admin, body).await.expect(200).json();
    assert_eq!(
        removed["value"],
        json!([
            { "upn": "nobody@c", "change": "unchanged", "roles": [], "closedRequests": 0,
              "revokedTokens": 0 },
            { "upn": "ana@c", "change": "removed", "roles": [], "closedRequests": 0,
              "revokedTokens": 0 },
        ])
    );
    let body = json!({ "upns": ["bob@c", ADMIN] });
    remove(&world, &world.admin, body).await.expect(403);
    world.get(&world.admin, "members/bob@c").send().await.expect(200);
}

#[tokio::test]
async fn single_roles_are_taken_away_and_desk_is_what_is_left() {
    let world = World::new().await;
    let both = json!({ "upns": ["ana@c"], "roles": ["support", "auditor"] });
    add(&world, &world.admin, both).await;
    let take = async |roles: Value| {
        remove(&world, &world.admin, json!({ "upns": ["ana@c"], "roles": roles })).await
    };
    let row = |answer: Answer| answer.expect(200).json()["value"][0].clone();
    let taken = row(take(json!(["auditor"])).await);
    assert_eq!((&taken["change"], &taken["roles"]), (&json!("changed"), &json!(["support"])));
    let taken = row(take(json!(["auditor"])).await);
    assert_eq!(taken["change"], "unchanged");
    let taken = row(take(json!(["support"])).await);
    assert_eq!((&taken["change"], &taken["roles"]), (&json!("changed"), &json!(["desk"])));
    let refused = take(json!(["desk"])).await.expect(403);
    assert_eq!(
        refused.error(),
        "`desk` is the least that ana@c can hold: remove the member instead."
    );
    let events = world.events_of("member.changed").await;
    let told = json!({ "upn": "ana@c", "roles": ["desk"], "taken": ["support"] });
    assert_eq!(events[1]["detail"], told);
}

#[tokio::test]
async fn where_support_is_taken_away_what_is_open_closes_and_rotates_at_once() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let sam = world.member("sam@c", &["support", "auditor"]).await;
    let id = world.open(&sam, "D1").await;
    world.read(&sam, "D1").send().await.expect(200);
    let other = json!({ "upns": ["sam@c"], "roles": ["auditor"] });
    let row = remove(&world, &world.admin, other).await.expect(200).json();
    assert_eq!(row["value"][0]["closedRequests"], 0, "another role ends nothing");

    let body = json!({ "upns": ["sam@c"], "roles": ["support"] });
    let row = remove(&world, &world.admin, body).await.expect(200).json();
    assert_eq!(row["value"][0]["closedRequests"], 1);
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Owed));
    world.read(&sam, "D1").send().await.expect(403);
    let closed = world.request(&world.admin, &id).await;
    assert_eq!(
        (&closed["closingAgentUpn"], &closed["actionsTaken"]),
        (&json!(ADMIN), &json!("The role `support` was taken away"))
    );
    // They are still of the team, and their sign-in goes on.
    world.get(&sam, "devices").send().await.expect(200);
    agent.rotate(&world).await;
}

#[tokio::test]
async fn a_membership_ends_by_itself_with_all_that_hangs_on_it() {
    let world = World::new().await;
    let mut agent = world.device("D1").await;
    let sam = world.member("sam@c", &["support"]).await;
    let until = json!({ "upns": ["sam@c"], "until": "2026-03-02T10:00:00Z" });
    let set = add(&world, &world.admin, until).await.expect(200);
    assert_eq!(changes(&set), ["changed"]);
    assert_eq!(set.json()["value"][0]["member"]["until"], "2026-03-02T10:00:00Z");
    let id = world.open(&sam, "D1").await;
    let read = world.read(&sam, "D1").send().await.expect(200).json();
    assert_eq!(read["@mmd.validUntil"], "2026-03-02T10:00:00Z", "no longer than they are members");
    let shown = world.get(&sam, &format!("elevationRequests/{id}")).annotated().send().await;
    assert_eq!(shown.expect(200).json()["@mmd.validUntil"], "2026-03-02T10:00:00Z");
    let longer =
        world.post(&sam, &format!("elevationRequests/{id}/extend"), &json!({ "seconds": 14400 }));
    let sentence = "The membership of sam@c ends at 2026-03-02T10:00:00Z, and this access with it.";
    assert_eq!(longer.send().await.expect(403).error(), sentence);
    assert_eq!(world.events_of("elevation.extended").await, [] as [Value; 0]);
    world.pass(minutes(59)).await;
    world.get(&sam, "devices").send().await.expect(200);

    world.clock.advance(minutes(1));
    world.get(&sam, "devices").send().await.expect(401);
    world.pass(minutes(0)).await;
    let closed = world.request(&world.admin, &id).await;
    assert_eq!(
        (&closed["closingAgentUpn"], &closed["actionsTaken"]),
        (&json!("system"), &json!("The membership has ended"))
    );
    assert_eq!(agent.contact(&world).await.due, Some(Reason::Owed));
    let ended = world.events_of("member.ended").await;
    assert_eq!(
        (&ended[0]["who"], &ended[0]["detail"]),
        (&json!("system"), &json!({ "upn": "sam@c", "closed": 1, "tokens": 1 }))
    );
    // A clock that goes back makes nothing valid again.
    world.clock.advance(-hours(1));
    world.get(&sam, "devices").send().await.expect(401);
    world.get(&world.admin, "members/sam@c").send().await.expect(404);
}

#[tokio::test]
async fn an_end_can_be_taken_away_and_the_last_admin_gets_none() {
    let world = World::new().await;
    let until =
        |upn: &str, until: Value| json!({ "upns": [upn], "roles": ["admin"], "until": until });
    let ada = world.member("ada@c", &["admin"]).await;
    let set = add(&world, &world.admin, until("ada@c", json!("2026-04-01T00:00:00Z"))).await;
    set.expect(200);
    // Now the bootstrap admin is the last who does not end.
    let last = "The last admin cannot be removed: add another one first.";
    let body = json!({ "upns": [ADMIN] });
    assert_eq!(remove(&world, &ada, body.clone()).await.expect(403).error(), last);
    let ends = add(&world, &ada, until(ADMIN, json!("2026-04-01T00:00:00Z"))).await;
    assert_eq!(ends.expect(403).error(), last);
    add(&world, &world.admin, until("ada@c", json!(null))).await.expect(200);
    remove(&world, &ada, body).await.expect(200);
}

#[tokio::test]
async fn every_refusal_by_a_rule_is_an_event() {
    let world = World::new().await;
    let rules = async || {
        let events = world.events_of("rule.refused").await;
        assert!(events.iter().all(|event| event["result"] == "refused" && event["who"] == ADMIN));
        let last = events.last().map(|event| event["detail"]["why"].clone());
        (events.len(), last.unwrap_or_default())
    };
    remove(&world, &world.admin, json!({ "upns": [ADMIN] })).await.expect(403);
    assert_eq!(
        rules().await,
        (1, json!("The last admin cannot be removed: add another one first."))
    );
    add(&world, &world.admin, json!({ "upns": [ADMIN], "roles": ["desk"] })).await.expect(403);
    assert_eq!(rules().await, (2, json!("Nobody changes their own roles: ask another admin.")));
    let sync = json!({ "members": [{ "upn": "a@c", "roles": ["desk"] }], "prune": true });
    world.post(&world.admin, "team/sync", &sync).send().await.expect(403);
    assert_eq!(
        rules().await,
        (3, json!("The last admin cannot be removed: add another one first."))
    );
    add(&world, &world.admin, json!({ "upns": ["a@c"], "oid": "8b2c" })).await.expect(200);
    let taken = add(&world, &world.admin, json!({ "upns": ["b@c"], "oid": "8b2c" })).await;
    assert_eq!(taken.expect(403).error(), "The id 8b2c belongs to a@c already.");
    assert_eq!(rules().await, (4, json!("The id 8b2c belongs to a@c already.")));
    world.call("DELETE", &format!("members/{ADMIN}")).token(&world.admin).send().await.expect(403);
    assert_eq!(
        rules().await,
        (5, json!("The last admin cannot be removed: add another one first."))
    );
}

#[tokio::test]
async fn the_team_is_listed_page_after_page() {
    let world = World::new().await;
    let upns: Vec<_> = (0..1_500).map(|n| format!("m{n:04}@c")).collect();
    add(&world, &world.admin, json!({ "upns": upns, "roles": ["desk"] })).await.expect(200);
    for (path, rows) in [("members", 1_501), ("team/export", 1_501), ("team/review", 1_502)] {
        let first = world.get(&world.admin, path).send().await.expect(200).json();
        assert_eq!(first["value"].as_array().unwrap().len(), 1_000, "{path}");
        let link =
            first["@odata.nextLink"].as_str().unwrap().trim_start_matches(crate::harness::ORIGIN);
        let second = world.get(&world.admin, link).send().await.expect(200).json();
        assert_eq!(second["value"].as_array().unwrap().len(), rows - 1_000, "{path}");
        assert_eq!(second.get("@odata.nextLink"), None, "{path}");
        world.get(&world.admin, &format!("{path}?$filter=upn%20eq%20'x'")).send().await.expect(501);
    }
}

#[tokio::test]
async fn a_review_tells_who_holds_what_since_when_by_whom_and_when_it_was_used() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let sam = world.member("sam@c", &["support", "auditor"]).await;
    world.program("nightly", &["devices", "elevations"]).await;
    world.clock.advance(days(1));
    let more = json!({ "upns": ["sam@c"], "roles": ["desk"], "until": "2026-12-31T00:00:00Z" });
    add(&world, &world.admin, more).await.expect(200);
    world.open(&sam, "D1").await;
    let review = world.get(&world.admin, "team/review").send().await.expect(200).json();
    let start = "2026-03-02T09:00:00Z";
    let rows = review["value"].as_array().unwrap();
    let row = |holds: &str, since: &str, used: Value| {
        json!({ "who": "sam@c", "kind": "member", "holds": holds, "since": since, "by": ADMIN,
                "lastUsed": used, "until": "2026-12-31T00:00:00Z" })
    };
    let later = "2026-03-03T09:00:00Z";
    let expected = [
        json!({ "who": "app:nightly", "kind": "program", "holds": "devices,elevations",
                "since": start, "by": ADMIN, "lastUsed": null, "until": "2026-08-29T09:00:00Z" }),
        row("auditor", start, json!(null)),
        row("desk", later, json!(null)),
        row("support", start, json!(later)),
    ];
    let others: Vec<_> = rows.iter().filter(|row| row["who"] != ADMIN).cloned().collect();
    assert_eq!(others, expected);
    let own: Vec<_> = rows.iter().filter(|row| row["who"] == ADMIN).collect();
    assert_eq!(
        (own.len(), &own[0]["holds"], &own[0]["by"]),
        (2, &json!("admin"), &json!("system"))
    );
    assert_eq!(own[0]["lastUsed"], later);
}

#[tokio::test]
async fn the_desk_is_counted_for_who_looks_after_the_service() {
    let world = World::new().await;
    let count = async || {
        let tenant = world.tenant;
        world.app.store.read(move |c| mmd::service::store::people::desk(c, tenant)).await.unwrap()
    };
    assert_eq!(count().await.warning(), None, "one alone is never too many");
    add(&world, &world.admin, json!({ "upns": ["a@c", "b@c"] })).await.expect(200);
    assert!(count().await.warning().unwrap().contains("3 members may elevate"));
    let desk: Vec<_> = (0..4).map(|n| format!("d{n}@c")).collect();
    add(&world, &world.admin, json!({ "upns": desk, "roles": ["desk"] })).await.expect(200);
    add(&world, &world.admin, json!({ "upns": ["a@c"], "roles": ["desk"] })).await.expect(200);
    let desk = count().await;
    assert_eq!((desk.escalation, desk.rest, desk.warning()), (3, 4, None));
}
