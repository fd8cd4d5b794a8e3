//! Which service, as whom, and how to print: flags > `MMD_*` > profile > config file > defaults.
//!
//! Every value knows where it came from, so that `status`, `doctor` and errors can say so. What
//! belongs to a profile (tenant, authority, client, sign-in) is used with that profile's service
//! and no other: a token must not travel to an address that it was not made for.

mod config;
mod contact;
mod dirs;
mod environment;
mod redirect;
mod service;

use std::{fmt, path::PathBuf, str::FromStr};

pub(crate) use self::environment::secret_file;
pub use self::{
    config::{Config, Profile, SAMPLE, check_name},
    contact::Contact,
    dirs::Dirs,
    environment::{Environment, scrub},
    redirect::RedirectUri,
    service::{ServiceChoice, ServiceUrl},
};
use crate::{
    cli::{
        output::{Format, delivery::Way},
        verbs::words::option,
    },
    error::{Error, Result},
};

/// The profile that `login` saves, and that counts, when none is named.
pub const DEFAULT_PROFILE: &str = "default";

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag.
    Flag(&'static str),
    /// An environment variable.
    Env(&'static str),
    /// A profile of the config file.
    Profile(String),
    /// The config file, outside of its profiles.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Flag(name) | Source::Env(name) => write!(f, "`{name}`"),
            Source::Profile(name) => write!(f, "profile `{name}`"),
            Source::File(path) => write!(f, "`{}`", path.display()),
            Source::Default => f.write_str("default"),
        }
    }
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub source: Source,
}

impl<T> Sourced<T> {
    fn of((value, source): (T, Source)) -> Self {
        Self { value, source }
    }
}

/// The global flags as they were typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--profile`
    pub profile: Option<String>,
    /// `--service`
    pub service: Option<String>,
    /// `--tenant`
    pub tenant: Option<String>,
    /// `--ca-file`
    pub ca_file: Option<PathBuf>,
    /// `--output`, or JSON for `--json`
    pub output: Option<Format>,
    /// `--no-input`
    pub no_input: bool,
}

/// What counts in this process.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where our files lie.
    pub dirs: Dirs,
    /// The profile whose sign-in is used; none for the embedded service, and none when the service
    /// was named and is not the profile's.
    pub profile: Option<Sourced<String>>,
    /// Where commands go. [`Source::Default`] means: the embedded service, and nobody asked.
    pub service: Sourced<ServiceChoice>,
    /// The tenant.
    pub tenant: Option<Sourced<String>>,
    /// The authority of the service's certificate.
    pub ca_file: Option<Sourced<PathBuf>>,
    /// The client id.
    pub client_id: Option<Sourced<String>>,
    /// Where the browser comes back to after a sign-in, as the profile says.
    pub redirect_uri: Option<RedirectUri>,
    /// The contact that support requests name.
    pub contact: Option<Sourced<Contact>>,
    /// The delivery on a terminal without a flag.
    pub delivery: Option<Sourced<Way>>,
    /// How to print data.
    pub output: Sourced<Format>,
    /// Never ask.
    pub no_input: Sourced<bool>,
}

impl Settings {
    /// What counts for every command but `login`.
    pub fn load(flags: &Flags, environment: &Environment) -> Result<Self> {
        let dirs = Dirs::of(environment)?;
        let config = Config::load(&dirs.config_file())?;
        let named = Self::service_named(flags, environment)?;
        let (profile, service) = match (chosen(flags, environment, &config, &dirs)?, named) {
            (Some(name), Some(_)) if name.value == SAMPLE && is_asked(&name.source) => {
                return Err(Error::usage(
                    "the sample tenant is served by this process, not by a URL",
                )
                .hint("leave out `--profile sample`, or `--service` and `MMD_SERVICE`"));
            }
            (Some(name), None) if name.value == SAMPLE => {
                let source = name.source;
                (None, Sourced { value: ServiceChoice::Embedded, source })
            }
            (Some(name), named) => {
                let profile = config.profiles.get(&name.value).cloned().unwrap_or_default();
                let saved = profile.service.clone();
                match named {
                    Some(named) if Some(&named.value) != saved.as_ref() => (None, named.url()),
                    Some(named) => (Some((name, profile)), named.url()),
                    None => {
                        let value = ServiceChoice::Url(
                            saved.ok_or_else(|| no_service(&name.value, &dirs.config_file()))?,
                        );
                        let source = Source::Profile(name.value.clone());
                        (Some((name, profile)), Sourced { value, source })
                    }
                }
            }
            (None, Some(named)) => (None, named.url()),
            (None, None) => {
                let value = ServiceChoice::Embedded;
                (None, Sourced { value, source: Source::Default })
            }
        };
        Self::with(flags, environment, dirs, profile, service)
    }

