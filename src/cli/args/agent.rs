//! `mmd agent`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values;
use crate::{
    agent::accounts::Backend,
    cli::verbs::{Local, Verb, agent},
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Agent {
    /// Enrol this device, by a one-time code from standard input
    ///
    /// The service and its authority come from `--service` and `--ca-file`, and are kept in the
    /// state directory.
    #[command(after_help = "Example:
  mmd agent enroll --service https://mmd.example.com --ca-file ca.pem \\
    --account mmdadmin --state-dir /var/lib/mmd-agent < code")]
    Enroll {
        /// The account whose password is to rotate
        #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
        account: String,
        #[command(flatten)]
        state: StateDir,
        /// Where the account lives [default: the platform's own]
        #[arg(long, value_name = "B", value_parser = clap::value_parser!(Backend))]
        backend: Option<Backend>,
    },

    /// Keep the password of this device rotating
    #[command(after_help = "Example:
  mmd agent run --state-dir /var/lib/mmd-agent")]
    Run(StateDir),

    /// Make contact once, rotate when that is due, and end
    #[command(after_help = "Example:
  mmd agent once --state-dir /var/lib/mmd-agent")]
    Once(StateDir),

    /// Show how the agent of this device stands
    #[command(after_help = "Example:
  mmd agent status --state-dir /var/lib/mmd-agent --json")]
    Status(StateDir),
}

#[derive(Debug, Args)]
pub struct StateDir {
    /// Where the agent keeps its key and journal
    #[arg(long, value_name = "DIR")]
    state_dir: PathBuf,
}

impl Agent {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            Agent::Enroll { account, state, backend } => Verb::AgentEnroll(agent::enroll::Input {
                account,
                state_dir: state.state_dir,
                backend,
            }),
            Agent::Run(state) => Verb::Local(Local::AgentRun(state.state_dir)),
            Agent::Once(state) => Verb::Local(Local::AgentOnce(state.state_dir)),
            Agent::Status(state) => Verb::Local(Local::AgentStatus(state.state_dir)),
        }
    }
}
