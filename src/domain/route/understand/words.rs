//! Text as words that can be compared: no case, no accents, no contractions.

/// More words than any issue needs; what stands behind them is not read.
const MAX_WORDS: usize = 2_000;

/// Stands behind a Spanish word in the future tense, which accents tell and folding would hide.
const FUTURE: &str = "(future)";

/// One word of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Small letters without accents.
    pub text: String,
    /// Where it stands in the text, in bytes.
    pub from: usize,
    /// Where it ends.
    pub to: usize,
    /// True for the first word of a sentence.
    pub starts: bool,
    /// Which clause it stands in, from 0.
    pub clause: usize,
    /// True for a word that says little by itself; phrases reach over it.
    pub light: bool,
}

/// The words of a text, with what its marks say.
#[derive(Debug, Default)]
pub struct Words {
    /// In order.
    pub words: Vec<Word>,
    /// True where something is asked.
    pub question: bool,
}

/// Says little by itself, in English and Spanish.
const LIGHT: &str = " a an the my his her our your their its this that these those i we he she \
    it they them us me you is are was were be been am has have had do does did will would of to in \
    on at for with and or so as there from by into also any more anymore longer just still very \
    all some \
    el la los las un una unos unas lo mi mis su sus tu tus se te le les nos os de del al y e o que \
    es esta estan son era fue ha han he hemos habia con para por en ya mas muy este estos esto ese \
    esa ella ellos nuestro nuestra nuestros nuestras todos todas ";

/// The words of `text`.
pub fn words(text: &str) -> Words {
    let mut found = Words::default();
    let mut starts = true;
    let mut clause = 0;
    let mut word = String::new();
    let mut from = 0;
    let mut accent_end = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let is_inside =
            c.is_alphanumeric() || (!word.is_empty() && (is_apostrophe(c) || is_accent(c)));
        if is_inside {
            if word.is_empty() {
                from = at;
            }
            accent_end =
                matches!(c, 'á' | 'Á' | '\u{301}') || (accent_end && matches!(c, 'n' | 'N'));
            fold(c, &mut word);
        }
        let ends = !is_inside || chars.peek().is_none();
        if ends && !word.is_empty() {
            let to = if is_inside { text.len() } else { at };
            // `cambiará`, `moverán`: something is going to happen.
            let future = accent_end && (word.ends_with("ra") || word.ends_with("ran"));
            if turns(&word) {
                clause += 1;
            }
            push(&mut found.words, &word, from..to, (starts, clause), future);
            starts = false;
            word.clear();
        }
        if matches!(c, '?' | '¿') {
            found.question = true;
        }
        // A colon stands in `H:` and `C:\build` too, a point in `7.2` and `app.exe`.
        let next_is_space = chars.peek().is_none_or(|(_, next)| next.is_whitespace());
        if matches!(c, '\n' | '¿' | '¡')
            || (matches!(c, '.' | '!' | '?' | ':' | ';') && next_is_space)
        {
            starts = true;
            clause += 1;
        }
        if matches!(c, ',' | '(' | ')' | '—' | '–') {
            clause += 1;
        }
        if found.words.len() >= MAX_WORDS {
            break;
        }
    }
    found
}

fn push(
    words: &mut Vec<Word>,
    text: &str,
    span: std::ops::Range<usize>,
    (starts, clause): (bool, usize),
    future: bool,
) {
    let mut add = |text: &str, starts: bool| {
        let text = match text {
            // One word for every `no`.
            "no" | "cannot" | "cant" | "wont" | "dont" | "doesnt" | "isnt" | "didnt" | "never"
            | "without" | "sin" | "nunca" | "tampoco" | "neither" | "nor" | "ni" => "not",
            other => other,
        };
        words.push(Word {
            light: text == FUTURE || is_light(text),
            text: text.to_owned(),
            from: span.start,
            to: span.end,
            starts,
            clause,
        });
    };
    if let Some(verb) = text.strip_suffix("n't") {
        // `isn't the printer`, but `can't`, `won't` and `don't` are no more than `not`.
        if matches!(verb, "is" | "are" | "was" | "were") {
            add(verb, starts);
            return add("not", false);
        }
        return add("not", starts);
    }
    let text = text.split_once('\'').map_or(text, |(stem, end)| match end {
        "s" | "m" | "re" | "ll" | "ve" | "d" | "" => stem,
        _ => text,
    });
    add(text, starts);
    if future {
        add(FUTURE, false);
    }
}

/// Whether a word begins a clause.
fn turns(word: &str) -> bool {
    matches!(
        word,
        "but"
            | "although"
            | "though"
            | "while"
            | "whereas"
            | "because"
            | "since"
            | "pero"
            | "aunque"
            | "mientras"
            | "porque"
            | "sino"
    )
}

fn is_light(word: &str) -> bool {
    let mut padded = String::with_capacity(word.len() + 2);
    padded.push(' ');
    padded.push_str(word);
    padded.push(' ');
    word.len() <= 8 && LIGHT.contains(&padded)
}

fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | '‘' | '´')
}

/// The accent of a letter that was written in two parts.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Adds `c` in small letters and without its accent.
fn fold(c: char, word: &mut String) {
    if c.is_ascii() {
        return word.push(c.to_ascii_lowercase());
    }
    if is_apostrophe(c) {
        return word.push('\'');
    }
    for c in c.to_lowercase() {
        word.push(match c {
            'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'í' | 'ì' | 'î' | 'ï' => 'i',
            'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
            'ú' | 'ù' | 'û' | 'ü' => 'u',
            'ñ' => 'n',
            'ç' => 'c',
            accent if is_accent(accent) => continue,
            other => other,
        });
    }
}
