//! An identity provider on this machine: its documents over HTTP, its keys, and whatever tokens a
//! test wants it to sign.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use mmd::service::settings::{Settings, SignIn};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        self, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair,
        RsaPublicKeyComponents,
    },
};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};

/// The audience that the service takes.
pub const AUDIENCE: &str = crate::harness::ORIGIN;

/// The client by which people sign in.
pub const CLIENT: &str = "mmd-cli";

pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key that signs.
pub enum Key {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

impl Key {
    pub fn es256() -> Self {
        let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self::Es256(EcdsaKeyPair::from_pkcs8(kind, pkcs8.as_ref(), &random).unwrap())
    }

    pub fn ed_dsa() -> Self {
        let pkcs8 = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::EdDsa(Ed25519KeyPair::from_pkcs8(pkcs8.as_ref()).unwrap())
    }

    /// `ring` makes no RSA keys; this one is good for tests only.
    pub fn rsa() -> Self {
        let pem = include_bytes!("rsa_of_tests.pem");
        let der = PrivatePkcs8KeyDer::from_pem_slice(pem).unwrap();
        Self::Rsa(RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap())
    }

    /// As it stands in the provider's set.
    pub fn jwk(&self, kid: &str) -> Value {
        match self {
            Key::Es256(key) => {
                let point = key.public_key().as_ref();
                let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
                json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": x, "y": y })
            }
            Key::EdDsa(key) => {
                let x = encode(key.public_key());
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": x })
            }
            Key::Rsa(key) => {
                let parts = RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                let (n, e) = (encode(parts.n), encode(parts.e));
                json!({ "kty": "RSA", "kid": kid, "use": "sig", "n": n, "e": e })
            }
        }
    }

    /// The public key's bytes, which are no secret.
    pub fn public(&self) -> Vec<u8> {
        match self {
            Key::Es256(key) => key.public_key().as_ref().to_vec(),
            Key::EdDsa(key) => key.public_key().as_ref().to_vec(),
            Key::Rsa(key) => key.public().as_ref().to_vec(),
        }
    }

    /// A token by `alg`.
    pub fn sign(&self, alg: &str, header: &Value, claims: &Value) -> String {
        let random = SystemRandom::new();
        let mut header = header.clone();
        header["alg"] = json!(alg);
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let bytes = match (self, alg) {
            (Key::Es256(key), "ES256") => {
                key.sign(&random, message.as_bytes()).unwrap().as_ref().to_vec()
            }
            (Key::EdDsa(key), "EdDSA") => key.sign(message.as_bytes()).as_ref().to_vec(),
            (Key::Rsa(key), "RS256" | "PS256") => {
                let padding: &'static dyn signature::RsaEncoding = match alg {
                    "RS256" => &signature::RSA_PKCS1_SHA256,
                    _ => &signature::RSA_PSS_SHA256,
                };
                let mut bytes = vec![0; key.public().modulus_len()];
                key.sign(padding, &random, message.as_bytes(), &mut bytes).unwrap();
                bytes
            }
            // The attack: a public key as a shared secret.
            (_, "HS256") => {
                let secret = hmac::Key::new(hmac::HMAC_SHA256, &self.public());
                hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
            }
            (_, "none") => Vec::new(),
            _ => panic!("no {alg} by this key"),
        };
        format!("{message}.{}", encode(bytes))
    }
}

/// How the provider answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    Well,
    /// As if it were not there.
    Away,
    /// Its documents are said to be on another host.
    Redirects,
    /// Its metadata are another issuer's.
    Impostor,
    /// Its keys take a megabyte.
    Huge,
    /// It takes a question, and never answers.
    Silent,
}

struct Documents {
    url: String,
    keys: Mutex<Vec<Value>>,
    mood: Mutex<Mood>,
    /// How often its keys were asked for.
    asked: AtomicUsize,
}

/// A provider at work.
pub struct Issuer {
    pub url: String,
    pub key: Key,
    documents: Arc<Documents>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Issuer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = Key::es256();
        let documents = Arc::new(Documents {
            url: url.clone(),
            keys: Mutex::new(vec![key.jwk("one")]),
            mood: Mutex::new(Mood::Well),
            asked: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&documents));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, key, documents, server }
    }

    /// Settings of a service that takes its tokens, and `more` for `[[sign_in.issuer]]`.
    pub fn settings(&self, more: &str) -> Settings {
        let text = format!(
            "[[sign_in.issuer]]\nissuer = '{}'\nclient_ids = ['{CLIENT}']\n\
             insecure_loopback = true\n{more}",
            self.url
        );
        let settings: Settings = toml::from_str(&text).unwrap();
        SignIn::check(&settings.sign_in).unwrap();
        settings
    }

    /// What a person's token says.
    pub fn claims(&self, subject: &str, now: Timestamp) -> Value {
        let now = now.as_second();
        json!({
            "iss": self.url, "aud": AUDIENCE, "sub": subject, "client_id": CLIENT,
            "scope": "openid MmdSupport.ReadWrite", "iat": now, "auth_time": now,
            "exp": now + 3600, "jti": "1",
        })
    }

    /// Signs with its present key.
    pub fn sign(&self, claims: &Value) -> String {
        self.key.sign("ES256", &json!({ "kid": "one", "typ": "at+jwt" }), claims)
    }

    /// A person's token.
    pub fn token(&self, subject: &str, now: Timestamp) -> String {
        self.sign(&self.claims(subject, now))
    }

    pub fn set_keys(&self, keys: Vec<Value>) {
        *self.documents.keys.lock().unwrap() = keys;
    }

    pub fn set_mood(&self, mood: Mood) {
        *self.documents.mood.lock().unwrap() = mood;
    }

    pub fn asked(&self) -> usize {
        self.documents.asked.load(Ordering::SeqCst)
    }
}

async fn metadata(State(documents): State<Arc<Documents>>) -> Response {
    let mood = documents.mood.lock().unwrap().clone();
    let issuer = match mood {
        Mood::Away => return StatusCode::BAD_GATEWAY.into_response(),
        Mood::Redirects => return Redirect::temporary("https://192.0.2.1/").into_response(),
        Mood::Impostor => "https://login.example.com",
        Mood::Silent => std::future::pending().await,
        Mood::Well | Mood::Huge => &documents.url,
    };
    let keys = format!("{}/keys", documents.url);
    Json(json!({ "issuer": issuer, "jwks_uri": keys })).into_response()
}

async fn keys(State(documents): State<Arc<Documents>>) -> Response {
    documents.asked.fetch_add(1, Ordering::SeqCst);
    let mut set = json!({ "keys": *documents.keys.lock().unwrap() });
    if *documents.mood.lock().unwrap() == Mood::Huge {
        set["more"] = json!("x".repeat(1 << 20));
    }
    Json(set).into_response()
}
