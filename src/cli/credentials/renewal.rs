//! New tokens for old ones, by the refresh token: silently, and once for all processes.
//!
//! A provider may give a refresh token out once only, and take a second use for theft. So whoever
//! renews holds the profile's lock, and reads first what another process may have saved meanwhile.
//!
//! For the same reason nobody who stops waiting may stop a renewal between the provider's answer
//! and the file: it runs on a thread of its own, which [`finish`] awaits before the process ends.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{runtime::Builder, sync::oneshot, task::spawn_blocking, time::sleep};

use super::{Credentials, Session, StoreKind, Token};
use crate::{
    cli::{context::ca_pem, files::Lock},
    client::provider::{Asked, Provider},
    clock::Clock,
    error::{Error, IoContext, Kind, Result},
    secret::Secret,
};

/// How often it is looked whether the profile's lock is free.
const LOCK_POLL: Duration = Duration::from_millis(20);

/// How long the provider has at least to answer with new tokens: it may have taken the old one back
/// already, so whoever is in a hurry must not give up here.
const ROTATION: Duration = Duration::from_secs(10);

/// Renewals under way.
static RUNNING: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());

/// Waits for renewals that nobody else waits for. To be called before the process ends.
pub fn finish() {
    // Held meanwhile: who else comes here waits for the same ones.
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    for thread in running.drain(..) {
        // One that has panicked has said so.
        let _ = thread.join();
    }
}

/// What renews the sign-in of one profile.
#[derive(Clone)]
pub struct Renewal {
    /// Where it lies.
    pub credentials: Arc<Credentials>,
    /// Whose.
    pub profile: String,
    /// The origin of the service that it is for.
    pub service: String,
    /// Authorities to trust beside the system's, in PEM; read when it comes to that.
    pub ca_file: Option<PathBuf>,
    /// How long an answer of the provider may take.
    pub timeout: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What became of a token that is no use any more.
#[derive(Debug)]
pub enum Renewed {
    /// There is a better one.
    With(Token),
    /// It cannot be renewed: it was given for good, or the provider does not renew it.
    Ended(Error),
}

/// How far a renewal has come before the provider is asked.
enum Prepared {
    /// To its end.
    Done(Box<Renewed>),
    /// The provider has to be asked.
    Rotation(Box<Rotation>),
}

/// What the provider is asked for, by whom.
struct Rotation {
    _lock: Lock,
    provider: Provider,
    asked: Asked,
    refresh: Secret,
    session: Session,
    store: StoreKind,
}

impl Renewal {
    /// A better token than `old`: the one that another process has saved meanwhile, or a new one.
    /// Whoever does not wait for it any more stops it only until the provider is asked.
    ///
    /// # Errors
    /// When the provider does not answer, or the new tokens cannot be saved.
    pub async fn renew(&self, old: Secret) -> Result<Renewed> {
        let (mut answer, answered) = oneshot::channel();
        let this = self.clone();
        let run = move || {
            let runtime = Builder::new_current_thread().enable_all().build();
            let runtime = match runtime.or_failed(|| "the runtime cannot be started".to_owned()) {
                Ok(runtime) => runtime,
                Err(error) => return drop(answer.send(Err(error))),
            };
            let renewed = runtime.block_on(async {
                let prepared = tokio::select! {
                    () = answer.closed() => return None,
                    prepared = this.prepare(old) => prepared,
                };
                Some(match prepared {
                    Ok(Prepared::Done(renewed)) => Ok(*renewed),
                    Ok(Prepared::Rotation(rotation)) => this.rotate(*rotation).await,
                    Err(error) => Err(error),
                })
            });
            if let Some(renewed) = renewed {
                // Nobody may wait any more: then it is saved for the next one.
                let _ = answer.send(renewed);
            }
        };
        let thread = thread::Builder::new().name("renewal".into()).spawn(run);
        let thread = thread.or_failed(|| "the sign-in cannot be renewed".to_owned())?;
        RUNNING.lock().unwrap_or_else(PoisonError::into_inner).push(thread);
        answered.await.unwrap_or_else(|_| Err(Error::failed("the sign-in cannot be renewed")))
    }

