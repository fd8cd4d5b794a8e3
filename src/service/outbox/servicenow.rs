//! Incidents in ServiceNow, by its Table API.
//!
//! A ticket of ours is the incident whose `correlation_id` is the ticket's id. It is looked up
//! before it is created, so that an answer that was lost after the record was made makes no second
//! one. Elevations are work notes on the desk's own incident, which the request names.

use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, RequestBuilder, StatusCode, Url, header};
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use super::{
    http::{self, Answer, Http, quoted},
    secrets::SecretFile,
    settings::{Reach, ServiceNowTarget},
};
use crate::{
    domain::delivery::{Failure, ticket_number},
    error::{Error, Result},
    secret::Secret,
    service::store::deliveries::Parcel,
};

/// A token is renewed this long before it ends.
const EARLY: SignedDuration = SignedDuration::from_secs(60);

/// A ServiceNow instance.
pub struct ServiceNow {
    http: Http,
    instance: Url,
    login: Login,
    close_code: String,
}

enum Login {
    Basic { username: String, password: SecretFile },
    OAuth { client: String, secret: SecretFile, token: Mutex<Option<(Secret, Timestamp)>> },
}

/// An incident as far as we look at it.
#[derive(Debug, Deserialize)]
struct Incident {
    sys_id: String,
    number: Option<String>,
    correlation_id: Option<String>,
}

impl Incident {
    /// Whether it has one of `values` in `field`, in whatever case ServiceNow keeps it; an error for
    /// a record that does not show the field, as for who may not read it.
    fn has(field: Option<&str>, name: &str, value: &str) -> Result<bool, Failure> {
        field.map(|shown| shown.eq_ignore_ascii_case(value)).ok_or_else(|| {
            Failure::again(format!(
                "it found a record that does not show its `{name}`, so nobody knows whether it is \
                 the one: the account needs to read that field"
            ))
        })
    }

    /// Whether its `correlation_id` is `id`.
    fn correlates(&self, id: &str) -> Result<bool, Failure> {
        Self::has(self.correlation_id.as_deref(), "correlation_id", id)
    }

    /// Whether its `number` is `number`.
    fn is_numbered(&self, number: &str) -> Result<bool, Failure> {
        Self::has(self.number.as_deref(), "number", number)
    }
}

impl ServiceNow {
    /// Checks the instance, and that its credentials can be read.
    pub fn open(target: &ServiceNowTarget, reach: &Reach) -> Result<Self> {
        let instance = http::target("instance", &target.instance, reach)?;
        if instance.path() != "/" || instance.query().is_some() {
            return Err(Error::usage("`instance`: nothing may follow the host"));
        }
        let basic = (&target.username, &target.password_file);
        let oauth = (&target.client_id, &target.client_secret_file);
        let login = match (basic, oauth) {
            ((Some(username), Some(path)), (None, None)) => {
                let password = SecretFile::new("password_file", path);
                password.read()?;
                Login::Basic { username: username.clone(), password }
            }
            ((None, None), (Some(client), Some(path))) => {
                let secret = SecretFile::new("client_secret_file", path);
                secret.read()?;
                Login::OAuth { client: client.clone(), secret, token: Mutex::default() }
            }
            _ => {
                return Err(Error::usage(
                    "it takes `username` and `password_file`, or `client_id` and \
                     `client_secret_file`",
                ));
            }
        };
        let close_code = target.close_code.clone();
        Ok(Self { http: Http::new(reach)?, instance, login, close_code })
    }

    /// Brings a notice into the table.
    pub async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Failure> {
        let data: Value = serde_json::from_str(&parcel.data).unwrap_or_default();
        if parcel.event.starts_with("elevation.") {
            return self.note_elevation(parcel, &data, now).await;
        }
        let subject = ticket_number(&parcel.subject)
            .ok_or_else(|| Failure::dead("the ticket's id cannot be looked up"))?;
        let query = format!("correlation_id={subject}");
        let known = self.find(&query, |incident| incident.correlates(subject), now).await?;
        let Some(Incident { sys_id, .. }) = known else {
            // What waits for an admin is no incident before it is filed.
            if data["state"] == "awaitingAdmin" {
                return Ok(());
            }
            return self.create(subject, parcel, &data, now).await;
        };
        // A repeat of the first event finds the record, and leaves it.
        if parcel.event == "ticket.created" {
            return Ok(());
        }
        self.update(&sys_id, self.change(parcel, &data), now).await
    }

