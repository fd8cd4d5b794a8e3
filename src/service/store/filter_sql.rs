//! Filters and orders as SQL.
//!
//! The language's rules for null are not SQL's: a comparison is never unknown there. Each is
//! therefore written so that it is true or false for every row, in a form that an index on the
//! column can still serve. `and or not` and functions of null agree with SQL as they are.
//!
//! Whatever a client wrote is bound, never written into the statement. The text is what SQLite
//! and PostgreSQL have in common, but for the string functions at the end of this file.

use std::fmt::Write as _;

use rusqlite::types::Value;

use crate::domain::filter::{Case, CompareOp, Expr, Operand, Order, TextTest};

/// A piece of SQL and what is bound to its placeholders.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// For filters a condition, ready to stand between `AND`s. Placeholders are `$N`; each
    /// appears for the first time in ascending order, as SQLite numbers them.
    pub sql: String,
    /// One for each placeholder, in order.
    pub values: Vec<Value>,
}

/// Translates a filter; its placeholders start at `$first`.
///
/// `column` maps a property of the schema to a column, or to an expression that can stand beside
/// any operator. Columns hold what [`crate::domain::filter::Type`] says: text that compares by
/// code point (`BINARY`; on PostgreSQL `COLLATE "C"`), integers, booleans as 0 and 1.
pub fn filter<'c>(expr: &Expr, column: impl Fn(&str) -> &'c str, first: usize) -> Fragment {
    let mut writer = Writer { sql: String::new(), values: Vec::new(), column, first };
    writer.condition(expr);
    Fragment { sql: writer.sql, values: writer.values }
}

/// Translates an order to what follows `ORDER BY`; empty for no keys. The caller appends the id.
pub fn order<'c>(orders: &[Order], column: impl Fn(&str) -> &'c str) -> String {
    let keys: Vec<_> = orders
        .iter()
        .map(|order| {
            // Said aloud, because the engines disagree about where nulls stand.
            let direction = if order.descending { "DESC NULLS LAST" } else { "ASC NULLS FIRST" };
            format!("{} {direction}", column(order.property))
        })
        .collect();
    keys.join(", ")
}

struct Writer<F> {
    sql: String,
    values: Vec<Value>,
    column: F,
    first: usize,
}

impl<'c, F: Fn(&str) -> &'c str> Writer<F> {
    /// Writes a condition in parentheses, or as something that needs none.
    fn condition(&mut self, expr: &Expr) {
        match expr {
            Expr::Const(Some(true)) => self.push("TRUE"),
            Expr::Const(Some(false)) => self.push("FALSE"),
            // PostgreSQL wants to know what is not known.
            Expr::Const(None) => self.push("CAST(NULL AS BOOLEAN)"),
            Expr::Property(name) => {
                let column = (self.column)(name);
                self.write(format_args!("({column} <> 0)"));
            }
            Expr::Not(inner) => {
                self.push("(NOT ");
                self.condition(inner);
                self.push(")");
            }
            Expr::And(parts) => self.joined(parts, " AND "),
            Expr::Or(parts) => self.joined(parts, " OR "),
            Expr::Compare(op, left, right) => self.compare(*op, left, right),
            Expr::CompareBool(op, left, right) => self.compare_bool(*op, left, right),
            Expr::IsNull(operand) => {
                let operand = self.operand(operand);
                self.write(format_args!("({operand} IS NULL)"));
            }
            Expr::In { operand, values, or_null } => {
                let operand = self.operand(operand);
                let values: Vec<_> = values.iter().map(|value| self.operand(value)).collect();
                let list = values.join(", ");
                // Null among the members makes null a member; without it null is none.
                let null = if *or_null { "OR" } else { "AND" };
                let not = if *or_null { "" } else { "NOT " };
                self.write(format_args!("({operand} IN ({list}) {null} {operand} IS {not}NULL)"));
            }
            Expr::Test(kind, text, part) => {
                let text = self.operand(text);
                let part = self.operand(part);
                let sql = test(*kind, &text, &part);
                self.write(format_args!("({sql})"));
            }
        }
    }

