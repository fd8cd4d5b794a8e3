//! ServiceNow, against a server that answers as the Table API's documentation says: incidents are
//! made once, whatever happens to the answers.

use std::sync::{Arc, Mutex};

use mmd::service::store::outbox::{self, Notice};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    harness::{World, minutes},
    receiver::{Receiver, Reply, Seen, world},
};

const TICKET: &str = "MMD-1465058-R5V8P";

/// The table `incident`, and what goes wrong with it.
#[derive(Default)]
struct Table {
    records: Vec<Value>,
    /// What happens to the next calls of a method, before anything else.
    faults: Vec<(&'static str, Fault)>,
    tokens: usize,
    /// What the account may not read: records are answered without it.
    hidden: Option<&'static str>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fault {
    /// Answered like this, nothing done.
    Answer(u16, &'static str),
    /// Done, and the answer is lost.
    LostAfter,
}

/// An instance at work.
pub struct Instance {
    pub receiver: Receiver,
    table: Arc<Mutex<Table>>,
}

impl Instance {
    pub fn start() -> Self {
        let receiver = Receiver::start();
        let table: Arc<Mutex<Table>> = Arc::default();
        let served = table.clone();
        receiver.answers(move |seen| answer(&mut served.lock().unwrap(), seen));
        Self { receiver, table }
    }

    pub fn fails(&self, method: &'static str, fault: Fault) {
        self.table.lock().unwrap().faults.push((method, fault));
    }

    pub fn hides(&self, field: Option<&'static str>) {
        self.table.lock().unwrap().hidden = field;
    }

    pub fn records(&self) -> Vec<Value> {
        self.table.lock().unwrap().records.clone()
    }

    pub fn add(&self, number: &str) {
        let record = json!({ "sys_id": "f".repeat(32), "number": number, "correlation_id": "" });
        self.table.lock().unwrap().records.push(record);
    }

    fn sink(&self, login: &str) -> String {
        format!(
            "[[sink]]\nname = 'now'\nkind = 'servicenow'\ninstance = '{}'\nca_file = '{}'\n\
             allow_private = true\ntimeout = '5s'\n{login}\n",
            self.receiver.url(""),
            self.receiver.authority.ca_file(),
        )
    }

    pub fn basic(&self) -> String {
        let file = self.receiver.authority.secret("password", "s3cret");
        self.sink(&format!("username = 'mmd'\npassword_file = '{file}'"))
    }
}

fn answer(table: &mut Table, seen: &Seen) -> Reply {
    let error = |status: u16, message: &str| {
        let body = json!({ "error": { "message": message, "detail": null }, "status": "failure" });
        Reply::Json(status, body)
    };
    if seen.path == "/oauth_token.do" {
        let form = String::from_utf8_lossy(&seen.body).into_owned();
        let right = "grant_type=client_credentials&client_id=mmd&client_secret=s3cret%26more";
        if form != right {
            return error(401, "access_denied");
        }
        table.tokens += 1;
        let token = format!("token-{}", table.tokens);
        return Reply::Json(200, json!({ "access_token": token, "expires_in": 1799 }));
    }
    let authorization = seen.header("authorization");
    let basic = "Basic bW1kOnMzY3JldA==";
    if authorization != basic && authorization != format!("Bearer token-{}", table.tokens) {
        return error(401, "User Not Authenticated");
    }
    let fault = table.faults.iter().position(|(method, _)| *method == seen.method);
    let fault = fault.map(|at| table.faults.remove(at).1);
    if let Some(Fault::Answer(status, wait)) = fault {
        return Reply::Wait(status, wait);
    }
    let reply = work(table, seen);
    if fault == Some(Fault::LostAfter) { Reply::Lost } else { reply }
}

fn work(table: &mut Table, seen: &Seen) -> Reply {
    let below = seen.path.strip_prefix("/api/now/table/incident").expect("the incident table");
    match (seen.method.as_str(), below) {
        ("GET", "") => {
            let query = seen.query.split('&').find_map(|pair| pair.strip_prefix("sysparm_query="));
            let query = percent_decode_str(query.unwrap()).decode_utf8().unwrap().into_owned();
            let query = query.strip_suffix("^ORDERBYsys_created_on").expect("oldest first");
            let fits = |record: &&Value| {
                query.split("^OR").any(|condition| {
                    let (field, value) = condition.split_once('=').expect("field=value");
                    record[field].as_str().is_some_and(|has| has.eq_ignore_ascii_case(value))
                })
            };
            let mut found: Vec<_> = table.records.iter().filter(fits).cloned().collect();
            for (record, field) in found.iter_mut().zip(table.hidden.iter().cycle()) {
                record.as_object_mut().unwrap().remove(*field);
            }
            Reply::Json(200, json!({ "result": found }))
        }
        ("POST", "") => {
            let mut record = seen.json();
            record["sys_id"] = format!("{:032x}", table.records.len() + 1).into();
            record["number"] = format!("INC{:07}", table.records.len() + 1).into();
            record["work_notes"] = json!([record["work_notes"]]);
            table.records.push(record.clone());
            Reply::Json(201, json!({ "result": record }))
        }
        ("PATCH", id) => {
            let id = id.trim_start_matches('/').to_owned();
            let Some(record) = table.records.iter_mut().find(|r| r["sys_id"] == *id) else {
                return Reply::Json(404, json!({ "error": { "message": "No Record found" } }));
            };
            for (field, value) in seen.json().as_object().unwrap() {
                match (field.as_str(), &mut record["work_notes"]) {
                    ("work_notes", Value::Array(notes)) => notes.push(value.clone()),
                    ("work_notes", notes) => *notes = json!([value]),
                    _ => record[field] = value.clone(),
                }
            }
            Reply::Json(200, json!({ "result": record }))
        }
        _ => Reply::Status(405),
    }
}

impl World {
    async fn put_ticket(&self, event: &'static str, data: Value) {
        let (tenant, now) = (self.tenant, self.now());
        let notice = Notice { event, subject: TICKET.to_owned(), data, recipients: vec![] };
        let put = move |c: &rusqlite::Connection| outbox::put(c, tenant, &notice, now);
        self.app.store.write(put).await.unwrap();
    }

    async fn put_filed(&self) {
        let data = json!({ "id": TICKET, "type": "Incident", "severity": 3, "state": "active" });
        self.put_ticket("ticket.created", data).await;
    }

    /// Delivers until nothing is pending.
    pub async fn deliver_all(&self) {
        for _ in 0..20 {
            self.deliver().await;
            if self.deliveries("pending").await.is_empty() {
                return;
            }
            self.clock.advance(minutes(5));
        }
        panic!("something is still pending: {:?}", self.deliveries("pending").await);
    }
}

#[tokio::test]
async fn a_tickets_life_is_one_incident_with_our_id() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    world.put_filed().await;
    world.put_ticket("ticket.assigned", json!({ "by": "ops@mmd.local" })).await;
    world.put_ticket("ticket.resolved", json!({ "state": "resolved" })).await;
    world.deliver_all().await;
    let records = instance.records();
    assert_eq!(records.len(), 1);
    let record = &records[0];
    for (field, value) in [
        ("correlation_id", TICKET),
        ("correlation_display", "mmd"),
        ("short_description", "Support request MMD-1465058-R5V8P: Incident"),
        ("impact", "2"),
        ("urgency", "2"),
        ("state", "6"),
        ("close_code", "Solution provided"),
        ("close_notes", "Resolved in mmd"),
    ] {
        assert_eq!(record[field], value, "{field}");
    }
    let notes: Vec<_> = record["work_notes"].as_array().unwrap().iter().collect();
    let begins: Vec<_> =
        notes.iter().map(|note| note.as_str().unwrap().lines().next().unwrap()).collect();
    assert_eq!(begins, ["mmd ticket.created", "mmd ticket.assigned", "mmd ticket.resolved"]);
    assert!(notes[1].as_str().unwrap().contains("by: ops@mmd.local"));
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_record_was_made_makes_no_second_one() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    instance.fails("POST", Fault::LostAfter);
    world.put_filed().await;
    world.deliver().await;
    let pending = world.deliveries("pending").await;
    let why = pending[0]["lastError"].as_str().unwrap();
    assert!(why.starts_with("no answer"), "{why}");
    // The record may still be on its way: no look-up before the time-out has passed.
    let next: jiff::Timestamp = pending[0]["nextAttempt"].as_str().unwrap().parse().unwrap();
    assert!(next.duration_since(world.now()).as_secs() >= 5);
    world.deliver_all().await;
    assert_eq!(instance.records().len(), 1, "exactly one record");
    let posts = instance.receiver.seen().iter().filter(|s| s.method == "POST").count();
    assert_eq!(posts, 1, "it was found, not made again");
}

#[tokio::test]
async fn too_many_requests_wait_as_asked_and_server_errors_are_tried_again() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    instance.fails("POST", Fault::Answer(429, "90"));
    instance.fails("GET", Fault::Answer(429, "60"));
    world.put_filed().await;
    world.deliver().await;
    world.clock.advance(jiff::SignedDuration::from_secs(59));
    world.deliver().await;
    assert_eq!(instance.receiver.take().len(), 1, "not before the wait is over");
    world.clock.advance(jiff::SignedDuration::from_secs(1));
    world.deliver().await;
    let methods: Vec<_> = instance.receiver.take().into_iter().map(|s| s.method).collect();
    assert_eq!(methods, ["GET", "POST"]);
    world.clock.advance(jiff::SignedDuration::from_secs(89));
    world.deliver().await;
    assert!(instance.receiver.take().is_empty());
    for status in [500, 502, 503] {
        instance.fails("POST", Fault::Answer(status, "1"));
    }
    world.deliver_all().await;
    assert_eq!(instance.records().len(), 1);
}

