//! What a person meets: arguments, verbs, and everything between them and the terminal.
//!
//! - [`output`] is the only door to standard output and standard error.
//! - [`prompt`] is the only user of dialoguer; without a terminal it names the missing flag.
//! - [`settings`] says which service, which tenant, and where each of those answers came from.
//!
//! Nothing here speaks HTTP, and nothing outside [`output`] and [`prompt`] prints.

pub mod files;
pub mod output;
pub mod prompt;
pub mod settings;
