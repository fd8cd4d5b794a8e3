//! Filters and orders of tickets over the API, few and many.

use std::time::{Duration, Instant};

use mmd::api::BASE;
use serde_json::{Value, json};

use crate::harness::{ORIGIN, World, minutes};

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

async fn titles(world: &World, options: &[(&str, &str)]) -> Vec<String> {
    let options: Vec<_> =
        options.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let path = format!("{BASE}/tickets?{}", options.join("&"));
    let list = world.get(&world.admin, &path).send().await.expect(200).json();
    let rows = list["value"].as_array().unwrap();
    rows.iter().map(|row| row["title"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn documented_filters_and_orders_select_what_they_say() {
    let world = World::with_contacts().await;
    for differs in [
        json!({ "title": "Test one", "severity": 2 }),
        json!({ "title": "other", "type": "ChangeRequest", "category": "Apps", "issueFirstNoticed": null }),
        json!({ "title": "Test three", "type": "RequestForInformation", "usersOrDevicesImpacted": null }),
    ] {
        let id = world.filed(&world.admin, differs.clone()).await;
        if differs["severity"] == 2 {
            world.step(&world.admin, &id, "resolve", &json!({})).send().await.expect(200);
        }
        world.pass(minutes(1)).await;
    }
    let (one, two, three) = ("Test one", "other", "Test three");
    for (filter, expected) in [
        ("contains(title,'Test')", vec![three, one]),
        ("state eq 'resolved' and severity eq 2", vec![one]),
        ("state eq 'awaitingAdmin'", vec![]),
        ("type eq 'Change Request'", vec![two]),
        ("type eq 'ChangeRequest'", vec![two]),
        ("type in ('Change Request','Incident')", vec![two, one]),
        ("type ne 'Change Request'", vec![three, one]),
        ("severity in (3,4) and not (category eq 'Apps')", vec![three]),
        ("issueFirstNoticed eq null", vec![two]),
        ("issueFirstNoticed eq 2021-10-06T09:00:00+02:00", vec![three, one]),
        ("usersOrDevicesImpacted ge 100 and issueReproduced", vec![two, one]),
        ("createdDateTime ge 2026-03-02T09:01:00.0000000Z", vec![three, two]),
        ("resolvedDateTime ne null and isPartner eq false", vec![one]),
        ("nextActionOwner eq 'Microsoft' and compromiseIndicator eq null", vec![three, two, one]),
        ("tolower(subcategory) eq 'configuration/policy'", vec![three, two, one]),
        ("endswith(id,'x')", vec![]),
    ] {
        assert_eq!(titles(&world, &[("$filter", filter)]).await, expected, "{filter}");
    }
    for (order, expected) in [
        ("createdDateTime desc", [three, two, one]),
        ("createdDateTime", [one, two, three]),
        ("severity asc, title desc", [one, two, three]),
        ("issueFirstNoticed,createdDateTime desc", [two, three, one]),
        ("resolvedDateTime desc,title", [one, three, two]),
    ] {
        assert_eq!(titles(&world, &[("$orderby", order)]).await, expected, "{order}");
    }
    let page = [("$orderby", "createdDateTime desc"), ("$skip", "1"), ("$top", "1")];
    assert_eq!(titles(&world, &page).await, [two]);
    // Whoever wants all asks for more than there can be; beyond the last there is nothing.
    assert_eq!(titles(&world, &[("$top", "4294967296")]).await, [three, two, one]);
    assert_eq!(titles(&world, &[("$skip", "4294967296")]).await, [""; 0]);
    let filtered = [
        ("$filter", "contains(title,'Test')"),
        ("$orderby", "title"),
        ("$skip", "0"),
        ("$top", "50"),
    ];
    assert_eq!(titles(&world, &filtered).await, [one, three]);
    for (query, status) in [
        ("$filter=contact%20eq%20'x'", 501),
        ("$filter=contact/email%20eq%20'x'", 501),
        ("$filter=severity%20eq%20'high'", 400),
        ("$filter=Title%20eq%20'x'", 400),
        ("$orderby=nosuch", 400),
        ("$orderby=contact", 501),
        ("$orderby=title%20sideways", 400),
        ("$orderby=title&$orderby=id", 400),
        ("$orderby=", 400),
        ("$select=id", 501),
        ("$searchText=x", 400),
        ("$top=-1", 400),
    ] {
        let answer = world.get(&world.admin, &format!("{BASE}/tickets?{query}")).send().await;
        assert_eq!(answer.status, status, "{query}: {}", answer.text());
        answer.error();
    }
}

/// A hundred thousand tickets: every hundredth a rare one, every tenth resolved.
pub fn many(world: &World, tenant: &str) {
    world
        .db()
        .execute_batch(&format!(
            "begin;
             with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
             insert into tickets (id, tenant, filed, filer, filer_fold, partner, title,
                 description, type, category, subcategory, severity, hours, state, destination,
                 next_owner, created, resolved, respond_by, queued, due, contact_id, given_name, surname,
                 email, phone, devices)
             select printf('MMD-%07d-AAAAA', i), '{tenant}', 1, 'app:bot', 'app:bot', 0,
                 case when i % 20000 = 0 then 'A Test of ' || i else 'Printer number ' || i end,
                 printf('%.400c', 'd'),
                 'Incident', 'Devices', 'Hardware', 2 + i % 3, 'support-hours',
                 case when i % 10 = 0 then 'resolved' else 'active' end, 'operations', 'Microsoft',
                 1772000000000000 + (i * 7919 % 100000) * 1000000, null,
                 1772000000000000 + i * 1000000,
                 i % 10 <> 0, 1772000000000000 + i * 1000000,
                 '00000000-0000-4000-8000-000000000000', 'J', 'D', 'j@d', '1', '[]'
             from n;
             commit; analyze;"
        ))
        .unwrap();
}

/// What `ask` answers, and the shortest time it took: the first call opens a connection, and a busy
/// machine makes any of them wait.
async fn best(ask: impl AsyncFn() -> Value) -> (Value, Duration) {
    let (mut answer, mut best) = (Value::Null, Duration::MAX);
    for _ in 0..4 {
        let begun = Instant::now();
        answer = ask().await;
        best = best.min(begun.elapsed());
    }
    (answer, best)
}

#[tokio::test]
async fn documented_filters_and_orders_are_quick_over_a_hundred_thousand_tickets() {
    let world = World::with_contacts().await;
    let olga = world.member("olga@mmd.local", &["operations"]).await;
    many(&world, &world.tenant.to_string());
    let queries = [
        ("$skip=0&$top=50&$orderby=createdDateTime%20desc", 50),
        ("$filter=contains(title,'Test')", 5),
        ("$filter=state%20eq%20'resolved'%20and%20severity%20eq%202&$top=50", 50),
        ("$filter=contains(category,'Office')", 0),
        ("$filter=contains(title,'Test')&$orderby=createdDateTime%20desc&$top=50", 5),
        ("$top=50", 50),
    ];
    for (query, rows) in queries {
        let path = format!("{BASE}/tickets?{query}");
        let (page, best) =
            best(async || world.get(&world.admin, &path).send().await.expect(200).json()).await;
        assert_eq!(page["value"].as_array().unwrap().len(), rows, "{query}");
        // Without optimisation and on a busy machine; a benchmark measures the 20 ms.
        assert!(best < Duration::from_millis(500), "{query} took {best:?}");
    }
    // No documented query walks the table itself.
    let db = world.db();
    let plan = |condition: &str| -> String {
        let sql = format!(
            "explain query plan select t.id from tickets t where t.tenant = 'x' and t.filed = 1
             {condition} order by t.created desc nulls last, t.id limit 50"
        );
        let mut statement = db.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        rows.map(Result::unwrap).collect::<Vec<_>>().join("; ")
    };
    for (condition, index) in [
        ("", "tickets_"),
        ("and instr(t.title, 'Test') > 0", "tickets_newest"),
        ("and (t.state = 'resolved' and t.state is not null and t.severity = 2)", "tickets_"),
        ("and instr(t.category, 'Office') > 0", "tickets_by_category"),
        ("and t.filer_fold = 'a'", "tickets_"),
    ] {
        let plan = plan(condition);
        assert!(plan.contains(&format!("USING COVERING INDEX {index}")), "{condition}: {plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{condition}: {plan}");
    }
    let path = format!("{BASE}/tickets/queue?$top=50");
    let (queue, best) =
        best(async || world.get(&olga, &path).send().await.expect(200).json()).await;
    assert!(best < Duration::from_millis(500), "the queue took {best:?}");
    assert_eq!(queue["value"].as_array().unwrap().len(), 50);

    // Links lead on, with the filter and the order.
    let mut next = Some(format!(
        "{BASE}/tickets?$filter=severity%20eq%202%20and%20state%20eq%20'resolved'&$orderby=id"
    ));
    let mut ids: Vec<Value> = vec![];
    while let Some(path) = next.take() {
        let page = world.get(&world.admin, &path).send().await.expect(200).json();
        ids.extend(page["value"].as_array().unwrap().iter().map(|row| row["id"].clone()));
        next = page.get("@odata.nextLink").map(|link| {
            let link = link.as_str().unwrap();
            link.strip_prefix(ORIGIN).expect("only ever on the same origin").to_owned()
        });
    }
    assert_eq!(ids.len(), 3_333);
    assert!(ids.is_sorted_by(|a, b| a.as_str() < b.as_str()));
}
