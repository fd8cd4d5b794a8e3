//! What words say only together, wherever each of them stands: a stranger on the telephone and
//! remote control; a code that nobody asked for.

use super::{find::Finder, lexicon::TOGETHER};
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
pub(super) fn found(whole: &Finder<'_>) -> Vec<(&'static Together, Vec<(usize, usize)>)> {
    let lists = TOGETHER.iter().flat_map(|list| list.iter());
    lists
        .filter_map(|one| {
            let places: Option<Vec<_>> = one.parts.iter().map(|part| whole.first(part)).collect();
            let places = places.filter(|_| whole.first(one.unless).is_none())?;
            Some((one, places))
        })
        .collect()
}