    /// What counts for `login`. With a URL the profile is the one that a flag or a variable names,
    /// else `default`, and need not exist yet; without one it is the profile that counts now. What
    /// an older sign-in left in a profile stays only while the service is the same.
    pub fn load_for_login(
        flags: &Flags,
        environment: &Environment,
        url: Option<ServiceUrl>,
    ) -> Result<Self> {
        let dirs = Dirs::of(environment)?;
        let config = Config::load(&dirs.config_file())?;
        let typed = url.map(|value| Sourced { value, source: Source::Flag("URL") });
        let named =
            typed.map_or_else(|| Self::service_named(flags, environment), |url| Ok(Some(url)));
        let named = named?;
        let name = match (&named, named_profile(flags, environment)) {
            (_, Some(name)) => name,
            (Some(_), None) => default_profile(),
            (None, None) => {
                chosen(flags, environment, &config, &dirs)?.unwrap_or_else(default_profile)
            }
        };
        check_name(&name.value)?;
        let saved = config.profiles.get(&name.value);
        let of_profile = saved
            .and_then(|profile| profile.service.clone())
            .map(|value| Sourced { value, source: Source::Profile(name.value.clone()) });
        let service = named.or(of_profile).ok_or_else(|| {
            Error::usage("the URL of the service is missing").hint("run `mmd login URL`")
        })?;
        let kept = saved.filter(|profile| profile.service.as_ref() == Some(&service.value));
        let profile = kept.cloned().unwrap_or_default();
        Self::with(flags, environment, dirs, Some((name, profile)), service.url())
    }

    /// The service that a flag or a variable names.
    pub fn service_named(
        flags: &Flags,
        environment: &Environment,
    ) -> Result<Option<Sourced<ServiceUrl>>> {
        let text = pick(flags.service.clone(), "--service", environment, "MMD_SERVICE", None);
        text.map(|text| {
            let value = text.value.parse().map_err(|error| from(&text.source, error))?;
            Ok(Sourced { value, source: text.source })
        })
        .transpose()
    }

    fn with(
        flags: &Flags,
        environment: &Environment,
        dirs: Dirs,
        profile: Option<(Sourced<String>, Profile)>,
        service: Sourced<ServiceChoice>,
    ) -> Result<Self> {
        let (name, saved) = profile.unzip();
        let saved = saved.unwrap_or_default();
        let of_profile =
            |value: Option<String>| Some((value?, Source::Profile(name.as_ref()?.value.clone())));
        let ca_file = (flags.ca_file.clone().map(|path| (path, Source::Flag("--ca-file"))))
            .or_else(|| Some((environment.path("MMD_CA_FILE")?, Source::Env("MMD_CA_FILE"))))
            .or_else(|| Some((saved.ca_file?, Source::Profile(name.as_ref()?.value.clone()))))
            .map(Sourced::of);
        let delivery = saved
            .delivery
            .and_then(|way| Some((way, Source::Profile(name.as_ref()?.value.clone()))))
            .map(Sourced::of);
        let tenant = of_profile(saved.tenant);
        let client_id = of_profile(saved.client_id);
        Ok(Self {
            tenant: pick(flags.tenant.clone(), "--tenant", environment, "MMD_TENANT", tenant),
            client_id: pick(None, "", environment, "MMD_CLIENT_ID", client_id),
            contact: saved
                .contact
                .and_then(|contact| Some((contact, Source::Profile(name.as_ref()?.value.clone()))))
                .map(Sourced::of),
            output: output(flags, environment)?,
            no_input: no_input(flags, environment),
            redirect_uri: saved.redirect_uri,
            ca_file,
            delivery,
            dirs,
            profile: name,
            service,
        })
    }
}

