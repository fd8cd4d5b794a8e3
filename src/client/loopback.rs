//! A service for tests: HTTPS on a free loopback port.

use std::net::TcpListener;

use axum::Router;
use axum_server::tls_rustls::RustlsConfig;
use rcgen::{CertifiedKey, generate_simple_self_signed};

use super::{Client, ClientSettings, Tenant, Token};
use crate::secret::Secret;

/// A service on a free loopback port, with the certificate that it is to be trusted by.
pub(crate) struct Server {
    pub(crate) origin: String,
    pub(crate) pem: Vec<u8>,
    handle: axum_server::Handle<std::net::SocketAddr>,
}

impl Server {
    pub(crate) async fn start(router: Router) -> Self {
        Self::named(router, "127.0.0.1").await
    }

    pub(crate) async fn named(router: Router, name: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed([name.to_owned()]).unwrap();
        let (pem, key) = (cert.pem().into_bytes(), signing_key.serialize_pem().into_bytes());
        let config = RustlsConfig::from_pem(pem.clone(), key).await.unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let origin = format!("https://{}", listener.local_addr().unwrap());
        let handle = axum_server::Handle::new();
        let server = axum_server::from_tcp_rustls(listener, config).unwrap();
        tokio::spawn(server.handle(handle.clone()).serve(router.into_make_service()));
        Self { origin, pem, handle }
    }

    pub(crate) fn settings(&self) -> ClientSettings {
        ClientSettings {
            ca_pem: Some(self.pem.clone()),
            direct: true,
            token: Token::known(Secret::new("t0ken".into())),
            ..ClientSettings::new(&self.origin)
        }
    }

    pub(crate) fn tenant(&self) -> Tenant {
        Client::new(self.settings()).unwrap().tenant("t1")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}
