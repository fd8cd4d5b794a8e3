//! A text that goes with a step: typed, on standard input, in the editor, or asked for.

use super::{editor, written};
use crate::{
    cli::{context::Context, prompt::Question},
    error::{Error, Result},
};

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    /// It was typed.
    Typed(String),
    /// `-`
    Stdin,
}

impl Text {
    /// What was typed as an argument.
    pub fn of(text: String) -> Self {
        if text == "-" { Text::Stdin } else { Text::Typed(text) }
    }

    /// The text itself.
    ///
    /// # Errors
    /// For U+0000, and a blank text.
    pub(super) fn read(self, flag: &str) -> Result<String> {
        let text = match self {
            Text::Typed(text) => text,
            Text::Stdin => {
                let text = written::stdin_text()?;
                text.strip_suffix('\n').map(str::to_owned).unwrap_or(text)
            }
        };
        if text.trim().is_empty() {
            return Err(Error::usage(format!("`{flag}` is blank")));
        }
        if text.contains('\0') {
            return Err(Error::usage(format!("`{flag}` holds U+0000")));
        }
        Ok(text)
    }
}

/// The text, or what somebody answers who can be asked.
///
/// # Errors
/// Where nobody can be asked.
pub(super) fn required(
    text: Option<Text>,
    prompt: &str,
    flag: &str,
    cx: &Context,
) -> Result<String> {
    match text {
        Some(text) => text.read(flag),
        None => {
            cx.prompter.check(flag)?;
            match editor::is_there(cx) {
                true => editor::text(prompt, cx),
                false => cx.prompter.text(Question::new(prompt, flag)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something_and_holds_no_zero() {
        assert_eq!(Text::of("-".into()), Text::Stdin);
        assert_eq!(Text::of(" it's ".into()).read("TEXT").unwrap(), " it's ");
        for wrong in [" \n", "a\0b"] {
            assert_eq!(Text::of(wrong.into()).read("TEXT").unwrap_err().kind.exit(), 2);
        }
    }
}
