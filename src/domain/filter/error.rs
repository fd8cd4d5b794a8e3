//! Why a query option was refused.

use std::fmt;

/// Whose fault it is: decides between 400 and 501.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The option is wrong: 400.
    Invalid,
    /// The option is right by OData, but outside what this service knows: 501.
    Unsupported,
}

/// A refused `$filter` or `$orderby`; its `Display` is one sentence for the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Which option, with its `$`.
    pub option: &'static str,
    /// Decides the status.
    pub kind: ErrorKind,
    /// Where, in bytes of the percent-decoded option.
    pub offset: usize,
    /// For [`ErrorKind::Invalid`] a clause that says what is wrong, for
    /// [`ErrorKind::Unsupported`] the name of what is not supported. No full stop.
    pub reason: String,
}

/// The result of everything that reads a query option.
pub type FilterResult<T> = Result<T, FilterError>;

impl FilterError {
    /// The HTTP status: 400 or 501.
    pub fn status(&self) -> u16 {
        match self.kind {
            ErrorKind::Invalid => 400,
            ErrorKind::Unsupported => 501,
        }
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { option, offset, reason, .. } = self;
        match self.kind {
            ErrorKind::Invalid => {
                write!(f, "The `{option}` is not valid at offset {offset}: {reason}.")
            }
            ErrorKind::Unsupported => {
                write!(f, "This service does not support {reason} (`{option}`, offset {offset}).")
            }
        }
    }
}

impl std::error::Error for FilterError {}

/// What a client wrote, short enough to be repeated in a sentence.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.char_indices().nth(SHOWN) {
        None => format!("`{text}`"),
        Some((end, _)) => format!("`{}…`", &text[..end]),
    }
}
