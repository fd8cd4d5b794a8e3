//! `mmd completions`: the script of a shell, and where it goes.

pub mod install;
pub mod script;