    /// Everything up to the request after which the old refresh token may be no good.
    async fn prepare(&self, old: Secret) -> Result<Prepared> {
        let lock = self.lock().await?;
        let done = |renewed| Ok(Prepared::Done(Box::new(renewed)));
        let ended = |error| done(Renewed::Ended(error));
        let Some(token) = self.read().await? else {
            return ended(Error::new(
                Kind::SignIn,
                format!("nobody is signed in with the profile `{}` any more", self.profile),
            ));
        };
        let now = self.clock.now();
        let changed = !token.secret.matches(old.expose());
        if changed && !token.session.as_ref().is_some_and(|session| session.has_run_out(now)) {
            return done(Renewed::With(token));
        }
        let store = token.source.kind();
        let Some(session) = token.session else {
            return ended(Error::new(Kind::SignIn, "the sign-in has ended"));
        };
        let Some(refresh) = session.refresh.clone() else {
            return ended(
                Error::new(Kind::SignIn, "the sign-in has run out")
                    .cause(format!("{} has given nothing to renew it by", session.issuer)),
            );
        };
        let asked = session.asked();
        let ca_pem = self.ca_file.as_deref().map(ca_pem).transpose()?;
        let provider = Provider::find(asked.clone(), ca_pem.as_deref(), self.timeout).await?;
        let provider = provider.within(self.timeout.max(ROTATION));
        let rotation = Rotation { _lock: lock, provider, asked, refresh, session, store };
        Ok(Prepared::Rotation(Box::new(rotation)))
    }

    /// From the request to the saved tokens.
    async fn rotate(&self, rotation: Rotation) -> Result<Renewed> {
        let Rotation { _lock, provider, asked, refresh, session, store } = rotation;
        let tokens = match provider.refresh(&refresh).await {
            Ok(tokens) => tokens,
            Err(error) if error.kind == Kind::SignIn => {
                let mut ended = Error::new(Kind::SignIn, "the sign-in has run out");
                ended.causes = std::iter::once(error.message).chain(error.causes).collect();
                return Ok(Renewed::Ended(ended));
            }
            Err(error) => return Err(error),
        };
        let (flow, service) = (session.flow, session.service);
        let session = Session::new(tokens, asked, flow, service, self.clock.now());
        let (credentials, profile) = (self.credentials.clone(), self.profile.clone());
        let token = blocking(move || {
            let source = credentials.save_session(&profile, &session, store)?;
            let secret = session.access.clone();
            Ok(Token { secret, source, session: Some(session) })
        });
        Ok(Renewed::With(token.await?))
    }

    /// Held by whoever changes the tokens of the profile.
    pub async fn lock(&self) -> Result<Lock> {
        let path = self.credentials.directory.join(format!("{}.lock", self.profile));
        loop {
            // Not on a thread that would go on waiting for it when nobody wants it any more.
            match Lock::try_take(&path)? {
                Some(lock) => return Ok(lock),
                None => sleep(LOCK_POLL).await,
            }
        }
    }

    async fn read(&self) -> Result<Option<Token>> {
        let (credentials, profile) = (self.credentials.clone(), self.profile.clone());
        let service = self.service.clone();
        blocking(move || credentials.read(Some(&profile), &service)).await
    }
}

/// Files and keyrings block, and a keyring must not do so on a runtime's own thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(Error::failed("the stored token cannot be read")))
}

#[cfg(test)]
mod tests {
    use axum::{Json, Router, routing};
    use serde_json::json;
    use tokio::sync::Notify;

    use super::*;
    use crate::{
        cli::{credentials::Flow, settings::Environment},
        client::loopback::Server,
        clock::SystemClock,
    };

