//! The keys by which a provider signs, found by discovery and kept for a day.
//!
//! One fetch at a time; an unknown key id asks again, but seldom, since anybody can make one up;
//! and while a provider is away its known keys go on for three days, without anybody waiting for it.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, jwk};
use serde_json::Value;
use tokio::{sync::Mutex, task::JoinHandle, time::timeout};

use super::fetch::Fetch;

/// How long keys are taken without a look.
const REFRESH: SignedDuration = SignedDuration::from_hours(24);

/// How long they are taken when the provider cannot be asked.
const KEPT: SignedDuration = SignedDuration::from_hours(72);

/// The least between two looks: for an unknown key, and after a failure.
const LEAST: SignedDuration = SignedDuration::from_secs(60);

/// How long a caller whose key is known waits to hear that the provider still has it.
const PATIENCE: Duration = Duration::from_millis(500);

/// The most keys of one provider.
const MOST: usize = 100;

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoKey {
    /// The provider has none of this id.
    Unknown,
    /// The provider cannot be asked. The cause has been logged.
    Unreachable,
}

/// A key and what it is for.
#[derive(Clone)]
struct Key {
    key: DecodingKey,
    /// The only algorithm it is good for, where the provider says so.
    algorithm: Option<String>,
}

/// What was fetched, and when somebody last tried to.
#[derive(Default, Clone)]
struct Known {
    keys: HashMap<String, Key>,
    /// A single key without an id.
    nameless: Option<Key>,
    at: Option<Timestamp>,
    tried: Option<Timestamp>,
}

/// The keys of one provider.
pub struct Keys(Arc<Inner>);

struct Inner {
    issuer: String,
    fetch: Fetch,
    known: RwLock<Arc<Known>>,
    fetching: Mutex<()>,
}

impl Keys {
    /// Nothing is fetched yet.
    pub fn new(issuer: &str, fetch: Fetch) -> Self {
        Self(Arc::new(Inner {
            issuer: issuer.to_owned(),
            fetch,
            known: RwLock::default(),
            fetching: Mutex::default(),
        }))
    }

    /// The key called `kid`, as long as it may be used with `algorithm`.
    pub async fn find(
        &self,
        kid: Option<&str>,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<DecodingKey, NoKey> {
        let known = self.0.known();
        let key = known.key(kid, algorithm).filter(|_| known.is_usable(now));
        if known.is_fresh(now)
            && let Some(key) = key
        {
            return Ok(key);
        }
        match key {
            // The one that asks waits a moment, for the provider may have withdrawn it; others go
            // on meanwhile, and so does everybody while the provider is known to be away.
            Some(key) => match self.start_refresh(&known, now) {
                Some(asking) if known.at == known.tried => {
                    if timeout(PATIENCE, asking).await.is_err() {
                        return Ok(key);
                    }
                }
                _ => return Ok(key),
            },
            // A task of its own: a caller who hangs up must not make it untried.
            None => {
                let inner = Arc::clone(&self.0);
                let _ = tokio::spawn(async move { inner.refresh(&known, now).await }).await;
            }
        }
        let known = self.0.known();
        match known.key(kid, algorithm).filter(|_| known.is_usable(now)) {
            Some(key) => Ok(key),
            None if known.is_usable(now) && known.at == known.tried => Err(NoKey::Unknown),
            // It may have come since the provider was last heard.
            None => Err(NoKey::Unreachable),
        }
    }

    /// Asks the provider beside other work; `None` where somebody does already, or just has.
    fn start_refresh(&self, seen: &Arc<Known>, now: Timestamp) -> Option<JoinHandle<()>> {
        let busy = self.0.fetching.try_lock().is_err();
        if busy || !seen.may_be_tried(now) {
            return None;
        }
        let (inner, seen) = (Arc::clone(&self.0), Arc::clone(seen));
        Some(tokio::spawn(async move { inner.refresh(&seen, now).await }))
    }
}

impl Inner {
    fn known(&self) -> Arc<Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Asks the provider, unless somebody just did.
    async fn refresh(&self, seen: &Arc<Known>, now: Timestamp) {
        let _one = self.fetching.lock().await;
        let known = self.known();
        // Whoever had the lock before has asked for us.
        let asked_meanwhile = !Arc::ptr_eq(&known, seen);
        if asked_meanwhile || !known.may_be_tried(now) {
            return;
        }
        let mut next = Known { tried: Some(now), ..Known::clone(&known) };
        match self.fetch_all().await {
            Ok((keys, nameless)) => {
                next = Known { keys, nameless, at: Some(now), tried: Some(now) }
            }
            Err(why) => {
                tracing::warn!(issuer = self.issuer, why, "the provider's keys were not read")
            }
        }
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
    }

