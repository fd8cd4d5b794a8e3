//! `mmd completions`.

use clap::Args;

use super::values;
use crate::cli::{
    complete::shells::Shell,
    verbs::{Local, Verb, completions},
};

/// Print or install the completion script of a shell
///
/// The script asks `mmd` at the press of the tab key: for commands and flags, and for devices,
/// people, open requests and members by their names, from a cache on this machine that is read
/// anew in the background. A key never waits for the service.
///
/// `powershell --install` writes the profile of PowerShell 7 and later. For Windows PowerShell 5.1
/// put the same line into the file that `$PROFILE` names there.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmd completions bash --install
  mmd completions zsh > ~/.zfunc/_mmd
  mmd completions powershell --install --yes")]
pub struct Completions {
    /// Which shell
    #[arg(value_name = "SHELL", value_parser = values::shell())]
    shell: Shell,

    /// Put it where the shell finds it; what is changed is told and confirmed first
    #[arg(long)]
    install: bool,
}

impl Completions {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self.install {
            true => Verb::CompletionsInstall(completions::install::Input { shell: self.shell }),
            false => Verb::Local(Local::Completions(self.shell)),
        }
    }
}
