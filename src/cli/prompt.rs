//! Questions to a person: the only user of dialoguer.
//!
//! Prompts stand on standard error. Without a terminal, or with `--no-input`, nothing is asked and
//! the missing flag is named; that happens before anything is changed.

mod interrupt;
#[cfg(unix)]
mod raw;

use std::{
    io::IsTerminal,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use dialoguer::{
    Confirm, Input, Select,
    theme::{ColorfulTheme, SimpleTheme, Theme},
};

pub use interrupt::{Held, Open};

use crate::{
    cli::output::clean,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// One question.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// What a person reads.
    pub prompt: &'a str,
    /// The flag or argument that answers it in a script: `--ticket`, `DEVICE`.
    pub flag: &'a str,
    /// The answer that a bare Enter gives, where there is one.
    pub default: Option<&'a str>,
}

impl<'a> Question<'a> {
    /// A question without a default.
    pub fn new(prompt: &'a str, flag: &'a str) -> Self {
        Self { prompt, flag, default: None }
    }
}

/// Somebody who answers questions.
pub trait Prompter {
    /// Why nobody can be asked; `None` where somebody can.
    fn silence(&self) -> Option<Silence>;

    /// A line of text that is not blank.
    fn text(&self, question: Question<'_>) -> Result<String>;

    /// The index of one of `items`; the cursor starts at `start`.
    fn select(&self, question: Question<'_>, items: &[String], start: usize) -> Result<usize>;

    /// Yes or no; a bare Enter is no.
    fn confirm(&self, question: Question<'_>) -> Result<bool>;

    /// A secret, which is not shown while it is typed.
    fn secret(&self, question: Question<'_>) -> Result<Secret>;

    /// Waits for any key.
    fn any_key(&self) -> Result<()>;

    /// True where somebody can be asked.
    fn can_ask(&self) -> bool {
        self.silence().is_none()
    }

    /// The error for a question that nobody can be asked.
    fn check(&self, flag: &str) -> Result<()> {
        match self.silence() {
            None => Ok(()),
            Some(silence) => Err(Error::usage(format!("`{flag}` is missing, and {silence}"))),
        }
    }
}

/// Why nobody can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// `--no-input` or `MMD_NO_INPUT`.
    NoInput,
    /// Standard input or standard error is no terminal.
    NoTerminal,
}

impl std::fmt::Display for Silence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Silence::NoInput => "questions are turned off by `--no-input` or `MMD_NO_INPUT`",
            Silence::NoTerminal => "there is no terminal to ask on",
        })
    }
}

/// The person at this process's terminal, if there is one.
pub struct Terminal {
    silence: Option<Silence>,
    theme: Box<dyn Theme + Send + Sync>,
}

impl Terminal {
    /// Asks only where standard input and standard error are terminals, and never with `no_input`.
    pub fn new(no_input: bool, color: bool) -> Self {
        let terminal = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let silence = match (no_input, terminal) {
            (true, _) => Some(Silence::NoInput),
            (false, false) => Some(Silence::NoTerminal),
            (false, true) => None,
        };
        let theme: Box<dyn Theme + Send + Sync> =
            if color { Box::new(ColorfulTheme::default()) } else { Box::new(SimpleTheme) };
        Self { silence, theme }
    }

    /// Runs one prompt; while it is open, Ctrl-C is an answer and not the end of the process, and so
    /// are SIGTERM and SIGHUP.
    fn ask<T>(
        &self,
        question: Question<'_>,
        prompt: impl FnOnce(String) -> dialoguer::Result<Option<T>>,
    ) -> Result<T> {
        self.check(question.flag)?;
        let _open = interrupt::Open::start();
        if interrupt::has_come() {
            return Err(interrupted());
        }
        match prompt(clean::line(question.prompt).into_owned()) {
            Ok(Some(answer)) if !interrupt::has_come() => Ok(answer),
            Ok(_) => Err(given_up()),
            Err(dialoguer::Error::IO(error)) if error.kind() == std::io::ErrorKind::Interrupted => {
                // The prompt has left its line open, and the cursor hidden.
                let terminal = dialoguer::console::Term::stderr();
                let _ = terminal.show_cursor().and_then(|()| terminal.write_line(""));
                Err(given_up())
            }
            Err(error) => Err(unreadable(error)),
        }
    }
}

impl Prompter for Terminal {
    fn silence(&self) -> Option<Silence> {
        self.silence
    }

    fn text(&self, question: Question<'_>) -> Result<String> {
        self.ask(question, |prompt| {
            let mut input = Input::<String>::with_theme(&*self.theme).with_prompt(prompt);
            if let Some(default) = question.default {
                input = input.default(default.to_owned());
            }
            let not_blank = |text: &String| match text.trim() {
                "" => Err("an answer is needed"),
                _ => Ok(()),
            };
            input.validate_with(not_blank).interact_text().map(Some)
        })
    }

