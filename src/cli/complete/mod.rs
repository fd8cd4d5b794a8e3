//! Completion of command lines: what a shell offers at a press of the tab key.
//!
//! The scripts of [`shells`] hand over what stands on the line and get candidates back. [`engine`]
//! reads them off the same definitions that parse the line; `kinds` says which arguments take
//! names, and those come from [`names`], a cache on this machine that holds names and nothing else.
//! Verbs fill it with what they have seen ([`learn`]), and [`refresh`] does in the background when
//! it has grown old. A press of the tab key never waits for a service, asks or complains.

pub mod engine;
mod kinds;
pub mod learn;
mod line;
pub mod names;
pub mod refresh;
pub mod shells;

use std::{ffi::OsString, process::ExitCode, time::SystemTime};

use self::{
    engine::{Candidate, Completion, Typed},
    kinds::Kind,
    names::{List, Names},
    shells::Shell,
};
use super::{
    args,
    settings::{Config, Environment, Flags, ServiceChoice, Settings},
};

/// The command that the scripts run.
pub const COMMAND: &str = "__complete";

/// The most candidates that are offered: more is no help, and shells slow down.
pub const LIMIT: usize = 200;

/// Answers a shell; `args` are what its script says behind [`COMMAND`]. Whatever goes wrong, there
/// is just nothing to offer: this is no place to say anything else.
pub fn run(args: &[OsString]) -> ExitCode {
    if let Some(answer) = answer(args) {
        // A shell that has gone away needs no candidates.
        let _ = super::output::plainly(&answer);
    }
    ExitCode::SUCCESS
}

fn answer(args: &[OsString]) -> Option<String> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let (shell, args) = args.split_first()?;
    let asked = shells::asked(shell.parse().ok()?, args)?;
    let root = args::command();
    let mut completion =
        engine::complete(&root, &asked.before, &asked.word, &|kind, typed, prefix| {
            look_up(kind, typed, prefix).unwrap_or_default()
        });
    if let Completion::Names(candidates) = &mut completion {
        candidates.truncate(LIMIT);
    }
    Some(shells::printed(&asked, &completion))
}

/// The names of `kind` that begin with `prefix`.
fn look_up(kind: Kind, typed: &Typed, prefix: &str) -> Option<Vec<Candidate>> {
    let fixed = kinds::fixed(kind, typed);
    if !fixed.is_empty() {
        return Some(kinds::beginning(&fixed, prefix));
    }
    let environment = Environment::read().ok()?;
    let flags = Flags {
        profile: typed.profile.clone(),
        service: typed.service.clone(),
        tenant: typed.tenant.clone(),
        ..Flags::default()
    };
    if kind == Kind::Profiles {
        let dirs = super::settings::Dirs::of(&environment).ok()?;
        let config = Config::load(&dirs.config_file()).ok()?;
        let names = config.profiles.into_keys().chain([super::settings::SAMPLE.to_owned()]);
        let names: Vec<_> = names.map(|name| Candidate::new(name, None)).collect();
        return Some(kinds::beginning(&names, prefix));
    }
    let settings = Settings::load(&flags, &environment).ok()?;
    let names = Names::in_use(&settings)?;
    let lists: &[List] = kind.lists();
    if settings.service.value != ServiceChoice::Embedded {
        refresh::start_if_stale(&names, lists, &settings, SystemTime::now());
    }
    let mut found = Vec::new();
    for list in lists {
        let left = LIMIT - found.len();
        found.extend(names.beginning(*list, prefix, left).unwrap_or_default());
    }
    Some(found)
}

/// Which shell, as it is typed.
pub const SHELLS: [(&str, Shell); 4] = [
    ("bash", Shell::Bash),
    ("zsh", Shell::Zsh),
    ("fish", Shell::Fish),
    ("powershell", Shell::PowerShell),
];
