//! Text from elsewhere, made safe to show.
//!
//! A device name, a note or an error from a service may carry escape sequences that recolour,
//! rewrite or hide what a person sees, and bidirectional overrides that make one word read as
//! another. None of that reaches a terminal, a table or a file.

use std::borrow::Cow;

use crate::domain::text::is_unsafe;

/// One line: control characters and escape sequences are gone, line breaks and tabs are spaces.
pub fn line(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_unsafe(c)) {
        return Cow::Borrowed(text);
    }
    let kept = lines(text);
    Cow::Owned(kept.replace(['\n', '\t'], " "))
}

/// Several lines: as [`line()`], but `\n` and `\t` stay, and `\r\n` becomes `\n`.
pub fn lines(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '\n' | '\t' => {
                kept.push(c);
                after
            }
            '\r' => {
                if !after.starts_with('\n') {
                    kept.push('\n');
                }
                after
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{b}' | '\u{c}' => {
                kept.push('\n');
                after
            }
            '\u{1b}' => match after.chars().next() {
                Some('[') => skip_csi(&after[1..]),
                Some(']' | 'P' | 'X' | '^' | '_') => skip_string(&after[1..]),
                // `ESC c`, `ESC ( B`: intermediates, then one final byte.
                _ => skip_final(after.trim_start_matches(|c| ('\u{20}'..='\u{2f}').contains(&c))),
            },
            '\u{9b}' => skip_csi(after),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(after),
            c if is_unsafe(c) => after,
            c => {
                kept.push(c);
                after
            }
        };
    }
    kept
}

/// The same JSON text, with what [`line()`] would remove written as `\uHHHH`.
///
/// serde_json escapes C0 only. These characters can only stand inside strings, so escaping them
/// changes no value, and a terminal or a log shows what is there.
pub fn json(text: &str) -> Cow<'_, str> {
    let risky = |c: char| is_unsafe(c) && c != '\n';
    if !text.contains(risky) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if risky(c) {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(c);
        }
    }
    Cow::Owned(escaped)
}

/// After `ESC [`: parameters and intermediates, up to and with the final byte.
fn skip_csi(text: &str) -> &str {
    skip_final(text.trim_start_matches(|c: char| ('\u{20}'..='\u{3f}').contains(&c)))
}

fn skip_final(text: &str) -> &str {
    text.strip_prefix(|c: char| ('\u{30}'..='\u{7e}').contains(&c)).unwrap_or(text)
}

/// After the start of an operating-system command or the like: up to and with its end. Without an
/// end nothing is skipped, so that an opened sequence cannot hide the rest of a text.
fn skip_string(text: &str) -> &str {
    match text.find(['\u{7}', '\u{9c}', '\u{1b}', '\n']) {
        Some(end) => match text[end..].chars().next() {
            Some('\n') | None => text,
            Some('\u{1b}') => text[end + 1..].strip_prefix('\\').unwrap_or(&text[end..]),
            Some(c) => &text[end + c.len_utf8()..],
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_borrowed_as_it_is() {
        for text in ["", "MMD-0001", "Zoë Müller 🧑‍🔧", "a  b", "שלום"] {
            assert!(matches!(line(text), Cow::Borrowed(kept) if kept == text), "{text:?}");
        }
    }

    #[test]
    fn escape_sequences_and_controls_are_gone() {
        for (text, clean) in [
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Herror", "error"),
            ("\u{9b}31mred", "red"),
            ("\u{1b}]0;title\u{7}after", "after"),
            ("\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
            ("\u{9d}0;title\u{9c}after", "after"),
            ("\u{1b}]0;never ended", "0;never ended"),
            ("\u{1b}]0;x\ny", "0;x y"),
            ("\u{1b}cfull reset", "full reset"),
            ("\u{1b}(Bplain", "plain"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("\u{1b}\u{1b}[31mx", "x"),
            ("a\u{8}b\u{7f}c\u{0}d\u{9c}e", "abcde"),
            ("one\r\ntwo\rthree\tfour", "one two three four"),
            ("a\u{2028}b\u{85}c", "a b c"),
            ("abc\u{202e}gpj.exe\u{2066}x\u{200f}", "abcgpj.exex"),
            ("a\u{200b}d\u{feff}m\u{e0041}in", "admin"),
        ] {
            assert_eq!(line(text), clean, "{text:?}");
        }
    }

    #[test]
    fn several_lines_keep_their_breaks() {
        assert_eq!(lines("a\r\nb\tc\u{1b}[1m\nd"), "a\nb\tc\nd");
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"name": "a\u{9b}b\u{202e}c\u{7f}\u{e0041}\u{1b}é"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = json(&text);
        assert!(!shown.chars().any(|c| is_unsafe(c) && c != '\n'), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