    fn joined(&mut self, parts: &[Expr], operator: &str) {
        self.push("(");
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.push(operator);
            }
            self.condition(part);
        }
        self.push(")");
    }

    fn compare(&mut self, op: CompareOp, left: &Operand, right: &Operand) {
        let symbol = symbol(op);
        let (l, r) = (self.operand(left), self.operand(right));
        match (op, can_be_null(left), can_be_null(right)) {
            (CompareOp::Eq, true, true) => {
                self.write(format_args!("({l} IS NOT DISTINCT FROM {r})"));
            }
            (CompareOp::Ne, true, false) => {
                self.write(format_args!("({l} <> {r} OR {l} IS NULL)"));
            }
            (CompareOp::Ne, ..) => self.write(format_args!("({l} IS DISTINCT FROM {r})")),
            (_, left_null, right_null) => {
                self.write(format_args!("({l} {symbol} {r}"));
                for side in [(left_null, &l), (right_null, &r)].iter().filter(|side| side.0) {
                    self.write(format_args!(" AND {} IS NOT NULL", side.1));
                }
                self.push(")");
            }
        }
    }

    fn compare_bool(&mut self, op: CompareOp, left: &Expr, right: &Expr) {
        let (before, between, after) = match op {
            CompareOp::Eq => ("(", " IS NOT DISTINCT FROM ", ")"),
            CompareOp::Ne => ("(", " IS DISTINCT FROM ", ")"),
            CompareOp::Gt => ("COALESCE(", " > ", ", FALSE)"),
            CompareOp::Ge => ("COALESCE(", " >= ", ", FALSE)"),
            CompareOp::Lt => ("COALESCE(", " < ", ", FALSE)"),
            CompareOp::Le => ("COALESCE(", " <= ", ", FALSE)"),
        };
        self.push(before);
        self.condition(left);
        self.push(between);
        self.condition(right);
        self.push(after);
    }

    /// The SQL of a value; it can be written more than once.
    fn operand(&mut self, operand: &Operand) -> String {
        match operand {
            Operand::Property(name) => (self.column)(name).to_owned(),
            Operand::Text(text) => self.bind(Value::Text(text.clone())),
            Operand::Int(value) => self.bind(Value::Integer(*value)),
            Operand::Folded(case, inner) => fold(*case, &self.operand(inner)),
        }
    }

    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        format!("${}", self.first + self.values.len() - 1)
    }

    fn push(&mut self, sql: &str) {
        self.sql.push_str(sql);
    }

    fn write(&mut self, sql: std::fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.sql.write_fmt(sql);
    }
}

fn can_be_null(operand: &Operand) -> bool {
    match operand {
        Operand::Property(_) => true,
        Operand::Text(_) | Operand::Int(_) => false,
        Operand::Folded(_, inner) => can_be_null(inner),
    }
}

fn symbol(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Eq => "=",
        CompareOp::Ne => "<>",
        CompareOp::Gt => ">",
        CompareOp::Ge => ">=",
        CompareOp::Lt => "<",
        CompareOp::Le => "<=",
    }
}

/// Looks for a part of a string, for SQLite. Not by `LIKE`, which ignores case and has wildcards.
///
/// PostgreSQL has `strpos(text, part) > 0` for the first; the others are the same there.
fn test(kind: TextTest, text: &str, part: &str) -> String {
    match kind {
        TextTest::Contains => format!("instr({text}, {part}) > 0"),
        TextTest::StartsWith => format!("substr({text}, 1, length({part})) = {part}"),
        // For a part longer than the text the start is not positive; what is then cut out is
        // no longer than the text, so it cannot equal the part.
        TextTest::EndsWith => {
            format!("substr({text}, length({text}) - length({part}) + 1) = {part}")
        }
    }
}

/// Folds ASCII letters, for SQLite, whose functions fold no others.
///
/// PostgreSQL folds by collation: there the argument is `{inner} COLLATE "C"`.
fn fold(case: Case, inner: &str) -> String {
    match case {
        Case::Lower => format!("lower({inner})"),
        Case::Upper => format!("upper({inner})"),
    }
}
