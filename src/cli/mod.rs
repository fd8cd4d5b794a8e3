//! What a person meets: arguments, verbs, and everything between them and the terminal.
//!
//! - [`output`] is the only door to standard output and standard error.
//! - [`settings`] says which service, which tenant, and where each of those answers came from.
//!
//! Nothing here speaks HTTP, and nothing outside [`output`] and [`prompt`] prints.

pub mod files;
pub mod output;
pub mod settings;
