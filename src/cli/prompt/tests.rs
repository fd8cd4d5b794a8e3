//! Scripted answers, and what happens where nobody can be asked.

use std::{cell::RefCell, collections::VecDeque};

use super::*;

/// One scripted answer.
#[derive(Debug)]
#[allow(dead_code, reason = "every kind of answer is there for the verbs' tests")]
pub(crate) enum Answer {
    Text(&'static str),
    Select(usize),
    Confirm(bool),
    Secret(&'static str),
    Key,
    Interrupt,
}

/// Answers from a script, in order, and keeps what was asked.
#[derive(Debug, Default)]
pub(crate) struct Scripted {
    silence: Option<Silence>,
    answers: RefCell<VecDeque<Answer>>,
    asked: RefCell<Vec<String>>,
}

impl Scripted {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = RefCell::new(answers.into_iter().collect());
        Self { answers, ..Self::default() }
    }

    /// There is no terminal.
    pub(crate) fn silent() -> Self {
        Self { silence: Some(Silence::NoTerminal), ..Self::default() }
    }

    /// The prompts so far, with their choices.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.borrow().clone()
    }

    fn next(&self, question: Question<'_>, asked: String) -> Result<Answer> {
        self.check(question.flag)?;
        self.asked.borrow_mut().push(asked);
        match self.answers.borrow_mut().pop_front() {
            Some(Answer::Interrupt) => Err(interrupted()),
            Some(answer) => Ok(answer),
            None => panic!("nobody expected the question {question:?}"),
        }
    }
}

impl Prompter for Scripted {
    fn silence(&self) -> Option<Silence> {
        self.silence
    }

    fn text(&self, question: Question<'_>) -> Result<String> {
        match self.next(question, question.prompt.into())? {
            Answer::Text(text) => Ok(text.into()),
            other => panic!("{question:?} got {other:?}"),
        }
    }

    fn select(&self, question: Question<'_>, items: &[String], start: usize) -> Result<usize> {
        let asked = format!("{}: {} [{start}]", question.prompt, items.join(" | "));
        match self.next(question, asked)? {
            Answer::Select(index) => Ok(index),
            other => panic!("{question:?} got {other:?}"),
        }
    }

    fn confirm(&self, question: Question<'_>) -> Result<bool> {
        match self.next(question, question.prompt.into())? {
            Answer::Confirm(yes) => Ok(yes),
            other => panic!("{question:?} got {other:?}"),
        }
    }

    fn secret(&self, question: Question<'_>) -> Result<Secret> {
        match self.next(question, question.prompt.into())? {
            Answer::Secret(text) => Ok(Secret::new(text.into())),
            other => panic!("{question:?} got {other:?}"),
        }
    }

    fn any_key(&self) -> Result<()> {
        match self.next(Question::new("any key", "any key"), "any key".into())? {
            Answer::Key => Ok(()),
            other => panic!("a key was awaited, not {other:?}"),
        }
    }
}

#[test]
fn a_missing_answer_names_its_flag_and_why_nobody_is_asked() {
    for (silence, message) in [
        (Silence::NoTerminal, "`--ticket` is missing, and there is no terminal to ask on"),
        (
            Silence::NoInput,
            "`--ticket` is missing, and questions are turned off by `--no-input` or `MMD_NO_INPUT`",
        ),
    ] {
        let terminal = Terminal { silence: Some(silence), theme: Box::new(SimpleTheme) };
        let question = Question::new("Ticket", "--ticket");
        for error in [
            terminal.text(question).unwrap_err(),
            terminal.select(question, &["a".into()], 0).unwrap_err(),
            terminal.confirm(question).unwrap_err(),
            terminal.secret(question).unwrap_err(),
        ] {
            assert_eq!((error.kind, error.message.as_str()), (Kind::Usage, message));
        }
        assert!(!terminal.can_ask());
    }
}

#[test]
fn no_input_wins_over_the_terminal() {
    assert_eq!(Terminal::new(true, false).silence(), Some(Silence::NoInput));
}
