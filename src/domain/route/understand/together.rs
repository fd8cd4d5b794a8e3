//! What words say only together, wherever each of them stands: a stranger on the telephone and
//! remote control; a code that nobody asked for.

use super::{
    find::Finder,
    lexicon::{HARMLESS, TOGETHER},
    words::Word,
};
use crate::domain::route::terms::Kind;

/// Some lists of entries of which each has to be met, and what that says.
#[derive(Debug)]
pub struct Together {
    /// What it says.
    pub tag: Kind,
    /// How clearly.
    pub weight: i32,
    /// Of each of these lists one entry has to be there.
    pub parts: &'static [&'static str],
    /// Of this list none.
    pub unless: &'static str,
}

/// Those that are in the text: which, and where its parts stand.
pub(super) fn found(
    text: &str,
    words: &[Word],
    whole: &Finder<'_>,
) -> Vec<(&'static Together, Vec<(usize, usize)>)> {
    let told = |first: usize, last: usize| {
        !is_denied(words, first) && !(first..=last).any(|at| is_unable(text, &words[at]))
    };
    let any = |_, _| true;
    if whole.first(HARMLESS, any).is_some() {
        return Vec::new();
    }
    let lists = TOGETHER.iter().flat_map(|list| list.iter());
    lists
        .filter_map(|one| {
            let parts = one.parts.iter().map(|part| whole.first(part, told));
            let places: Option<Vec<_>> = parts.collect();
            let places = places.filter(|_| whole.first(one.unless, any).is_none())?;
            Some((one, places))
        })
        .collect()
}

/// "Nobody called me"; "I did not get a call".
fn is_denied(words: &[Word], first: usize) -> bool {
    let before = &words[first.saturating_sub(2)..first];
    before.iter().any(|word| matches!(word.text.as_str(), "not" | "nobody" | "nadie"))
}

/// "I can't send" is no "I did not send", though both are read as `not`.
fn is_unable(text: &str, word: &Word) -> bool {
    let written = text.get(word.from..word.to).unwrap_or_default().to_lowercase();
    word.text == "not" && ["can", "won"].iter().any(|verb| written.starts_with(verb))
}
