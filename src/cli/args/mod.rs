//! What was typed: clap's types and value parsers. No I/O, and nothing but what stands on the
//! command line; every command becomes one [`Verb`] with a whole input.
//!
//! What stands behind a command's word is made when it is typed (`defer`). A struct that is flattened
//! into one has a plain comment: clap would take a doc comment for the command's own.

mod account;
mod agent;
mod audit;
mod completions;
mod device;
mod doctor;
mod elevate;
mod escalate;
mod help;
mod route;
mod serve;
mod team;
mod tenant;
#[cfg(test)]
mod tests;
mod values;

use std::{ffi::OsString, path::PathBuf, time::Duration};

use clap::{ArgMatches, Args, Command, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use help::Unrun;

use super::{
    output::{ColorChoice, Format, delivery::Delivery},
    settings::{Environment, Flags},
    verbs::Verb,
};
use crate::error::{Error, Result};

/// Just-in-time admin passwords for managed devices
#[derive(Debug, Parser)]
#[command(name = "mmd", version, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// The global flags.
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    command: Top,
}

/// Flags that every command takes.
#[derive(Debug, Default, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Profile to use; `sample` is the built-in sample tenant
    #[arg(long, global = true, value_name = "NAME")]
    profile: Option<String>,

    /// Address of the service
    #[arg(long, global = true, value_name = "URL")]
    service: Option<String>,

    /// Tenant, where you have roles in several
    #[arg(long, global = true, value_name = "TENANT")]
    tenant: Option<String>,

    /// Certificate authority of the service, in PEM
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// How long an answer may take [default: 30s]
    #[arg(long, global = true, value_name = "TIME", value_parser = values::span)]
    pub timeout: Option<Duration>,

    /// How to print data
    #[arg(long, global = true, value_name = "FORMAT", value_parser = values::format())]
    output: Option<Format>,

    /// Print JSON, errors too
    #[arg(long, global = true)]
    json: bool,

    /// Leave out notes and hints
    #[arg(long, global = true)]
    pub quiet: bool,

    /// Say on standard error what is sent
    #[arg(long, global = true)]
    pub verbose: bool,

    /// Never ask; a missing answer is an error
    #[arg(long, global = true)]
    no_input: bool,

    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", value_parser = values::color())]
    color: Option<ColorChoice>,

    /// Go on where a confirmation would be asked for
    #[arg(long, global = true)]
    pub yes: bool,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Top {
    /// Request just-in-time admin access and get the password
    // Boxed: it is much larger than the others.
    Elevate(Box<elevate::Elevate>),

    /// File a support request, follow it, work on it
    // Boxed likewise.
    Escalate(Box<escalate::Escalate>),

    /// Say where an issue goes, and why
    Route(Box<route::Route>),

    /// List, show, enrol and rotate devices
    #[command(subcommand, disable_help_subcommand = true)]
    Device(device::Device),

    /// Sign in to a service
    Login(account::Login),

    /// Sign out: end the token and forget it
    #[command(after_help = "Example:
  mmd logout --profile work")]
    Logout,

    /// Show who you are, where, and what is open
    #[command(after_help = "Examples:
  mmd status
  mmd status --json")]
    Status,

    /// Say who may do what: members, roles, programs
    #[command(subcommand, disable_help_subcommand = true)]
    Team(team::Team),

    /// Read and prove the audit trail
    #[command(subcommand, disable_help_subcommand = true)]
    Audit(audit::Audit),

    /// Run the service
    Serve(Box<serve::Serve>),

    /// Keep the admin password of this device rotating
    #[command(subcommand, disable_help_subcommand = true)]
    Agent(agent::Agent),

    /// Print or install the completion script of a shell
    Completions(completions::Completions),

    /// Check settings, service, sign-in and files, and say what to do
    Doctor(doctor::Doctor),
}

impl Global {
    /// The flags that settings are made from.
    pub fn flags(&self) -> Flags {
        Flags {
            profile: self.profile.clone(),
            service: self.service.clone(),
            tenant: self.tenant.clone(),
            ca_file: self.ca_file.clone(),
            output: if self.json { Some(Format::Json) } else { self.output },
            no_input: self.no_input,
        }
    }

    /// The flags that say which service and how, to be typed once more for another command.
    pub fn again(&self) -> Vec<OsString> {
        let mut flags: Vec<OsString> = Vec::new();
        for (flag, value) in
            [("--profile", &self.profile), ("--service", &self.service), ("--tenant", &self.tenant)]
        {
            flags.extend(value.iter().map(|value| format!("{flag}={value}").into()));
        }
        flags.extend(self.ca_file.iter().map(|path| {
            let mut flag = OsString::from("--ca-file=");
            flag.push(path);
            flag
        }));
        if let Some(timeout) = self.timeout {
            flags.extend(["--timeout".into(), timeout.as_secs().to_string().into()]);
        }
        for (flag, is_set) in [("--quiet", self.quiet), ("--verbose", self.verbose)] {
            flags.extend(is_set.then(|| flag.into()));
        }
        flags
    }

