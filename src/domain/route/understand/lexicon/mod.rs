//! What words say, as static data: reading it from a file at each start would cost more than all
//! the rest of `mmd route`.
//!
//! Weights: 1 leans a little, 2 leans, 3 says it, 4 and more says it over others. A weight of 0
//! keeps the words of a phrase from being read one by one.

mod english;
mod names;
mod spanish;
mod together;

use super::{find::Group, together::Together};
use crate::domain::route::terms::{Kind, Scope, Severity};

/// What a word names, whatever the issue is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// A driver or firmware, which may be repaired with elevated access.
    Driver,
    /// One of the Microsoft 365 Apps that the service covers.
    Office,
}

/// What a word says of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wants {
    /// Something does not work.
    Repair,
    /// An answer.
    Answer,
    /// Somebody to be told.
    Notice,
    /// Something to be done, in general: "please", "we need".
    Favour,
    /// Something to be altered: "install", "move".
    Change,
    /// No repair: nothing is broken.
    NoRepair,
    /// Nothing: a phrase that looks like one of the others.
    Nothing,
}

/// What a word says of how many are hit, and how badly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hits {
    /// How many.
    Scope(Scope),
    /// How badly.
    Severity(Severity),
}

/// What is spoken of; light words are left out.
pub const SAYS: [&[Group<Kind>]; 3] = [names::SAYS, english::SAYS, spanish::SAYS];

/// What is told in phrases of light words: "it was not me"; every word counts.
pub const TOLD: [&[Group<Kind>]; 2] = [english::TOLD, spanish::TOLD];

/// What is named; light words are left out.
pub const NAMES: [&[Group<Names>]; 1] = [names::NAMES];

/// What is wanted; every word counts.
pub const WANTS: [&[Group<Wants>]; 2] = [english::WANTS, spanish::WANTS];

/// Whom it hits; every word counts.
pub const HITS: [&[Group<Hits>]; 2] = [english::HITS, spanish::HITS];

/// What says something only together; every word counts.
pub const TOGETHER: [&[Together]; 1] = [together::TOGETHER];

/// What says that there is no reason for alarm; every word counts.
pub use together::HARMLESS;

/// What says that something works; every word counts.
pub const WORKS: [&[Group<()>]; 2] = [english::WORKS, spanish::WORKS];

/// What takes that back; every word counts.
pub const WORKS_NOT: [&[Group<()>]; 2] = [english::WORKS_NOT, spanish::WORKS_NOT];