    async fn fetch_all(&self) -> Result<(HashMap<String, Key>, Option<Key>), String> {
        let metadata = self.metadata().await?;
        let told = metadata["issuer"].as_str().unwrap_or_default();
        if told != self.issuer {
            return Err(format!("its metadata speak of another issuer: `{told}`"));
        }
        let address = metadata["jwks_uri"].as_str().ok_or("its metadata name no `jwks_uri`")?;
        let set = self.fetch.json(address).await?.ok_or("there is nothing at its `jwks_uri`")?;
        let listed = set["keys"].as_array().ok_or("its keys are no list")?;
        if listed.len() > MOST {
            return Err(format!("it has more than {MOST} keys"));
        }
        let mut keys = HashMap::new();
        let mut nameless = None;
        for (id, key) in listed.iter().filter_map(read) {
            match id {
                Some(id) => {
                    keys.insert(id, key);
                }
                None => nameless = Some(key),
            }
        }
        match keys.is_empty() && nameless.is_none() {
            true => Err("it has no key that could be used".into()),
            false => Ok((keys, nameless.filter(|_| listed.len() == 1))),
        }
    }

    /// OpenID Connect Discovery first, which every provider of people has, then RFC 8414.
    async fn metadata(&self) -> Result<Value, String> {
        let issuer = self.issuer.trim_end_matches('/');
        let openid = format!("{issuer}/.well-known/openid-configuration");
        if let Some(found) = self.fetch.json(&openid).await? {
            return Ok(found);
        }
        let url = reqwest::Url::parse(issuer).map_err(|error| error.to_string())?;
        let (origin, path) = (url.origin().ascii_serialization(), url.path().trim_end_matches('/'));
        let oauth = format!("{origin}/.well-known/oauth-authorization-server{path}");
        self.fetch.json(&oauth).await?.ok_or_else(|| format!("there is nothing at {openid}"))
    }
}

impl Known {
    /// Looked at within the day.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| since(at, now) < REFRESH)
    }

    fn is_usable(&self, now: Timestamp) -> bool {
        self.at.is_some_and(|at| since(at, now) < KEPT)
    }

    fn may_be_tried(&self, now: Timestamp) -> bool {
        self.tried.is_none_or(|at| since(at, now) >= LEAST)
    }

    fn key(&self, kid: Option<&str>, algorithm: Algorithm) -> Option<DecodingKey> {
        let found = match kid {
            Some(kid) => self.keys.get(kid),
            // Without an id only a key that stands alone is meant without doubt.
            None => self
                .nameless
                .as_ref()
                .or_else(|| self.keys.values().next().filter(|_| self.keys.len() == 1)),
        }?;
        let name = format!("{algorithm:?}");
        let meant = found.algorithm.as_ref().is_none_or(|only| *only == name);
        (meant && found.key.family() == algorithm.family()).then(|| found.key.clone())
    }
}

/// How long ago; a clock that went back has seen nothing yet.
fn since(at: Timestamp, now: Timestamp) -> SignedDuration {
    let age = now.duration_since(at);
    if age.is_negative() { SignedDuration::MAX } else { age }
}

/// A key for signatures; others, and those of a kind that is not known, are left out.
fn read(value: &Value) -> Option<(Option<String>, Key)> {
    if value["use"].as_str().is_some_and(|purpose| purpose != "sig") {
        return None;
    }
    let mut known = value.clone();
    // Names that the library does not know would make it refuse a key that is good.
    let algorithm = known.as_object_mut()?.remove("alg");
    known.as_object_mut()?.remove("key_ops");
    let key: jwk::Jwk = serde_json::from_value(known).ok()?;
    let decoding = DecodingKey::from_jwk(&key).ok()?;
    if decoding.family() == AlgorithmFamily::Hmac {
        return None;
    }
    let algorithm = algorithm.and_then(|name| name.as_str().map(str::to_owned));
    Some((key.common.key_id, Key { key: decoding, algorithm }))
}