    async fn note_elevation(
        &self,
        parcel: &Parcel,
        data: &Value,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let number = data["partnerTicketId"].as_str().and_then(ticket_number);
        // A request that names no ticket has none to note it on.
        let Some(number) = number else { return Ok(()) };
        // The desk's own number, or the id of a ticket of ours.
        let query = format!("number={number}^ORcorrelation_id={number}");
        let is_it = |incident: &Incident| match incident.is_numbered(number) {
            Ok(true) => Ok(true),
            numbered => Ok(incident.correlates(number)? || numbered?),
        };
        let known = self.find(&query, is_it, now).await?;
        let incident =
            known.ok_or_else(|| Failure::dead(format!("there is no incident {number}")))?;
        let mut change = Map::new();
        change.insert("work_notes".into(), note(parcel, data).into());
        self.update(&incident.sys_id, change, now).await
    }

    /// The incident that `query` finds, the oldest where there are several. An instance may answer
    /// a query that it does not understand with everything, so what comes is looked at.
    async fn find(
        &self,
        query: &str,
        is_it: impl Fn(&Incident) -> Result<bool, Failure>,
        now: Timestamp,
    ) -> Result<Option<Incident>, Failure> {
        let mut url = self.table("");
        url.query_pairs_mut()
            .append_pair("sysparm_query", &format!("{query}^ORDERBYsys_created_on"))
            .append_pair("sysparm_fields", "sys_id,number,correlation_id")
            .append_pair("sysparm_exclude_reference_link", "true")
            .append_pair("sysparm_limit", "5");
        let answer = self.call(Method::GET, url, None, now).await?;
        // Some versions say that nothing was found by a 404.
        if answer.status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let found: Vec<Incident> = result(&answer)?;
        let mut unjudged = Ok(None);
        for incident in found {
            match is_it(&incident) {
                Ok(true) => return Ok(Some(incident)),
                Ok(false) => {}
                Err(failure) => unjudged = Err(failure),
            }
        }
        unjudged
    }

    async fn create(
        &self,
        subject: &str,
        parcel: &Parcel,
        data: &Value,
        now: Timestamp,
    ) -> Result<(), Failure> {
        // It may stand for an earlier event that was given up: it is made as this one leaves it.
        let mut body = self.change(parcel, data);
        let title = match data["type"].as_str() {
            Some(kind) => format!("Support request {subject}: {}", quoted(kind)),
            None => format!("Support request {subject}"),
        };
        body.insert("correlation_id".into(), subject.into());
        body.insert("correlation_display".into(), "mmd".into());
        body.insert("short_description".into(), title.into());
        set_urgency(&mut body, data);
        let body = Value::Object(body);
        let made = self.call(Method::POST, self.table(""), Some(body), now).await;
        // Without an answer the record may still be on its way into the table: a look-up that
        // comes too early would not find it.
        let answer = made.map_err(|failure| failure.not_before(self.http.timeout()))?;
        if !answer.status.is_success() {
            let failure = answer.failure();
            return Err(match answer.status.is_server_error() {
                true => failure.not_before(self.http.timeout()),
                false => failure,
            });
        }
        result::<Incident>(&answer).map(|_| ())
    }

