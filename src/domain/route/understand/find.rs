//! The entries of a lexicon in the words of a text.

use super::words::Word;

/// Words and phrases that say the same, as static data.
///
/// Entries are separated by `, `. A word that ends in `*` stands for all that begin with it; others
/// also for their plural. Words with `|` between them stand for one another.
#[derive(Debug)]
pub struct Group<T: 'static> {
    /// What they say.
    pub tag: T,
    /// The entries.
    pub entries: &'static str,
}

/// An entry that was found.
#[derive(Debug, Clone, Copy)]
pub struct Match<T> {
    /// What it says.
    pub tag: T,
    /// Its first word in the text.
    pub first: usize,
    /// Its last.
    pub last: usize,
    /// How many words of the entry were there.
    pub length: usize,
    /// True where the text misses the entry by a slip of the finger.
    pub slip: bool,
}

/// Looks for entries in the words of one text.
#[derive(Debug)]
pub struct Finder<'a> {
    words: &'a [Word],
    places: Vec<usize>,
}

impl<'a> Finder<'a> {
    /// With `whole`, light words count like any other; else they are reached over, and entries
    /// have none.
    pub fn new(words: &'a [Word], whole: bool) -> Self {
        let places = (0..words.len()).filter(|at| whole || !words[*at].light).collect();
        Self { words, places }
    }

    /// The entries of `lists`, slips of the finger forgiven: where one lies in a longer one, the
    /// longer one counts.
    pub fn find<T: Copy + PartialEq>(&self, lists: &[&'static [Group<T>]]) -> Vec<Match<T>> {
        let mut found = Vec::new();
        for group in lists.iter().copied().flatten() {
            for entry in entries(group.entries) {
                find_entry(self.words, &self.places, entry, |first, last, length| {
                    found.push(Match { tag: group.tag, first, last, length, slip: false });
                });
            }
        }
        misspelt(self.words, &self.places, lists, &mut found);
        longest(&mut found);
        found
    }
}

/// The entries of a group.
fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(',').map(str::trim_start)
}

fn find_entry(
    words: &[Word],
    places: &[usize],
    entry: &str,
    mut found: impl FnMut(usize, usize, usize),
) {
    let mut parts = entry.split(' ');
    let Some(head) = parts.next() else { return };
    for (index, place) in places.iter().enumerate() {
        if !fits(&words[*place].text, head) {
            continue;
        }
        let (mut last, mut length) = (*place, 1);
        let mut next = places[index + 1..].iter();
        let is_whole = parts.clone().all(|part| {
            length += 1;
            next.next().is_some_and(|place| {
                last = *place;
                fits(&words[*place].text, part)
            })
        });
        if is_whole {
            found(*place, last, length);
        }
    }
}

/// Whether `word` is what a part of an entry stands for.
fn fits(word: &str, part: &str) -> bool {
    part.split('|').any(|part| match part.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => {
            word == part || word.strip_prefix(part).is_some_and(|end| matches!(end, "s" | "es"))
        }
    })
}

/// How long a word has to be before a slip of the finger is forgiven.
const LONG: usize = 7;

/// How many words are looked at for slips.
const MAX_MISSPELT: usize = 30;

/// Entries of one word that a word of the text misses by one letter.
fn misspelt<T: Copy>(
    words: &[Word],
    places: &[usize],
    lists: &[&'static [Group<T>]],
    found: &mut Vec<Match<T>>,
) {
    let known = |place: usize| found.iter().any(|m| m.first <= place && place <= m.last);
    let unknown: Vec<usize> = places
        .iter()
        .copied()
        .filter(|place| words[*place].text.len() >= LONG && !known(*place))
        .filter(|place| words[*place].text.bytes().all(|byte| byte.is_ascii_lowercase()))
        .take(MAX_MISSPELT)
        .collect();
    if unknown.is_empty() {
        return;
    }
    for group in lists.iter().copied().flatten() {
        for entry in entries(group.entries) {
            let stem = entry.strip_suffix('*').unwrap_or(entry);
            if stem.len() < LONG || stem.contains([' ', '|']) {
                continue;
            }
            for place in &unknown {
                let word = words[*place].text.as_bytes();
                let close =
                    word.len() + 1 >= stem.len() && (entry != stem || word.len() <= stem.len() + 1);
                if close
                    && word[0] == stem.as_bytes()[0]
                    && is_near(word, stem.as_bytes(), entry != stem)
                {
                    let (first, last) = (*place, *place);
                    found.push(Match { tag: group.tag, first, last, length: 1, slip: true });
                }
            }
        }
    }
}

/// One letter more or less, or two exchanged; with `open`, anything may follow. Another letter in
/// its place makes too many other words: `random` is no `ransom`.
pub(super) fn is_near(word: &[u8], stem: &[u8], open: bool) -> bool {
    let same = word.iter().zip(stem).take_while(|(a, b)| a == b).count();
    let (word, stem) = (&word[same..], &stem[same..]);
    let rest = |word: Option<&[u8]>, stem: Option<&[u8]>| match (word, stem) {
        (Some(word), Some(stem)) if open => word.starts_with(stem),
        (Some(word), Some(stem)) => word == stem,
        _ => false,
    };
    rest(word.get(1..), Some(stem))
        || rest(Some(word), stem.get(1..))
        || (word.len() > 1
            && stem.len() > 1
            && word[0] == stem[1]
            && word[1] == stem[0]
            && rest(word.get(2..), stem.get(2..)))
}

/// Drops what lies within something longer, and of what says the same in one place all but the
/// first. What is as long and says something else stays: a word may say two things.
fn longest<T: Copy + PartialEq>(found: &mut Vec<Match<T>>) {
    found.sort_by_key(|m| (std::cmp::Reverse(m.length), m.first));
    let mut kept: Vec<Match<T>> = Vec::with_capacity(found.len());
    for one in found.drain(..) {
        let covered = kept.iter().any(|longer| {
            let meets = longer.first <= one.last && one.first <= longer.last;
            meets && (longer.length > one.length || longer.tag == one.tag)
        });
        if !covered {
            kept.push(one);
        }
    }
    kept.sort_by_key(|m| m.first);
    *found = kept;
}
