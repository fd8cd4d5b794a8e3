//! Cuts a query option into tokens, one at a time.
//!
//! White space is not dropped: the language asks for it round operators, so each token says
//! whether some stood before it.

use super::{
    error::{ErrorKind, FilterError, FilterResult, quoted},
    literal::{self, Literal, Number, Refused},
};

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token<'a> {
    /// An identifier, or several joined by dots.
    Word(&'a str),
    Literal(Literal),
    Open,
    Close,
    Comma,
    /// Any other character; what it means is the parser's business.
    Other(char),
    End,
}

impl Token<'_> {
    /// For "expected …, found …".
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Word(word) => quoted(word),
            Self::Literal(Literal::Null) => "`null`".into(),
            Self::Literal(Literal::Bool(value)) => format!("`{value}`"),
            Self::Literal(Literal::Text(_)) => "a string".into(),
            Self::Literal(Literal::Number(_)) => "a number".into(),
            Self::Literal(Literal::Guid(_)) => "a guid".into(),
            Self::Literal(Literal::Time(_)) => "a time".into(),
            Self::Open => "`(`".into(),
            Self::Close => "`)`".into(),
            Self::Comma => "`,`".into(),
            Self::Other(other) => format!("`{}`", other.escape_debug()),
            Self::End => "the end".into(),
        }
    }
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lexeme<'a> {
    pub(super) token: Token<'a>,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether white space stood before it.
    pub(super) spaced: bool,
}

pub(super) struct Lexer<'a> {
    option: &'static str,
    source: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    /// Starts on a percent-decoded option; refuses one that is too long or holds U+0000.
    pub(super) fn new(option: &'static str, source: &'a str) -> FilterResult<Self> {
        let lexer = Self { option, source, at: 0 };
        if source.len() > super::MAX_LENGTH {
            let reason = format!("it is longer than {} bytes", super::MAX_LENGTH);
            return Err(lexer.invalid(super::MAX_LENGTH, reason));
        }
        match source.find('\0') {
            Some(at) => Err(lexer.invalid(at, "U+0000 is not allowed")),
            None => Ok(lexer),
        }
    }

    pub(super) fn invalid(&self, offset: usize, reason: impl Into<String>) -> FilterError {
        let kind = ErrorKind::Invalid;
        FilterError { option: self.option, kind, offset, reason: reason.into() }
    }

    pub(super) fn unsupported(&self, offset: usize, what: impl Into<String>) -> FilterError {
        let kind = ErrorKind::Unsupported;
        FilterError { option: self.option, kind, offset, reason: what.into() }
    }

    /// The character at an offset that a lexeme named.
    pub(super) fn char_at(&self, offset: usize) -> Option<char> {
        self.rest(offset).chars().next()
    }

    fn rest(&self, offset: usize) -> &'a str {
        self.source.get(offset..).unwrap_or_default()
    }

    /// The next token; [`Token::End`] for ever at the end.
    pub(super) fn next(&mut self) -> FilterResult<Lexeme<'a>> {
        let before = self.rest(self.at);
        let rest = before.trim_start_matches([' ', '\t']);
        let start = self.at + (before.len() - rest.len());
        let (token, length) = self.token(rest, start)?;
        self.at = start + length;
        Ok(Lexeme { token, start, end: self.at, spaced: rest.len() < before.len() })
    }

    fn token(&self, rest: &'a str, start: usize) -> FilterResult<(Token<'a>, usize)> {
        let mut chars = rest.chars();
        let (Some(first), second) = (chars.next(), chars.next()) else {
            return Ok((Token::End, 0));
        };
        let second_is_digit = second.is_some_and(|c| c.is_ascii_digit());
        match first {
            '(' => Ok((Token::Open, 1)),
            ')' => Ok((Token::Close, 1)),
            ',' => Ok((Token::Comma, 1)),
            '\'' => self.string(rest, start),
            '0'..='9' => self.literal(rest, start),
            '-' | '+' if second_is_digit => self.literal(rest, start),
            '-' if run(rest) == "-INF" => self.literal(rest, start),
            _ if starts_word(first) => self.word(rest, start),
            _ => Ok((Token::Other(first), first.len_utf8())),
        }
    }

    fn string(&self, rest: &'a str, start: usize) -> FilterResult<(Token<'a>, usize)> {
        let mut value = String::new();
        let mut at = 1;
        while let Some(quote) = rest[at..].find('\'') {
            value.push_str(&rest[at..at + quote]);
            at += quote + 1;
            if !rest[at..].starts_with('\'') {
                if rest[at..].starts_with(char::is_alphanumeric) {
                    let reason = "a quote inside a string is written twice";
                    return Err(self.invalid(start + at, reason));
                }
                return Ok((Token::Literal(Literal::Text(value)), at));
            }
            value.push('\'');
            at += 1;
        }
        Err(self.invalid(start, "the string has no closing quote"))
    }

    fn literal(&self, rest: &'a str, start: usize) -> FilterResult<(Token<'a>, usize)> {
        let run = run(rest);
        match literal::parse(run) {
            Ok(literal) => Ok((Token::Literal(literal), run.len())),
            Err(Refused::Invalid(reason)) => Err(self.invalid(start, reason)),
            Err(Refused::Unsupported(what)) => Err(self.unsupported(start, what)),
        }
    }

    fn word(&self, rest: &'a str, start: usize) -> FilterResult<(Token<'a>, usize)> {
        let run = run(rest);
        if literal::is_guid(run.as_bytes()) {
            return Ok((Token::Literal(Literal::Guid(run.to_ascii_lowercase())), run.len()));
        }
        let mut end = word_length(rest);
        while rest[end..].starts_with('.') && rest[end + 1..].starts_with(starts_word) {
            end += 1 + word_length(&rest[end + 1..]);
        }
        let word = &rest[..end];
        if rest[end..].starts_with('\'') {
            return Err(self.prefixed(word, start));
        }
        let token = match word {
            "null" => Token::Literal(Literal::Null),
            "NaN" => Token::Literal(Literal::Number(Number::Nan)),
            "INF" => Token::Literal(Literal::Number(Number::Infinite { negative: false })),
            _ if word.eq_ignore_ascii_case("true") => Token::Literal(Literal::Bool(true)),
            _ if word.eq_ignore_ascii_case("false") => Token::Literal(Literal::Bool(false)),
            _ => Token::Word(word),
        };
        Ok((token, end))
    }

    /// A word with a string right behind it: a literal of another type, or a space forgotten.
    fn prefixed(&self, word: &str, start: usize) -> FilterError {
        let lower = word.to_ascii_lowercase();
        match lower.as_str() {
            "duration" | "binary" | "geography" | "geometry" => {
                self.unsupported(start, format!("{lower} literals"))
            }
            _ if word.contains('.') => self.unsupported(start, "enumeration literals"),
            _ => {
                let reason = format!("a space is missing between {} and the string", quoted(word));
                self.invalid(start + word.len(), reason)
            }
        }
    }
}

/// The longest stretch that could be one number, time or guid.
fn run(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "+-.:_".contains(c)));
    &text[..end.unwrap_or(text.len())]
}

fn starts_word(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len())
}
