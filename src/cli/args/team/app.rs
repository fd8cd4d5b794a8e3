//! `mmd team app`.

use std::time::Duration;

use clap::{Subcommand, builder::PossibleValuesParser};

use super::super::values;
use crate::{
    api::team::{PERMISSIONS, Role},
    cli::verbs::{
        Verb,
        team::app::{add, remove, rotate},
    },
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum App {
    /// Add a program and print its secret, once
    ///
    /// Without `--may` and `--role` it may do everything, as the published API has it. With a role
    /// it may do what members of that role may, and what `--may` names beside.
    #[command(after_help = "Examples:
  mmd team app add nightly --may devices,elevations --expires 90d --json
  mmd team app add hr-sync --role admin --from 10.20.0.0/16
  mmd team app add helpdesk")]
    Add {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// What it may do
        #[arg(
            long,
            value_name = "LIST",
            value_delimiter = ',',
            value_parser = PossibleValuesParser::new(PERMISSIONS)
        )]
        may: Vec<String>,
        /// A role of the team that it holds
        #[arg(long = "role", value_name = "ROLE", value_parser = values::role())]
        roles: Vec<Role>,
        /// How long its secret is good [default: 180d]
        #[arg(long, value_name = "DAYS", value_parser = values::days)]
        expires: Option<u32>,
        /// A network that it may call from; more than one may be named [default: anywhere]
        #[arg(long, value_name = "CIDR", value_delimiter = ',', value_parser = values::network)]
        from: Vec<String>,
    },

    /// List programs and what they may do
    #[command(after_help = "Examples:
  mmd team app list
  mmd team app list --json")]
    List,

    /// Give a program a second secret and print it, once
    ///
    /// The old secret stays good for a grace, until everything that uses it has the new one; then
    /// `--finish` ends it, with the tokens that it has obtained. There are never three: a new secret
    /// that nobody has signed in by yet is replaced.
    #[command(after_help = "Examples:
  mmd team app rotate nightly
  mmd team app rotate nightly --grace 12h --expires 90d --json
  mmd team app rotate nightly --finish")]
    Rotate {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// How long the new secret is good [default: 180d]
        #[arg(long, value_name = "DAYS", value_parser = values::days)]
        expires: Option<u32>,
        /// How long the old secret stays good [default: 7d]
        #[arg(long, value_name = "TIME", value_parser = values::days_or_span)]
        grace: Option<Duration>,
        /// End the old secret now
        #[arg(long, conflicts_with_all = ["expires", "grace"])]
        finish: bool,
    },

    /// Remove a program; its tokens end and its open requests close
    #[command(after_help = "Example:
  mmd team app remove nightly")]
    Remove {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
    },
}

impl App {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            App::Add { name, may, roles, expires, from } => {
                Verb::TeamAppAdd(add::Input { name, may, roles, expires_in_days: expires, from })
            }
            App::List => Verb::TeamAppList,
            App::Rotate { name, finish: true, .. } => {
                Verb::TeamAppRotate(rotate::Input::Finish { name })
            }
            App::Rotate { name, expires, grace, finish: false } => {
                Verb::TeamAppRotate(rotate::Input::Begin { name, expires_in_days: expires, grace })
            }
            App::Remove { name } => Verb::TeamAppRemove(remove::Input { name }),
        }
    }
}
