//! The help's groups of commands, and what clap says where nothing is to be run.

use std::{ffi::OsString, fmt::Write as _};

use clap::{
    Command,
    builder::Styles,
    error::{ContextKind, ContextValue, ErrorKind},
};

use crate::error::Error;

/// The commands by their groups, in the order of the help.
pub(super) const GROUPS: [(&str, &[&str]); 3] = [
    ("Support work", &["elevate", "escalate", "route", "device"]),
    ("Account", &["login", "logout", "status"]),
    ("Administration", &["team", "audit", "serve", "agent", "doctor", "completions"]),
];

/// Shows the commands of `command` in their groups: clap knows only one list.
pub(super) fn grouped(command: Command) -> Command {
    let styles = Styles::styled();
    let (header, literal) = (styles.get_header(), styles.get_literal());
    let mut list = String::new();
    for (group, names) in GROUPS {
        // Writing into a `String` cannot fail.
        let _ = writeln!(list, "{header}{group}:{header:#}");
        for name in names {
            let about = command.find_subcommand(name).and_then(Command::get_about);
            let about = about.map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(list, "  {literal}{name:<11}{literal:#} {about}");
        }
        list.push('\n');
    }
    let examples = "Examples:
  mmd elevate MARTA-LT -t INC0012345 -m \"resync the clock\" --copy
  mmd status
Without a service, `elevate`, `device`, `audit` and `status` work on a built-in sample tenant.";
    command
        .help_template(format!(
            "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n\
             {list}{header}Options:{header:#}\n{{options}}{{after-help}}"
        ))
        .after_help(examples)
}

/// Drops tips that are no slip of the fingers: clap takes `logout` for what was meant by `route`.
pub(super) fn without_wild_tips(mut error: clap::Error) -> clap::Error {
    for (wrong, tip) in [
        (ContextKind::InvalidSubcommand, ContextKind::SuggestedSubcommand),
        (ContextKind::InvalidArg, ContextKind::SuggestedArg),
        (ContextKind::InvalidValue, ContextKind::SuggestedValue),
    ] {
        let Some(ContextValue::String(typed)) = error.get(wrong).cloned() else { continue };
        let close = |tip: &String| strsim::osa_distance(&typed, tip) <= typed.len().div_ceil(3);
        match error.remove(tip) {
            Some(ContextValue::String(one)) if close(&one) => {
                error.insert(tip, ContextValue::String(one));
            }
            Some(ContextValue::Strings(some)) => {
                let some: Vec<_> = some.into_iter().filter(close).collect();
                if !some.is_empty() {
                    error.insert(tip, ContextValue::Strings(some));
                }
            }
            _ => {}
        }
    }
    error
}

/// Why nothing is run, in the words of clap.
#[derive(Debug)]
pub struct Unrun {
    /// Help and the version are data, everything else is talk.
    pub is_data: bool,
    /// The text, without colour.
    pub plain: String,
    /// The text in colour.
    pub colored: String,
    /// What was asked for anyway: errors as JSON.
    pub json: bool,
    /// The same as an error.
    pub error: Error,
}

impl Unrun {
    pub(super) fn new(error: &clap::Error, args: &[OsString]) -> Self {
        let text = error.render();
        let plain = text.to_string();
        let sentence = plain.lines().next().unwrap_or_default();
        let sentence = match error.kind() {
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing",
            _ => sentence.strip_prefix("error: ").unwrap_or(sentence).trim_end_matches(':'),
        };
        // What clap lists under its sentence, for instance the arguments that are missing.
        let listed = plain.lines().skip(1).take_while(|line| line.starts_with("  "));
        let tips = plain.lines().filter_map(|line| line.trim().strip_prefix("tip: "));
        let mut usage = Error::usage(sentence);
        usage
            .causes
            .extend(listed.filter(|line| !line.contains("tip: ")).map(|l| l.trim().to_owned()));
        usage.hints.extend(tips.map(str::to_owned));
        Self {
            is_data: !error.use_stderr(),
            colored: text.ansi().to_string(),
            json: wants_json(args),
            error: usage.hint("run `mmd --help`, or `--help` behind a command"),
            plain,
        }
    }
}

/// Whether the flags ask for JSON, as far as that can be told of a line that is none.
fn wants_json(args: &[OsString]) -> bool {
    let flags: Vec<_> =
        args.iter().skip(1).map_while(|arg| arg.to_str().filter(|arg| *arg != "--")).collect();
    flags.iter().any(|flag| matches!(*flag, "--json" | "--output=json"))
        || flags.windows(2).any(|pair| pair == ["--output", "json"])
}
