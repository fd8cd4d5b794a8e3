//! Where an issue goes, and what elevated access is for: the support framework as rules.
//!
//! - [`terms`] are the words: kinds, severities, destinations.
//! - [`table`] is the decision table: inputs, rules in order of which the first that fits decides
//!   (hit policy *first*), outputs with reasons. [`read`] makes one from TOML, [`check`] proves it.
//!
//! Everything is pure and works offline: no file, no network, no clock of its own.

pub mod check;
pub mod read;
pub mod table;
pub mod terms;
#[cfg(test)]
mod tests;
