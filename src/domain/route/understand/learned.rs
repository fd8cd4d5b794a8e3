//! What words say of the kind of an issue, as the issues of `tests/data/issues.tsv` have taught it.
//!
//! A text is seen as features: each word, each pair of neighbours, the beginning of each longer
//! word. `learned.tsv` has a line for every feature that says anything: what it speaks for each kind
//! in the framework's order, in tenths of a logit. Their sums rank the kinds; it is a logistic
//! regression, so what each word has added can be shown. The file is sorted and searched where it
//! stands, because parsing it would cost more than all the rest of `mmd route`. `learn.rs` writes
//! it.

use super::{find::is_near, words::Words};
use crate::domain::route::terms::{Kind, Term};

static LEARNED: &str = include_str!("learned.tsv");

/// How many kinds there are.
pub(super) const KINDS: usize = Kind::ALL.len();

/// The line of what speaks for each kind before anything is read.
pub(super) const BEFORE: &str = "";

/// The line of what it says that something is asked.
const ASKED: &str = "?";

/// Letters of a word's beginning that stand for all its forms.
const STEM: usize = 5;

/// How long a word has to be before a slip of the finger is forgiven.
const LONG: usize = 7;

/// How many words are looked at for slips.
const MAX_SLIPS: usize = 10;

/// A clause of fewer words raises an alarm by itself only where it says so clearly.
const CLAUSE: usize = 5;

/// How probable a sign of compromise that clause has to make.
const CLEAR: f32 = 0.7;

/// Something that is in a text, and may say what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Feature {
    /// As `learned.tsv` has it.
    pub(super) key: String,
    /// Its words in the text.
    words: std::ops::Range<usize>,
}

/// What a text says.
#[derive(Debug)]
pub(super) struct Said {
    /// How probable each kind is.
    pub(super) chances: [f32; KINDS],
    /// How probable each would be if the same was told, and not asked.
    pub(super) told: [f32; KINDS],
    /// How probable the clause that says so most makes a sign of compromise, whatever stands in
    /// the others.
    pub(super) alarm: f32,
    /// What each word has added for each kind, in logits over the average of the kinds.
    pub(super) by_word: Vec<[f32; KINDS]>,
    /// True where any word that says something by itself is known.
    pub(super) is_known: bool,
}

/// Weighs what was learned of the words.
pub(super) fn said(spoken: &Words) -> Said {
    let mut spelt = spelt(spoken);
    forgive(&mut spelt);
    said_by(spoken, &spelt, weights)
}

/// The same with other weights.
pub(super) fn said_by(
    spoken: &Words,
    spelt: &[String],
    weights: impl Fn(&str) -> Option<[f32; KINDS]>,
) -> Said {
    let before = weights(BEFORE).unwrap_or_default();
    let mut sums = before;
    let mut by_word = vec![[0.0; KINDS]; spoken.words.len()];
    let mut clauses = vec![before; spoken.words.last().map_or(0, |last| last.clause + 1)];
    let mut is_known = false;
    let features = features(spoken, spelt);
    for same in features.chunk_by(|one, other| one.key == other.key) {
        let Some(weights) = weights(&same[0].key) else { continue };
        let average = weights.iter().sum::<f32>() / KINDS as f32;
        let mut within = None;
        // What is said twice is not twice as true, but it is true of both clauses.
        for (times, Feature { words, .. }) in same.iter().enumerate() {
            if times == 0 {
                add(&mut sums, weights);
                is_known |= spoken.words[words.clone()].iter().any(|word| !word.light);
                let share = weights.map(|weight| (weight - average) / words.len().max(1) as f32);
                words.clone().for_each(|word| add(&mut by_word[word], share));
            }
            let mut places = words.clone().map(|word| spoken.words[word].clause);
            let clause = places.next().filter(|clause| places.all(|place| place == *clause));
            if let Some(clause) = clause.filter(|clause| within != Some(*clause)) {
                add(&mut clauses[clause], weights);
                within = Some(clause);
            }
        }
    }
    let mut told = sums;
    if let Some(asked) = weights(ASKED).filter(|_| spoken.question) {
        add(&mut told, asked.map(|weight| -weight));
    }
    Said {
        chances: chances(sums),
        told: chances(told),
        alarm: alarm(spoken, &clauses),
        by_word,
        is_known,
    }
}

