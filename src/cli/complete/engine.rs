//! What may stand at the cursor, read off the definitions of the command line.
//!
//! Not clap's own engine: that takes the value of a flag for a verb (`--field password`), looks
//! for verbs behind `--`, and offers thirty flags where a device is to be named.

use clap::{Arg, ArgAction, Command, ValueHint};

use super::kinds::{self, Kind};

/// One thing that may be typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What is typed.
    pub value: String,
    /// What it is, in a few words.
    pub about: Option<String>,
}

impl Candidate {
    /// `value`, with a few words `about` it.
    pub fn new(value: impl Into<String>, about: Option<String>) -> Self {
        Self { value: value.into(), about }
    }
}

/// What may stand at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completion {
    /// A path: the shell knows best.
    Files,
    /// One of these.
    Names(Vec<Candidate>),
}

/// What stands before the cursor and decides where names come from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// `--profile`
    pub profile: Option<String>,
    /// `--service`
    pub service: Option<String>,
    /// `--tenant`
    pub tenant: Option<String>,
    /// `--category`
    pub category: Option<String>,
    /// The verbs so far.
    pub path: Vec<String>,
}

/// Finds names of a kind that begin with the text, case aside.
pub type LookUp<'a> = &'a dyn Fn(Kind, &Typed, &str) -> Vec<Candidate>;

/// What may stand for `word`, behind the words `before` it (without the program's name).
pub fn complete(root: &Command, before: &[String], word: &str, look_up: LookUp) -> Completion {
    let mut walk = Walk::new(root);
    for word in before {
        walk.step(word);
    }
    walk.at(word, look_up)
}

/// How far the line has been read.
struct Walk<'a> {
    command: &'a Command,
    /// How many values stand for themselves already.
    position: usize,
    /// Behind `--`.
    escaped: bool,
    /// A flag that waits for its value.
    awaiting: Option<&'a Arg>,
    given: Vec<&'a str>,
    typed: Typed,
}

impl<'a> Walk<'a> {
    fn new(root: &'a Command) -> Self {
        Self {
            command: root,
            position: 0,
            escaped: false,
            awaiting: None,
            given: Vec::new(),
            typed: Typed::default(),
        }
    }

