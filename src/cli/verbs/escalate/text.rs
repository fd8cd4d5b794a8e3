//! A text that goes with a step: typed, on standard input, in the editor, or asked for. What cannot
//! be sent is kept in a file, unless it is still on the command line.

use std::path::PathBuf;

use super::{editor, written};
use crate::{
    cli::{context::Context, files, prompt::Question, verbs::words::quoted},
    domain::text::is_blank,
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
    pub(super) fn read(self, flag: &str) -> Result<Given> {
        match self {
            Text::Typed(text) => given(text, Lies::CommandLine, flag),
            Text::Stdin => piped(written::stdin_text()?, flag),
        }
    }
}

/// The text that came by standard input.
///
/// # Errors
/// As for [`Text::read`].
pub(super) fn piped(text: String, flag: &str) -> Result<Given> {
    let text = text.strip_suffix('\n').map(str::to_owned).unwrap_or(text);
    given(text, Lies::Nowhere, flag)
}

fn given(text: String, lies: Lies, flag: &str) -> Result<Given> {
    if is_blank(&text) {
        return Err(Error::usage(format!("`{flag}` is blank")));
    }
    if text.contains('\0') {
        return Err(Error::usage(format!("`{flag}` holds U+0000")));
    }
    Ok(Given { text, lies })
}

/// A text, and where it still is when it cannot be sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Given {
    /// What it says.
    pub text: String,
    lies: Lies,
}

#[derive(Debug, PartialEq, Eq)]
enum Lies {
    /// In the shell's history.
    CommandLine,
    /// It was read or asked for, and is only here.
    Nowhere,
    /// In the file that the editor left.
    File(PathBuf),
}

impl Given {
    /// What the step came to with this text: after a success its file goes; under an error it says
    /// where the text lies.
    pub(super) fn settle<T>(self, sent: Result<T>, cx: &Context) -> Result<T> {
        let error = match (sent, &self.lies) {
            (Ok(done), Lies::File(path)) => {
                if let Err(error) = files::remove_if_there(path) {
                    cx.output.warn(&error.to_string());
                }
                return Ok(done);
            }
            (Ok(done), _) => return Ok(done),
            (Err(error), Lies::CommandLine) => return Err(error),
            (Err(error), _) => error,
        };
        let kept = match self.lies {
            Lies::File(path) => Ok(path),
            _ => {
                let path = editor::text_path(cx);
                files::write_private(&path, self.text.as_bytes()).map(|()| path)
            }
        };
        Err(match kept {
            Ok(path) => error.hint(format!(
                "nothing typed is lost: the text lies in `{0}`, and `- < {1}` in its place sends it",
                path.display(),
                quoted(&path.display().to_string())
            )),
            Err(fault) => error.cause(format!("and the text could not be kept: {fault}")),
        })
    }
}

/// [`Given::settle`] where there need not be a text.
pub(super) fn settle<T>(given: Option<Given>, sent: Result<T>, cx: &Context) -> Result<T> {
    match given {
        Some(given) => given.settle(sent, cx),
        None => sent,
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
) -> Result<Given> {
    match text {
        Some(text) => text.read(flag),
        None => {
            cx.prompter.check(flag)?;
            if editor::is_there(cx) {
                let (text, path) = editor::text(prompt, cx)?;
                return Ok(Given { text, lies: Lies::File(path) });
            }
            let text = cx.prompter.text(Question::new(prompt, flag))?;
            Ok(Given { text, lies: Lies::Nowhere })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_says_something_and_holds_no_zero() {
        assert_eq!(Text::of("-".into()), Text::Stdin);
        assert_eq!(Text::of(" it's ".into()).read("TEXT").unwrap().text, " it's ");
        for wrong in [" \n", "a\0b"] {
            assert_eq!(Text::of(wrong.into()).read("TEXT").unwrap_err().kind.exit(), 2);
        }
    }

    #[tokio::test]
    async fn what_sends_a_kept_text_can_be_pasted_wherever_it_lies() {
        use crate::cli::{output::tests::piped, prompt::tests::Scripted, verbs::testing::Fake};
        let fake = Fake::start(|_, _| (200, serde_json::Value::Null)).await;
        let home = tempfile::tempdir().unwrap();
        let options = piped(crate::cli::output::Format::Table);
        let (cx, ..) = fake.context(home.path(), options, Scripted::silent());
        let given = Given { text: "x".into(), lies: Lies::File("/my home/$(x).txt".into()) };
        let error = given.settle::<()>(Err(Error::failed("no")), &cx).unwrap_err();
        assert!(error.hints[0].contains("`- < '/my home/$(x).txt'`"), "{error:?}");
    }
}
