//! The entries of a lexicon in the words of a text.

use memchr::memchr_iter;

use super::words::Word;

/// Words and phrases that say the same, as static data.
///
/// Entries are separated by `, `. A word that ends in `*` stands for all that begin with it; others
/// also for their plural. A leading `^` asks for the beginning of a sentence. Behind the first word
/// of an entry, words with `|` between them stand for one another. Light words are left
/// out of the entries and reached over in the text, unless the group is `whole`.
#[derive(Debug)]
pub struct Group<T: 'static> {
    /// What they say.
    pub tag: T,
    /// How clearly.
    pub weight: i32,
    /// The entries.
    pub entries: &'static str,
}

/// An entry that was found.
#[derive(Debug, Clone, Copy)]
pub struct Match<T> {
    /// What it says.
    pub tag: T,
    /// How clearly.
    pub weight: i32,
    /// The entry.
    pub entry: &'static str,
    /// Its first word in the text.
    pub first: usize,
    /// Its last.
    pub last: usize,
    /// How many words of the entry were there.
    pub length: usize,
}

/// Looks for entries in the words of one text.
#[derive(Debug)]
pub struct Finder<'a> {
    words: &'a [Word],
    places: Vec<usize>,
    begins: [bool; BEGINNINGS],
}

impl<'a> Finder<'a> {
    /// With `whole`, light words count like any other.
    pub fn new(words: &'a [Word], whole: bool) -> Self {
        let places: Vec<usize> = (0..words.len()).filter(|at| whole || !words[*at].light).collect();
        let mut begins = [false; BEGINNINGS];
        for place in &places {
            begins[beginning(&words[*place].text)] = true;
        }
        Self { words, places, begins }
    }

    /// The entries of `lists`, slips of the finger forgiven: where one lies in a longer one, the
    /// longer one counts.
    pub fn find<T: Copy + PartialEq>(&self, lists: &[&'static [Group<T>]]) -> Vec<Match<T>> {
        let mut found = self.written(lists);
        misspelt(self.words, &self.places, lists, &mut found);
        longest(&mut found);
        found
    }

    fn written<T: Copy>(&self, lists: &[&'static [Group<T>]]) -> Vec<Match<T>> {
        let mut found = Vec::new();
        for group in lists.iter().copied().flatten() {
            for entry in self.begun(group.entries) {
                find_entry(self.words, &self.places, entry, |first, last, length| {
                    let (tag, weight) = (group.tag, group.weight);
                    found.push(Match { tag, weight, entry, first, last, length });
                });
            }
        }
        found
    }

    /// Entries that begin like a word of the text.
    fn begun(&self, list: &'static str) -> impl Iterator<Item = &'static str> {
        let begins =
            |entry: &&str| self.begins[beginning(entry.strip_prefix('^').unwrap_or(entry))];
        entries(list).filter(|entry| !entry.is_empty()).filter(begins)
    }
}

/// The entries of a group.
pub fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    let ends = memchr_iter(b',', text.as_bytes()).chain([text.len()]);
    ends.scan(0, |from, end| {
        let entry = text.get(*from..end).unwrap_or_default();
        *from = end + 1;
        Some(entry.strip_prefix(' ').unwrap_or(entry))
    })
}

/// How many beginnings of words are told apart.
const BEGINNINGS: usize = 1024;

/// A number for the first two letters of a word or an entry.
fn beginning(text: &str) -> usize {
    let letter = |at: usize| match text.as_bytes().get(at) {
        Some(b' ' | b'*') | None => 0,
        Some(byte) => usize::from(*byte),
    };
    (letter(0) * 31 + letter(1)) % BEGINNINGS
}

fn find_entry(
    words: &[Word],
    places: &[usize],
    entry: &str,
    mut found: impl FnMut(usize, usize, usize),
) {
    let (bare, at_start) = match entry.strip_prefix('^') {
        Some(bare) => (bare, true),
        None => (entry, false),
    };
    let mut parts = bare.split(' ');
    let Some(head) = parts.next() else { return };
    for (index, place) in places.iter().enumerate() {
        if (at_start && !words[*place].starts) || !fits(&words[*place].text, head) {
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
            // Few begin with the letter of a word that nothing is known of.
            let first = entry.as_bytes().first();
            if entry.len() < LONG
                || !unknown.iter().any(|place| words[*place].text.as_bytes().first() == first)
            {
                continue;
            }
            let stem = entry.strip_suffix('*').unwrap_or(entry);
            if stem.len() < LONG || stem.contains(' ') {
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
                    let (tag, weight) = (group.tag, group.weight / 2);
                    let (first, last) = (*place, *place);
                    found.push(Match { tag, weight, entry, first, last, length: 1 });
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
/// strongest. What is as long and says something else stays: a word may say two things.
fn longest<T: Copy + PartialEq>(found: &mut Vec<Match<T>>) {
    found.sort_by_key(|m| (std::cmp::Reverse((m.length, m.weight)), m.first));
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
