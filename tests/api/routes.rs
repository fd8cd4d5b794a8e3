//! Every operation of the router with every kind of caller, against a table written by hand. An
//! operation without a row fails the test, and so does a row without an operation.

use std::collections::BTreeMap;

use mmd::{
    api::BASE,
    service::{Route, routes},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    call::Answer,
    harness::{World, minutes},
    issuer::Issuer,
};

/// Who calls, in the order of the table's columns.
const CALLERS: [&str; 17] = [
    "nobody",
    "somebody whose token has ended",
    "an agent",
    "desk",
    "support",
    "admin",
    "operations",
    "auditor",
    "another tenant's admin",
    "a program",
    "a program for devices",
    "a program for elevations",
    "a program for passwords",
    "a provider's person (support)",
    "a provider's person, for devices only",
    "a provider's person who is no member",
    "a provider's program",
];

/// What each caller is told: `1` who are you (401), `3` you may not (403), `4` there is no such
/// tenant (404), `.` let in. The columns are those of [`CALLERS`].
const TABLE: [(&str, &str); 80] = [
    ("GET /healthz", "... ..... . .... ...."),
    ("GET /readyz", "... ..... . .... ...."),
    ("GET /metrics", "... ..... . .... ...."),
    ("GET /.well-known/oauth-protected-resource", "... ..... . .... ...."),
    ("GET /.well-known/oauth-protected-resource/support/odata/v1", "... ..... . .... ...."),
    ("POST /invite/redeem", "... ..... . .... ...."),
    ("POST /{tenant}/oauth2/v2.0/token", "... ..... . .... ...."),
    // A code is what lets an agent in; the key comes after.
    ("POST /agent/v1/enroll", "... ..... . .... ...."),
    ("POST /agent/v1/contact", "11. 11111 1 1111 1111"),
    ("POST /agent/v1/escrow", "11. 11111 1 1111 1111"),
    ("POST /agent/v1/confirm", "11. 11111 1 1111 1111"),
    ("POST /agent/v1/aftermath", "11. 11111 1 1111 1111"),
    ("GET $metadata", "111 ..... . .... ..3."),
    ("GET me", "111 ..... . .... ..3."),
    ("DELETE me/token", "111 ..... . .... ..3."),
    ("POST T/elevationRequests", "111 3.333 4 .3.3 .33."),
    ("GET T/elevationRequests", "111 ..... 4 .3.3 .33."),
    ("GET T/elevationRequests/{id}", "111 ..... 4 .3.3 .33."),
    ("PATCH T/elevationRequests/{id}", "111 3..33 4 .3.3 .33."),
    ("POST T/elevationRequests/{id}/extend", "111 3.333 4 .3.3 .33."),
    ("GET T/devices", "111 ..... 4 ..33 ..3."),
    ("GET T/devices/{name}", "111 ..... 4 ..33 ..3."),
    ("GET T/devices/{name}/elevationDetails", "111 3.333 4 .33. .33."),
    ("POST T/devices/{name}/rotate", "111 3..33 4 .3.3 .33."),
    ("POST T/devices/{name}/signIn", "111 3..33 4 .3.3 .33."),
    ("POST T/enrollments", "111 33.33 4 3333 3333"),
    ("GET T/users", "111 ..... 4 ..33 ..3."),
    ("GET T/users/{upn}", "111 ..... 4 ..33 ..3."),
    ("GET T/members", "111 33.3. 4 3333 3333"),
    ("PUT T/members/{upn}", "111 33.33 4 3333 3333"),
    ("DELETE T/members/{upn}", "111 33.33 4 3333 3333"),
    ("POST T/members/{upn}/invite", "111 33.33 4 3333 3333"),
    ("GET T/members/{upn}", "111 33.3. 4 3333 3333"),
    ("POST T/team/add", "111 33.33 4 3333 3333"),
    ("POST T/team/remove", "111 33.33 4 3333 3333"),
    ("POST T/team/sync", "111 33.33 4 3333 3333"),
    ("GET T/team/export", "111 33.3. 4 3333 3333"),
    ("GET T/team/review", "111 33.3. 4 3333 3333"),
    ("GET T/apps", "111 33.3. 4 3333 3333"),
    ("POST T/apps", "111 33.33 4 3333 3333"),
    ("DELETE T/apps/{name}", "111 33.33 4 3333 3333"),
    ("POST T/apps/{name}/rotate", "111 33.33 4 3333 3333"),
    ("POST T/apps/{name}/finish", "111 33.33 4 3333 3333"),
    ("GET T/tokens", "111 33.3. 4 3333 3333"),
    ("GET T/tokens/{holder}", "111 33.3. 4 3333 3333"),
    ("POST T/tokens/revoke", "111 33.33 4 3333 3333"),
    ("GET T/audit/events", "111 33.3. 4 3333 3333"),
    ("GET T/audit/head", "111 33.3. 4 3333 3333"),
    ("GET T/health", "111 33.3. 4 3333 3333"),
    ("GET T/deliveries", "111 33.3. 4 3333 3333"),
    ("POST T/deliveries/{id}/retry", "111 33.33 4 3333 3333"),
    ("GET T/profiles", "111 ..... 4 ..33 ..3."),
    ("PATCH T/profiles/reassignProfile", "111 33.33 4 ..33 333."),
    ("PUT T/profiles/{persona}", "111 33.33 4 3333 3333"),
    ("GET T/contacts", "111 ..... 4 .333 .33."),
    ("PUT T/contacts/{area}", "111 33.33 4 3333 3333"),
    ("DELETE T/contacts/{area}", "111 33.33 4 3333 3333"),
    ("POST tickets", "111 ..... . .333 .33."),
    ("GET tickets", "111 ..... . .333 .33."),
    ("GET tickets/queue", "111 33... . .333 333."),
    ("GET tickets/handOvers", "111 ..... . .333 .33."),
    ("GET {ticket}", "111 ..... . .333 .33."),
    ("PATCH {ticket}", "111 ..... . .333 .33."),
    ("GET {ticket}/notes", "111 ..... . .333 .33."),
    ("POST {ticket}/addNote", "111 ..... . .333 .33."),
    ("GET {ticket}/timeline", "111 ..... . .333 .33."),
    ("POST {ticket}/file", "111 ..... . .333 .33."),
    ("POST {ticket}/withdraw", "111 ..... . .333 .33."),
    ("POST {ticket}/resolve", "111 ..... . .333 .33."),
    ("POST {ticket}/reactivate", "111 ..... . .333 .33."),
    ("POST {ticket}/transfer", "111 ..... . .333 .33."),
    ("GET {ticket}/attachments", "111 ..... . .333 .33."),
    ("POST {ticket}/attachments", "111 ..... . .333 .33."),
    ("GET {ticket}/attachments/{id}", "111 ..... . .333 .33."),
    ("POST {ticket}/take", "111 333.3 3 3333 3333"),
    ("POST {ticket}/reply", "111 333.3 3 3333 3333"),
    ("POST {ticket}/lower", "111 33..3 . 3333 3333"),
    // What is not there is not told to strangers either.
    ("GET nothing", "111 ..... . .... ..3."),
    ("PUT me", "111 ..... . .... ..3."),
    ("GET T/nothing", "111 ..... . .... ..3."),
];