impl Sourced<ServiceUrl> {
    fn url(self) -> Sourced<ServiceChoice> {
        Sourced { value: ServiceChoice::Url(self.value), source: self.source }
    }
}

/// How to print, which must be known before anything can go wrong in the other settings.
pub fn output(flags: &Flags, environment: &Environment) -> Result<Sourced<Format>> {
    if let Some(value) = flags.output {
        return Ok(Sourced { value, source: Source::Flag("--output") });
    }
    match environment.text("MMD_OUTPUT") {
        Some(text) => {
            let source = Source::Env("MMD_OUTPUT");
            let value = Format::from_str(text).map_err(|error| from(&source, error))?;
            Ok(Sourced { value, source })
        }
        None => Ok(Sourced { value: Format::default(), source: Source::Default }),
    }
}

/// `--no-input` or `MMD_NO_INPUT`, which may also say `0`, `false` or `no`.
pub fn no_input(flags: &Flags, environment: &Environment) -> Sourced<bool> {
    match (flags.no_input, environment.text("MMD_NO_INPUT")) {
        (true, _) => Sourced { value: true, source: Source::Flag("--no-input") },
        (false, Some(text)) => {
            let value = !matches!(text, "0" | "false" | "no");
            Sourced { value, source: Source::Env("MMD_NO_INPUT") }
        }
        (false, None) => Sourced { value: false, source: Source::Default },
    }
}

/// The profile that counts; none when none was ever saved and none is named.
fn chosen(
    flags: &Flags,
    environment: &Environment,
    config: &Config,
    dirs: &Dirs,
) -> Result<Option<Sourced<String>>> {
    let file = || Source::File(dirs.config_file());
    let current = config.current.clone().map(|value| Sourced { value, source: file() });
    let fallback = config.profiles.contains_key(DEFAULT_PROFILE).then(default_profile);
    let Some(name) = named_profile(flags, environment).or(current).or(fallback) else {
        // With a service named, which profile counts does not matter.
        if config.profiles.is_empty() || Settings::service_named(flags, environment)?.is_some() {
            return Ok(None);
        }
        return Err(Error::usage("no profile is chosen").hint(known_profiles(config)));
    };
    if name.value != SAMPLE && !config.profiles.contains_key(&name.value) {
        return Err(Error::usage(format!("there is no profile `{}`", name.value))
            .cause(format!("it is named by {}", name.source))
            .hint(format!("run `mmd login URL {}` to make it", option("--profile", &name.value)))
            .hint(known_profiles(config)));
    }
    Ok(Some(name))
}

fn named_profile(flags: &Flags, environment: &Environment) -> Option<Sourced<String>> {
    pick(flags.profile.clone(), "--profile", environment, "MMD_PROFILE", None)
}

fn default_profile() -> Sourced<String> {
    Sourced { value: DEFAULT_PROFILE.to_owned(), source: Source::Default }
}

fn is_asked(source: &Source) -> bool {
    matches!(source, Source::Flag(_) | Source::Env(_))
}

fn known_profiles(config: &Config) -> String {
    let names: Vec<_> = config.profiles.keys().map(|name| format!("`{name}`")).collect();
    let names = if names.is_empty() { "only `sample`".to_owned() } else { names.join(", ") };
    format!("choose a profile with `--profile NAME`: there is {names}")
}

fn no_service(profile: &str, file: &std::path::Path) -> Error {
    Error::usage(format!("the profile `{profile}` names no service"))
        .cause(format!("`[profiles.{profile}]` in `{}` has no `service`", file.display()))
        .hint(format!("run `mmd login URL {}`", option("--profile", profile)))
}

fn from(source: &Source, error: Error) -> Error {
    error.cause(format!("it comes from {source}"))
}

/// The first of flag, variable and what else there is; an empty flag counts as none.
fn pick(
    flag: Option<String>,
    flag_name: &'static str,
    environment: &Environment,
    variable: &'static str,
    otherwise: Option<(String, Source)>,
) -> Option<Sourced<String>> {
    let flag = flag.filter(|text| !text.is_empty()).map(|text| (text, Source::Flag(flag_name)));
    let variable = environment.text(variable).map(|text| (text.to_owned(), Source::Env(variable)));
    let (value, source) = flag.or(variable).or(otherwise)?;
    Some(Sourced { value, source })
}

#[cfg(test)]
mod tests;
