//! One error for everything a person or a script meets.
//!
//! An error has a kind (which decides the exit code), one sentence, its causes, and hints that
//! name the command to run next. `cli::output` is the only place that prints one.

use std::{fmt, process::ExitCode, time::Duration};

use serde_json::Value;

/// What went wrong, in the terms of the exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Anything else that failed: exit 1.
    Failed,
    /// Wrong usage or input, or an answer is missing and nobody can be asked: exit 2.
    Usage,
    /// Not signed in, or the sign-in has expired: exit 3.
    SignIn,
    /// Signed in, but not allowed; a password refused: exit 4.
    Forbidden,
    /// Not found: exit 5.
    NotFound,
    /// Refused by a rule: exit 6.
    Refused,
    /// The service could not be reached or did not answer in time: exit 7.
    Unreachable,
    /// Not now; the wait is in the error: exit 8.
    NotNow,
    /// Interrupted by the user: exit 130.
    Interrupted,
}

impl Kind {
    /// The process exit code.
    pub fn exit(self) -> u8 {
        match self {
            Kind::Failed => 1,
            Kind::Usage => 2,
            Kind::SignIn => 3,
            Kind::Forbidden => 4,
            Kind::NotFound => 5,
            Kind::Refused => 6,
            Kind::Unreachable => 7,
            Kind::NotNow => 8,
            Kind::Interrupted => 130,
        }
    }

    /// The `code` of the JSON error object.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Failed => "failed",
            Kind::Usage => "usage",
            Kind::SignIn => "signIn",
            Kind::Forbidden => "forbidden",
            Kind::NotFound => "notFound",
            Kind::Refused => "refused",
            Kind::Unreachable => "unreachable",
            Kind::NotNow => "notNow",
            Kind::Interrupted => "interrupted",
        }
    }
}

/// An error with everything that its reader needs; never holds a secret.
#[derive(Debug, Clone)]
pub struct Error {
    /// Decides the exit code.
    pub kind: Kind,
    /// One sentence, without a trailing full stop unless it is quoted from the service.
    pub message: String,
    /// What lay beneath, outermost first.
    pub causes: Vec<String>,
    /// Sentences that name a command to run next, in backticks.
    pub hints: Vec<String>,
    /// Machine-readable facts for `--json`.
    pub details: Option<Value>,
    /// With [`Kind::NotNow`]: how long to wait.
    pub retry_after: Option<Duration>,
}

/// The result that almost everything here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` that says `message`.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: Vec::new(),
            hints: Vec::new(),
            details: None,
            retry_after: None,
        }
    }

    /// [`Kind::Failed`].
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// [`Kind::Usage`].
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// [`Kind::NotFound`].
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// Adds a cause beneath the ones already there.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Adds an error and everything beneath it as causes; repeated sentences are left out.
    #[must_use]
    pub fn caused_by(mut self, error: &(dyn std::error::Error + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            let text = error.to_string();
            if !self.causes.iter().any(|known| known.contains(&text)) {
                self.causes.push(text);
            }
            next = error.source();
        }
        self
    }

    /// Adds a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Sets the machine-readable details.
    #[must_use]
    pub fn details(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Adds one machine-readable fact to those already there.
    #[must_use]
    pub fn detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        let mut details = match self.details.take() {
            Some(Value::Object(details)) => details,
            None => serde_json::Map::new(),
            // The service's own, which are a list.
            Some(other) => serde_json::Map::from_iter([("service".to_owned(), other)]),
        };
        details.insert(name.to_owned(), value.into());
        self.details = Some(details.into());
        self
    }

    /// Sets the wait.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The process exit code.
    pub fn exit(&self) -> ExitCode {
        ExitCode::from(self.kind.exit())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// Reads and writes of files: the sentence names what was attempted, the cause is the system's.
pub trait IoContext<T> {
    /// Turns an I/O error into [`Kind::Failed`] with `message` as its sentence.
    fn or_failed(self, message: impl FnOnce() -> String) -> Result<T>;
}

impl<T> IoContext<T> for std::io::Result<T> {
    fn or_failed(self, message: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| Error::failed(message()).cause(error))
    }
}
