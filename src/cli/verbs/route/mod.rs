//! `mmd route`: the decision table, asked. Needs no sign-in, no network and no runtime.

mod advise;
mod check;
mod dialogue;
mod explain;
mod files;
mod guidance;
mod next;
mod roles;
mod rules;
#[cfg(test)]
mod tests;
mod view;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use files::{TABLE_FILE, own_table};

use crate::{
    cli::{output::Output, prompt::Prompter},
    domain::route::{
        advice::Device,
        terms::{Asker, Kind, RequestType, Scope, Severity},
    },
    error::Result,
};

/// What is asked of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Where an issue goes.
    Advise(Asking),
    /// The same, with every rule that was tried.
    Explain(Asking),
    /// Who answers for what, by this table.
    Roles(Option<PathBuf>),
    /// The rules, of this table.
    Table(Option<PathBuf>),
    /// What elevated access is for, or what is to be said of a plan.
    Guidance(Option<String>),
    /// Whether a table is whole.
    Check(PathBuf),
}

/// What is known of an issue.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asking {
    /// In a person's own words; `-` for standard input.
    pub text: Option<String>,
    /// `--issue`
    pub kind: Option<Kind>,
    /// `--scope`
    pub scope: Option<Scope>,
    /// `--severity`
    pub severity: Option<Severity>,
    /// `--type`
    pub request: Option<RequestType>,
    /// `--as`
    pub asker: Option<Asker>,
    /// `--device`
    pub device: Option<String>,
    /// `--table`
    pub table: Option<PathBuf>,
}

/// What the service says of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// These are its facts.
    Device(Device),
    /// Several devices may be meant: their names, with what tells them apart.
    Several(Vec<String>),
    /// It could not be asked, and why.
    Unasked(String),
}

/// What the service says, once it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Of the device.
    pub known: Known,
    /// Of who is signed in.
    pub asker: Option<Asker>,
}

impl Answer {
    /// Nothing, and why.
    pub fn none(why: impl Into<String>) -> Self {
        Self { known: Known::Unasked(why.into()), asker: None }
    }
}

/// Asks the service, if there is one, about the device that a text names.
pub type Ask<'a> = &'a dyn Fn(&str) -> Answer;

/// What these verbs work with.
pub struct Doors<'a> {
    /// The process's two streams.
    pub output: &'a Output,
    /// Whoever answers questions.
    pub prompter: &'a dyn Prompter,
    /// Where the organisation's own table may lie.
    pub config: Option<&'a Path>,
    /// The service, for facts of a device.
    pub ask: Ask<'a>,
    /// The time.
    pub now: Timestamp,
}

/// Does it. Returns the words of the command to go on with, where somebody wants that.
///
/// # Errors
/// For a faulty table, and for a missing answer where nobody can be asked.
pub fn run(input: Input, doors: &Doors<'_>) -> Result<Option<Vec<String>>> {
    match input {
        Input::Advise(asking) => advise::run(asking, doors),
        Input::Explain(asking) => explain::run(asking, doors).map(|()| None),
        Input::Roles(table) => roles::run(table.as_deref(), doors).map(|()| None),
        Input::Table(table) => rules::run(table.as_deref(), doors).map(|()| None),
        Input::Guidance(plan) => guidance::run(plan.as_deref(), doors).map(|()| None),
        Input::Check(file) => check::run(&file, doors).map(|()| None),
    }
}
