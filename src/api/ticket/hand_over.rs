//! By these codes the details of a refusal say that a request was not filed but kept.
//!
//! The first detail is [`RULE`](crate::api::messages::RULE). One of [`KEPT`] follows, whose target
//! is the kept request's id, and one of [`TOLD`] for each who was told, or of [`CALL`] for each to
//! call where no sink tells anybody: its target is the e-mail address, its message the name and,
//! where one is known, the telephone number.

/// The kept request.
pub const KEPT: &str = "kept";
/// Somebody who was told.
pub const TOLD: &str = "told";
/// Somebody to call, because nobody could be told.
pub const CALL: &str = "call";