/// The rows that stand for what the router does not hold.
const NOT_THERE: [&str; 3] = ["GET nothing", "PUT me", "GET T/nothing"];

/// As the table writes it.
fn row_of(route: &Route) -> String {
    let tenants = format!("{BASE}/tenants/{{tenant}}/");
    let path = match (route.path.strip_prefix(&tenants), route.path.strip_prefix(BASE)) {
        (Some(below), _) => format!("T/{below}"),
        (None, Some(below)) => below.trim_start_matches('/').to_owned(),
        (None, None) => route.path.clone(),
    };
    format!("{} {path}", route.method)
}

fn address(path: &str, tenant: Uuid) -> String {
    let path = match (path.strip_prefix("T/"), path.strip_prefix('/')) {
        (Some(below), _) => format!("{BASE}/tenants/{tenant}/{below}"),
        (None, Some(_)) => path.to_owned(),
        (None, None) => format!("{BASE}/{path}"),
    };
    path.replace("{tenant}", &tenant.to_string())
        .replace("{id}", &Uuid::nil().to_string())
        .replace("{name}", "NOPE")
        .replace("{upn}", "nobody@mmd.local")
        .replace("{holder}", "nobody@mmd.local")
        .replace("{persona}", "Standard")
        .replace("{area}", "devices")
        .replace("{ticket}", "tickets('MMD-1465058-R5V8P')")
}

