//! A command line of bash, as its words. The other shells hand over words.
//!
//! bash cuts words at each of `COMP_WORDBREAKS`, among them `@`, `:` and `=`, and replaces only
//! what stands behind the last of them (before an `@`): `ana@con` is two words there, and one to
//! everybody else.

/// A line up to the cursor.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The whole words, the program's name first.
    pub before: Vec<String>,
    /// The word at the cursor, as far as it stands before it.
    pub word: String,
    /// The quote that is open at the cursor.
    pub quote: Option<char>,
    /// What bash keeps of the word, so that a candidate is inserted without it.
    pub kept: String,
}

/// Reads `text` as bash does; `breaks` is its `COMP_WORDBREAKS`.
pub fn read(text: &str, breaks: &str) -> Line {
    let mut line = Line::default();
    let (mut kept, mut begun) = (0, false);
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match (line.quote, c) {
            (None, ' ' | '\t' | '\n') => {
                if begun {
                    line.before.push(std::mem::take(&mut line.word));
                }
                (kept, begun) = (0, false);
            }
            (None, '\'' | '"') => (line.quote, begun) = (Some(c), true),
            (Some(open), c) if open == c => line.quote = None,
            (None, '\\') | (Some('"'), '\\') => {
                line.word.extend(characters.next());
                begun = true;
            }
            (quote, c) => {
                line.word.push(c);
                begun = true;
                if quote.is_none() && breaks.contains(c) {
                    // readline breaks before these, and behind the others.
                    let before = matches!(c, '@' | '$');
                    kept = line.word.len() - if before { c.len_utf8() } else { 0 };
                }
            }
        }
    }
    if line.quote.is_none() {
        line.kept = line.word[..kept].to_owned();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    const BREAKS: &str = " \t\n\"'@><=;|&(:";

    #[test]
    fn words_are_those_of_the_shell() {
        for (text, before, word, quote, kept) in [
            ("mmd ", &["mmd"][..], "", None, ""),
            ("mmd elevate MAR", &["mmd", "elevate"], "MAR", None, ""),
            ("mmd  elevate ana@con", &["mmd", "elevate"], "ana@con", None, "ana"),
            ("mmd --profile=wo", &["mmd"], "--profile=wo", None, "--profile="),
            ("mmd elevate \"FRONT D", &["mmd", "elevate"], "FRONT D", Some('"'), ""),
            ("mmd elevate FRONT\\ D", &["mmd", "elevate"], "FRONT D", None, ""),
            (
                "mmd elevate 'a b' -m \"x \\\" y\" c",
                &["mmd", "elevate", "a b", "-m", "x \" y"],
                "c",
                None,
                "",
            ),
            ("mmd elevate ''", &["mmd", "elevate"], "", None, ""),
            ("mmd x\\", &["mmd"], "x", None, ""),
            ("", &[], "", None, ""),
        ] {
            let line = read(text, BREAKS);
            assert_eq!(line.before, before, "{text}");
            assert_eq!(
                (line.word.as_str(), line.quote, line.kept.as_str()),
                (word, quote, kept),
                "{text}"
            );
        }
    }
}
