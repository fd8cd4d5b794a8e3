//! The operators between two operands and how tightly they bind.

use super::{ast::CompareOp, lexer::Token};

/// What may stand between two operands, `in` and `has` apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Infix {
    Or,
    And,
    Compare(CompareOp),
    /// Binds like a sum, or like a product.
    Arithmetic {
        product: bool,
    },
}

impl Infix {
    /// Where a whole expression starts.
    pub(super) const LOOSEST: u8 = 1;

    pub(super) fn of(token: &Token<'_>) -> Option<Self> {
        let Token::Word(word) = token else { return None };
        Some(match word.to_ascii_lowercase().as_str() {
            "or" => Self::Or,
            "and" => Self::And,
            "eq" => Self::Compare(CompareOp::Eq),
            "ne" => Self::Compare(CompareOp::Ne),
            "gt" => Self::Compare(CompareOp::Gt),
            "ge" => Self::Compare(CompareOp::Ge),
            "lt" => Self::Compare(CompareOp::Lt),
            "le" => Self::Compare(CompareOp::Le),
            "add" | "sub" => Self::Arithmetic { product: false },
            "mul" | "div" | "divby" | "mod" => Self::Arithmetic { product: true },
            _ => return None,
        })
    }

    /// The larger, the tighter.
    pub(super) fn binding(self) -> u8 {
        match self {
            Self::Or => Self::LOOSEST,
            Self::And => 2,
            Self::Compare(CompareOp::Eq | CompareOp::Ne) => 3,
            Self::Compare(_) => 4,
            Self::Arithmetic { product: false } => 5,
            Self::Arithmetic { product: true } => 6,
        }
    }
}