fn told(answer: &Answer) -> char {
    match answer.status {
        401 => '1',
        403 => '3',
        404 if answer.error() == "This tenant does not exist." => '4',
        status if status < 500 => '.',
        status => panic!("{status}: {}", answer.text()),
    }
}

/// A token for each of [`CALLERS`].
async fn callers(world: &World, issuer: &Issuer, agent_key: &str) -> Vec<Option<String>> {
    let ended = world.member("ended@mmd.local", &["admin", "support"]).await;
    let end = "update tokens set expires = 1 where upn_fold = 'ended@mmd.local'";
    world.db().execute(end, []).unwrap();
    let mut all = vec![None, Some(ended), Some(agent_key.to_owned())];
    for role in ["desk", "support", "admin", "operations", "auditor"] {
        all.push(Some(world.member(&format!("the-{role}@mmd.local"), &[role]).await));
    }
    let new = mmd::service::administration::NewTenant {
        name: "Fabrikam".into(),
        domain: "fabrikam.com".into(),
        lead: mmd::service::administration::Lead::Customer,
        admin: None,
    };
    // The first tenant is the oldest one.
    world.clock.advance(minutes(1));
    world.app.add_tenant(new).await.unwrap();
    let code = world.app.admin_invite(Some("fabrikam.com".into()), None).await.unwrap().1;
    all.push(Some(world.redeem(code.code.expose()).await));
    for (name, may) in [
        ("all", &[][..]),
        ("devices", &["devices"]),
        ("elevations", &["elevations"]),
        ("passwords", &["passwords"]),
    ] {
        all.push(Some(world.program_token(name, may).await));
    }
    let put = world.call("PUT", "members/pia@mmd.local").token(&world.admin);
    put.json(&json!({ "roles": ["support"] })).send().await.expect(200);
    let sql = "insert into identities (tenant, upn_fold, issuer, subject)
        values ($1, 'pia@mmd.local', $2, 's-pia')";
    world.db().execute(sql, [world.tenant.to_string(), issuer.url.clone()]).unwrap();
    let mut devices = issuer.claims("s-pia", world.now());
    devices["scope"] = json!("MWaaSDevice.Read");
    let mut program = issuer.claims("bot", world.now());
    program["client_id"] = json!("bot");
    program["scope"] = json!("MmdSupport.ReadWrite");
    let tokens = [
        issuer.token("s-pia", world.now()),
        issuer.sign(&devices),
        issuer.token("s-nobody", world.now()),
        issuer.sign(&program),
    ];
    all.extend(tokens.map(Some));
    all
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let mut there: Vec<_> = routes().iter().map(row_of).collect();
    let mut rows: Vec<_> = TABLE.iter().map(|(row, _)| (*row).to_owned()).collect();
    rows.retain(|row| !NOT_THERE.contains(&row.as_str()));
    there.sort();
    rows.sort();
    assert_eq!(there, rows);
}

#[tokio::test]
async fn every_caller_is_told_at_every_operation_what_the_table_says() {
    let issuer = Issuer::start().await;
    let settings = issuer.settings("program = [{ client_id = 'bot', name = 'provided' }]");
    let world = World::with(settings).await;
    let agent = world.device("D1").await;
    let tokens = callers(&world, &issuer, &agent.key).await;
    assert_eq!(tokens.len(), CALLERS.len());
    // Whole for an agent, and nothing that any other operation takes.
    let body = json!({
        "instance": agent.instance, "at": agent.at, "confirmed": agent.confirmed,
        "highest": agent.highest, "openRequests": [], "attempt": Uuid::nil(), "generation": 99,
        "password": "Abcdefgh-1234567", "request": Uuid::nil(), "endedProcesses": 0,
        "administratorsAdded": [], "administratorsRemoved": [],
    });
    // The last one ends the tokens that it is asked with.
    let (last, rows): (Vec<_>, Vec<_>) =
        TABLE.into_iter().partition(|(row, _)| *row == "DELETE me/token");
    let mut wrong = BTreeMap::new();
    for (number, (row, expected)) in (1..).zip(rows.into_iter().chain(last)) {
        let (method, path) = row.split_once(' ').unwrap();
        // An address of its own for each: one that sends bad tokens again and again is slowed down.
        let peer = std::net::SocketAddr::from(([198, 51, 100, number], 4711));
        let expected: Vec<char> = expected.chars().filter(|c| *c != ' ').collect();
        assert_eq!(expected.len(), CALLERS.len(), "{row}");
        for ((caller, token), expected) in CALLERS.iter().zip(&tokens).zip(expected) {
            let mut call = world.call(method, &address(path, world.tenant)).from(peer);
            if let Some(token) = token {
                call = call.token(token);
            }
            let answer = if method == "GET" { call } else { call.json(&body) }.send().await;
            let found = told(&answer);
            if found != expected {
                wrong.insert((row, *caller), (found, expected, answer.text().to_owned()));
            }
            let challenged = answer.header("www-authenticate").is_some();
            let agents = path.starts_with("/agent");
            assert!(found != '1' || challenged || agents, "{row}: {caller} gets no challenge");
        }
    }
    assert!(wrong.is_empty(), "(found, in the table): {wrong:#?}");
}