    fn select(&self, question: Question<'_>, items: &[String], start: usize) -> Result<usize> {
        self.ask(question, |prompt| {
            Select::with_theme(&*self.theme)
                .with_prompt(prompt)
                .items(items.iter().map(|item| clean::line(item)))
                .default(start.min(items.len().saturating_sub(1)))
                .interact_opt()
        })
    }

    fn confirm(&self, question: Question<'_>) -> Result<bool> {
        self.ask(question, |prompt| {
            Confirm::with_theme(&*self.theme).with_prompt(prompt).default(false).interact_opt()
        })
    }

    #[cfg(unix)]
    fn secret(&self, question: Question<'_>) -> Result<Secret> {
        self.check(question.flag)?;
        // dialoguer would leave the terminal without echo after Ctrl-C.
        raw::secret(&clean::line(question.prompt))
    }

    #[cfg(not(unix))]
    fn secret(&self, question: Question<'_>) -> Result<Secret> {
        self.ask(question, |prompt| {
            let password = dialoguer::Password::with_theme(&*self.theme).with_prompt(prompt);
            password.report(false).interact().map(Some)
        })
        .map(Secret::new)
    }

    #[cfg(unix)]
    fn any_key(&self) -> Result<()> {
        raw::any_key()
    }

    #[cfg(not(unix))]
    fn any_key(&self) -> Result<()> {
        use dialoguer::console::{Key, Term};
        match Term::stderr().read_key_raw() {
            Ok(Key::CtrlC) => Err(given_up()),
            Ok(_) => Ok(()),
            Err(error) => Err(unreadable(error)),
        }
    }
}

/// For who has something to keep or to stop: from now on an interrupt ends a [`watched`] verb, and
/// not the process. A step with something to do about it runs by [`unless_interrupted`].
pub fn leave_interrupts() {
    interrupt::leave_to_verb();
}

/// Runs `step` until it ends, or somebody ends the command: by Ctrl-C, SIGTERM, or by closing the
/// terminal. After that no other step begins.
///
/// # Errors
/// Those of the step; [`Kind::Interrupted`].
pub async fn unless_interrupted<T>(step: impl Future<Output = Result<T>>) -> Result<T> {
    let _step = Step::begin();
    leave_interrupts();
    if interrupt::has_come() {
        return Err(interrupted());
    }
    interrupt::watch();
    tokio::select! {
        // In this order: what has ended by itself has its own end.
        biased;
        ended = step => ended,
        () = interrupt::wait() => Err(interrupted()),
    }
}

/// As [`unless_interrupted`], for all of a verb: until one of its steps leaves interrupts to it, they
/// end the process. A step within that sees the interrupt itself does what it has to do about it
/// first, for five seconds at most.
///
/// # Errors
/// Those of the verb; [`Kind::Interrupted`].
pub async fn watched<T>(verb: impl Future<Output = Result<T>>) -> Result<T> {
    interrupt::watch();
    let mut verb = std::pin::pin!(verb);
    tokio::select! {
        // In this order: what has ended by itself has its own end.
        biased;
        ended = &mut verb => return ended,
        () = interrupt::wait() => {}
    }
    if !Step::sees() {
        return Err(interrupted());
    }
    // The two hear of it in no order.
    tokio::time::timeout(AFTER, verb).await.unwrap_or_else(|_| Err(interrupted()))
}

/// How long a verb may take to keep what was typed once a step has seen the interrupt.
const AFTER: Duration = Duration::from_secs(5);

/// Steps that see an interrupt by themselves, or have seen it.
static STEPS: AtomicUsize = AtomicUsize::new(0);

/// One of [`STEPS`].
struct Step;

impl Step {
    fn begin() -> Self {
        STEPS.fetch_add(1, Ordering::SeqCst);
        Self
    }

    fn sees() -> bool {
        STEPS.load(Ordering::SeqCst) > 0
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if !interrupt::has_come() {
            STEPS.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Returns once an interrupt has come.
pub async fn interruption() {
    interrupt::wait().await;
}

/// While it lives, its holder sees an interrupt and clears up: for what is not to stay on the screen.
pub fn see_interrupts() -> Open {
    Open::start()
}

/// For an editor, which has its own use for Ctrl-C.
pub fn hold_interrupts() -> Held {
    Held::start()
}

/// The person has ended the command by what they answered.
fn given_up() -> Error {
    interrupt::come();
    interrupted()
}

fn interrupted() -> Error {
    Error::new(Kind::Interrupted, "interrupted")
}

fn unreadable(error: impl std::fmt::Display) -> Error {
    Error::failed("the answer cannot be read from the terminal").cause(error)
}

#[cfg(test)]
pub(crate) mod tests;
