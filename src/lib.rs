//! `mmd`: just-in-time admin passwords and support escalation for managed devices.
//!
//! The map of the house. Data flows one way:
//! `cli::args -> cli::verbs -> client -> (HTTPS) -> service -> domain -> store`.
//! [`api`] (the contract) and [`domain`] (the rules, pure) know nobody above them.

#![cfg_attr(not(test), warn(clippy::unwrap_used))]

pub mod agent;
pub mod api;
mod backoff;
pub mod cli;
pub mod client;
pub mod clock;
pub mod domain;
pub mod durable;
pub mod error;
pub mod secret;
pub mod service;

use std::process::ExitCode;

/// Runs the command line of this process and returns its exit code.
pub fn run() -> ExitCode {
    let args: Vec<_> = std::env::args_os().collect();
    let exit = match cli::child(args.iter().cloned()) {
        Some(exit) => exit,
        None => cli::run(&args),
    };
    cli::credentials::finish_renewals();
    exit
}
