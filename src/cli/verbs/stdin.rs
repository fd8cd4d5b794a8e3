//! Secrets that a flag asks for on standard input; they never stand in an argument.

use std::io::{IsTerminal, Read, stdin};

use zeroize::Zeroizing;

use crate::{
    cli::{context::Context, prompt::Question},
    error::{Error, IoContext, Result},
    secret::Secret,
};

/// More than any code or password has.
const LIMIT: u64 = 64 * 1024;

/// True where something else than a person's terminal is read.
pub(super) fn is_piped() -> bool {
    !stdin().is_terminal()
}

/// From standard input; at a terminal it is asked for, and not shown while it is typed.
pub(super) fn secret_or_ask(what: &str, prompt: &str, cx: &Context) -> Result<Secret> {
    match is_piped() {
        true => secret(what),
        false => cx.prompter.secret(Question::new(prompt, "standard input")),
    }
}

/// All of standard input, without the line break at its end.
pub(super) fn secret(what: &str) -> Result<Secret> {
    let sentence = || format!("{what} cannot be read from standard input");
    let mut text = Zeroizing::new(String::new());
    stdin().lock().take(LIMIT).read_to_string(&mut text).or_failed(sentence)?;
    of_text(&text).ok_or_else(|| Error::usage(format!("{what} is missing on standard input")))
}

fn of_text(text: &str) -> Option<Secret> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    (!line.trim().is_empty()).then(|| Secret::new(line.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_line_break_at_the_end_is_no_part_of_a_secret() {
        for (text, secret) in [(" a b \n", " a b "), ("a\r\n", "a"), ("a\n\n", "a\n"), ("a", "a")] {
            assert!(of_text(text).unwrap().matches(secret), "{text:?}");
        }
        assert!(of_text("\n").is_none() && of_text("").is_none());
    }
}
