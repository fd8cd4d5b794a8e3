//! What verbs work with: lazy doors to everything outside, built once, replaced whole in tests.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::OnceCell, task::spawn_blocking};
use uuid::Uuid;

use super::{
    complete::learn,
    credentials::{Credentials, TokenSource},
    embedded::{self, Embedded},
    output::{Format, Output, delivery::Clipboard},
    prompt::Prompter,
    settings::{Environment, ServiceChoice, Settings},
};
use crate::{
    api::session::Me,
    client::{Client, ClientSettings, TIMEOUT, Tenant, Token},
    clock::Clock,
    error::{Error, IoContext, Kind, Result},
    secret::Secret,
};

/// What verbs work with.
pub struct Context {
    /// Which service, as whom, and how to print.
    pub settings: Settings,
    /// What the process was given.
    pub environment: Environment,
    /// The process's two streams.
    pub output: Output,
    /// Whoever answers questions.
    pub prompter: Box<dyn Prompter>,
    /// Where a copied password goes.
    pub clipboard: Box<dyn Clipboard>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// `--yes`
    pub yes: bool,
    /// `--timeout`
    pub timeout: Option<Duration>,
    /// Opened by the first verb that needs it.
    pub connected: OnceCell<Connected>,
    /// Asked for once.
    pub me: OnceCell<Me>,
}

/// A service that can be asked.
pub struct Connected {
    client: Client,
    source: Arc<OnceLock<String>>,
    embedded: Option<Embedded>,
}

impl Connected {
    /// Through a client that is there already.
    pub fn through(client: Client) -> Self {
        Self { client, source: Arc::default(), embedded: None }
    }
}

impl Context {
    /// The service, with the caller's token: that is still being read while the client is made.
    ///
    /// # Errors
    /// When there is no service to talk to, or nothing to check its certificate by.
    pub async fn client(&self) -> Result<&Client> {
        self.connected.get_or_try_init(|| self.connect()).await.map(|connected| &connected.client)
    }

    /// The tenant that is worked on. Where its id is known already, nothing is sent.
    ///
    /// # Errors
    /// When nobody is signed in, or the tenant is another one than the token's.
    pub async fn tenant(&self) -> Result<Tenant> {
        let client = self.client().await?;
        let named = self.settings.tenant.as_ref().map(|tenant| tenant.value.as_str());
        if let Some(id) = named.filter(|text| text.parse::<Uuid>().is_ok()) {
            return Ok(client.tenant(id));
        }
        let me = self.me().await?;
        match named {
            Some(name) if !name.eq_ignore_ascii_case(&me.tenant_name) => {
                Err(Error::not_found(format!("there is no tenant `{name}` for this sign-in"))
                    .hint(format!("yours is `{}` ({})", me.tenant_name, me.tenant_id)))
            }
            _ => Ok(client.tenant(me.tenant_id)),
        }
    }

    /// Who the caller is.
    ///
    /// # Errors
    /// [`Kind::SignIn`] when nobody is signed in.
    pub async fn me(&self) -> Result<&Me> {
        let ask = async || {
            let me = self.client().await?.me().await?;
            learn::requests(self, &me.open_requests);
            Ok(me)
        };
        self.me.get_or_try_init(ask).await
    }

    /// Where the token came from; known once it was used.
    pub fn token_source(&self) -> Option<&str> {
        self.connected.get()?.source.get().map(String::as_str)
    }

    /// True on the sample tenant that this process serves itself.
    pub fn is_embedded(&self) -> bool {
        self.settings.service.value == ServiceChoice::Embedded
    }

    /// The stored tokens.
    ///
    /// # Errors
    /// When the file that `MMD_TOKEN_FILE` names cannot be read.
    pub fn credentials(&self) -> Result<Credentials> {
        Credentials::new(&self.environment, &self.settings.dirs.data)
    }

