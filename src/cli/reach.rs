//! Commands that are told as the next step go where this one went.
//!
//! Somebody who typed `--profile` or `--service` would be elsewhere with the plain command: what
//! they typed is said again in every hint. What a variable or the config file says holds for the
//! next command as well.

use std::borrow::Cow;

use super::{
    args,
    settings::{Flags, SAMPLE, ServiceChoice, Settings, Source},
    verbs::words::option,
};
use crate::{cli::settings::Environment, error::Error};

/// Commands that go to a service. `login` makes a profile instead of using one.
const REMOTE: [&str; 9] =
    ["audit", "device", "doctor", "elevate", "escalate", "logout", "status", "team", "tenant"];

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
        let plain = Flags { no_input: flags.no_input, ..Flags::default() };
        let load_plain = || Settings::load(&plain, environment);
        if !is_typed(flags) || load_plain().is_ok_and(|plain| same(settings, &plain)) {
            return Self::default();
        }
        Self::named(flags)
    }

    /// As [`Reach::of`], for what works without settings: they are read only where a flag is typed,
    /// and where they cannot be, the flag is said again.
    pub fn without_settings(flags: &Flags, environment: &Environment) -> Self {
        if !is_typed(flags) {
            return Self::default();
        }
        Settings::load(flags, environment)
            .map_or_else(|_| Self::named(flags), |settings| Self::of(flags, environment, &settings))
    }

    fn named(flags: &Flags) -> Self {
        let named = |flag: &str, value: Option<&str>| match value.filter(|text| !text.is_empty()) {
            Some(text) => format!(" {}", option(flag, text)),
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
        if self.flags.is_empty() {
            return Cow::Borrowed(hint);
        }
        let (mut told, mut rest) = (String::with_capacity(hint.len() + 32), hint);
        while let Some(mark) = rest.find("`mmd ") {
            let (before, from) = rest.split_at(mark + 1);
            // A mark within quotes belongs to somebody's name.
            let Some((end, _)) = outside_quotes(from).find(|(_, c)| *c == '`') else { break };
            let (line, after) = from.split_at(end);
            told.push_str(before);
            told.push_str(&if is_somebody_elses(before) {
                line.into()
            } else {
                self.command(line)
            });
            told.push('`');
            rest = &after[1..];
        }
        told.push_str(rest);
        Cow::Owned(told)
    }

    /// `error`, with its hints as [`Reach::told`] says them.
    pub fn hinted<'e>(&self, error: &'e Error) -> Cow<'e, Error> {
        if self.flags.is_empty() || error.hints.is_empty() {
            return Cow::Borrowed(error);
        }
        let hints = error.hints.iter().map(|hint| self.told(hint).into_owned()).collect();
        Cow::Owned(Error { hints, ..error.clone() })
    }

    /// `line`, a command, as it has to be typed: the flags stand behind the verb, before
    /// all that is quoted.
    pub fn command<'c>(&self, line: &'c str) -> Cow<'c, str> {
        let Some(rest) = line.strip_prefix("mmd ") else { return line.into() };
        let flags = match rest.split(' ').next() {
            Some("login") => &self.login,
            Some(verb) if REMOTE.contains(&verb) => &self.flags,
            _ => return line.into(),
        };
        if flags.is_empty() {
            return line.into();
        }
        let bare: String = outside_quotes(line).map(|(_, c)| c).collect();
        let names_one = |word: &str| {
            let flag = word.split('=').next().unwrap_or_default();
            matches!(flag, "--profile" | "--service")
        };
        if bare.split(' ').any(names_one) {
            return line.into();
        }
        let mut words = rest.split(' ');
        let first = words.next().unwrap_or_default();
        let (top, mut end) = (args::command_of(first), "mmd ".len() + first.len());
        let mut named = top.as_ref();
        for word in words {
            named = named.and_then(|verb| verb.find_subcommand(word));
            if named.is_none() {
                break;
            }
            end += 1 + word.len();
        }
        let (verb, rest) = line.split_at(end);
        format!("{verb}{flags}{rest}").into()
    }
}

/// The characters of a command that stand in no quotes, with where they are.
fn outside_quotes(line: &str) -> impl Iterator<Item = (usize, char)> {
    let (mut quoted, mut escaped) = (false, false);
    line.char_indices().filter(move |(_, c)| {
        if std::mem::take(&mut escaped) {
            return false;
        }
        match c {
            '\'' => quoted = !quoted,
            '\\' => escaped = !quoted,
            _ => return !quoted,
        }
        false
    })
}

fn is_typed(flags: &Flags) -> bool {
    [&flags.profile, &flags.service, &flags.tenant].into_iter().any(|flag| flag.is_some())
        || flags.ca_file.is_some()
}

/// `an admin files it by `, `ask an admin for a new one: `, `they run `
fn is_somebody_elses(before: &str) -> bool {
    let clause = before.rsplit(';').next().unwrap_or_default();
    clause.trim_start().starts_with("an admin")
        || ["ask an admin", "they run"].iter().any(|words| clause.contains(words))
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
                "`mmd escalate show --profile second X` follows it",
            ),
            ("`mmd escalate note X - < a.txt`", "`mmd escalate note --profile second X - < a.txt`"),
            ("`mmd elevate show -- -x`", "`mmd elevate show --profile second -- -x`"),
            ("`mmd device search 'a | b'`", "`mmd device search --profile second 'a | b'`"),
            ("`mmd elevate 'a --profile b'`", "`mmd elevate --profile second 'a --profile b'`"),
            ("sign in: `mmd login https://x`", "sign in: `mmd login --profile second https://x`"),
            ("`mmd status --profile third`", "`mmd status --profile third`"),
            ("`mmd route table`, `attach X FILE`", "`mmd route table`, `attach X FILE`"),
            ("no command at all", "no command at all"),
            ("`mmd device show 'a`b'`", "`mmd device show --profile second 'a`b'`"),
            (
                r"`mmd device show 'a'\''`mmd status` b'` shows it, `mmd status` more",
                r"`mmd device show --profile second 'a'\''`mmd status` b'` shows it, `mmd status --profile second` more",
            ),
            ("they run `mmd login https://x --invite`", "they run `mmd login https://x --invite`"),
            ("`mmd device show 'never ended`", "`mmd device show 'never ended`"),
            (
                "an admin files it by `mmd escalate file X`; `mmd escalate show X` follows it",
                "an admin files it by `mmd escalate file X`; \
                 `mmd escalate show --profile second X` follows it",
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
