//! Commands that are told as the next step go where this one went.
//!
//! Somebody who typed `--profile` or `--service` would be elsewhere with the plain command: what
//! they typed is said again in every hint. What a variable or the config file says holds for the
//! next command as well.

use std::borrow::Cow;

use super::{
    settings::{Flags, SAMPLE, ServiceChoice, Settings, Source},
    verbs::words::word,
};
use crate::{cli::settings::Environment, error::Error};

/// Commands that go to a service. `login` makes a profile instead of using one.
const REMOTE: [&str; 9] =
    ["audit", "device", "doctor", "elevate", "escalate", "logout", "status", "team", "tenant"];

/// What stands behind the plain command, if nothing follows it in the shell's own words.
const SHELL: [&str; 4] = [" -- ", " < ", " > ", " | "];

/// The flags that a later command needs to reach the same service.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Of every command: `--profile second`.
    flags: String,
    /// Of `login`.
    login: String,
}

impl Reach {
    /// Those that were typed, unless the plain command reaches the same without them.
    pub fn of(flags: &Flags, environment: &Environment, settings: &Settings) -> Self {
        let typed =
            [&flags.profile, &flags.service, &flags.tenant].into_iter().any(|flag| flag.is_some())
                || flags.ca_file.is_some();
        let plain = Flags { no_input: flags.no_input, ..Flags::default() };
        if !typed || Settings::load(&plain, environment).is_ok_and(|plain| same(settings, &plain)) {
            return Self::default();
        }
        let named = |flag: &str, value: Option<&str>| match value.filter(|text| !text.is_empty()) {
            Some(text) => format!(" {flag} {}", word(text)),
            None => String::new(),
        };
        let ca_file = flags.ca_file.as_ref().map(|path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            path.to_string_lossy().into_owned()
        });
        let ca_file = named("--ca-file", ca_file.as_deref());
        let profile = flags.profile.as_deref();
        let [service, tenant] = [("--service", &flags.service), ("--tenant", &flags.tenant)]
            .map(|(flag, value)| named(flag, value.as_deref()));
        Self {
            login: named("--profile", profile.filter(|name| *name != SAMPLE)) + &ca_file,
            flags: named("--profile", profile) + &service + &tenant + &ca_file,
        }
    }

    /// `hint`, with its commands as they have to be typed. What an admin does elsewhere is theirs.
    pub fn told<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let pieces: Vec<_> = hint.split('`').collect();
        // An odd mark belongs to somebody's name.
        if self.flags.is_empty() || pieces.len() % 2 == 0 {
            return Cow::Borrowed(hint);
        }
        let mut told: Vec<Cow<'_, str>> = Vec::new();
        for (index, piece) in pieces.iter().enumerate() {
            let is_command = index % 2 == 1;
            let elsewhere = index > 0 && is_somebody_elses(pieces[index - 1]);
            told.push(if is_command && !elsewhere { self.command(piece) } else { (*piece).into() });
        }
        Cow::Owned(told.join("`"))
    }

    /// `error`, with its hints as [`Reach::told`] says them.
    pub fn hinted<'e>(&self, error: &'e Error) -> Cow<'e, Error> {
        if self.flags.is_empty() || error.hints.is_empty() {
            return Cow::Borrowed(error);
        }
        let hints = error.hints.iter().map(|hint| self.told(hint).into_owned()).collect();
        Cow::Owned(Error { hints, ..error.clone() })
    }

    fn command<'c>(&self, line: &'c str) -> Cow<'c, str> {
        let mut words = line.split(' ');
        let is_ours = words.next() == Some("mmd");
        let flags = match words.next() {
            Some("login") if is_ours => &self.login,
            Some(verb) if is_ours && REMOTE.contains(&verb) => &self.flags,
            _ => return line.into(),
        };
        if words.any(|word| matches!(word, "--profile" | "--service")) {
            return line.into();
        }
        let end = SHELL.iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len());
        let (command, rest) = line.split_at(end);
        format!("{command}{flags}{rest}").into()
    }
}

/// `an admin files it by `, `ask an admin for a new one: `
fn is_somebody_elses(before: &str) -> bool {
    let clause = before.rsplit(';').next().unwrap_or_default();
    clause.trim_start().starts_with("an admin") || clause.contains("ask an admin")
}