#[tokio::test]
async fn what_is_refused_for_good_is_a_dead_letter_with_the_reason_and_the_next_event_makes_up_for_it()
 {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    instance.fails("POST", Fault::Answer(400, "0"));
    world.put_filed().await;
    world.put_ticket("ticket.assigned", json!({ "by": "ops@mmd.local" })).await;
    world.deliver_all().await;
    let dead = world.deliveries("dead").await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["lastError"], "it answered 400 Bad Request");
    let records = instance.records();
    assert_eq!((records.len(), &records[0]["state"]), (1, &json!("2")));
    // Sent again, it finds the incident.
    let path = format!("deliveries/{}/retry", dead[0]["id"].as_str().unwrap());
    world.post(&world.admin, &path, &json!({})).send().await.expect(200);
    world.deliver_all().await;
    assert_eq!(instance.records().len(), 1);
}

#[tokio::test]
async fn an_elevation_is_noted_on_the_desks_own_incident_and_makes_none() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    instance.add("INC0012345");
    let _agent = world.device("D1").await;
    let id = world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver_all().await;
    let records = instance.records();
    assert_eq!(records.len(), 1);
    let notes = records[0]["work_notes"].as_array().unwrap();
    for (note, event) in notes.iter().zip(["opened", "viewed", "closed"]) {
        let note = note.as_str().unwrap();
        assert!(note.starts_with(&format!("mmd elevation.{event}\n")), "{note}");
        assert!(note.contains("by: admin@mmd.local") && note.contains("deviceName: D1"), "{note}");
    }
    assert_eq!(notes.len(), 3);

    // A number that the instance does not know is said; text that is none is not looked up.
    for (ticket, dead) in [("INC9999999", 2), ("ask at the desk^ORactive=true", 2)] {
        let mut body = crate::harness::request_for("D1");
        body["partnerTicketId"] = ticket.into();
        instance.receiver.take();
        let made = world.post(&world.admin, "elevationRequests", &body).send().await.expect(201);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        world.close(&world.admin, &id).send().await.expect(204);
        world.deliver_all().await;
        assert_eq!(world.deliveries("dead").await.len(), dead, "{ticket}");
    }
    assert!(instance.receiver.seen().is_empty());
    let why = &world.deliveries("dead").await[0]["lastError"];
    assert_eq!(why, "there is no incident INC9999999");
}