    fn step(&mut self, word: &str) {
        if let Some(arg) = self.awaiting.take() {
            self.value(arg, word);
        } else if self.escaped {
            self.position += 1;
        } else if word == "--" {
            self.escaped = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) =
                long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            if let Some(arg) = self.flags().find(|arg| arg.get_long() == Some(name)) {
                self.flag(arg, value);
            }
        } else if word.len() > 1 && word.starts_with('-') {
            self.cluster(&word[1..]);
        } else if let Some(inner) = self.verb(word) {
            self.command = inner;
            self.position = 0;
            self.given.clear();
            self.typed.path.push(inner.get_name().to_owned());
        } else {
            self.position += 1;
        }
    }

    /// `-cr`, `-tINC1`, `-t INC1`.
    fn cluster(&mut self, shorts: &str) {
        for (at, short) in shorts.char_indices() {
            let Some(arg) = self.flags().find(|arg| arg.get_short() == Some(short)) else { return };
            let rest = &shorts[at + short.len_utf8()..];
            if takes_value(arg) {
                let rest = rest.strip_prefix('=').unwrap_or(rest);
                return self.flag(arg, (!rest.is_empty()).then_some(rest));
            }
            self.flag(arg, None);
        }
    }

    fn flag(&mut self, arg: &'a Arg, value: Option<&str>) {
        self.given.push(arg.get_id().as_str());
        match value {
            Some(value) => self.value(arg, value),
            None if takes_value(arg) => self.awaiting = Some(arg),
            None => {}
        }
    }

    fn value(&mut self, arg: &Arg, value: &str) {
        let kept = match arg.get_id().as_str() {
            "profile" => &mut self.typed.profile,
            "service" => &mut self.typed.service,
            "tenant" => &mut self.typed.tenant,
            "category" => &mut self.typed.category,
            _ => return,
        };
        *kept = Some(value.to_owned());
    }

    /// The flags that may stand here: the verb's own and those that every verb takes.
    fn flags(&self) -> impl Iterator<Item = &'a Arg> + use<'a> {
        self.command.get_arguments().filter(|arg| !arg.is_positional())
    }

    fn verb(&self, word: &str) -> Option<&'a Command> {
        self.verbs().find(|inner| inner.get_name() == word)
    }

    /// Verbs stand before values.
    fn verbs(&self) -> impl Iterator<Item = &'a Command> + use<'a> {
        let none = self.escaped || self.position > 0;
        self.command.get_subcommands().filter(move |inner| !none && !inner.is_hide_set())
    }

    fn at(&self, word: &str, look_up: LookUp) -> Completion {
        if let Some(arg) = self.awaiting {
            return self.values(arg, word, "", look_up);
        }
        if word.starts_with('-') && !self.escaped {
            if let Some((flag, value)) = word.split_once('=')
                && let Some(arg) =
                    self.flags().find(|arg| arg.get_long() == flag.strip_prefix("--"))
            {
                return self.values(arg, value, &format!("{flag}="), look_up);
            }
            return Completion::Names(self.flag_names(word));
        }
        let mut names: Vec<_> = self
            .verbs()
            .filter(|inner| inner.get_name().starts_with(word))
            .map(|inner| Candidate::new(inner.get_name(), first_line(inner.get_about())))
            .collect();
        if let Some(arg) = self.positional() {
            match self.values(arg, word, "", look_up) {
                Completion::Files if names.is_empty() => return Completion::Files,
                Completion::Files => {}
                Completion::Names(more) => names.extend(more),
            }
        } else if names.is_empty() && word.is_empty() && !self.escaped {
            // Nothing else can stand here.
            names = self.flag_names("--");
        }
        Completion::Names(names)
    }

    fn positional(&self) -> Option<&'a Arg> {
        let all: Vec<_> = self.command.get_positionals().collect();
        let repeated =
            |arg: &&&Arg| arg.get_num_args().is_some_and(|number| number.max_values() > 1);
        all.get(self.position).or_else(|| all.last().filter(repeated)).copied()
    }

    fn flag_names(&self, word: &str) -> Vec<Candidate> {
        let mut names = Vec::new();
        for arg in self.flags().filter(|arg| !arg.is_hide_set()) {
            let again = matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
            if self.given.contains(&arg.get_id().as_str()) && !again {
                continue;
            }
            // One that has no long name is offered by its short one.
            let name = match (arg.get_long(), arg.get_short()) {
                (Some(long), _) => format!("--{long}"),
                (None, Some(short)) => format!("-{short}"),
                (None, None) => continue,
            };
            let about = match arg.get_action() {
                // Without the words on the other form of help.
                ArgAction::Help => Some("Print help".into()),
                _ => first_line(arg.get_help()),
            };
            names.push(Candidate::new(name, about));
        }
        names.retain(|name| name.value.starts_with(word));
        names
    }

    /// The values of `arg` that begin with `word`; `before` stands before each on the line.
    fn values(&self, arg: &Arg, word: &str, before: &str, look_up: LookUp) -> Completion {
        let listed = arg.get_value_delimiter().and_then(|mark| word.rfind(mark));
        let (earlier, word) = word.split_at(listed.map_or(0, |at| at + 1));
        let possible = arg.get_possible_values();
        let mut names: Vec<_> = if possible.is_empty() {
            match kinds::kind(&self.typed.path, arg) {
                Some(kind) => look_up(kind, &self.typed, word),
                None if is_path(arg) => return Completion::Files,
                None => Vec::new(),
            }
        } else {
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let fits = shown.filter(|value| {
                let head = value.get_name().get(..word.len());
                head.is_some_and(|head| head.eq_ignore_ascii_case(word))
            });
            fits.map(|value| Candidate::new(value.get_name(), first_line(value.get_help())))
                .collect()
        };
        for name in &mut names {
            name.value.insert_str(0, earlier);
            name.value.insert_str(0, before);
        }
        Completion::Names(names)
    }
}

fn takes_value(arg: &Arg) -> bool {
    arg.get_action().takes_values()
}

fn is_path(arg: &Arg) -> bool {
    matches!(
        arg.get_value_hint(),
        ValueHint::AnyPath | ValueHint::FilePath | ValueHint::DirPath | ValueHint::ExecutablePath
    )
}

fn first_line(text: Option<&clap::builder::StyledStr>) -> Option<String> {
    text.map(|text| text.to_string().lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