/// True where both go to the same service, as the same, and what it keeps lies in the same place.
fn same(one: &Settings, plain: &Settings) -> bool {
    fn value<T>(sourced: &Option<super::settings::Sourced<T>>) -> Option<&T> {
        sourced.as_ref().map(|sourced| &sourced.value)
    }
    // Where nobody asked for the sample, most verbs do not start it.
    let unasked = |settings: &Settings| {
        settings.service.value == ServiceChoice::Embedded
            && settings.service.source == Source::Default
    };
    one.service.value == plain.service.value
        && unasked(one) == unasked(plain)
        && value(&one.profile) == value(&plain.profile)
        && value(&one.tenant) == value(&plain.tenant)
        && value(&one.ca_file) == value(&plain.ca_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second() -> Reach {
        let flags = " --profile second".to_owned();
        Reach { login: flags.clone(), flags }
    }

    #[test]
    fn a_hint_names_the_profile_behind_each_of_its_commands() {
        for (hint, told) in [
            (
                "`mmd escalate show X` follows it",
                "`mmd escalate show X --profile second` follows it",
            ),
            ("`mmd escalate note X - < a.txt`", "`mmd escalate note X - --profile second < a.txt`"),
            ("`mmd elevate show -- -x`", "`mmd elevate show --profile second -- -x`"),
            ("sign in: `mmd login https://x`", "sign in: `mmd login https://x --profile second`"),
            ("`mmd status --profile third`", "`mmd status --profile third`"),
            ("`mmd route table`, `attach X FILE`", "`mmd route table`, `attach X FILE`"),
            ("no command at all", "no command at all"),
            ("`mmd device show 'a`b'`", "`mmd device show 'a`b'`"),
            (
                "an admin files it by `mmd escalate file X`; `mmd escalate show X` follows it",
                "an admin files it by `mmd escalate file X`; \
                 `mmd escalate show X --profile second` follows it",
            ),
            (
                "ask an admin for another: `mmd team add UPN --invite`",
                "ask an admin for another: `mmd team add UPN --invite`",
            ),
        ] {
            assert_eq!(second().told(hint), told);
            assert_eq!(Reach::default().told(hint), hint);
        }
        let error = Error::usage("no").hint("`mmd escalate drafts` lists them");
        let hinted = second().hinted(&error).into_owned();
        assert_eq!(hinted.hints, ["`mmd escalate drafts --profile second` lists them"]);
        assert_eq!(hinted.message, "no");
    }

    #[test]
    fn only_flags_that_the_plain_command_needs_are_said_again() {
        let home = tempfile::tempdir().unwrap();
        let environment = |more: &[(&'static str, &str)]| {
            let dirs = crate::cli::settings::Dirs::within(home.path());
            std::fs::create_dir_all(&dirs.config).unwrap();
            let paths = [
                ("MMD_CONFIG_DIR", dirs.config),
                ("MMD_DATA_DIR", dirs.data),
                ("MMD_CACHE_DIR", dirs.cache),
            ];
            let paths = paths.map(|(name, path)| (name, path.into_os_string()));
            let more = more.iter().map(|(name, value)| (*name, (*value).into()));
            Environment::of(paths.into_iter().chain(more)).unwrap()
        };
        let reach = |flags: &Flags, more: &[(&'static str, &str)]| {
            let environment = environment(more);
            Reach::of(flags, &environment, &Settings::load(flags, &environment).unwrap()).flags
        };
        let profile = |name: &str| Flags { profile: Some(name.into()), ..Flags::default() };
        // Nothing is saved yet, and nothing but a flag starts the sample.
        assert_eq!(reach(&profile("sample"), &[]), " --profile sample");
        assert_eq!(reach(&Flags::default(), &[("MMD_PROFILE", "sample")]), "");

        let file = crate::cli::settings::Dirs::within(home.path()).config_file();
        let two = "current = \"work\"\n[profiles.work]\nservice = \"https://work.example\"\n\
                   [profiles.lab]\nservice = \"https://lab.example\"\n";
        std::fs::write(file, two).unwrap();
        assert_eq!(reach(&Flags::default(), &[]), "");
        assert_eq!(reach(&profile("work"), &[]), "", "it is the current one");
        assert_eq!(reach(&profile("lab"), &[]), " --profile lab");
        assert_eq!(reach(&profile("lab"), &[("MMD_PROFILE", "lab")]), "");
        let service = |url: &str| Flags { service: Some(url.into()), ..Flags::default() };
        assert_eq!(reach(&service("https://work.example"), &[]), "");
        let other = Flags { ca_file: Some("/o.pem".into()), ..service("https://o.example") };
        assert_eq!(reach(&other, &[]), " --service https://o.example --ca-file /o.pem");
        let tenant = Flags { tenant: Some("fabrikam".into()), ..Flags::default() };
        assert_eq!(reach(&tenant, &[]), " --tenant fabrikam");
    }
}
