//! What verbs work with: lazy doors to everything outside, built once, replaced whole in tests.

use std::{
    path::Path,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{sync::OnceCell, task::spawn_blocking};
use uuid::Uuid;

use super::{
    again::{Again, Asker},
    complete::learn,
    credentials::{Credentials, Reading, Renewal, Renewed, Token as Stored, TokenSource},
    embedded::{self, Embedded},
    output::{
        Format, Output, OutputOptions,
        delivery::{Clipboard, ClipboardChild},
    },
    prompt::{Prompter, Terminal, leave_interrupts},
    settings::{Config, DEFAULT_PROFILE, Environment, Flags, ServiceChoice, ServiceUrl, Settings},
    verbs::words::{option, word},
};
use crate::{
    api::session::Me,
    client::{Client, ClientSettings, Refused, TIMEOUT, Tenant, Token},
    clock::{Clock, SystemClock},
    error::{Error, Kind, Result},
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
    /// Offers a sign-in that has run out once more.
    pub again: Again,
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
            Some(name) if !is_called(me, name) => {
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

    /// The service's address.
    ///
    /// # Errors
    /// [`Kind::Usage`] for the sample tenant of this process, which has none that lasts.
    pub fn service_url(&self) -> Result<&ServiceUrl> {
        match &self.settings.service.value {
            ServiceChoice::Url(url) => Ok(url),
            ServiceChoice::Embedded => {
                Err(Error::usage("no service is named").hint("run `mmd login URL`"))
            }
        }
    }

    /// The stored tokens.
    ///
    /// # Errors
    /// When the file that `MMD_TOKEN_FILE` names cannot be read.
    pub fn credentials(&self) -> Result<Arc<Credentials>> {
        Credentials::new(&self.environment, &self.settings.dirs.data).map(Arc::new)
    }

    /// What renews the sign-in of `profile`.
    pub fn renewal(&self, credentials: Arc<Credentials>, profile: &str) -> Renewal {
        Renewal {
            credentials,
            profile: profile.to_owned(),
            service: origin(&self.settings.service.value).to_owned(),
            ca_file: self.settings.ca_file.as_ref().map(|file| file.value.clone()),
            timeout: self.timeout.unwrap_or(TIMEOUT),
            clock: self.clock.clone(),
        }
    }

    /// The authorities that `--ca-file` or the profile names.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn ca_pem(&self) -> Result<Option<Vec<u8>>> {
        self.settings.ca_file.as_ref().map(|path| ca_pem(&path.value)).transpose()
    }

    /// A client that is not signed in, but for `token`.
    ///
    /// # Errors
    /// As [`Context::client`].
    pub fn client_with(&self, token: Token) -> Result<Client> {
        let tenant = self.settings.tenant.as_ref().map(|tenant| tenant.value.clone());
        self.client_trusting(self.ca_pem()?, token, tenant)
    }

    /// As [`Context::client_with`], but with the authorities `ca_pem`; none are the system's. It
    /// names `tenant` where there is one.
    ///
    /// # Errors
    /// As [`Context::client`].
    pub fn client_trusting(
        &self,
        ca_pem: Option<Vec<u8>>,
        token: Token,
        tenant: Option<String>,
    ) -> Result<Client> {
        let url = self.service_url()?;
        let timeout = self.timeout.unwrap_or(TIMEOUT);
        let (origin, way_in) = (ClientSettings::new(url.as_str()), Some(self.way_in()));
        Client::new(ClientSettings { ca_pem, timeout, token, tenant, way_in, ..origin })
    }

    /// For work that nobody watches: it asks nothing and says nothing.
    ///
    /// # Errors
    /// When the settings contradict themselves or cannot be read.
    pub fn unattended(flags: &Flags, environment: Environment) -> Result<Self> {
        let settings = Settings::load(flags, &environment)?;
        let options =
            OutputOptions { format: Format::Json, quiet: true, ..OutputOptions::default() };
        Ok(Self {
            again: Again::default(),
            prompter: Box::new(Terminal::new(true, false)),
            clipboard: Box::new(ClipboardChild::new(&environment)),
            clock: Arc::new(SystemClock),
            yes: false,
            timeout: None,
            connected: OnceCell::new(),
            me: OnceCell::new(),
            output: Output::new(options, Arc::new(SystemClock)),
            settings,
            environment,
        })
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
            // It is to be stopped in good order.
            leave_interrupts();
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
        let (service, way_in) = (self.settings.service.value.clone(), self.way_in());
        let reading = credentials.start_reading(profile.clone(), origin(&service).to_owned());
        let Some(profile) = profile.filter(|_| credentials.given().is_none()) else {
            return Ok(Token::later(async move {
                match joined(reading).await? {
                    Some(token) => Ok(known(&source, token)),
                    None => Err(nobody(&service, &way_in)),
                }
            }));
        };
        let renewal = self.renewal(credentials, &profile);
        let asker = self.prompter.can_ask().then(|| self.again.asker());
        let renewing = Renewing { renewal, asker, service, way_in, source };
        let later = renewing.clone();
        let first = async move { renewing.first(joined(reading).await?).await };
        Ok(Token::renewable(first, move |refused| {
            let renewing = later.clone();
            async move { renewing.instead_of(refused).await }
        }))
    }

    /// What whoever is not signed in does next: what they are told signs in where the command goes
    /// to, and takes no other sign-in's place.
    fn way_in(&self) -> String {
        if let Some(variable) = self.environment.given() {
            let rotate = "an admin makes a new one by `mmd team app rotate NAME`";
            return match variable {
                "MMD_TOKEN" | "MMD_TOKEN_FILE" => {
                    format!("put a good token into `{variable}`, or unset it and run `mmd login`")
                }
                _ => format!("check `{variable}`, `MMD_CLIENT_ID` and `MMD_TENANT`; {rotate}"),
            };
        }
        let at = origin(&self.settings.service.value);
        let config = Config::load(&self.settings.dirs.config_file()).unwrap_or_default();
        let saved = |name: &str| config.profiles.get(name)?.service.as_ref();
        let login = match self.settings.profile.as_ref().map(|profile| profile.value.as_str()) {
            Some(DEFAULT_PROFILE) => word(at),
            Some(name) if saved(name).is_some_and(|service| service.as_str() == at) => {
                option("--profile", name)
            }
            Some(name) => format!("{} {}", word(at), option("--profile", name)),
            None if saved(DEFAULT_PROFILE).is_some_and(|service| service.as_str() != at) => {
                format!("{} --profile NAME", word(at))
            }
            None => word(at),
        };
        format!("sign in: `mmd login {login}`")
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

/// The token of a profile, renewed where it has to be.
#[derive(Clone)]
struct Renewing {
    renewal: Renewal,
    /// The person, where there is one.
    asker: Option<Asker>,
    service: ServiceChoice,
    /// What is said where nobody is signed in.
    way_in: String,
    source: Arc<OnceLock<String>>,
}

impl Renewing {
    /// What was saved, or what has to come in its place.
    async fn first(self, token: Option<Stored>) -> Result<Secret> {
        let Some(token) = token else {
            return self.ask(nobody(&self.service, &self.way_in), false).await;
        };
        let now = self.renewal.clock.now();
        match &token.session {
            Some(session) if session.has_run_out(now) => {
                match self.renewal.renew(token.secret).await? {
                    Renewed::With(token) => Ok(known(&self.source, token)),
                    Renewed::Ended(why) => self.ask(why.hint(self.way_back()), false).await,
                }
            }
            _ => Ok(known(&self.source, token)),
        }
    }

    /// Another token than the one that the service has refused. Without one its own words stand.
    async fn instead_of(self, refused: Refused) -> Result<Option<Secret>> {
        if refused.too_old {
            if self.asker.is_none() {
                return Ok(None);
            }
            // No renewal makes a sign-in younger.
            let why =
                Error::new(Kind::SignIn, "this needs a sign-in of today").hint(self.way_back());
            return self.ask(why, true).await.map(Some);
        }
        match self.renewal.renew(refused.token).await? {
            Renewed::With(token) => Ok(Some(known(&self.source, token))),
            Renewed::Ended(why) if self.asker.is_some() => {
                self.ask(why.hint(self.way_back()), false).await.map(Some)
            }
            Renewed::Ended(_) => Ok(None),
        }
    }

    /// Offers a new sign-in to whoever can be asked; else `why` is the end.
    async fn ask(&self, why: Error, fresh: bool) -> Result<Secret> {
        let Some(asker) = &self.asker else { return Err(why) };
        let token = asker.ask(why, fresh).await?;
        let _ = self.source.set("a new sign-in".to_owned());
        Ok(token)
    }

    fn way_back(&self) -> String {
        let profile = &self.renewal.profile;
        let named = if profile == DEFAULT_PROFILE {
            String::new()
        } else {
            format!(" {}", option("--profile", profile))
        };
        format!("sign in again: `mmd login{named}`")
    }
}

/// Whether `name` is the name or the domain of the tenant that the caller acts in.
fn is_called(me: &Me, name: &str) -> bool {
    let mut domains =
        me.tenants.iter().filter(|tenant| tenant.id == me.tenant_id).map(|tenant| &tenant.domain);
    me.tenant_name.to_lowercase() == name.to_lowercase()
        || domains.any(|domain| domain.eq_ignore_ascii_case(name))
}

/// A token that is used from now on; where it came from is remembered.
fn known(source: &OnceLock<String>, token: Stored) -> Secret {
    // The first one counts: a renewal lies where the one before has lain.
    let _ = source.set(token.source.to_string());
    token.secret
}

async fn joined(reading: Reading) -> Result<Option<Stored>> {
    let token = spawn_blocking(|| reading.join()).await;
    token.map_err(|_| Error::failed("the stored token cannot be read"))?
}

/// What every verb says that needs a sign-in.
fn nobody(service: &ServiceChoice, way_in: &str) -> Error {
    let at = origin(service);
    Error::new(Kind::SignIn, format!("nobody is signed in at {at}")).hint(way_in)
}

/// The service's origin, where it has one that lasts.
fn origin(service: &ServiceChoice) -> &str {
    match service {
        ServiceChoice::Url(url) => url.as_str(),
        ServiceChoice::Embedded => "the sample tenant",
    }
}

/// The authority that `--ca-file` names.
///
/// # Errors
/// [`Kind::Usage`] when the file cannot be read.
pub fn ca_pem(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| {
        let shown = path.display();
        Error::usage(format!("the certificate authority `{shown}` cannot be read")).cause(error)
    })
}

/// Where a saved token lay, for messages.
pub fn kept_in(source: &TokenSource) -> String {
    match source {
        TokenSource::Keyring => "in the keyring".to_owned(),
        other => format!("in {other}"),
    }
}
