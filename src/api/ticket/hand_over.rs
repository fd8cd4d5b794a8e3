//! By these codes the details of a refusal say that a request was not filed but kept.
//!
//! The first detail is [`RULE`](crate::api::messages::RULE). One of [`KEPT`] follows, whose target
//! is the kept request's id, and one of [`NOTIFYING`] for each to whom a notice goes out (it is queued
//! with the refusal, and delivered after it, so nobody has seen it yet), or of [`CALL`] for each to
//! call where no sink tells anybody: its target is the e-mail address, its message the name and,
//! where one is known, the telephone number.

/// The kept request.
pub const KEPT: &str = "kept";
/// Somebody to whom a notice goes out.
pub const NOTIFYING: &str = "notifying";
/// Somebody to call, because nobody could be told.
pub const CALL: &str = "call";
