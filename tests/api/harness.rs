//! A service of its own for a test, and calls to it.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use mmd::{
    api::BASE,
    clock::{Clock, ManualClock},
    domain::{audit::hex, password::random_bytes},
    secret::Secret,
    service::{App, Parts, Service, access::EmbeddedSession, jobs, router, settings::Settings},
};
use rusqlite::Connection;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::call::{Answer, Call};

/// Where the service says that it is.
pub const ORIGIN: &str = "https://mmd.test";

/// The bootstrap member: `admin` and `support`.
pub const ADMIN: &str = "admin@mmd.local";

/// A service with one tenant, its database and its clock.
pub struct World {
    pub clock: Arc<ManualClock>,
    pub app: App,
    pub tenant: Uuid,
    /// A token of [`ADMIN`].
    pub admin: String,
    router: Router,
    dir: tempfile::TempDir,
    secrets: Mutex<Vec<String>>,
}

/// Time spans as tests say them.
pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

pub fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

pub fn days(n: i64) -> SignedDuration {
    hours(24 * n)
}

/// What the service keeps of a token or key.
pub fn hash_of(secret: &str) -> String {
    hex(&Sha256::digest(secret.as_bytes()))
}

impl World {
    pub async fn new() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let app = Service::open(Parts {
            data_dir: dir.path(),
            origin: ORIGIN.to_owned(),
            settings,
            clock: clock.clone(),
            master_key_file: None,
            embedded: Some(EmbeddedSession {
                token: Secret::new("embedded-token".to_owned()),
                upn: "operator@mmd.local".to_owned(),
            }),
        })
        .unwrap();
        let first = app.first_tenant(None).await.unwrap();
        let mut world = Self {
            clock,
            router: router(app.clone()),
            app,
            tenant: first.tenant.id,
            admin: String::new(),
            dir,
            secrets: Mutex::default(),
        };
        world.admin = world.redeem(first.invite.unwrap().expose()).await;
        world
    }

    /// Remembers what must never be seen again.
    pub fn keep_secret(&self, secret: &str) -> String {
        self.secrets.lock().unwrap().push(secret.to_owned());
        secret.to_owned()
    }

    /// Every password, token, code and key that was handed out so far.
    pub fn secrets(&self) -> Vec<String> {
        self.secrets.lock().unwrap().clone()
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock, and lets the jobs see it as they do every second.
    pub async fn pass(&self, by: SignedDuration) {
        self.clock.advance(by);
        jobs::settle(&self.app).await.unwrap();
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.dir.path().join(file)
    }

    /// The database behind the service's back.
    pub fn db(&self) -> Connection {
        let connection = Connection::open(self.path("mmd.db")).unwrap();
        connection.busy_timeout(std::time::Duration::from_secs(5)).unwrap();
        connection
    }

    pub fn count(&self, sql: &str) -> i64 {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// How many rows each table has, but for those that only record.
    pub fn rows(&self) -> Vec<i64> {
        let tables =
            ["members", "member_roles", "invites", "apps", "devices", "enrollments", "agents"];
        let more = ["generations", "requests", "views", "idempotency", "tokens"];
        let tickets = ["tickets", "ticket_notes", "ticket_events", "ticket_attachments"];
        let all = tables.into_iter().chain(more).chain(tickets).chain(["admin_contacts"]);
        all.map(|table| self.count(&format!("select count(*) from {table}"))).collect()
    }

    /// A call to an address of the tenant, or to a whole path where it begins with a slash.
    pub fn call(&self, method: &str, path: &str) -> Call<'_> {
        let uri = match path.starts_with('/') {
            true => path.to_owned(),
            false => format!("{BASE}/tenants/{}/{path}", self.tenant),
        };
        Call::new(&self.router, method, &uri)
    }

    pub fn get(&self, token: &str, path: &str) -> Call<'_> {
        self.call("GET", path).token(token)
    }

    pub fn post(&self, token: &str, path: &str, body: &Value) -> Call<'_> {
        self.call("POST", path).token(token).json(body)
    }

    pub async fn me(&self, token: &str) -> Value {
        self.get(token, &format!("{BASE}/me")).send().await.expect(200).json()
    }

    /// Trades an invite for a token.
    pub async fn redeem(&self, code: &str) -> String {
        self.keep_secret(code);
        let token = self.keep_secret(&format!("mmd_{}", hex(&random_bytes::<32>())));
        let body = json!({ "code": code, "tokenHash": hash_of(&token) });
        self.call("POST", "/invite/redeem").json(&body).send().await.expect(200);
        token
    }

    pub async fn invite(&self, upn: &str) -> String {
        let path = format!("members/{upn}/invite");
        let made = self.post(&self.admin, &path, &json!({})).send().await.expect(201).json();
        self.keep_secret(made["code"].as_str().unwrap())
    }

    /// Adds a member with `roles`, and signs in.
    pub async fn member(&self, upn: &str, roles: &[&str]) -> String {
        let body = json!({ "roles": roles });
        let call = self.call("PUT", &format!("members/{upn}")).token(&self.admin).json(&body);
        call.send().await.expect(200);
        let code = self.invite(upn).await;
        self.redeem(&code).await
    }

    /// Adds a program. Returns its id and secret.
    pub async fn program(&self, name: &str, may: &[&str]) -> (String, String) {
        let body = json!({ "name": name, "may": may });
        let made = self.post(&self.admin, "apps", &body).send().await.expect(201).json();
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        (text("clientId"), self.keep_secret(&text("clientSecret")))
    }

    /// The documented request for a program's token.
    pub async fn token_answer(&self, id: &str, secret: &str, scope: &str) -> Answer {
        let form = format!(
            "client_id={id}&client_secret={secret}&scope={}&grant_type=client_credentials",
            percent_encoding::utf8_percent_encode(scope, percent_encoding::NON_ALPHANUMERIC)
        );
        self.call("POST", &format!("/{}/oauth2/v2.0/token", self.tenant))
            .header("content-type", "application/x-www-form-urlencoded")
            .raw(form)
            .send()
            .await
    }

    /// Adds a program and signs it in.
    pub async fn program_token(&self, name: &str, may: &[&str]) -> String {
        let (id, secret) = self.program(name, may).await;
        let scope = "https://mwaas-services-customerapi-prod.azurewebsites.net/.default";
        let answer = self.token_answer(&id, &secret, scope).await.expect(200).json();
        self.keep_secret(answer["access_token"].as_str().unwrap())
    }

    /// Opens a request on `device`. Returns its id.
    pub async fn open(&self, token: &str, device: &str) -> String {
        let body = request_for(device);
        let made = self.post(token, "elevationRequests", &body).send().await.expect(201).json();
        made["id"].as_str().unwrap().to_owned()
    }

    pub fn close<'w>(&'w self, token: &str, id: &str) -> Call<'w> {
        let call = self.call("PATCH", &format!("elevationRequests/{id}")).token(token);
        call.json(&json!({ "ActionsTaken": "Restarted the service" }))
    }

    /// Reads the password of `device`, with annotations.
    pub fn read<'w>(&'w self, token: &str, device: &str) -> Call<'w> {
        self.get(token, &format!("devices/{device}/elevationDetails")).annotated()
    }

    /// Sets the admin contact of an area.
    pub async fn contact(&self, area: &str, name: &str, email: &str, number: &str) {
        let body = json!({ "name": name, "email": email, "phoneNumber": number });
        let call = self.call("PUT", &format!("contacts/{area}")).token(&self.admin).json(&body);
        call.send().await.expect(200);
    }

    /// A service with an admin contact for devices and one for everything else.
    pub async fn with_contacts() -> Self {
        let world = Self::new().await;
        world.wants_notices();
        world.contact("Devices", "Dora Devices", "dora@mmd.local", "+1 555 0101").await;
        world.contact("Other", "Otto Other", "otto@mmd.local", "+1 555 0102").await;
        world
    }

    /// A call to a ticket, `tickets('ID')` and what follows it.
    pub fn ticket(&self, token: &str, method: &str, id: &str, rest: &str) -> Call<'_> {
        self.call(method, &format!("{BASE}/tickets('{id}'){rest}")).token(token)
    }

    /// A step with a ticket, with annotations.
    pub fn step(&self, token: &str, id: &str, step: &str, body: &Value) -> Call<'_> {
        self.ticket(token, "POST", id, &format!("/{step}")).annotated().json(body)
    }

    /// A ticket as its annotations tell it.
    pub async fn ticket_now(&self, token: &str, id: &str) -> Value {
        self.ticket(token, "GET", id, "").annotated().send().await.expect(200).json()
    }

    /// Files a ticket with what differs from an incident of severity C. Returns its id.
    pub async fn filed(&self, token: &str, differs: Value) -> String {
        let body = incident(differs);
        let made = self.post(token, &format!("{BASE}/tickets"), &body).send().await;
        made.expect(200).json()["id"].as_str().unwrap().to_owned()
    }

    /// Makes somebody want what becomes of tickets: otherwise no notice is put out.
    pub fn wants_notices(&self) {
        let sink = "insert into sinks values ('test', 'webhook', null, 'ticket.*')";
        self.db().execute(sink, []).unwrap();
    }

    /// What is to be told outside: event, subject, data and recipients, oldest first.
    pub fn told(&self, event: &str) -> Vec<(String, Value, Vec<String>)> {
        let db = self.db();
        let mut statement = db
            .prepare("select subject, body, recipients from outbox where event = $1 order by seq")
            .unwrap();
        let rows = statement.query_map([event], |row| {
            let (body, people): (String, String) = (row.get(1)?, row.get(2)?);
            let people = people.split(',').filter(|one| !one.is_empty()).map(str::to_owned);
            Ok((row.get(0)?, serde_json::from_str(&body).unwrap(), people.collect()))
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    /// A request as its annotations tell it.
    pub async fn request(&self, token: &str, id: &str) -> Value {
        let path = format!("elevationRequests/{id}");
        self.get(token, &path).annotated().send().await.expect(200).json()
    }

    /// The audit trail as it is stored, one event a line.
    pub async fn events(&self) -> Vec<Value> {
        let answer = self.get(&self.admin, "audit/events").send().await.expect(200);
        answer.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// How many events of `action` there are.
    pub async fn events_of(&self, action: &str) -> Vec<Value> {
        let events = self.events().await;
        events.into_iter().filter(|event| event["action"] == action).collect()
    }
}

/// The documented body of operation 1.
pub fn request_for(device: &str) -> Value {
    json!({
        "partnerTicketId": "INC0012345",
        "deviceName": device,
        "title": "Excel does not start",
        "category": "Office",
        "subcategory": "Excel",
        "planOfAction": "Repair the installation",
    })
}

/// The documented body of operation 11 for an incident, with what differs from it.
pub fn incident(differs: Value) -> Value {
    let mut body = json!({
        "title": "Title",
        "description": "Description of ticket",
        "type": "Incident",
        "category": "Devices",
        "subcategory": "Configuration/Policy",
        "usersOrDevicesImpacted": 100,
        "businessImpact": "Business Impact",
        "issueFirstNoticed": "2021-10-06T07:00:00Z",
        "issueReproduced": true,
        "endUserSupportEngaged": true,
        "troubleshootingSteps": "Describe any troubleshooting steps performed.",
        "severity": 4,
        "contact": {
            "givenName": "John",
            "surname": "Doe",
            "email": "jd@contoso.com",
            "phoneNumber": "+1 888",
        },
    });
    for (name, value) in differs.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
