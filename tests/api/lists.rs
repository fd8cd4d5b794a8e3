//! Filters, searches and pages over the API.

use mmd::api::BASE;
use proptest::{prelude::*, test_runner::TestRunner};
use serde_json::{Value, json};

use crate::harness::{ORIGIN, World, request_for};

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn titles(world: &World, filter: &str) -> Vec<String> {
    let path = format!("elevationRequests?$filter={}", encode(filter));
    let list = world.get(&world.admin, &path).send().await.expect(200).json();
    let rows = list["value"].as_array().unwrap();
    rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

/// Copies the only request of the tenant `n` times, each a second older than the one before.
fn multiply(world: &World, n: u32) {
    world
        .db()
        .execute_batch(&format!(
            "with recursive n(i) as (select 1 union all select i + 1 from n where i < {n})
             insert into requests select printf('00000000-0000-4000-8000-%012d', i), tenant,
                 partner_id, device, device_name, 'app:bot', 'app:bot', 1, ticket_id,
                 'row ' || i, category, subcategory, plan, actions, closer,
                 created - i * 1000000, ends, renewed, closed, expired, password_at, opened_with,
                 aftermath_due, closing
             from requests, n where by_app = 0"
        ))
        .unwrap();
}

#[tokio::test]
async fn filters_select_what_they_say() {
    let world = World::new().await;
    let _agent = world.device("MMD-03690457680").await;
    let program = world.program_token("bot", &[]).await;
    let mut body = request_for("MMD-03690457680");
    body["title"] = json!("Test it's");
    let first = world.post(&program, "elevationRequests", &body).send().await.expect(201).json();
    let first = first["id"].as_str().unwrap();
    world.pass(crate::harness::minutes(1)).await;
    world.close(&program, first).send().await.expect(204);
    body["title"] = json!("Ärger");
    body["category"] = json!("Hardware");
    world.post(&program, "elevationRequests", &body).send().await.expect(201);
    let (open, closed) = ("Ärger", "Test it's");
    let tenant = world.tenant;
    for (filter, expected) in [
        ("deviceName eq 'MMD-03690457680'", vec![open, closed]),
        ("contains(category,'Office')", vec![closed]),
        ("contains(title,'Test')", vec![closed]),
        ("title eq 'Test it''s'", vec![closed]),
        ("startswith(title,'Ä') and not (category eq 'Office')", vec![open]),
        ("tolower(category) eq 'hardware' or isSuccessfulRequest eq false", vec![open, closed]),
        ("requestClosureTime eq null", vec![open]),
        ("requestClosureTime ge 2026-03-02T09:01:00.0000000Z", vec![closed]),
        ("requestCreationTime lt 2026-03-02T10:01:00+01:00", vec![closed]),
        ("isSuccessfulRequest", vec![open]),
        ("isDeleted eq false and ttl eq 7776000 and eTag eq null", vec![open, closed]),
        ("requestRenewTime gt 2026-01-01T00:00:00Z", vec![]),
        ("closingAgentUpn in ('app:bot','x')", vec![closed]),
        (&format!("id eq {first}"), vec![closed]),
        (&format!("tenantId eq {tenant} and partnerId eq tenantId"), vec![open, closed]),
        ("'a' eq 'b'", vec![]),
    ] {
        assert_eq!(titles(&world, filter).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_400_and_what_is_not_supported_501() {
    let world = World::new().await;
    for (query, status) in [
        ("$filter=nosuch%20eq%201", 400),
        ("$filter=title%20eq%201", 400),
        ("$filter=title%20eq", 400),
        ("$filter=", 400),
        ("$filter=TITLE%20eq%20'x'", 400),
        ("$filter=%FF", 400),
        ("$filter=title%20eq%20'%00'", 400),
        ("$filter=id%20eq%20'x'", 400),
        ("$filter=length(title)%20eq%201", 501),
        ("$filter=ttl%20add%201%20eq%202", 501),
        ("$filter=viewerUpns/any(v:v%20eq%20'x')", 501),
        ("$orderby=title", 501),
        ("$select=id", 501),
        ("$count=true", 501),
        ("$expand=x", 501),
        ("$nonsense=1", 400),
        ("$top=1&$top=1", 400),
        ("$filter=ttl%20eq%201&$filter=ttl%20eq%201", 400),
        ("$top=-1", 400),
        ("$skip=x", 400),
        ("$searchText=x", 400),
    ] {
        let answer = world.get(&world.admin, &format!("elevationRequests?{query}")).send().await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
        answer.error();
    }
    let wrong = world.get(&world.admin, "elevationRequests?$filter=title%20eq%20'x'%20and%20and");
    let message = wrong.send().await.expect(400).error();
    assert!(message.contains("at offset 17"), "{message}");
    for path in ["devices?$filter=name%20eq%20'x'", "users?$filter=upn%20eq%20'x'"] {
        world.get(&world.admin, path).send().await.expect(501).error();
    }
    // Options without a dollar are not OData's, and nobody's business.
    world.get(&world.admin, "devices?top=1&api-version=2&x").send().await.expect(200);
    for path in ["audit/events?after=x", "audit/events?limit=-1"] {
        world.get(&world.admin, path).send().await.expect(400).error();
    }
    let path = "devices/D1/elevationDetails?request=nonsense";
    world.get(&world.admin, path).send().await.expect(400).error();
}

#[tokio::test]
async fn links_lead_through_more_than_two_pages_and_miss_nothing() {
    let world = World::new().await;
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    multiply(&world, 2_499);
    let mut next = Some("elevationRequests?$filter=contains(deviceName,'D')".to_owned());
    let (mut ids, mut pages) = (vec![], vec![]);
    while let Some(path) = next.take() {
        let page = world.get(&world.admin, &path).annotated().send().await.expect(200).json();
        let rows = page["value"].as_array().unwrap();
        pages.push(rows.len());
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        next = page.get("@odata.nextLink").map(|link| {
            let link = link.as_str().unwrap();
            link.strip_prefix(ORIGIN).expect("only ever on the same origin").to_owned()
        });
    }
    assert_eq!(pages, [1_000, 1_000, 500]);
    assert_eq!(ids[0], id, "newest first");
    assert!(ids[1..].is_sorted(), "then older and older");
    ids.dedup();
    assert_eq!(ids.len(), 2_500);

    let count = async |query: &str| -> (usize, Option<Value>) {
        let path = format!("elevationRequests?{query}");
        let page = world.get(&world.admin, &path).send().await.expect(200).json();
        (page["value"].as_array().unwrap().len(), page.get("@odata.nextLink").cloned())
    };
    assert_eq!(count("$top=2").await, (2, None), "who asked for two has them all");
    assert_eq!(count("$top=0").await, (0, None));
    assert_eq!(count("$skip=2499").await, (1, None));
    assert_eq!(count("$skip=4000000000").await, (0, None));
    let (rows, link) = count("$top=1500&$skip=500").await;
    let base = format!("{ORIGIN}{BASE}/tenants/{}/elevationRequests", world.tenant);
    assert_eq!((rows, link), (1_000, Some(json!(format!("{base}?$skip=1500&$top=500")))));
    let (rows, link) = count("$skip=1500&$top=500").await;
    assert_eq!((rows, link), (500, None));
}

#[tokio::test]
async fn searches_look_in_what_is_documented_whatever_the_letters() {
    let world = World::new().await;
    for (name, upn) in [("BÜRO-1", "élodie@mmd.local"), ("BÜRO-2", "bob@mmd.local")] {
        world.enrollment(name).await;
        let db = world.db();
        db.execute(
            "insert into users values ($1, $2, $2, 'Élodie O''Neil', 'É@x.org')",
            [&world.tenant.to_string(), upn],
        )
        .unwrap();
        db.execute(
            "update devices set user_fold = $1, serial_number = 'ÅÄÖ-1' where name = $2",
            [upn, name],
        )
        .unwrap();
    }
    let found = async |path: &str, text: &str| -> usize {
        let path = format!("{path}?$searchText={}", encode(text));
        let page = world.get(&world.admin, &path).send().await.expect(200).json();
        page["value"].as_array().unwrap().len()
    };
    for (text, devices, users) in [
        ("büro", 2, 2),
        ("BÜRO-1", 1, 1),
        ("ÅÄÖ-1", 2, 2),
        ("Élodie", 1, 2),
        ("O'NEIL", 0, 2),
        ("É@X", 2, 2),
        ("%", 0, 0),
        ("_", 0, 0),
        ("", 2, 2),
    ] {
        assert_eq!(
            (found("devices", text).await, found("users", text).await),
            (devices, users),
            "{text}"
        );
    }
}

#[test]
fn no_bytes_whatever_are_a_fault_of_the_service() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let world = runtime.block_on(async {
        let world = World::new().await;
        let _agent = world.device("D1").await;
        world.open(&world.admin, "D1").await;
        world
    });
    let word = prop::sample::select(vec![
        "title",
        "ttl",
        "id",
        "requestClosureTime",
        "isDeleted",
        " eq ",
        " and ",
        " or ",
        "not ",
        "(",
        ")",
        "'",
        "''",
        "null",
        "true",
        " in ",
        "contains",
        "tolower",
        ",",
        "1",
        "-",
        "1e9",
        "2026-03-02T09:00:00Z",
        "/",
        "\\",
        "%",
        "\u{1f600}",
        "\u{0}",
        "\u{feff}",
        "$filter",
    ]);
    let query = prop_oneof![
        prop::collection::vec(word, 0..12).prop_map(|words| words.concat().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..60),
    ];
    let strategy = (0..9_usize, query, prop::collection::vec(any::<u8>(), 0..80));
    let config = ProptestConfig { cases: 600, failure_persistence: None, ..Default::default() };
    let ran = TestRunner::new(config).run(&strategy, |(kind, query, body)| {
        let text = percent_encoding::percent_encode(&query, percent_encoding::NON_ALPHANUMERIC);
        let call = match kind {
            0 => world.get(&world.admin, &format!("elevationRequests?$filter={text}")),
            1 => world.get(&world.admin, &format!("devices?$searchText={text}")),
            2 => {
                world.get(&world.admin, &format!("devices/{text}/elevationDetails?request={text}"))
            }
            3 => world.get(&world.admin, &format!("users/{text}?{text}")),
            4 => world.get(&world.admin, &format!("{BASE}/tickets?$filter={text}&$orderby={text}")),
            5 => world.get(&world.admin, &format!("{BASE}/tickets('{text}')/notes")),
            6 => world.call("POST", &format!("{BASE}/tickets")).token(&world.admin).raw(body),
            7 => world.call("POST", "elevationRequests").token(&world.admin).raw(body),
            _ => world.call("POST", "/invite/redeem").raw(body),
        };
        let answer = runtime.block_on(call.send());
        prop_assert!(answer.status < 500 || answer.status == 501, "{}", answer.text());
        prop_assert!(answer.status == 200 || answer.json().get("error").is_some());
        Ok(())
    });
    ran.unwrap();
}
