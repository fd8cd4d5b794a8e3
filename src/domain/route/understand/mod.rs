//! What an issue is about, from a person's own words, English or Spanish.
//!
//! No model and no guesswork that cannot be shown: words are evidence with weights, and what was
//! understood is told with the words that it was understood from. Words say what is spoken of
//! ([`lexicon::SAYS`]) and what is wanted of it ([`lexicon::Wants`]): "install Visio" and "Visio
//! does not open" speak of the same thing. A sign of compromise that is not denied wins.
//!
//! - [`mod@words`] makes words of a text, [`find`] looks for the entries of the [`lexicon`] in them.
//! - `denied` and `clauses` set aside what is only said not to be so, or to work.
//! - [`together`] is what words say only together, wherever each stands.
//! - `intent` weighs what is wanted against what is spoken of, `evidence` ranks the kinds.

mod clauses;
mod denied;
mod evidence;
pub mod find;
mod intent;
pub mod lexicon;
#[cfg(test)]
mod tests;
pub mod together;
pub mod words;

use self::{
    denied::is_denied,
    evidence::Evidence,
    find::{Finder, Match},
    intent::Intent,
    lexicon::{HITS, Hits, NAMES, Names, SAYS, TOLD, WANTS},
    words::{Word, words},
};
use super::terms::{Kind, Scope, Severity};

/// The longest text that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understanding {
    /// The kinds that the words speak for, the best first.
    pub candidates: Vec<Reading>,
    /// True where the best stands clearly above the others.
    pub certain: bool,
    /// How many are hit, where the text says so, and the words.
    pub scope: Option<(Scope, String)>,
    /// How bad it is, where the text says so, and the words.
    pub severity: Option<(Severity, String)>,
    /// True where a driver or firmware is spoken of.
    pub driver: bool,
    /// True where a Microsoft 365 App is.
    pub office: bool,
}

/// One kind, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The kind.
    pub kind: Kind,
    /// How strongly; only the order and the distance mean something.
    pub score: i32,
    /// The words as they were written.
    pub words: Vec<String>,
}

impl Understanding {
    /// The best kind, if anything was understood.
    pub fn best(&self) -> Option<Kind> {
        self.candidates.first().map(|reading| reading.kind)
    }

    /// The reading as a sign of compromise, if the text gives one.
    pub fn alarm(&self) -> Option<&Reading> {
        let alarm = self.candidates.iter().find(|reading| reading.kind == Kind::Security);
        alarm.filter(|reading| reading.score >= ALARM)
    }
}

/// From here on a word says it; below it leans.
pub const SAID: i32 = 3;

/// What the product or the policy that a text begins with has over what else it names.
const SUBJECT: i32 = 2;

/// From here on a sign of compromise is one.
const ALARM: i32 = 4;

/// Understands `text`; of a very long one the beginning.
pub fn understand(text: &str) -> Understanding {
    let text = head(text);
    let spoken = words(text);
    let (telling, whole) = (Finder::new(&spoken.words, false), Finder::new(&spoken.words, true));
    let told = whole.find(&TOLD);
    let mut says = telling.find(&SAYS);
    // A phrase says once what its words say.
    says.retain(|one| {
        let covers = |phrase: &Match<Kind>| phrase.first <= one.first && one.last <= phrase.last;
        !told.iter().any(|phrase| phrase.tag == one.tag && covers(phrase))
    });
    says.extend(told);
    says.retain(|one| !is_denied(text, &spoken.words, one, one.tag == Kind::Security));
    let wants = whole.find(&WANTS);
    let fine = clauses::of_what_works(text, &spoken.words, &whole, &wants);
    // Where nothing else is spoken of, what works is at least what it is about.
    let all_fine = says.iter().all(|one| fine[one.first]);
    let mut evidence = Evidence::default();
    let counts = |one: &&Match<Kind>| {
        // A sign of compromise is one, however well all works.
        all_fine || one.tag == Kind::Security || !fine[one.first]
    };
    for one in says.iter().filter(counts) {
        // What a text begins with is what it is about.
        let is_subject = matches!(one.tag, Kind::Microsoft | Kind::Service)
            && one.weight > 0
            && spoken.words[..one.first].iter().all(|word| word.light);
        let weight = one.weight + if is_subject { SUBJECT } else { 0 };
        evidence.add(one.tag, weight, one.entry, shown(text, &spoken.words, one.first, one.last));
    }
    for (one, places) in together::found(text, &spoken.words, &whole) {
        let parts = places.into_iter().map(|(first, last)| shown(text, &spoken.words, first, last));
        let said = parts.collect::<Vec<_>>().join(" … ");
        evidence.add(one.tag, one.weight, one.parts[0], said);
    }
    let mut names = telling.find(&NAMES);
    names.retain(|one| !fine[one.first] && !is_denied(text, &spoken.words, one, false));
    let intent = Intent::of(&wants, &spoken.words, spoken.question, text);
    intent.weigh(&mut evidence);
    let hits = whole.find(&HITS);
    let mut result = evidence.ranked();
    result.driver = names.iter().any(|one| one.tag == Names::Driver);
    result.office = names.iter().any(|one| one.tag == Names::Office);
    let mut clearest = 0;
    for one in &hits {
        let said = shown(text, &spoken.words, one.first, one.last);
        match one.tag {
            // The clearest counts: "only one user" over "the users"; of two as clear the smaller.
            Hits::Scope(scope) => {
                let known = result.scope.as_ref().map(|(known, _)| *known);
                let smaller = one.weight == clearest && known.is_some_and(|known| scope < known);
                if one.weight > clearest || smaller {
                    clearest = one.weight;
                    result.scope = Some((scope, said));
                }
            }
            Hits::Severity(severity) => {
                let stronger = result.severity.as_ref().is_none_or(|(known, _)| severity < *known);
                if stronger {
                    result.severity = Some((severity, said));
                }
            }
        }
    }
    result
}

/// The part of `text` that is read, cut between two letters.
fn head(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The words from `first` to `last` as they were written.
fn shown(text: &str, words: &[Word], first: usize, last: usize) -> String {
    let (from, to) = (words[first].from, words[last].to);
    text.get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}
