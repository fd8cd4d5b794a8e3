//! What a person meets: arguments, verbs, and everything between them and the terminal.
//!
//! - [`args`] is what was typed, as one [`verbs::Verb`] with a whole input; [`verbs`] do it.
//! - [`complete`] offers what may be typed next, to the shells that ask.
//! - [`output`] is the only door to standard output and standard error.
//! - [`prompt`] is the only user of dialoguer; without a terminal it names the missing flag.
//! - [`settings`] says which service, which tenant, and where each of those answers came from.
//! - [`reach`] puts into every hint what the next command needs to go where this one went.
//! - [`credentials`] keeps tokens, says where each one lay, and renews them.
//! - [`again`] offers a sign-in that has run out once more, while a verb waits for its token.
//!
//! Nothing here speaks HTTP, but for the one answer of `login` to a browser, and nothing outside [`output`] and [`prompt`] prints.

pub mod again;
pub mod args;
mod browser;
pub mod complete;
pub mod context;
pub mod credentials;
pub mod embedded;
pub mod files;
mod log;
pub mod output;
pub mod prompt;
pub mod reach;
mod routing;
mod run;
pub mod settings;
pub mod verbs;

pub use run::run;

use std::{ffi::OsString, process::ExitCode, time::Duration};

/// Runs a command that this program starts of itself; `None` when `args` (the program's name
/// first) hold none, which is what a person types. Called before anything else is set up.
pub fn child(args: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let args: Vec<_> = args.into_iter().skip(1).collect();
    match args.as_slice() {
        [command, flag, seconds]
            if command == output::delivery::CHILD_COMMAND && flag == "--seconds" =>
        {
            let seconds = seconds.to_str()?.parse().ok()?;
            Some(output::delivery::clipboard_child(Duration::from_secs(seconds)))
        }
        [command, asked @ ..] if command == complete::COMMAND => Some(complete::run(asked)),
        [command, profile] if command == complete::refresh::COMMAND => {
            complete::refresh::run(profile.to_str()?);
            Some(ExitCode::SUCCESS)
        }
        _ => None,
    }
}