    async fn update(
        &self,
        sys_id: &str,
        change: Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), Failure> {
        if sys_id.is_empty() || !sys_id.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Failure::again("it answered with a record that has no `sys_id`"));
        }
        let url = self.table(sys_id);
        let answer = self.call(Method::PATCH, url, Some(Value::Object(change)), now).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.failure()) }
    }

    /// What an event changes of the incident, with a note that says so. What a later event has
    /// set already stays as it is: of a dead letter that is sent again, the note is left.
    fn change(&self, parcel: &Parcel, data: &Value) -> Map<String, Value> {
        let mut change = self.set_by(&parcel.event, data);
        let is_set_by = |later: &String| {
            self.set_by(later, data).keys().any(|member| change.contains_key(member))
        };
        if parcel.overtaken_by.iter().any(is_set_by) {
            change.clear();
        }
        change.insert("work_notes".into(), note(parcel, data).into());
        change
    }

    /// What an event sets of the incident: nothing where it is only noted.
    fn set_by(&self, event: &str, data: &Value) -> Map<String, Value> {
        let mut set = Map::new();
        // ServiceNow's own numbers: 2 in progress, 6 resolved, 7 closed.
        match event {
            "ticket.resolved" | "ticket.closed" => {
                let state = if event == "ticket.closed" { "7" } else { "6" };
                set.insert("state".into(), state.into());
                set.insert("close_code".into(), self.close_code.clone().into());
                let notes = format!("{} in mmd", if state == "7" { "Closed" } else { "Resolved" });
                set.insert("close_notes".into(), notes.into());
            }
            "ticket.assigned" | "ticket.reactivated" => {
                set.insert("state".into(), "2".into());
            }
            "ticket.edited" | "ticket.lowered" => set_urgency(&mut set, data),
            _ => {}
        }
        set
    }

    fn table(&self, sys_id: &str) -> Url {
        let mut url = self.instance.clone();
        url.set_path("/api/now/table/incident");
        if let (false, Ok(mut path)) = (sys_id.is_empty(), url.path_segments_mut()) {
            path.push(sys_id);
        }
        url
    }

    async fn call(
        &self,
        method: Method,
        url: Url,
        body: Option<Value>,
        now: Timestamp,
    ) -> Result<Answer, Failure> {
        let mut request =
            self.http.client().request(method, url).header(header::ACCEPT, "application/json");
        if let Some(body) = body {
            request = request.json(&body);
        }
        let request = self.signed_in(request, now).await?;
        let answer = self.http.send(request, now).await?;
        if answer.status == StatusCode::UNAUTHORIZED
            && let Login::OAuth { token, .. } = &self.login
        {
            // Revoked before its time: the next attempt asks for another one.
            *token.lock().await = None;
        }
        Ok(answer)
    }

    async fn signed_in(
        &self,
        request: RequestBuilder,
        now: Timestamp,
    ) -> Result<RequestBuilder, Failure> {
        let unread = |error: Error| Failure::again(error.message);
        match &self.login {
            Login::Basic { username, password } => {
                let password = password.read().map_err(unread)?;
                Ok(request.basic_auth(username, Some(password.expose())))
            }
            Login::OAuth { client, secret, token } => {
                let mut token = token.lock().await;
                let good = token.as_ref().filter(|(_, ends)| *ends > now);
                let bearer = match good {
                    Some((bearer, _)) => bearer.clone(),
                    None => {
                        let secret = secret.read().map_err(unread)?;
                        let (bearer, lifetime) = self.token(client, &secret, now).await?;
                        let ends = now.checked_add(lifetime - EARLY).unwrap_or(now);
                        *token = Some((bearer.clone(), ends));
                        bearer
                    }
                };
                Ok(request.bearer_auth(bearer.expose()))
            }
        }
    }

    /// OAuth 2.0 client credentials at the instance's own token endpoint.
    async fn token(
        &self,
        client: &str,
        secret: &Secret,
        now: Timestamp,
    ) -> Result<(Secret, SignedDuration), Failure> {
        #[derive(Deserialize)]
        struct Token {
            access_token: Secret,
            expires_in: Value,
        }
        let mut url = self.instance.clone();
        url.set_path("/oauth_token.do");
        let mut form = self.instance.clone();
        form.query_pairs_mut()
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", client)
            .append_pair("client_secret", secret.expose());
        let request = self
            .http
            .client()
            .post(url)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(form.query().unwrap_or_default().to_owned());
        let answer = self.http.send(request, now).await?;
        if !answer.status.is_success() {
            // About our credentials, not about the event: it passes.
            return Err(answer.passing(format!("the token endpoint answered {}", answer.status)));
        }
        let token: Token = serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::again("the token endpoint answered without a token"))?;
        // Written as a number by some versions and as a string by others.
        let seconds = match &token.expires_in {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        let seconds = seconds.unwrap_or(0).clamp(0, 86_400);
        Ok((token.access_token, SignedDuration::from_secs(seconds)))
    }
}

/// The `result` member of an answer.
fn result<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, Failure> {
    #[derive(Deserialize)]
    struct Body<T> {
        result: T,
    }
    if !answer.status.is_success() {
        return Err(answer.failure());
    }
    serde_json::from_slice::<Body<T>>(&answer.body)
        .map(|body| body.result)
        .map_err(|_| Failure::again("it did not answer as the Table API does"))
}

fn set_urgency(change: &mut Map<String, Value>, data: &Value) {
    if let Some(urgency) = urgency(&data["severity"]) {
        change.insert("impact".into(), urgency.into());
        change.insert("urgency".into(), urgency.into());
    }
}

/// ServiceNow's 1, 2 or 3 for severity A, B or C, in letters or in the API's numbers.
fn urgency(severity: &Value) -> Option<&'static str> {
    match (severity.as_str(), severity.as_i64()) {
        (Some("A"), _) | (_, Some(2)) => Some("1"),
        (Some("B"), _) | (_, Some(3)) => Some("2"),
        (Some("C"), _) | (_, Some(4)) => Some("3"),
        _ => None,
    }
}

/// A work note: what happened, by the members of the notice, and the notice's id, by which a
/// repeat is known.
fn note(parcel: &Parcel, data: &Value) -> String {
    let facts = data.as_object().into_iter().flatten().filter_map(|(name, value)| {
        let value = match value {
            Value::String(text) => quoted(text),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            _ => return None,
        };
        Some(format!("{}: {value}", quoted(name)))
    });
    let facts: Vec<_> = facts.collect();
    format!("mmd {}\n{}\nnotice {}", parcel.event, facts.join("\n"), parcel.notice)
}
