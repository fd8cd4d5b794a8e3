//! What a person meets: arguments, verbs, and everything between them and the terminal.
//!
//!
//! Nothing here speaks HTTP, and nothing outside [`output`] and [`prompt`] prints.

pub mod files;
