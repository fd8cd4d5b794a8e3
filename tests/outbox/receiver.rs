//! A receiver over TLS on loopback, on threads of its own, that does as it is told.

use std::{
    collections::BTreeMap,
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use mmd::service::{outbox, settings::Settings};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::harness::World;

/// A certificate for `localhost` and 127.0.0.1, and the authority that signed it.
pub struct Authority {
    pub dir: tempfile::TempDir,
    pub certificate: String,
    pub key: String,
}

impl Authority {
    pub fn new() -> Self {
        let mut ca = rcgen::CertificateParams::new(Vec::new()).unwrap();
        ca.distinguished_name.push(rcgen::DnType::CommonName, "receivers");
        ca.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        let ca_key = rcgen::KeyPair::generate().unwrap();
        let root = ca.self_signed(&ca_key).unwrap();
        let issuer = rcgen::Issuer::new(ca, ca_key);
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut leaf = rcgen::CertificateParams::new(names).unwrap();
        leaf.distinguished_name.push(rcgen::DnType::CommonName, "receiver");
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, &issuer).unwrap();
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("ca.pem"), root.pem()).unwrap();
        std::fs::write(dir.path().join("cert.pem"), certificate.pem()).unwrap();
        std::fs::write(dir.path().join("key.pem"), key.serialize_pem()).unwrap();
        Self { dir, certificate: certificate.pem(), key: key.serialize_pem() }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn ca_file(&self) -> String {
        self.file("ca.pem").display().to_string()
    }

    /// A file (0600) with a secret.
    pub fn secret(&self, name: &str, text: &str) -> String {
        let path = self.file(name);
        mmd::durable::replace(&path, text.as_bytes()).unwrap();
        path.display().to_string()
    }
}

/// What came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The event of a webhook's body.
    pub fn event(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }
}

/// What is answered.
pub enum Reply {
    Status(u16),
    Wait(u16, &'static str),
    Json(u16, Value),
    Redirect(String),
    /// Answered once the semaphore has a permit.
    Hold(Arc<Semaphore>, u16),
    /// The connection ends without an answer.
    Lost,
}

type Behaviour = Box<dyn FnMut(&Seen) -> Reply + Send>;

/// A receiver at work.
pub struct Receiver {
    pub authority: Authority,
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    behaviour: Arc<Mutex<Behaviour>>,
    handle: Handle<SocketAddr>,
}

impl Receiver {
    /// One that takes everything.
    pub fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = Authority::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let behaviour: Arc<Mutex<Behaviour>> =
            Arc::new(Mutex::new(Box::new(|_: &Seen| Reply::Status(204))));
        let router = Router::new().fallback({
            let (seen, behaviour) = (seen.clone(), behaviour.clone());
            move |request: Request| take(request, seen.clone(), behaviour.clone())
        });
        let handle = Handle::new();
        let (certificate, key) = (authority.certificate.clone(), authority.key.clone());
        let running = handle.clone();
        std::thread::spawn(move || {
            let runtime =
                tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async {
                let config = RustlsConfig::from_pem(certificate.into(), key.into()).await.unwrap();
                let server = axum_server::from_tcp_rustls(listener, config).unwrap();
                server.handle(running).serve(router.into_make_service()).await.unwrap();
            });
        });
        Self { authority, address, seen, behaviour, handle }
    }

    /// Answers like this from now on.
    pub fn answers(&self, behaviour: impl FnMut(&Seen) -> Reply + Send + 'static) {
        *self.behaviour.lock().unwrap() = Box::new(behaviour);
    }

    /// What has come so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What has come since the last time.
    pub fn take(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.address.port())
    }

    /// `[[sink]]` of a webhook at this receiver, with a secret of its own.
    pub fn webhook(&self, name: &str, more: &str) -> String {
        let secret = self.authority.secret(name, SECRET);
        format!(
            "[[sink]]\nname = '{name}'\nkind = 'webhook'\nurl = '{}'\nsecret_file = '{secret}'\n\
             ca_file = '{}'\nallow_private = true\ntimeout = '5s'\n{more}\n",
            self.url("/hook"),
            self.authority.ca_file(),
        )
    }
}

/// A signing secret.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

impl Drop for Receiver {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

async fn take(
    request: Request,
    seen: Arc<Mutex<Vec<Seen>>>,
    behaviour: Arc<Mutex<Behaviour>>,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter();
    let new = Seen {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: headers.map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned())).collect(),
        body: to_bytes(body, usize::MAX).await.unwrap_or_default().to_vec(),
    };
    seen.lock().unwrap().push(new.clone());
    let reply = (behaviour.lock().unwrap())(&new);
    let status = |code: u16| StatusCode::from_u16(code).unwrap();
    match reply {
        Reply::Status(code) => status(code).into_response(),
        Reply::Wait(code, wait) => (status(code), [("retry-after", wait)]).into_response(),
        Reply::Json(code, value) => {
            (status(code), [("content-type", "application/json")], Body::from(value.to_string()))
                .into_response()
        }
        Reply::Redirect(to) => (status(307), [("location", to)]).into_response(),
        Reply::Hold(permits, code) => {
            permits.acquire().await.unwrap().forget();
            status(code).into_response()
        }
        // Ends the connection's task, and says nothing of it.
        Reply::Lost => std::panic::resume_unwind(Box::new("lost")),
    }
}

/// A service with the sinks of `toml`.
pub async fn world(toml: &str) -> World {
    let settings: Settings = toml::from_str(toml).unwrap_or_else(|error| panic!("{error}"));
    let world = World::with(settings).await;
    outbox::register(&world.app).await.unwrap();
    world
}

impl World {
    /// Lets everything that is due go out.
    pub async fn deliver(&self) {
        outbox::settle(&self.app).await.unwrap();
    }

    /// The deliveries in `state`, oldest first.
    pub async fn deliveries(&self, state: &str) -> Vec<Value> {
        let path = format!("deliveries?state={state}");
        let listed = self.get(&self.admin, &path).send().await.expect(200).json();
        let mut listed = listed["value"].as_array().unwrap().clone();
        listed.reverse();
        listed
    }
}
