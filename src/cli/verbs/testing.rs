//! A context whose service, person and clipboard are played.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, Method, StatusCode, Uri, header::RETRY_AFTER},
    response::{IntoResponse, Response},
    routing::any,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::{
    cli::{
        again::Again,
        context::{Connected, Context},
        output::{
            OutputOptions,
            delivery::Clipboard,
            tests::{Captured, captured},
        },
        prompt::Prompter,
        settings::{Environment, Flags, Settings},
    },
    client::{Client, loopback::Server},
    clock::{Clock, ManualClock},
    error::{Error, Result},
    secret::Secret,
};

/// The tenant of every test.
pub(crate) const TENANT: &str = "00000000-0000-0000-0000-00000000002a";

/// Noon of the day on which tests run.
pub(crate) const NOON: &str = "2026-03-01T12:00:00Z";

/// A request as the service has seen it: method, path below the tenant, query, wait, body.
type Seen = Arc<Mutex<Vec<String>>>;

/// A service that answers from a script, and keeps what it was asked.
pub(crate) struct Fake {
    server: Server,
    seen: Seen,
    keys: Seen,
}

/// What a script answers: a status and a body.
pub(crate) type Answered = (u16, Value);

impl Fake {
    /// Answers with `script`, which is told the request's line and its body.
    pub(crate) async fn start(
        script: impl Fn(&str, &Value) -> Answered + Send + Sync + 'static,
    ) -> Self {
        let (seen, keys) = (Seen::default(), Seen::default());
        let (kept, known, script) = (seen.clone(), keys.clone(), Arc::new(script));
        let answer = move |method: Method, uri: Uri, headers: HeaderMap, body: Bytes| {
            let (kept, script) = (kept.clone(), script.clone());
            let key = headers.get("idempotency-key").and_then(|key| key.to_str().ok());
            known.lock().unwrap().extend(key.map(str::to_owned));
            async move { play(&*script, &kept, &method, &uri, &headers, &body) }
        };
        let server = Server::start(Router::new().fallback(any(answer))).await;
        Self { server, seen, keys }
    }

    /// What was asked, in order.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }

    /// The keys of the writes, in order.
    pub(crate) fn keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    /// The service's origin.
    pub(crate) fn origin(&self) -> &str {
        &self.server.origin
    }

    /// A context that talks to this service, with its files below `home`.
    pub(crate) fn context(
        &self,
        home: &Path,
        options: OutputOptions,
        prompter: impl Prompter + 'static,
    ) -> (Context, Captured, Captured) {
        let ca_file = home.join("ca.pem");
        std::fs::write(&ca_file, &self.server.pem).unwrap();
        let environment = Environment::of([
            ("MMD_CA_FILE", ca_file.as_os_str()),
            ("MMD_CONFIG_DIR", home.join("config").as_os_str()),
            ("MMD_DATA_DIR", home.join("data").as_os_str()),
            ("MMD_CACHE_DIR", home.join("cache").as_os_str()),
            ("MMD_SERVICE", self.origin().as_ref()),
            ("MMD_TENANT", TENANT.as_ref()),
        ])
        .unwrap();
        let settings = Settings::load(&Flags::default(), &environment).unwrap();
        let client = Client::new(self.server.settings()).unwrap();
        let (output, stdout, stderr) = captured(options);
        let cx = Context {
            settings,
            environment,
            output,
            prompter: Box::new(prompter),
            clipboard: Box::new(NoClipboard),
            clock: clock(),
            yes: false,
            timeout: None,
            connected: OnceCell::new_with(Some(Connected::through(client))),
            me: OnceCell::new(),
            again: Again::default(),
        };
        (cx, stdout, stderr)
    }
}

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::new(NOON.parse().unwrap()))
}

/// Nothing is copied where nobody asks for it.
struct NoClipboard;

impl Clipboard for NoClipboard {
    fn check(&self) -> Result<()> {
        Err(Error::failed("there is no clipboard"))
    }

    fn hold(&self, _: &Secret) -> Result<()> {
        panic!("nobody asked for the clipboard")
    }
}

fn play(
    script: &dyn Fn(&str, &Value) -> Answered,
    seen: &Seen,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("", |path| path.as_str());
    let below = path.strip_prefix("/support/odata/v1").unwrap_or(path);
    let below = below.strip_prefix(&format!("/tenants/{TENANT}")).unwrap_or(below);
    let prefer = headers.get("prefer").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wait = prefer.split(", ").find(|part| part.starts_with("wait="));
    let wait = wait.map(|wait| format!(" {wait}")).unwrap_or_default();
    let line = format!("{method} {below}{wait}");
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    seen.lock().unwrap().push(line.clone());
    let (status, body) = script(&line, &body);
    let status = StatusCode::from_u16(status).unwrap();
    match status {
        StatusCode::CONFLICT => (status, [(RETRY_AFTER, "5")], Json(body)).into_response(),
        _ if body.is_null() => status.into_response(),
        _ => (status, Json(body)).into_response(),
    }
}

/// An error object.
pub(crate) fn error(status: u16, message: &str) -> Answered {
    (status, json!({ "error": { "code": status.to_string(), "message": message } }))
}

/// A collection of `rows`.
pub(crate) fn rows(rows: Value) -> Answered {
    (200, json!({ "@odata.context": "c", "value": rows }))
}

/// An open request of `who` on `device`.
pub(crate) fn request(device: &str, who: &str) -> Value {
    json!({
        "@odata.context": "c",
        "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
        "tenantId": TENANT,
        "partnerId": TENANT,
        "requestingAgentUpn": who,
        "partnerTicketId": "INC1",
        "deviceName": device,
        "title": "look",
        "category": "Other",
        "subcategory": "Other",
        "planOfAction": "look",
        "actionsTaken": "",
        "closingAgentUpn": "",
        "requestCreationTime": "2026-03-01T11:00:00Z",
        "requestClosureTime": null,
        "requestRenewTime": null,
        "isSuccessfulRequest": true,
        "viewerUpns": [],
        "passwordLastUpdatedTime": "2026-03-01T10:00:00Z",
        "isDeleted": false,
        "ttl": 7_776_000,
        "eTag": null,
        "@mmd.validUntil": "2026-03-01T13:00:00Z",
        "@mmd.state": "open",
        "@mmd.status": "PasswordSucceeded",
        "@mmd.generation": 7,
        "@mmd.account": ".\\mmdadmin",
    })
}

/// A password handed out on [`request`].
pub(crate) fn detail(device: &str, password: &str) -> Value {
    json!({
        "@odata.context": "c",
        "tenantId": TENANT,
        "deviceName": device,
        "openedElevationRequestId": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
        "aadDeviceId": "d",
        "accountUpn": "mmdadmin",
        "password": password,
        "passwordLastUpdated": "2026-03-01T10:00:00Z",
        "status": "PasswordSucceeded",
        "isPasswordChanged": false,
        "viewedBy": ["ana@contoso.com"],
        "@mmd.validUntil": "2026-03-01T13:00:00Z",
        "@mmd.generation": 7,
        "@mmd.account": ".\\mmdadmin",
    })
}

/// Who the caller is, with open requests.
pub(crate) fn me(open: Value) -> Value {
    json!({
        "user": "ana@contoso.com",
        "tenantId": TENANT,
        "tenantName": "Contoso",
        "roles": ["support"],
        "tokenExpires": null,
        "openRequests": open,
        "sample": false,
    })
}