    /// `--color`
    pub fn color(&self) -> ColorChoice {
        self.color.unwrap_or_default()
    }
}

impl Cli {
    /// What to do; what was not typed may stand in the environment.
    ///
    /// # Errors
    /// For what contradicts itself.
    pub fn verb(self, environment: &Environment) -> Result<Verb> {
        if self.global.json && self.global.output.is_some_and(|format| format != Format::Json) {
            return Err(Error::usage("`--json` and `--output` ask for two formats")
                .hint("leave out one of them"));
        }
        let as_data = self.global.json || self.global.output.is_some_and(|f| f != Format::Table);
        Ok(match self.command {
            Top::Elevate(elevate) => {
                let verb = elevate.verb()?;
                if as_data && is_one_field(&verb) {
                    return Err(Error::usage(
                        "`--field` prints one value alone, and `--json` or `--output` everything",
                    )
                    .hint("leave out one of them: the JSON has every field"));
                }
                verb
            }
            Top::Escalate(escalate) => escalate.verb()?,
            Top::Route(route) => route.verb()?,
            Top::Device(device) => device.verb(),
            Top::Login(login) => login.verb()?,
            Top::Logout => Verb::Logout,
            Top::Status => Verb::Status,
            Top::Team(team) => team.verb()?,
            Top::Audit(audit) => audit.verb(),
            Top::Serve(serve) => {
                serve.verb(environment, self.global.verbose, self.global.tenant)?
            }
            Top::Agent(agent) => agent.verb(),
            Top::Completions(completions) => completions.verb(),
            Top::Doctor(doctor) => doctor.verb(&self.global),
        })
    }
}

/// Whether one bare value is asked for, which no format goes with.
fn is_one_field(verb: &Verb) -> bool {
    let reading = match verb {
        Verb::ElevateOpen(input) => &input.reading,
        Verb::ElevatePassword(input) => &input.reading,
        _ => return false,
    };
    matches!(reading.delivery, Some(Delivery::Field(_)))
}

/// The whole command line, as man pages and completions are made from.
pub fn command() -> Command {
    let mut command = deferred();
    command.build();
    command
}

/// One command of the top level with what stands behind it, made without its neighbours: all of
/// them take longer than most of what a verb does on this machine.
pub fn command_of(name: &str) -> Option<Command> {
    let mut command = Cli::command().find_subcommand(name)?.clone();
    command.build();
    Some(command)
}

/// Where the first word stands that is neither a flag of `command` nor what a flag takes, in words
/// that may be no command line.
pub fn first_word(command: &Command, words: &[&str]) -> Option<usize> {
    let takes_next = |flag: &str| {
        command.get_arguments().filter(|arg| arg.get_action().takes_values()).any(|arg| {
            let long = arg.get_long().is_some_and(|long| flag.strip_prefix("--") == Some(long));
            let short = arg.get_short().is_some_and(|short| flag == format!("-{short}"));
            long || short
        })
    };
    let mut places = words.iter().enumerate();
    while let Some((at, word)) = places.next() {
        if takes_next(word) {
            places.next();
        } else if !word.starts_with('-') {
            return Some(at);
        }
    }
    None
}

/// The flags that every command takes.
pub fn global() -> Command {
    Global::augment_args(Command::new("mmd"))
}

/// The same before it is read: what stands behind a command's word is made when it is typed.
fn deferred() -> Command {
    help::grouped(Cli::command())
}

/// Headings of a command's own stand before the one of the global flags.
trait GlobalLast {
    /// Puts the global flags behind what was added since.
    fn global_last(self) -> Self;
}

impl GlobalLast for Command {
    fn global_last(self) -> Self {
        // A command that is made when it is typed has got them before its own.
        let global = self.get_arguments().filter(|arg| arg.is_global_set());
        let ids: Vec<_> = global.map(|arg| arg.get_id().clone()).collect();
        ids.into_iter().fold(self, |command, id| command.mut_arg(id, |arg| arg))
    }
}

/// Reads the command line, the program's name first.
///
/// # Errors
/// When nothing is to be run: help or the version was asked for, or it is no command line.
pub fn parse(args: &[OsString]) -> Result<Cli, Unrun> {
    let mut command = deferred();
    let matches = match without_others(&command, args) {
        Some(matches) => Ok(matches),
        None => command.try_get_matches_from_mut(args),
    };
    // Taking it apart would cost as much as reading the line did.
    std::mem::forget(command);
    matches
        .and_then(|matches| Cli::from_arg_matches(&matches))
        .map_err(|error| Unrun::new(&help::without_wild_tips(error), args))
}

/// Reads a line with only those commands whose words stand in it: clap copies every global flag into
/// each command. What is no command line by them is judged by all.
fn without_others(all: &Command, args: &[OsString]) -> Option<ArgMatches> {
    let typed = |command: &&Command| args.iter().any(|arg| arg == command.get_name());
    let commands = all.get_subcommands().filter(typed).cloned();
    let mut few = global().subcommands(commands);
    let matches = few.try_get_matches_from_mut(args).ok();
    std::mem::forget(few);
    matches.filter(|matches| matches.subcommand_name().is_some())
}
