//! Where an issue goes, and what elevated access is for: the support framework as rules.
//!
//! - [`terms`] are the words: kinds, severities, destinations.
//! - [`table`] is the decision table: inputs, rules in order of which the first that fits decides
//!   (hit policy *first*), outputs with reasons. [`read`] makes one from TOML, [`check`] proves it.
//! - [`understand`] finds the kind of an issue in a person's own words.
//! - [`advice`] puts them together.
//! - [`guidance`] says what elevated access is and is not for.
//! - [`english`] has every sentence that is not a rule's own.
//!
//! Everything is pure and works offline: no file, no network, no clock of its own.

pub mod advice;
pub mod check;
pub mod english;
pub mod guidance;
pub mod read;
pub mod table;
pub mod terms;
#[cfg(test)]
mod tests;
pub mod understand;