#[tokio::test]
async fn an_instance_that_answers_everything_to_a_query_is_not_believed() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    let made = Arc::new(Mutex::new(0));
    let count = made.clone();
    instance.receiver.answers(move |seen| match seen.method.as_str() {
        "GET" => Reply::Json(
            200,
            json!({ "result": [{ "sys_id": "a".repeat(32), "number": "INC1", "correlation_id": "" }] }),
        ),
        "POST" => {
            *count.lock().unwrap() += 1;
            Reply::Json(201, json!({ "result": { "sys_id": "b".repeat(32) } }))
        }
        _ => Reply::Status(500),
    });
    world.put_filed().await;
    world.deliver_all().await;
    assert_eq!(*made.lock().unwrap(), 1);
}

#[tokio::test]
async fn a_record_that_does_not_show_what_it_is_known_by_is_waited_for_and_not_made_again() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    world.put_filed().await;
    world.deliver_all().await;
    instance.hides(Some("correlation_id"));
    world.put_ticket("ticket.assigned", json!({})).await;
    world.deliver().await;
    let why = world.deliveries("pending").await[0]["lastError"].as_str().unwrap().to_owned();
    assert!(why.contains("does not show its `correlation_id`"), "{why}");
    assert_eq!(instance.records().len(), 1);
    instance.hides(None);
    // An instance may keep it in another case.
    let lower = json!(TICKET.to_ascii_lowercase());
    instance.table.lock().unwrap().records[0]["correlation_id"] = lower;
    world.clock.advance(minutes(5));
    world.deliver_all().await;
    let records = instance.records();
    assert_eq!((records.len(), &records[0]["state"]), (1, &json!("2")));
}