    /// A client that is not signed in, but for `token`.
    ///
    /// # Errors
    /// As [`Context::client`].
    pub fn client_with(&self, token: Token) -> Result<Client> {
        let ServiceChoice::Url(url) = &self.settings.service.value else {
            return Err(Error::usage("no service is named").hint("run `mmd login URL`"));
        };
        let ca_pem = self.settings.ca_file.as_ref().map(|path| ca_pem(&path.value)).transpose()?;
        let timeout = self.timeout.unwrap_or(TIMEOUT);
        Client::new(ClientSettings { ca_pem, timeout, token, ..ClientSettings::new(url.as_str()) })
    }

    /// Stops what was started for the verb, to be awaited however the verb has ended; the output
    /// goes on to who says how.
    pub async fn finish(self) -> Output {
        if let Some(embedded) = self.connected.into_inner().and_then(|c| c.embedded) {
            embedded.stop().await;
        }
        self.output
    }

    async fn connect(&self) -> Result<Connected> {
        let source = Arc::new(OnceLock::new());
        if self.is_embedded() {
            if self.output.options().format != Format::Json {
                self.output.note("sample tenant Contoso: nothing here is real");
            }
            let embedded = embedded::start(&self.settings.dirs.data).await?;
            let client = Client::new(ClientSettings {
                ca_pem: Some(embedded.ca_pem.clone()),
                timeout: self.timeout.unwrap_or(TIMEOUT),
                token: Token::known(embedded.token.clone()),
                direct: true,
                ..ClientSettings::new(&embedded.origin)
            });
            let client = match client {
                Ok(client) => client,
                Err(error) => {
                    embedded.stop().await;
                    return Err(error);
                }
            };
            // Nobody else sets it.
            let _ = source.set("this process".to_owned());
            return Ok(Connected { client, source, embedded: Some(embedded) });
        }
        let token = self.token(source.clone())?;
        Ok(Connected { client: self.client_with(token)?, source, embedded: None })
    }

    /// `MMD_TOKEN`, else a program's own sign-in, else what `login` has saved.
    fn token(&self, source: Arc<OnceLock<String>>) -> Result<Token> {
        let credentials = self.credentials()?;
        if credentials.given().is_none()
            && let Some(secret) = self.environment.client_secret()?
        {
            return self.program(secret, source);
        }
        let profile = self.settings.profile.as_ref().map(|profile| profile.value.clone());
        let service = self.settings.service.value.clone();
        let reading = credentials.start_reading(profile);
        Ok(Token::later(async move {
            let token = spawn_blocking(|| reading.join()).await;
            let token = token.map_err(|_| Error::failed("the stored token cannot be read"))??;
            let Some(token) = token else { return Err(nobody(&service)) };
            let _ = source.set(token.source.to_string());
            Ok(token.secret)
        }))
    }

    /// The documented client-credentials request.
    fn program(&self, secret: Secret, source: Arc<OnceLock<String>>) -> Result<Token> {
        let missing = |what: &str| {
            Error::usage(format!("a client secret is set, but no {what}"))
                .hint(format!("set `{what}` too, or unset the client secret"))
        };
        let id = self.settings.client_id.clone().ok_or_else(|| missing("MMD_CLIENT_ID"))?.value;
        let tenant = self.settings.tenant.clone().ok_or_else(|| missing("MMD_TENANT"))?.value;
        let client = self.client_with(Token::none())?;
        Ok(Token::later(async move {
            let answer = client.program_token(&tenant, &id, &secret).await?;
            let _ = source.set("MMD_CLIENT_SECRET".to_owned());
            Ok(answer.access_token)
        }))
    }
}

/// What every verb says that needs a sign-in.
fn nobody(service: &ServiceChoice) -> Error {
    let at = match service {
        ServiceChoice::Url(url) => url.as_str(),
        ServiceChoice::Embedded => "the sample tenant",
    };
    Error::new(Kind::SignIn, format!("nobody is signed in at {at}"))
        .hint(format!("sign in: `mmd login {at}`"))
}

/// The authority that `--ca-file` names.
///
/// # Errors
/// When the file cannot be read.
pub fn ca_pem(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path)
        .or_failed(|| format!("the certificate authority `{}` cannot be read", path.display()))
}

/// Where a saved token lay, for messages.
pub fn kept_in(source: &TokenSource) -> String {
    match source {
        TokenSource::Keyring => "in the keyring".to_owned(),
        other => format!("in {other}"),
    }
}
