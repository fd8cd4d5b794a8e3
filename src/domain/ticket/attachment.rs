//! What a file has to be that is attached: said before anything is sent, and decided by the service.

use crate::domain::text::{is_blank, is_unsafe};

/// The longest name that file systems take, in bytes.
pub const LONGEST_NAME: usize = 255;

/// What is wrong with the name of an attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameFault {
    /// For programs: the `code` of an error's detail.
    pub code: &'static str,
    /// For people: what follows after the name, without a full stop.
    pub words: String,
}

/// What is wrong with `name`, which has to be one without a directory, on any system; it may go
/// into a header and a terminal.
pub fn name_fault(name: &str) -> Option<NameFault> {
    let fault = |code, words: String| Some(NameFault { code, words });
    if is_blank(name) {
        return fault("required", "must be the name of the file; it is missing or blank".into());
    }
    if let Some((at, c)) = name.chars().enumerate().find(|(_, c)| is_unsafe(*c)) {
        let what = if c.is_control() { "control character" } else { "invisible character" };
        let (code, at) = (u32::from(c), at + 1);
        return fault(
            "controlCharacter",
            format!("holds the {what} U+{code:04X}, its character {at}"),
        );
    }
    if name.len() > LONGEST_NAME {
        let words = format!("must not be longer than {LONGEST_NAME} bytes, and has {}", name.len());
        return fault("tooLong", words);
    }
    if name.contains(['/', '\\']) || matches!(name, "." | "..") {
        let words = "must be the name of a file, without a directory";
        return fault("malformed", words.into());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_file_on_any_system_and_can_be_shown() {
        for good in ["a.log", "a b.log", "élan.txt", "..x", "'", "-rf"] {
            assert_eq!(name_fault(good), None, "{good}");
        }
        let long = "x".repeat(LONGEST_NAME + 1);
        for (wrong, code) in [
            ("", "required"),
            (" ", "required"),
            ("a\nb", "controlCharacter"),
            ("a\u{202e}b", "controlCharacter"),
            (long.as_str(), "tooLong"),
            ("a/b", "malformed"),
            (r"a\b", "malformed"),
            (".", "malformed"),
            ("..", "malformed"),
        ] {
            assert_eq!(name_fault(wrong).map(|fault| fault.code), Some(code), "{wrong:?}");
        }
    }
}