#[tokio::test]
async fn an_unknown_query_option_is_refused_wherever_something_is_read() {
    let world = World::new().await;
    let roles = ["support", "admin", "operations", "auditor"];
    let all = world.member("all@mmd.local", &roles).await;
    let reads = TABLE.into_iter().filter_map(|(row, _)| row.strip_prefix("GET "));
    let reads = reads.filter(|path| !NOT_THERE.contains(&format!("GET {path}").as_str()));
    for path in reads {
        let address = address(path, world.tenant);
        let get = |query: &str| world.call("GET", &format!("{address}?{query}")).token(&all).send();
        get("$foo=1").await.refuses(400, "`$foo` is not a query option.");
        // Our own lists and the documented ones may lack it, but say so.
        assert_eq!(get("$select=id").await.status, 501, "{path}");
    }
    let one = address("{ticket}", world.tenant);
    let top = world.call("GET", &format!("{one}?$top=1")).token(&all).send().await;
    top.refuses(400, "`$top` is not an option of this address.");
    let top = world.call("GET", &address("T/devices/{name}?$top=1", world.tenant));
    top.token(&all).send().await.refuses(400, "`$top` is not an option of this address.");
}

/// Everything that is kept of a tenant, but for what only passes.
fn rows_of(world: &World, tenant: Uuid) -> Vec<String> {
    let db = world.db();
    let mut all = Vec::new();
    let tables = ["tenants", "members", "member_roles", "invites", "apps", "users", "devices"];
    let more = ["enrollments", "requests", "views", "audit", "identities", "outbox"];
    for table in tables.into_iter().chain(more) {
        let column = if table == "tenants" { "id" } else { "tenant" };
        let mut statement =
            db.prepare(&format!("select * from {table} where {column} = $1")).unwrap();
        let columns = statement.column_count();
        let rows = statement.query_map([tenant.to_string()], |row| {
            let cells = (0..columns).map(|at| format!("{:?}", row.get_ref(at).unwrap()));
            Ok(format!("{table}: {}", cells.collect::<Vec<_>>().join("|")))
        });
        all.extend(rows.unwrap().map(Result::unwrap));
    }
    all
}

/// A body for each operation that would do something, were the thing the caller's.
fn harm(row: &str, device: &str) -> Value {
    match row {
        "POST T/elevationRequests" => crate::harness::request_for(device),
        "PATCH T/elevationRequests/{id}" => json!({ "ActionsTaken": "mischief" }),
        "POST T/elevationRequests/{id}/extend" => json!({ "seconds": 60 }),
        "POST T/devices/{name}/signIn" => json!({ "account": "mmdadmin", "password": "x" }),
        _ => json!({}),
    }
}