#[tokio::test]
async fn client_credentials_are_traded_for_a_token_that_is_used_until_it_ends() {
    let instance = Instance::start();
    let file = instance.receiver.authority.secret("client", "s3cret&more");
    let login = format!("client_id = 'mmd'\nclient_secret_file = '{file}'");
    let world = world(&instance.sink(&login)).await;
    world.put_filed().await;
    world.put_ticket("ticket.assigned", json!({})).await;
    world.deliver_all().await;
    assert_eq!(instance.table.lock().unwrap().tokens, 1);
    // Revoked early: one attempt fails, the next has a new one.
    instance.table.lock().unwrap().tokens += 1;
    world.put_ticket("ticket.note", json!({})).await;
    world.deliver_all().await;
    world.clock.advance(minutes(30));
    world.put_ticket("ticket.resolved", json!({})).await;
    world.deliver_all().await;
    assert_eq!(instance.table.lock().unwrap().tokens, 4);
    assert_eq!(instance.records()[0]["state"], "6");
    let seen = instance.receiver.seen();
    assert!(seen.iter().all(|s| !s.query.contains("s3cret")), "no secret in an address");
}

#[tokio::test]
async fn a_dead_letter_that_is_sent_again_does_not_undo_what_came_after_it() {
    let instance = Instance::start();
    let world = world(&instance.basic()).await;
    world.put_filed().await;
    world.deliver_all().await;
    let urgency = |severity: u8| json!({ "severity": severity });
    for (event, data, fails) in [
        ("ticket.edited", urgency(4), true),
        ("ticket.resolved", json!({ "state": "resolved" }), true),
        ("ticket.note", json!({}), false),
    ] {
        if fails {
            instance.fails("PATCH", Fault::Answer(400, "0"));
        }
        world.put_ticket(event, data).await;
        world.deliver_all().await;
    }
    let [edited, resolved] = world.deliveries("dead").await.try_into().unwrap();
    // A note sets nothing: what was given up is made up for.
    world.retry(&resolved).await;
    world.deliver_all().await;
    assert_eq!(
        (&instance.records()[0]["state"], &instance.records()[0]["urgency"]),
        (&json!("6"), &json!("2"))
    );

    instance.fails("PATCH", Fault::Answer(400, "0"));
    world.put_ticket("ticket.resolved", json!({ "state": "resolved" })).await;
    world.put_ticket("ticket.reactivated", json!({ "state": "active" })).await;
    world.put_ticket("ticket.lowered", urgency(3)).await;
    world.deliver_all().await;
    assert_eq!(instance.records()[0]["state"], "2");
    let [_, resolved] = world.deliveries("dead").await.try_into().unwrap();
    // A delivered event is kept as long as one before it can be sent again.
    world.clock.advance(jiff::SignedDuration::from_hours(8 * 24));
    mmd::service::jobs::sweep(&world.app).await.unwrap();
    let before = instance.records()[0]["work_notes"].as_array().unwrap().len();
    for dead in [&resolved, &edited] {
        world.retry(dead).await;
        world.deliver_all().await;
    }
    let record = &instance.records()[0];
    assert_eq!((&record["state"], &record["urgency"]), (&json!("2"), &json!("2")));
    let notes: Vec<_> = record["work_notes"].as_array().unwrap()[before..].iter().collect();
    let first = |note: &Value| note.as_str().unwrap().lines().next().unwrap().to_owned();
    assert_eq!([first(notes[0]), first(notes[1])], ["mmd ticket.resolved", "mmd ticket.edited"]);
    assert!(world.deliveries("dead").await.is_empty());
    // Once nothing before them is left, they go.
    world.clock.advance(jiff::SignedDuration::from_hours(8 * 24));
    mmd::service::jobs::sweep(&world.app).await.unwrap();
    assert!(world.deliveries("delivered").await.is_empty());
}