    /// A provider that says when it is asked for something, and answers once it may.
    struct Stalling {
        server: Server,
        runtime: tokio::runtime::Runtime,
        asked: Arc<Notify>,
        may: Arc<Notify>,
        rotations: Arc<Mutex<u32>>,
    }

    impl Stalling {
        /// Stalls at `at`: `find` or `token`.
        fn at(at: &'static str) -> Self {
            let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
            let (asked, may) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let rotations = Arc::new(Mutex::new(0));
            let stall = {
                let (asked, may) = (asked.clone(), may.clone());
                move |here: &'static str| {
                    let (asked, may) = (asked.clone(), may.clone());
                    async move {
                        if here == at {
                            asked.notify_one();
                            may.notified().await;
                        }
                    }
                }
            };
            let (first, counted) = (stall.clone(), rotations.clone());
            let find = routing::get(move |headers: axum::http::HeaderMap| async move {
                first("find").await;
                let origin = format!("https://{}", headers["host"].to_str().unwrap());
                Json(json!({
                    "issuer": origin,
                    "authorization_endpoint": format!("{origin}/auth"),
                    "token_endpoint": format!("{origin}/token"),
                }))
            });
            let token = routing::post(move || async move {
                *counted.lock().unwrap() += 1;
                stall("token").await;
                Json(json!({ "access_token": "new", "refresh_token": "next",
                    "token_type": "Bearer", "expires_in": 3600 }))
            });
            let router = Router::new()
                .route("/.well-known/openid-configuration", find)
                .route("/token", token);
            let server = runtime.block_on(Server::start(router));
            Self { server, runtime, asked, may, rotations }
        }

        /// Renews for somebody who stops waiting, and ends their runtime, while the provider is
        /// being asked. Returns what is saved in the end.
        fn given_up(&self) -> Session {
            let home = tempfile::tempdir().unwrap();
            let credentials = Credentials::new(&Environment::default(), home.path()).unwrap();
            let credentials = Arc::new(credentials);
            let session = Session {
                service: "https://mmd.example".into(),
                access: Secret::new("old".into()),
                refresh: Some(Secret::new("once".into())),
                expires: Some(jiff::Timestamp::UNIX_EPOCH),
                issuer: self.server.origin.clone(),
                client_id: "mmd".into(),
                scopes: vec![],
                resource: None,
                flow: Flow::Browser,
            };
            credentials.save_session("default", &session, StoreKind::File).unwrap();
            let ca_file = home.path().join("ca.pem");
            std::fs::write(&ca_file, &self.server.pem).unwrap();
            let renewal = Renewal {
                credentials: credentials.clone(),
                profile: "default".into(),
                service: "https://mmd.example".into(),
                ca_file: Some(ca_file),
                timeout: Duration::from_secs(10),
                clock: Arc::new(SystemClock),
            };
            let waiting = Builder::new_current_thread().enable_all().build().unwrap();
            waiting.block_on(async {
                tokio::select! {
                    renewed = renewal.renew(Secret::new("old".into())) => panic!("{renewed:?}"),
                    () = self.asked.notified() => {}
                }
            });
            drop(waiting);
            self.may.notify_one();
            finish();
            credentials.saved("default").unwrap().unwrap().token.session.unwrap()
        }
    }

    #[test]
    fn new_tokens_are_saved_also_when_nobody_waits_for_them_any_more() {
        let provider = Stalling::at("token");
        let saved = provider.given_up();
        assert!(saved.refresh.unwrap().matches("next"), "the old one is good no more");
        assert!(saved.access.matches("new"));
        assert_eq!(*provider.rotations.lock().unwrap(), 1);
        provider.runtime.shutdown_background();
    }

    #[test]
    fn who_stops_waiting_before_the_provider_is_asked_for_tokens_changes_nothing() {
        let provider = Stalling::at("find");
        let saved = provider.given_up();
        assert!(saved.refresh.unwrap().matches("once") && saved.access.matches("old"));
        assert_eq!(*provider.rotations.lock().unwrap(), 0);
        provider.runtime.shutdown_background();
    }
}
