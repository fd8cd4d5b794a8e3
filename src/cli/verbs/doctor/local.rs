//! What lies on this machine: settings, files, the keyring, names for completion.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::Check;
use crate::{
    cli::{
        complete::names::{List, Names},
        context::Context,
        credentials::{KeyRing, OsKeyring, TokenSource},
        files,
        settings::{Config, Dirs, Environment, Flags, ServiceChoice, Settings},
        verbs::{
            route::own_table,
            words::{count, option},
        },
    },
    error::Error,
};

/// Names that are older were not read anew at a key, as they should have been.
const OLD: Duration = Duration::from_secs(24 * 3600);

/// The config file, and what counts of it.
pub(super) fn settings(flags: &Flags, environment: &Environment) -> Vec<Check> {
    let config = match Dirs::of(environment).and_then(|dirs| {
        let file = dirs.config_file();
        Config::load(&file).map(|config| (file, config))
    }) {
        Ok((file, config)) if file.exists() => {
            let profiles = count(config.profiles.len(), "profile");
            Check::ok("configuration", format!("{} with {profiles}", file.display()))
        }
        Ok((file, _)) => Check::ok("configuration", format!("none yet at {}", file.display())),
        Err(error) => {
            let failed = Check::failed("configuration", &error);
            return std::iter::once(failed).chain(route(environment)).collect();
        }
    };
    let profile = match Settings::load(flags, environment) {
        Ok(settings) => match (&settings.profile, &settings.service.value) {
            (Some(profile), _) => {
                Check::ok("profile", format!("`{}` from {}", profile.value, profile.source))
            }
            (None, ServiceChoice::Embedded) => Check::ok("profile", "the built-in sample tenant"),
            (None, ServiceChoice::Url(url)) => Check::ok(
                "profile",
                format!("none: {url} was named by {}", settings.service.source),
            ),
        },
        Err(error) => Check::failed("profile", &error),
    };
    [config, profile].into_iter().chain(route(environment)).collect()
}

/// The organisation's own decision table, where there is one: a faulty one is used for nothing.
fn route(environment: &Environment) -> Option<Check> {
    let dirs = Dirs::of(environment).ok()?;
    match own_table(&dirs.config) {
        Ok(table) => table.map(|table| Check::ok("route table", table.label)),
        Err(error) => Some(Check::failed("route table", &error)),
    }
}

/// Whoever can read a token is signed in by it.
pub(super) fn files(cx: &Context) -> Option<Check> {
    let dirs = &cx.settings.dirs;
    let mut looked_at = 0;
    for path in [dirs.data.join("credentials"), dirs.cache.join("names")]
        .iter()
        .flat_map(|dir| within(dir, 2))
    {
        looked_at += 1;
        if let Err(error) = files::check_private(&path) {
            return Some(Check::failed("files", &error));
        }
    }
    if let Some(file) = &cx.settings.ca_file
        && let Err(error) = std::fs::File::open(&file.value)
    {
        let sentence = format!("the authority `{}` cannot be read", file.value.display());
        let error = Error::failed(sentence).cause(error);
        return Some(Check::failed(
            "files",
            &error.hint("name it anew: `mmd login --ca-file FILE`"),
        ));
    }
    let yours = format!("{} of yours, closed to others", count(looked_at, "file"));
    (looked_at > 0).then(|| Check::ok("files", yours))
}

/// The files of `dir`, and of what lies in it `depth` levels deep.
fn within(dir: &Path, depth: u8) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let inner = entries.flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_file() => vec![entry.path()],
        Ok(kind) if kind.is_dir() && depth > 0 => within(&entry.path(), depth - 1),
        _ => Vec::new(),
    });
    inner.collect()
}

/// Where the token is, and whether a keyring could keep it.
pub(super) fn keyring(cx: &Context) -> Option<Check> {
    let credentials = match cx.credentials() {
        Ok(credentials) => credentials,
        Err(error) => return Some(Check::failed("token", &error)),
    };
    if let Some(given) = credentials.given() {
        return Some(Check::ok("token", format!("given by {}", given.source)));
    }
    let profile = cx.settings.profile.as_ref().map(|profile| profile.value.as_str())?;
    let service = cx.service_url().ok()?.as_str();
    Some(match credentials.saved(profile) {
        Err(error) => Check::failed("token", &error),
        Ok(Some(saved)) if saved.service != service => Check::warning(
            "token",
            format!("it is for {}, and is not sent to {service}", saved.service),
            format!("`mmd login {}` signs in", option("--profile", profile)),
        ),
        Ok(Some(saved)) => match saved.token.source {
            TokenSource::File(path) => Check::warning(
                "token",
                format!("in {}: whoever can read it is signed in as you", path.display()),
                keep_in_keyring(profile),
            ),
            source => Check::ok("token", format!("from {source}")),
        },
        Ok(None) => {
            let login = format!("`mmd login {}` signs in", option("--profile", profile));
            match OsKeyring.get("doctor") {
                Ok(_) => Check::warning("token", "nobody is signed in", login),
                Err(error) => Check::warning(
                    "token",
                    error.message,
                    format!("{login}, with `--store file` where the service allows it"),
                ),
            }
        }
    })
}

fn keep_in_keyring(profile: &str) -> String {
    match OsKeyring.get("doctor") {
        Ok(_) => {
            format!(
                "`mmd login {}` keeps the next one in the keyring",
                option("--profile", profile)
            )
        }
        Err(_) => {
            "without a keyring there is no better place: keep this machine to yourself".into()
        }
    }
}

/// Names for completion.
pub(super) fn names(cx: &Context) -> Check {
    let Some(names) = Names::of(&cx.settings) else {
        return Check::ok("completion", "no names: the service is no profile's");
    };
    let ages = List::ALL.map(|list| names.age(list, SystemTime::now()));
    match ages.into_iter().flatten().max() {
        None => Check::ok("completion", "no names yet: they come with use"),
        Some(age) if age > OLD && cx.settings.profile.is_some() => Check::warning(
            "completion",
            format!("names in {} are more than a day old", names.dir().display()),
            "`mmd device list` reads them anew",
        ),
        Some(_) => Check::ok("completion", format!("names in {}", names.dir().display())),
    }
}
