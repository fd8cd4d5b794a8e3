//! A filter after its types were checked: what the store translates.

/// How two values of one type are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompareOp {
    /// Equal; null equals null and nothing else.
    Eq,
    /// Not equal: always the opposite of `Eq`.
    Ne,
    /// Greater; false where either side is null, as for the three that follow.
    Gt,
    /// Greater or equal.
    Ge,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
}

impl CompareOp {
    /// The operator that says the same with its sides exchanged.
    pub fn flipped(self) -> Self {
        match self {
            Self::Eq | Self::Ne => self,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
        }
    }

    /// Whether the operator holds for values in this order; `None` is a NaN somewhere.
    pub fn holds(self, order: Option<std::cmp::Ordering>) -> bool {
        match self {
            Self::Eq => order.is_some_and(|o| o.is_eq()),
            Self::Ne => order.is_none_or(|o| o.is_ne()),
            Self::Gt => order.is_some_and(|o| o.is_gt()),
            Self::Ge => order.is_some_and(|o| o.is_ge()),
            Self::Lt => order.is_some_and(|o| o.is_lt()),
            Self::Le => order.is_some_and(|o| o.is_le()),
        }
    }
}

/// What is looked for in a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// The part stands anywhere.
    Contains,
    /// The part stands first.
    StartsWith,
    /// The part stands last.
    EndsWith,
}

/// Which way ASCII letters are folded; others stay as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Case {
    /// `tolower`.
    Lower,
    /// `toupper`.
    Upper,
}

/// A value that is no boolean. Never the null literal, though a property may be null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operand {
    /// A property of the schema, by its name there.
    Property(&'static str),
    /// A string, or a guid as lower-case text with hyphens.
    Text(String),
    /// An integer, or a time in microseconds since the Unix epoch.
    Int(i64),
    /// A string with its ASCII letters folded; null stays null.
    Folded(Case, Box<Operand>),
}

/// A condition in three-valued logic: true, false or unknown. A row stays where it is true.
///
/// Well-typed by construction: the checker compares only values of one type, at least one of
/// which is no literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expr {
    /// Known without looking at a row; `None` is unknown.
    Const(Option<bool>),
    /// A boolean property, by its name; unknown where it is null.
    Property(&'static str),
    /// True for false, false for true, unknown for unknown.
    Not(Box<Expr>),
    /// All of at least two.
    And(Vec<Expr>),
    /// Any of at least two.
    Or(Vec<Expr>),
    /// Compares two values of one type. Never unknown.
    Compare(CompareOp, Operand, Operand),
    /// Compares two conditions: unknown is a null here, and true is greater than false. Never
    /// unknown.
    CompareBool(CompareOp, Box<Expr>, Box<Expr>),
    /// Whether the value is null. Never unknown.
    IsNull(Operand),
    /// Whether the value is one of these literals. Never unknown.
    In {
        /// What is looked for.
        operand: Operand,
        /// At least one; no nulls.
        values: Vec<Operand>,
        /// Whether null was in the list too.
        or_null: bool,
    },
    /// Looks for the second string in the first; unknown where either is null.
    Test(TextTest, Operand, Operand),
}
