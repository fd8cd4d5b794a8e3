//! The query language of the lists: `$filter` and `$orderby`, a subset of OData v4.01.
//!
//! [`parse`] reads a filter over a schema (the slice of [`Property`] that a list has) and returns
//! a well-typed [`Expr`]; the store translates that to SQL. Syntax comes first, types second, so
//! what is not supported is told from what is wrong without knowing any property.
//!
//! The subset: `and or not`, `eq ne gt ge lt le`, `in`, `contains startswith endswith tolower
//! toupper`, null, strings, numbers, booleans, guids, times, parentheses. Null: `eq` and `ne`
//! take it as a value; `gt ge lt le` with it are false; a function of it is null; `and or not`
//! treat it as unknown.
//!
//! Every input is bounded ([`MAX_LENGTH`], [`MAX_DEPTH`], [`MAX_NODES`], [`MAX_LIST`]), so neither
//! this code nor the database beneath can be made to run out of stack.

mod ast;
mod check;
mod error;
mod functions;
mod infix;
mod lexer;
mod literal;
mod orderby;
mod parser;
#[cfg(test)]
mod tests;
mod time;

pub use ast::{Case, CompareOp, Expr, Operand, TextTest};
pub use error::{ErrorKind, FilterError, FilterResult};
pub use orderby::{Order, parse_orderby};

/// The longest option, in bytes after percent-decoding.
pub const MAX_LENGTH: usize = 8192;
/// The deepest nesting of parentheses, functions, `not` and comparisons of comparisons.
pub const MAX_DEPTH: usize = 64;
/// The most operators, functions, properties and literals, lists apart. With them every
/// expression stays within the depth that SQLite allows (1,000).
pub const MAX_NODES: usize = 400;
/// The most members of one list.
pub const MAX_LIST: usize = 256;

/// What values a property has; any of them may be null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Text, compared by code point.
    String,
    /// A 64-bit integer.
    Int,
    /// True or false.
    Bool,
    /// A guid, kept as lower-case text with hyphens.
    Guid,
    /// A point in time, kept as microseconds since the Unix epoch.
    Time,
    /// A collection or an object: known by name, but a filter on it is not supported.
    Other,
}

impl Type {
    fn describe(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Int => "a number",
            Self::Bool => "a boolean",
            Self::Guid => "a guid",
            Self::Time => "a time",
            Self::Other => "a collection or an object",
        }
    }
}

/// A property that a list can be filtered and ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Property {
    /// The name on the wire; case matters.
    pub name: &'static str,
    /// The type of its values.
    pub ty: Type,
    /// For a string: other spellings that `eq`, `ne` and `in` accept, each with the one kept.
    pub synonyms: &'static [(&'static str, &'static str)],
}

impl Property {
    /// A property without synonyms.
    pub const fn new(name: &'static str, ty: Type) -> Self {
        Self { name, ty, synonyms: &[] }
    }

    /// Adds other spellings, each with the one kept.
    #[must_use]
    pub const fn with_synonyms(self, synonyms: &'static [(&'static str, &'static str)]) -> Self {
        Self { synonyms, ..self }
    }
}

/// Reads a percent-decoded `$filter` over `schema`.
///
/// # Errors
///
/// [`ErrorKind::Invalid`] for what is wrong, [`ErrorKind::Unsupported`] for what is outside the
/// subset, each with its offset.
pub fn parse(source: &str, schema: &[Property]) -> FilterResult<Expr> {
    check::check(&parser::parse(source)?, schema)
}

/// Reads the syntax of a `$filter` alone.
///
/// # Errors
///
/// As [`parse`], for everything that can be said without a schema.
pub fn parse_syntax(source: &str) -> FilterResult<()> {
    parser::parse(source).map(drop)
}

/// Finds a property by name.
fn find<'s>(name: &str, schema: &'s [Property]) -> Result<&'s Property, String> {
    schema.iter().find(|property| property.name == name).ok_or_else(|| {
        let known: Vec<_> = schema.iter().map(|property| format!("`{}`", property.name)).collect();
        format!("there is no property {} here; known are {}", error::quoted(name), known.join(", "))
    })
}