fn add(sums: &mut [f32; KINDS], more: [f32; KINDS]) {
    sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// How probable the clause that says so most makes a sign of compromise. A short one has to say so
/// clearly.
fn alarm(spoken: &Words, clauses: &[[f32; KINDS]]) -> f32 {
    let chance = |(clause, sums): (usize, &[f32; KINDS])| {
        let words = spoken.words.iter().filter(|word| word.clause == clause).count();
        let chance = chances(*sums)[Kind::Security.index()];
        if words < CLAUSE && chance < CLEAR { 0.0 } else { chance }
    };
    clauses.iter().enumerate().map(chance).fold(0.0, f32::max)
}

/// The words as features have them.
pub(super) fn spelt(spoken: &Words) -> Vec<String> {
    spoken.words.iter().map(|word| numbered(&word.text)).collect()
}

/// What is in a text, by key.
pub(super) fn features(spoken: &Words, spelt: &[String]) -> Vec<Feature> {
    let mut found = Vec::with_capacity(spelt.len() * 3 + 1);
    let mut add = |key, words| found.push(Feature { key, words });
    for (at, word) in spelt.iter().enumerate() {
        add(word.clone(), at..at + 1);
        if let Some(stem) = stem(word) {
            add(stem, at..at + 1);
        }
        match at.checked_sub(1).filter(|_| !spoken.words[at].starts) {
            Some(before) => add(format!("{} {word}", spelt[before]), before..at + 1),
            None => add(format!("^ {word}"), at..at + 1),
        }
    }
    if spoken.question {
        add(ASKED.into(), 0..0);
    }
    // Stable: each where it stands first comes first.
    found.sort_by(|a, b| a.key.cmp(&b.key));
    found
}

/// The beginning of a longer word, as a feature.
fn stem(word: &str) -> Option<String> {
    word.char_indices().nth(STEM).map(|(end, _)| format!("{}*", &word[..end]))
}

/// Puts the word in the place of a long one of which nothing is known, and which misses a known one
/// by one letter.
fn forgive(spelt: &mut [String]) {
    let is_unknown = |word: &&mut String| {
        word.len() >= LONG
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && weights(word).is_none()
            && stem(word).is_none_or(|stem| weights(&stem).is_none())
    };
    for word in spelt.iter_mut().filter(is_unknown).take(MAX_SLIPS) {
        // Whoever slips hits the first letter.
        let first = &word[..1];
        let known = LEARNED[place(first)..].lines().take_while(|line| line.starts_with(first));
        let keys = known.filter_map(|line| line.split_once('\t')).map(|(key, _)| key);
        let near =
            |key: &&str| key.len() >= LONG && is_near(word.as_bytes(), key.as_bytes(), false);
        if let Some(key) = keys.filter(|key| !key.contains([' ', '*'])).find(near) {
            *word = key.to_owned();
        }
    }
}

/// A word in which long numbers are alike: `kb5031` and `kb5040` are both `kb9`.
fn numbered(word: &str) -> String {
    let mut text = String::with_capacity(word.len());
    let mut digits = 0;
    for c in word.chars() {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        match digits {
            0..=2 => text.push(c),
            3 => {
                text.truncate(text.len() - 2);
                text.push('9');
            }
            _ => {}
        }
    }
    text
}

/// What each kind's sum of logits makes of its chances.
fn chances(sums: [f32; KINDS]) -> [f32; KINDS] {
    let most = sums.into_iter().fold(f32::MIN, f32::max);
    let odds = sums.map(|sum| (sum - most).exp());
    let all: f32 = odds.iter().sum();
    odds.map(|odds| odds / all)
}

/// What is known of a feature, in logits.
fn weights(key: &str) -> Option<[f32; KINDS]> {
    let (found, rest) = LEARNED[place(key)..].lines().next()?.split_once('\t')?;
    let mut numbers = rest.split('\t').map(|tenths| tenths.parse::<f32>().unwrap_or(0.0) / 10.0);
    (found == key).then(|| std::array::from_fn(|_| numbers.next().unwrap_or(0.0)))
}

/// Where the first line begins whose key is not before `key`.
fn place(key: &str) -> usize {
    let (mut low, mut high) = (0, LEARNED.len());
    while low < high {
        let line = line_at(low + (high - low) / 2);
        match LEARNED[line.clone()].split_once('\t').is_some_and(|(found, _)| found < key) {
            true => low = line.end,
            false => high = line.start,
        }
    }
    low
}

/// The line that the byte at `middle` belongs to, with its end.
fn line_at(middle: usize) -> std::ops::Range<usize> {
    let bytes = LEARNED.as_bytes();
    let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let end = bytes[middle..].iter().position(|byte| *byte == b'\n');
    start..end.map_or(bytes.len(), |end| middle + end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_found_from_wherever_it_is_looked_for() {
        let mut at = 0;
        let mut last = None;
        for line in LEARNED.split_inclusive('\n') {
            for middle in [at, at + line.len() / 2, at + line.len() - 1] {
                assert_eq!(line_at(middle), at..at + line.len());
            }
            let key = line.split('\t').next().unwrap();
            assert!(last < Some(key), "{key} is in its place");
            assert_eq!(place(key), at, "{key}");
            assert!(weights(key).is_some() && weights(&format!("{key}\u{1}")).is_none());
            (at, last) = (at + line.len(), Some(key));
        }
    }
}
