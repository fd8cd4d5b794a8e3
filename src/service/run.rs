//! A service that listens: started by `mmd serve` and by the embedded profile.

use std::{
    net::{IpAddr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    time::Duration,
};

use axum_server::{Handle, accept::NoDelayAcceptor, tls_rustls::RustlsConfig};
use hyper_util::rt::TokioTimer;
use tokio::task::JoinHandle;

use super::{App, jobs, outbox, problem::Problem, refusals, router, tls};
use crate::error::{Error, IoContext, Result};

/// How long open calls may still take once the service stops.
const GRACE: Duration = Duration::from_secs(10);

/// How long a peer may take to say what it wants.
const FIRST_REQUEST: Duration = Duration::from_secs(15);

/// How often the leaf is looked at for renewal.
const RENEWAL: Duration = Duration::from_secs(12 * 3600);

/// A listening socket and the certificate that it will show.
pub struct Listening {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Certificate,
}

/// Where the certificate comes from.
pub enum Certificate {
    /// The service's own authority, in this directory.
    Own {
        /// Where the authority lives.
        dir: PathBuf,
        /// The public name, beside those of this machine.
        public_host: Option<String>,
    },
    /// Files that somebody else looks after.
    Files {
        /// The chain, in PEM.
        certificates: PathBuf,
        /// The key, in PEM.
        key: PathBuf,
    },
}

impl Certificate {
    fn load(&self, listen: IpAddr) -> Result<std::sync::Arc<rustls::ServerConfig>> {
        match self {
            Certificate::Own { dir, public_host } => {
                let names = tls::names(listen, public_host.as_deref());
                tls::own(dir, &names, jiff::Timestamp::now())
            }
            Certificate::Files { certificates, key } => tls::files(certificates, key),
        }
    }
}

/// Binds before anything else is made, so that a taken address is the first thing said.
pub fn bind(listen: &str, certificate: Certificate) -> Result<Listening> {
    let cannot = || format!("the service cannot listen on {listen}");
    let listener = TcpListener::bind(listen).map_err(|error| {
        Error::failed(cannot()).cause(error).hint(
            "choose another address with `--listen`, for example `mmd serve --listen 127.0.0.1:0`",
        )
    })?;
    listener.set_nonblocking(true).or_failed(cannot)?;
    let address = listener.local_addr().or_failed(cannot)?;
    Ok(Listening { listener, address, certificate })
}

impl Listening {
    /// The address that was bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority that clients trust, where it is the service's own.
    pub fn ca_file(&self) -> Option<PathBuf> {
        match &self.certificate {
            Certificate::Own { dir, .. } => Some(dir.join(tls::CA_FILE)),
            Certificate::Files { .. } => None,
        }
    }

    /// Answers requests from now on.
    pub async fn serve(self, app: App) -> Result<Running> {
        let Self { listener, address, certificate } = self;
        let config = RustlsConfig::from_config(certificate.load(address.ip())?);
        let handle = Handle::new();
        let mut server = axum_server::from_tcp_rustls(listener, config.clone())
            .or_failed(|| format!("the service cannot listen on {address}"))?
            // An answer in two pieces must not wait for the peer's delayed acknowledgement: 40 ms.
            .map(|acceptor| acceptor.acceptor(NoDelayAcceptor))
            // A peer that opens a connection and says nothing must not hold it for ever.
            .first_request_timeout(FIRST_REQUEST)
            .handle(handle.clone());
        server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(FIRST_REQUEST);
        let unregistered = |problem: Problem| Error::failed(problem.message);
        outbox::register(&app).await.map_err(unregistered)?;
        let service = router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let serving = tokio::spawn(server.serve(service));
        let jobs = tokio::spawn(jobs::run(app.clone()));
        let sending = tokio::spawn(outbox::run(app.clone()));
        let renewing = tokio::spawn(renew(certificate, address.ip(), config));
        // Answers have been possible since the bind; this says that the task runs.
        handle.listening().await;
        Ok(Running { app, handle, serving, jobs, sending, renewing })
    }
}

async fn renew(certificate: Certificate, listen: IpAddr, config: RustlsConfig) {
    loop {
        tokio::time::sleep(RENEWAL).await;
        match certificate.load(listen) {
            Ok(fresh) => config.reload_from_config(fresh),
            Err(error) => tracing::error!(%error, "the certificate was not renewed"),
        }
    }
}

/// A service at work.
pub struct Running {
    app: App,
    handle: Handle<SocketAddr>,
    serving: JoinHandle<std::io::Result<()>>,
    jobs: JoinHandle<()>,
    sending: JoinHandle<()>,
    renewing: JoinHandle<()>,
}

impl Running {
    /// The service itself.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Lets open calls finish, and closes the database.
    pub async fn stop(self) {
        self.app.stop_waits();
        self.handle.graceful_shutdown(Some(GRACE));
        self.renewing.abort();
        let _ = self.serving.await;
        let _ = self.jobs.await;
        let _ = self.sending.await;
        let app = self.app;
        if let Err(problem) = refusals::end(&app).await {
            tracing::error!(
                message = problem.message,
                "refusals of the last minute are not in the trail"
            );
        }
        let _ = tokio::task::spawn_blocking(move || app.store.close()).await;
    }
}

/// Where the authority of a data directory lives.
pub fn tls_dir(data_dir: &Path) -> PathBuf {
    data_dir.join("tls")
}
