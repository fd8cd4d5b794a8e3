//! `mmd doctor`.

use clap::{ArgGroup, Args, Subcommand};

use super::{Global, values};
use crate::{
    api::delivery::State,
    cli::verbs::{
        Local, Verb,
        doctor::{
            self,
            deliveries::{list, retry},
        },
    },
};

/// Check settings, service, sign-in and files, and say what to do
///
/// Each check is ok, a warning or failed; a hint says what to do. Works without a service, too.
/// When something failed, the exit code is 1.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "Examples:
  mmd doctor
  mmd doctor --profile work --json
  mmd doctor deliveries list"
)]
pub struct Doctor {
    #[command(subcommand)]
    cure: Option<Cure>,
}

#[derive(Debug, Subcommand)]
enum Cure {
    /// See what was not delivered to other systems, and send it again
    ///
    /// The service tells webhooks, mail and ServiceNow what becomes of tickets and elevations, as
    /// its configuration says. What a receiver does not take for three days, or refuses for good,
    /// is a dead letter: it is kept for 90 days and can be sent again.
    #[command(subcommand, disable_help_subcommand = true)]
    Deliveries(Deliveries),
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum Deliveries {
    /// List dead letters, each with its reason, newest first
    #[command(after_help = "Examples:
  mmd doctor deliveries list
  mmd doctor deliveries list --state pending --sink desk
  mmd doctor deliveries list --state all --json | \\
    jq -r '.[] | [.sink, .state] | @tsv' | sort | uniq -c")]
    List {
        /// Which: `dead`, `pending`, `delivered` (kept for a week) or `all`
        #[arg(long, value_name = "STATE", default_value = "dead",
              value_parser = values::delivery_state())]
        state: Wanted,

        /// Only those of this sink of the service's configuration
        #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
        sink: Option<String>,
    },

    /// Send dead letters again
    ///
    /// They go at once, and have as much time as at first. What follows them in their ticket has
    /// gone on without them.
    #[command(group = ArgGroup::new("which").required(true), after_help = "Examples:
  mmd doctor deliveries retry 3f9a1c0d
  mmd doctor deliveries retry --all --sink desk")]
    Retry {
        /// Their ids, or how these begin
        #[arg(value_name = "ID", group = "which", value_parser = values::not_blank)]
        ids: Vec<String>,

        /// All there are
        #[arg(long, group = "which", conflicts_with = "ids")]
        all: bool,

        /// Only those of this sink of the service's configuration
        #[arg(long, value_name = "NAME", conflicts_with = "ids",
              value_parser = values::not_blank)]
        sink: Option<String>,
    },
}

/// Deliveries in one state, or in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted(pub Option<State>);

impl Doctor {
    /// What to do.
    pub fn verb(self, global: &Global) -> Verb {
        match self.cure {
            None => {
                let (flags, timeout) = (global.flags(), global.timeout);
                Verb::Local(Local::Doctor(doctor::Input { flags, timeout }))
            }
            Some(Cure::Deliveries(Deliveries::List { state: Wanted(state), sink })) => {
                Verb::DoctorDeliveriesList(list::Input { state, sink })
            }
            Some(Cure::Deliveries(Deliveries::Retry { ids, all: _, sink })) => {
                let which = match ids.is_empty() {
                    true => retry::Which::All { sink },
                    false => retry::Which::These(ids),
                };
                Verb::DoctorDeliveriesRetry(retry::Input { which })
            }
        }
    }
}
