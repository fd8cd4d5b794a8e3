//! A password to be read aloud: NATO spelling, with capitals, digits and symbols named.

use zeroize::Zeroizing;

use crate::secret::Secret;

const LETTERS: [&str; 26] = [
    "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett",
    "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango",
    "uniform", "victor", "whiskey", "x-ray", "yankee", "zulu",
];

const DIGITS: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

/// Ours, and the others that another maker of passwords may use.
const SYMBOLS: [(char, &str); 33] = [
    (' ', "space"),
    ('!', "exclamation mark"),
    ('"', "double quote"),
    ('#', "hash"),
    ('$', "dollar"),
    ('%', "percent"),
    ('&', "ampersand"),
    ('\'', "single quote"),
    ('(', "left parenthesis"),
    (')', "right parenthesis"),
    ('*', "asterisk"),
    ('+', "plus"),
    (',', "comma"),
    ('-', "hyphen"),
    ('.', "full stop"),
    ('/', "slash"),
    (':', "colon"),
    (';', "semicolon"),
    ('<', "less than"),
    ('=', "equals"),
    ('>', "greater than"),
    ('?', "question mark"),
    ('@', "at"),
    ('[', "left bracket"),
    ('\\', "backslash"),
    (']', "right bracket"),
    ('^', "caret"),
    ('_', "underscore"),
    ('`', "backtick"),
    ('{', "left brace"),
    ('|', "vertical bar"),
    ('}', "right brace"),
    ('~', "tilde"),
];

/// One character in words: `capital KILO`, `small kilo`, `seven`, `percent`.
pub fn spell(c: char) -> String {
    let letter = |c: char| LETTERS[usize::from(c as u8 - b'a')];
    match c {
        'a'..='z' => format!("small {}", letter(c)),
        'A'..='Z' => format!("capital {}", letter(c.to_ascii_lowercase()).to_uppercase()),
        '0'..='9' => DIGITS[usize::from(c as u8 - b'0')].to_owned(),
        c => match SYMBOLS.iter().find(|(symbol, _)| *symbol == c) {
            Some((_, name)) => (*name).to_owned(),
            None => format!("character U+{:04X}", u32::from(c)),
        },
    }
}

/// A line for each character, with its place: both ends can count.
pub(super) fn lines(secret: &Secret) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    for (index, c) in secret.expose().chars().enumerate() {
        let shown = if c.is_control() { '\u{fffd}' } else { c };
        text.push_str(&format!("{:>2}  {shown}  {}\n", index + 1, spell(c)));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What passwords are made of: no look-alikes, symbols without dead keys.
    const ALPHABET: [(char, &str); 67] = [
        ('A', "capital ALFA"),
        ('B', "capital BRAVO"),
        ('C', "capital CHARLIE"),
        ('D', "capital DELTA"),
        ('E', "capital ECHO"),
        ('F', "capital FOXTROT"),
        ('G', "capital GOLF"),
        ('H', "capital HOTEL"),
        ('J', "capital JULIETT"),
        ('K', "capital KILO"),
        ('L', "capital LIMA"),
        ('M', "capital MIKE"),
        ('N', "capital NOVEMBER"),
        ('P', "capital PAPA"),
        ('Q', "capital QUEBEC"),
        ('R', "capital ROMEO"),
        ('S', "capital SIERRA"),
        ('T', "capital TANGO"),
        ('U', "capital UNIFORM"),
        ('V', "capital VICTOR"),
        ('W', "capital WHISKEY"),
        ('X', "capital X-RAY"),
        ('Y', "capital YANKEE"),
        ('Z', "capital ZULU"),
        ('a', "small alfa"),
        ('b', "small bravo"),
        ('c', "small charlie"),
        ('d', "small delta"),
        ('e', "small echo"),
        ('f', "small foxtrot"),
        ('g', "small golf"),
        ('h', "small hotel"),
        ('i', "small india"),
        ('j', "small juliett"),
        ('k', "small kilo"),
        ('m', "small mike"),
        ('n', "small november"),
        ('p', "small papa"),
        ('q', "small quebec"),
        ('r', "small romeo"),
        ('s', "small sierra"),
        ('t', "small tango"),
        ('u', "small uniform"),
        ('v', "small victor"),
        ('w', "small whiskey"),
        ('x', "small x-ray"),
        ('y', "small yankee"),
        ('z', "small zulu"),
        ('2', "two"),
        ('3', "three"),
        ('4', "four"),
        ('5', "five"),
        ('6', "six"),
        ('7', "seven"),
        ('8', "eight"),
        ('9', "nine"),
        ('-', "hyphen"),
        ('+', "plus"),
        ('.', "full stop"),
        (',', "comma"),
        (':', "colon"),
        ('=', "equals"),
        ('!', "exclamation mark"),
        ('?', "question mark"),
        ('*', "asterisk"),
        ('%', "percent"),
        ('&', "ampersand"),
    ];

    #[test]
    fn every_character_of_our_passwords_has_its_words() {
        for (c, words) in ALPHABET {
            assert_eq!(spell(c), words);
        }
    }

    #[test]
    fn no_two_printable_characters_sound_the_same() {
        let words: BTreeSet<_> = (' '..='~').map(spell).collect();
        assert_eq!(words.len(), 95);
        assert!(words.iter().all(|words| !words.contains("U+")));
        assert_eq!(spell('é'), "character U+00E9");
    }

    #[test]
    fn lines_are_numbered() {
        assert_eq!(
            lines(&Secret::new("Kk7%\u{1b}".into())).as_str(),
            " 1  K  capital KILO\n 2  k  small kilo\n 3  7  seven\n 4  %  percent\n \
             5  \u{fffd}  character U+001B\n"
        );
    }
}
