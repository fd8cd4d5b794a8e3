//! `$orderby`: properties, each ascending or descending.

use super::{
    MAX_LIST, Property, Type,
    error::FilterResult,
    find,
    lexer::{Lexer, Token},
};

/// One key of the order. Nulls come first ascending, last descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// A property of the schema, by its name there.
    pub property: &'static str,
    /// Whether the largest comes first.
    pub descending: bool,
}

/// Reads a percent-decoded `$orderby` over `schema`: `name [asc|desc], …`.
///
/// # Errors
///
/// As [`super::parse`]; ordering by anything but a property is not supported.
pub fn parse_orderby(source: &str, schema: &[Property]) -> FilterResult<Vec<Order>> {
    let mut lexer = Lexer::new("$orderby", source)?;
    let mut orders = Vec::new();
    loop {
        let item = lexer.next()?;
        let Token::Word(name) = item.token else {
            let what = item.token.describe();
            return Err(match item.token {
                Token::Literal(_) | Token::Open | Token::Other('$' | '@' | '-') => {
                    lexer.unsupported(item.start, "ordering by anything but a property")
                }
                _ => lexer.invalid(item.start, format!("expected a property, found {what}")),
            });
        };
        if matches!(lexer.char_at(item.end), Some('/' | '(')) {
            return Err(lexer.unsupported(item.start, "ordering by anything but a property"));
        }
        let property = find(name, schema).map_err(|reason| lexer.invalid(item.start, reason))?;
        if property.ty == Type::Other {
            let what = format!("ordering by `{name}`, which is {}", Type::Other.describe());
            return Err(lexer.unsupported(item.start, what));
        }
        let mut next = lexer.next()?;
        let mut descending = false;
        if let Token::Word(word) = next.token {
            descending = word.eq_ignore_ascii_case("desc");
            if !descending && !word.eq_ignore_ascii_case("asc") {
                let reason = format!("expected `asc` or `desc`, found {}", next.token.describe());
                return Err(lexer.invalid(next.start, reason));
            }
            next = lexer.next()?;
        }
        orders.push(Order { property: property.name, descending });
        match next.token {
            Token::End => return Ok(orders),
            Token::Comma if orders.len() < MAX_LIST => {}
            _ => {
                let what = next.token.describe();
                let reason = format!("expected `,` or the end, found {what}");
                return Err(lexer.invalid(next.start, reason));
            }
        }
    }
}