/// Whatever id, name or tenant is put wherever: nobody of one tenant sees or changes what is
/// another's.
#[tokio::test]
async fn no_id_whatsoever_finds_another_tenants_data() {
    let world = World::new().await;
    let _agent = world.device("VICTIM-1").await;
    let vic = world.member("vic@mmd.local", &["support"]).await;
    let request = world.open(&vic, "VICTIM-1").await;
    world.read(&vic, "VICTIM-1").send().await.expect(200);
    world.program("victim-bot", &[]).await;
    let user = "insert into users (tenant, upn, upn_fold, name) values ($1, $2, $2, 'V')";
    world.db().execute(user, [&world.tenant.to_string(), "user@victim.example"]).unwrap();
    let text = |sql: &str| world.db().query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    let device = text("select id from devices");
    let client = text("select client_id from apps");

    let new = mmd::service::administration::NewTenant {
        name: "Fabrikam".into(),
        domain: "fabrikam.com".into(),
        lead: mmd::service::administration::Lead::Customer,
        admin: Some("adam@fabrikam.com".into()),
    };
    let other = world.app.add_tenant(new).await.unwrap().id;
    let code = world.app.admin_invite(Some("fabrikam.com".into()), None).await.unwrap().1;
    let adam = world.redeem(code.code.expose()).await;
    let path = format!("{BASE}/tenants/{other}/apps");
    let made = world.post(&adam, &path, &json!({ "name": "bot" })).send().await.expect(201).json();
    let form = format!(
        "client_id={}&client_secret={}&grant_type=client_credentials&scope=https://mmd.test/.default",
        made["clientId"].as_str().unwrap(),
        made["clientSecret"].as_str().unwrap()
    );
    let token = world
        .call("POST", &format!("/{other}/oauth2/v2.0/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .raw(form)
        .send()
        .await
        .expect(200)
        .json();
    let bot = token["access_token"].as_str().unwrap().to_owned();

    let victim = world.tenant.to_string();
    let markers = [
        victim.as_str(),
        &device,
        &request,
        &client,
        "VICTIM-1",
        "vic@mmd.local",
        "victim-bot",
        "admin@mmd.local",
        "user@victim.example",
    ];
    let before = rows_of(&world, world.tenant);
    assert!(before.len() > 10, "there is something to be seen");
    let odd =
        ["", "'", "%25", "*", "..%2f", "%00", "1 or 1=1"].map(|text| text.replace(' ', "%20"));
    let values = markers.iter().map(|text| (*text).to_owned()).chain(odd);
    let values: Vec<String> = values.chain([Uuid::new_v4().to_string()]).collect();
    let makes = ["PUT T/members/{upn}", "POST T/enrollments", "POST T/apps", "DELETE me/token"];
    let queries = [
        "",
        "?$filter=true%20or%20isDeleted%20eq%20false",
        "?$searchText=victim",
        "?$top=1000",
        "?device=VICTIM-1",
        "?request=REQUEST",
        "?generation=1",
    ];
    let mut calls = 0;
    for route in routes().iter().filter(|route| route.access.is_some()) {
        let row = row_of(route);
        // What is made there is the caller's own, whatever it is called.
        if makes.contains(&row.as_str()) {
            continue;
        }
        for tenant in [other.to_string(), victim.clone()] {
            for value in &values {
                let path = route.path.replace("{tenant}", &tenant);
                let named = path.contains('{');
                let path = path.replace("{id}", value).replace("{name}", value);
                let path = path.replace("{upn}", value).replace("{holder}", value);
                let queries = if route.method == "GET" { &queries[..] } else { &queries[..1] };
                for query in queries {
                    let path = format!("{path}{}", query.replace("REQUEST", &request));
                    for token in [&adam, &bot] {
                        let call = world.call(route.method.as_str(), &path).token(token);
                        let call = call.header("mmd-tenant", "fabrikam.com").annotated();
                        let body = harm(&row, "VICTIM-1");
                        let call = if route.method == "GET" { call } else { call.json(&body) };
                        let answer = call.send().await;
                        calls += 1;
                        let text = String::from_utf8_lossy(&answer.body).into_owned();
                        let typed = |marker: &str| path.contains(marker);
                        let seen = markers.iter().find(|m| text.contains(**m) && !typed(m));
                        assert_eq!(seen, None, "{row} {path}: {text}");
                        let hidden = tenant == victim && route.path.contains("{tenant}");
                        let fault = answer.status >= 500 && answer.status != 501;
                        if hidden && answer.status < 400 || fault {
                            panic!("{} {path} answered {}: {text}", route.method, answer.status);
                        }
                    }
                }
                if !named {
                    break;
                }
            }
        }
    }
    assert!(calls > 500, "only {calls} calls were made");
    assert_eq!(rows_of(&world, world.tenant), before);
}
