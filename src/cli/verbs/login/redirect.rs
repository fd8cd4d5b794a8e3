//! The loopback address that a browser comes back to (RFC 8252, 7.3): it answers one redirect, and
//! is closed.

use std::{convert::Infallible, net::Ipv4Addr, sync::Arc, time::Duration};

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use reqwest::Url;
use tokio::{
    net::TcpListener,
    sync::mpsc,
    task::JoinSet,
    time::{Instant, timeout, timeout_at},
};

use crate::{
    cli::settings::RedirectUri,
    error::{Error, IoContext, Kind, Result},
};

/// How long one connection may take; browsers open some that they never use.
const CONNECTION_TIME: Duration = Duration::from_secs(20);

/// How many connections may be open at once.
const CONNECTIONS: usize = 16;

/// Waits for the redirect.
pub(super) struct Listener {
    tcp: TcpListener,
    /// The redirect's address, with the port.
    uri: String,
    path: String,
}

impl Listener {
    /// On 127.0.0.1, at the port of `wanted` or any free one.
    ///
    /// # Errors
    /// When the port is taken.
    pub(super) async fn start(wanted: &RedirectUri) -> Result<Self> {
        let port = wanted.port.unwrap_or(0);
        let tcp = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .await
            .or_failed(|| format!("the browser cannot come back to port {port} of this machine"))?;
        let port = tcp.local_addr().or_failed(|| "the port is not known".to_owned())?.port();
        // A redirect to no path comes in as one to `/`.
        let path = if wanted.path.is_empty() { "/" } else { &wanted.path };
        Ok(Self { tcp, uri: wanted.at(port), path: path.to_owned() })
    }

    /// The redirect's address.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// What the browser brings back; then nothing listens any more.
    ///
    /// # Errors
    /// [`Kind::SignIn`] when nobody has come back within `patience`.
    pub(super) async fn answer(self, patience: Duration) -> Result<Url> {
        let end = Instant::now() + patience;
        let (sender, mut answers) = mpsc::channel(1);
        let base = Arc::new((self.path, sender));
        let mut connections = JoinSet::new();
        let target = loop {
            tokio::select! {
                accepted = self.tcp.accept(), if connections.len() < CONNECTIONS => {
                    if let Ok((stream, _)) = accepted {
                        connections.spawn(serve(stream, base.clone()));
                    }
                }
                Some(_) = connections.join_next() => {}
                answer = timeout_at(end, answers.recv()) => break answer.ok().flatten(),
            }
        };
        drop(self.tcp);
        let target = target.ok_or_else(|| {
            let minutes = patience.as_secs() / 60;
            Error::new(Kind::SignIn, format!("nobody came back from the browser in {minutes} min"))
                .hint("try again: `mmd login`; without a browser here: `mmd login --device-code`")
        })?;
        // The page is on its way; the connections that were never used are not waited for.
        let _ = timeout(Duration::from_millis(500), async {
            while let Some(ended) = connections.join_next().await {
                if matches!(ended, Ok(true)) {
                    break;
                }
            }
        })
        .await;
        Url::parse(&format!("http://127.0.0.1{target}"))
            .map_err(|error| Error::failed("the browser's answer cannot be read").cause(error))
    }
}

type Base = Arc<(String, mpsc::Sender<String>)>;

/// Serves one connection; true when it has brought the redirect.
async fn serve(stream: tokio::net::TcpStream, base: Base) -> bool {
    let brought = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let noted = brought.clone();
    let service = service_fn(move |request: Request<Incoming>| {
        let (page, is_it) = respond(&request, &base);
        noted.fetch_or(is_it, std::sync::atomic::Ordering::Relaxed);
        async move { Ok::<_, Infallible>(page) }
    });
    let mut server = http1::Builder::new();
    server.max_buf_size(64 * 1024).keep_alive(false);
    let serving = server.serve_connection(TokioIo::new(stream), service);
    // A connection that breaks off brought nothing, or has brought it already.
    let _ = timeout(CONNECTION_TIME, serving).await;
    brought.load(std::sync::atomic::Ordering::Relaxed)
}

fn respond(request: &Request<Incoming>, base: &Base) -> (Response<String>, bool) {
    let (path, sender) = &**base;
    let target = request.uri().path_and_query().map_or("/", |target| target.as_str());
    let is_it = request.method() == Method::GET
        && request.uri().path() == path
        && sender.try_send(target.to_owned()).is_ok();
    let (status, text) = match is_it {
        true => {
            (StatusCode::OK, "mmd has your answer. Close this page, and go back to the terminal.")
        }
        false => (StatusCode::NOT_FOUND, "There is nothing here."),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>mmd</title><p>{text}</p>"
    );
    let mut response = Response::new(page);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONNECTION, "close"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        // The address holds the code.
        (REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, hyper::header::HeaderValue::from_static(value));
    }
    (response, is_it)
}
