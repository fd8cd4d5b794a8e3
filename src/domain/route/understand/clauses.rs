//! The clauses of a text, and which of them only say that something works: in "Teams freezes, Zoom
//! works fine" nothing is said of Zoom.

use super::{
    SAID,
    find::{Finder, Match},
    lexicon::{WORKS, WORKS_NOT, Wants},
    words::Word,
};

/// For every word, whether its clause only says that something works.
pub(super) fn of_what_works(
    text: &str,
    words: &[Word],
    whole: &Finder<'_>,
    wants: &[Match<Wants>],
) -> Vec<bool> {
    let works = whole.find_exact(&WORKS);
    let mut fine = vec![false; words.len()];
    if works.is_empty() {
        return fine;
    }
    let hindered = whole.find_exact(&WORKS_NOT);
    let broken = |one: &&Match<Wants>| one.tag == Wants::Repair && one.weight >= SAID;
    for (first, last) in clauses(text, words) {
        let within = |from: usize, to: usize| first <= from && to <= last;
        let is_said = works.iter().any(|one| within(one.first, one.last));
        // "Nothing works fine" and "works fine until it freezes" are about what does not.
        let denied = |place: usize| {
            words[place].text == "not"
                && !works.iter().any(|one| one.first <= place && place <= one.last)
        };
        let is_denied = (first..=last).any(denied)
            || hindered.iter().any(|one| within(one.first, one.last))
            || wants.iter().filter(broken).any(|one| {
                let covers =
                    |phrase: &Match<()>| phrase.first <= one.first && one.last <= phrase.last;
                within(one.first, one.last) && !works.iter().any(covers)
            });
        if is_said && !is_denied {
            fine[first..=last].fill(true);
        }
    }
    fine
}

/// The first and the last word of each clause.
fn clauses(text: &str, words: &[Word]) -> Vec<(usize, usize)> {
    let mut clauses = Vec::new();
    let mut first = 0;
    for at in 1..words.len() {
        let gap = text.get(words[at - 1].to..words[at].from).unwrap_or_default();
        let marked = gap.contains([',', ';', '(', ')', '—', '–', '\n'])
            || gap.contains(" - ")
            || words[at].starts;
        let turned = matches!(
            words[at].text.as_str(),
            "but" | "although" | "though" | "while" | "whereas" | "pero" | "aunque" | "mientras"
        );
        if marked || turned {
            clauses.push((first, at - 1));
            first = at;
        }
    }
    if !words.is_empty() {
        clauses.push((first, words.len() - 1));
    }
    clauses
}
