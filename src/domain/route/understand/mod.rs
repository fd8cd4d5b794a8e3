//! What an issue is about, from a person's own words, English or Spanish.
//!
//! No guesswork that cannot be shown: each word adds to what speaks for a kind what the issues of
//! `tests/data/issues.tsv` have taught of it, and what was understood is told with the words that
//! have added most. A sign of compromise wins.
//!
//! - [`mod@words`] makes words of a text.
//! - `learned` is what they say of its kind; `learn` is how that is made.
//! - [`find`] looks for the entries of the [`lexicon`]: how many are hit, and how badly.

pub mod find;
#[cfg(test)]
mod learn;
mod learned;
pub mod lexicon;
#[cfg(test)]
mod tests;
pub mod words;

use self::{
    find::Finder,
    learned::Said,
    lexicon::{HITS, Hits, NAMES, Names},
    words::{Word, words},
};
use super::terms::{Kind, Scope, Severity, Term};

/// The longest text that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understanding {
    /// The kinds that the words speak for, the best first; a sign of compromise is before all.
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
    /// How probable it is, in percent.
    pub percent: u8,
    /// The words that say so, as they were written.
    pub words: Vec<String>,
}

impl Understanding {
    /// The best kind, if anything was understood.
    pub fn best(&self) -> Option<Kind> {
        self.candidates.first().map(|reading| reading.kind)
    }

    /// The reading as a sign of compromise, if the text gives one.
    pub fn alarm(&self) -> Option<&Reading> {
        let alarm = |reading: &&Reading| reading.kind == Kind::Security && reading.percent >= ALARM;
        self.candidates.iter().find(alarm)
    }
}

/// From here on a reading is certain.
const CERTAIN: f32 = 0.85;

/// A question is certain to be one where it would be information, as probable as this, if it was
/// told.
const TOLD: f32 = 0.4;

/// From here on a sign of compromise is one, in percent: it is better to ask once too often.
const ALARM: u8 = 40;

/// From here on one clause raises an alarm, whatever else is spoken of.
const ALARMING: f32 = 0.7;

/// A reading that is less probable is none, in percent.
const LEAST: u8 = 5;

/// Understands `text`; of a very long one the beginning.
pub fn understand(text: &str) -> Understanding {
    let text = head(text);
    let spoken = words(text);
    let said = learned::said(&spoken);
    let mut result = Understanding {
        candidates: if said.is_known { readings(text, &spoken.words, &said) } else { Vec::new() },
        ..Understanding::default()
    };
    result.certain = is_certain(&result.candidates, &said);
    let (telling, whole) = (Finder::new(&spoken.words, false), Finder::new(&spoken.words, true));
    let names = telling.find(&NAMES);
    result.driver = names.iter().any(|one| one.tag == Names::Driver);
    result.office = names.iter().any(|one| one.tag == Names::Office);
    let mut clearest = 0;
    for one in &whole.find(&HITS) {
        let said = shown(text, &spoken.words, one.first, one.last);
        match one.tag {
            // The clearest counts: "only one user" over "the users"; of two as clear the smaller.
            Hits::Scope(scope, clear) => {
                let known = result.scope.as_ref().map(|(known, _)| *known);
                let smaller = clear == clearest && known.is_some_and(|known| scope < known);
                if clear > clearest || smaller {
                    clearest = clear;
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

/// Whether the first of `readings` may be relied on: the whole text says so. A fault may be asked
/// about too (`VPN down?`): that something is asked makes no information of it by itself.
fn is_certain(readings: &[Reading], said: &Said) -> bool {
    readings.first().map(|best| best.kind).is_some_and(|kind| {
        said.chances[kind.index()] >= CERTAIN
            && (kind != Kind::Information || said.told[kind.index()] >= TOLD)
    })
}

/// The kinds that the words may speak of, the most probable first.
fn readings(text: &str, words: &[Word], said: &Said) -> Vec<Reading> {
    let chance = |kind: Kind| match said.chances[kind.index()] {
        chance if kind == Kind::Security && said.alarm >= ALARMING => chance.max(said.alarm),
        chance => chance,
    };
    let mut readings: Vec<_> = Kind::ALL
        .iter()
        .map(|&kind| (kind, (chance(kind) * 100.0).round() as u8))
        .filter(|(_, percent)| *percent >= LEAST)
        .map(|(kind, percent)| Reading { kind, percent, words: telling(text, words, said, kind) })
        .collect();
    // Stable: what is as probable stays in the framework's order.
    let is_alarm = |one: &Reading| one.kind == Kind::Security && one.percent >= ALARM;
    readings.sort_by_key(|one| std::cmp::Reverse((is_alarm(one), one.percent)));
    readings
}

/// What a word adds before it is shown, in logits.
const TELLS: f32 = 0.5;

/// So many places are shown.
const SHOWN: usize = 4;

/// The words that speak most for `kind`, as they were written.
fn telling(text: &str, words: &[Word], said: &Said, kind: Kind) -> Vec<String> {
    let adds = |at: usize| said.by_word[at][kind.index()];
    let mut places: Vec<(usize, usize)> = Vec::new();
    for at in (0..words.len()).filter(|&at| adds(at) >= TELLS) {
        match places.last_mut() {
            Some((_, last)) if *last + 1 == at && !words[at].starts => *last = at,
            _ => places.push((at, at)),
        }
    }
    // A place neither begins nor ends with a word that says little by itself.
    places.retain_mut(|(first, last)| {
        while *first < *last && words[*first].light {
            *first += 1;
        }
        while *first < *last && words[*last].light {
            *last -= 1;
        }
        !words[*first].light
    });
    if places.is_empty() {
        let most = (0..words.len()).filter(|&at| !words[at].light);
        places.extend(most.max_by(|&a, &b| adds(a).total_cmp(&adds(b))).map(|at| (at, at)));
    }
    let added = |&(first, last): &(usize, usize)| (first..=last).map(adds).sum::<f32>();
    places.sort_by(|a, b| added(b).total_cmp(&added(a)));
    places.truncate(SHOWN);
    places.sort_unstable();
    let mut shown: Vec<_> =
        places.into_iter().map(|(first, last)| shown(text, words, first, last)).collect();
    shown.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
    shown
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
