//! Types: from a syntax tree and a schema to a condition that means something.
//!
//! What depends on literals alone is worked out here. A number or a time that no row can hold
//! becomes the condition that it amounts to, so the store only ever sees values it can bind.

use super::{
    Property, Type,
    ast::{Case, CompareOp, Expr, Operand, TextTest},
    error::{ErrorKind, FilterError, FilterResult, quoted},
    find,
    literal::{Literal, Place},
    parser::{Node, Raw},
};

/// A part of the tree with its type.
enum Typed {
    /// The null literal, or a function of it: of every type.
    Null,
    Bool(Expr),
    /// Neither null nor boolean.
    Literal(Literal),
    /// A property, or a function of one.
    Value(Type, Operand),
}

impl Typed {
    fn describe(&self) -> &'static str {
        match self {
            Self::Null | Self::Literal(Literal::Null) => "null",
            Self::Bool(_) | Self::Literal(Literal::Bool(_)) => Type::Bool.describe(),
            Self::Literal(Literal::Text(_)) => Type::String.describe(),
            Self::Literal(Literal::Number(_)) => Type::Int.describe(),
            Self::Literal(Literal::Guid(_)) => Type::Guid.describe(),
            Self::Literal(Literal::Time(_)) => Type::Time.describe(),
            Self::Value(ty, _) => ty.describe(),
        }
    }
}

impl From<&Literal> for Typed {
    fn from(literal: &Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(Expr::Const(Some(*value))),
            literal => Self::Literal(literal.clone()),
        }
    }
}

/// Checks a whole filter, which must be a condition.
pub(super) fn check(raw: &Raw<'_>, schema: &[Property]) -> FilterResult<Expr> {
    Checker { schema }.condition(raw)
}

struct Checker<'s> {
    schema: &'s [Property],
}

impl Checker<'_> {
    fn condition(&self, raw: &Raw<'_>) -> FilterResult<Expr> {
        match self.typed(raw)? {
            Typed::Bool(expr) => Ok(expr),
            Typed::Null => Ok(Expr::Const(None)),
            other => {
                let what = other.describe();
                Err(invalid(raw.at, format!("a condition is needed here, and this is {what}")))
            }
        }
    }

    fn typed(&self, raw: &Raw<'_>) -> FilterResult<Typed> {
        Ok(match &raw.node {
            Node::Literal(literal) => Typed::from(literal),
            Node::Property(name) => self.property(raw.at, name)?,
            Node::Not(inner) => Typed::Bool(Expr::Not(Box::new(self.negated(inner)?))),
            Node::And(parts) => Typed::Bool(Expr::And(self.parts(parts, |expr| match expr {
                Expr::And(inner) => Ok(inner),
                other => Err(other),
            })?)),
            Node::Or(parts) => Typed::Bool(Expr::Or(self.parts(parts, |expr| match expr {
                Expr::Or(inner) => Ok(inner),
                other => Err(other),
            })?)),
            Node::Compare(op, sides) => {
                let [left, right] = &**sides;
                let typed = (self.typed(left)?, self.typed(right)?);
                // A wrong literal is pointed at, wherever it stands.
                let at = if matches!(left.node, Node::Literal(_)) { left.at } else { right.at };
                Typed::Bool(compare(*op, self.canonical(left, right, typed), at)?)
            }
            Node::In(operand, list) => Typed::Bool(self.member(operand, list)?),
            Node::Test(test, sides) => {
                let [text, part] = &**sides;
                match (self.text(text)?, self.text(part)?) {
                    (None, _) | (_, None) => Typed::Bool(Expr::Const(None)),
                    (Some(text), Some(part)) => Typed::Bool(look_for(*test, text, part)),
                }
            }
            Node::Folded(case, inner) => match self.text(inner)? {
                None => Typed::Null,
                Some(Operand::Text(text)) => Typed::Literal(Literal::Text(match case {
                    Case::Lower => text.to_ascii_lowercase(),
                    Case::Upper => text.to_ascii_uppercase(),
                })),
                Some(other) => Typed::Value(Type::String, Operand::Folded(*case, Box::new(other))),
            },
        })
    }

    /// The operands of a chain, with those that are chains of the same operator opened.
    fn parts(
        &self,
        parts: &[Raw<'_>],
        open: impl Fn(Expr) -> Result<Vec<Expr>, Expr>,
    ) -> FilterResult<Vec<Expr>> {
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match open(self.condition(part)?) {
                Ok(inner) => all.extend(inner),
                Err(other) => all.push(other),
            }
        }
        Ok(all)
    }

    fn negated(&self, inner: &Raw<'_>) -> FilterResult<Expr> {
        self.condition(inner).map_err(|mut error| {
            // By far the likeliest reason, and one that surprises.
            if error.offset == inner.at && error.reason.starts_with("a condition is needed") {
                error.reason.push_str("; `not` binds tighter than a comparison");
            }
            error
        })
    }

    fn property(&self, at: usize, name: &str) -> FilterResult<Typed> {
        let property = find(name, self.schema).map_err(|reason| invalid(at, reason))?;
        Ok(match property.ty {
            Type::Bool => Typed::Bool(Expr::Property(property.name)),
            Type::Other => {
                let what = Type::Other.describe();
                let reason = format!("filtering by {}, which is {what}", quoted(name));
                return Err(refuse(ErrorKind::Unsupported, at, reason));
            }
            ty => Typed::Value(ty, Operand::Property(property.name)),
        })
    }

    /// A string, or `None` for null.
    fn text(&self, raw: &Raw<'_>) -> FilterResult<Option<Operand>> {
        match self.typed(raw)? {
            Typed::Null => Ok(None),
            Typed::Literal(Literal::Text(text)) => Ok(Some(Operand::Text(text))),
            Typed::Value(Type::String, operand) => Ok(Some(operand)),
            other => {
                let what = other.describe();
                Err(invalid(raw.at, format!("a string is needed here, and this is {what}")))
            }
        }
    }

    /// Puts the spelling that is kept for one that the property also accepts.
    fn canonical(
        &self,
        left: &Raw<'_>,
        right: &Raw<'_>,
        (typed_left, typed_right): (Typed, Typed),
    ) -> (Typed, Typed) {
        (self.respelled(typed_left, right), self.respelled(typed_right, left))
    }

    fn respelled(&self, typed: Typed, beside: &Raw<'_>) -> Typed {
        match (typed, &beside.node) {
            (Typed::Literal(Literal::Text(text)), Node::Property(name)) => {
                let kept = find(name, self.schema).ok().and_then(|property| {
                    property.synonyms.iter().find(|(other, _)| *other == text)
                });
                let text = kept.map_or(text, |(_, kept)| (*kept).to_owned());
                Typed::Literal(Literal::Text(text))
            }
            (typed, _) => typed,
        }
    }

    /// `in` is `eq` with any of the list, so null is a member like others, and nothing is
    /// unknown.
    fn member(&self, raw: &Raw<'_>, list: &[(usize, Literal)]) -> FilterResult<Expr> {
        let left = self.typed(raw)?;
        let mut values = Vec::new();
        let mut or_null = false;
        let mut holds = [false; 2];
        let mut known = false;
        for (at, literal) in list {
            let right = self.respelled(Typed::from(literal), raw);
            match (&left, right) {
                (Typed::Null, Typed::Null) => known = true,
                (Typed::Null, _) => {}
                (_, Typed::Null) => or_null = true,
                (Typed::Bool(_), Typed::Bool(Expr::Const(Some(value)))) => {
                    holds[usize::from(value)] = true;
                }
                (Typed::Literal(left), Typed::Literal(right)) => {
                    let order = left.compare(&right).ok_or_else(|| {
                        mismatch(*at, &Typed::Literal(left.clone()), &Typed::from(literal))
                    })?;
                    known |= CompareOp::Eq.holds(order);
                }
                (Typed::Value(ty, _), Typed::Literal(right)) => match (ty, place(*ty, &right)) {
                    (Type::String | Type::Guid, _) => match text_of(*ty, right) {
                        Some(text) => values.push(Operand::Text(text)),
                        None => return Err(mismatch(*at, &left, &Typed::from(literal))),
                    },
                    (_, Some(Place::At(value))) => values.push(Operand::Int(value)),
                    (_, Some(_)) => {}
                    (_, None) => return Err(mismatch(*at, &left, &Typed::from(literal))),
                },
                (_, right) => return Err(mismatch(*at, &left, &right)),
            }
        }
        Ok(match left {
            Typed::Null | Typed::Literal(_) => Expr::Const(Some(known)),
            Typed::Bool(expr) => one_of(expr, holds, or_null),
            Typed::Value(_, operand) if values.is_empty() && or_null => Expr::IsNull(operand),
            Typed::Value(..) if values.is_empty() => Expr::Const(Some(false)),
            Typed::Value(_, operand) => Expr::In { operand, values, or_null },
        })
    }
}

/// Whether a condition is among false, true and unknown, in the fewest comparisons: writing it
/// once for each member would double nested lists again and again.
fn one_of(expr: Expr, [or_false, or_true]: [bool; 2], or_null: bool) -> Expr {
    let compare =
        |op, value| Expr::CompareBool(op, Box::new(expr.clone()), Box::new(Expr::Const(value)));
    match (or_false, or_true, or_null) {
        (false, false, false) => Expr::Const(Some(false)),
        (true, true, true) => Expr::Const(Some(true)),
        (true, false, false) => compare(CompareOp::Eq, Some(false)),
        (false, true, false) => compare(CompareOp::Eq, Some(true)),
        (false, false, true) => compare(CompareOp::Eq, None),
        (true, true, false) => compare(CompareOp::Ne, None),
        (true, false, true) => compare(CompareOp::Ne, Some(true)),
        (false, true, true) => compare(CompareOp::Ne, Some(false)),
    }
}

fn compare(op: CompareOp, sides: (Typed, Typed), at: usize) -> FilterResult<Expr> {
    // With null on one side, `eq` asks whether the other is null too; an order is false.
    let null = |is_null: Expr| match op {
        CompareOp::Eq => is_null,
        CompareOp::Ne => Expr::Not(Box::new(is_null)),
        _ => Expr::Const(Some(false)),
    };
    Ok(match sides {
        (Typed::Null, Typed::Null) => null(Expr::Const(Some(true))),
        (Typed::Null, Typed::Literal(_)) | (Typed::Literal(_), Typed::Null) => {
            null(Expr::Const(Some(false)))
        }
        (Typed::Null, Typed::Value(_, operand)) | (Typed::Value(_, operand), Typed::Null) => {
            null(Expr::IsNull(operand))
        }
        (Typed::Null, Typed::Bool(expr)) => compare_bool(op, Expr::Const(None), expr),
        (Typed::Bool(expr), Typed::Null) => compare_bool(op, expr, Expr::Const(None)),
        (Typed::Bool(left), Typed::Bool(right)) => compare_bool(op, left, right),
        (Typed::Literal(left), Typed::Literal(right)) => match left.compare(&right) {
            Some(order) => Expr::Const(Some(op.holds(order))),
            None => return Err(mismatch(at, &Typed::Literal(left), &Typed::Literal(right))),
        },
        (Typed::Value(ty, operand), Typed::Literal(literal)) => with(op, ty, operand, literal, at)?,
        (Typed::Literal(literal), Typed::Value(ty, operand)) => {
            with(op.flipped(), ty, operand, literal, at)?
        }
        (Typed::Value(a, left), Typed::Value(b, right)) if a == b => Expr::Compare(op, left, right),
        (left, right) => return Err(mismatch(at, &left, &right)),
    })
}

fn compare_bool(op: CompareOp, left: Expr, right: Expr) -> Expr {
    match (&left, &right) {
        (Expr::Const(a), Expr::Const(b)) => Expr::Const(Some(match op {
            CompareOp::Eq => a == b,
            CompareOp::Ne => a != b,
            _ => op.holds(a.zip(*b).map(|(a, b)| a.cmp(&b))),
        })),
        _ => Expr::CompareBool(op, Box::new(left), Box::new(right)),
    }
}

/// Compares a value of a row with a literal that is not null.
fn with(
    op: CompareOp,
    ty: Type,
    operand: Operand,
    literal: Literal,
    at: usize,
) -> FilterResult<Expr> {
    let Some(place) = place(ty, &literal) else {
        return match text_of(ty, literal.clone()) {
            Some(text) => Ok(Expr::Compare(op, operand, Operand::Text(text))),
            None => Err(mismatch(at, &Typed::Value(ty, operand), &Typed::Literal(literal))),
        };
    };
    use CompareOp::{Eq, Ge, Gt, Le, Lt, Ne};
    let not_null = |operand| Expr::Not(Box::new(Expr::IsNull(operand)));
    Ok(match (place, op) {
        (Place::At(value), op) => Expr::Compare(op, operand, Operand::Int(value)),
        (_, Eq) => Expr::Const(Some(false)),
        (_, Ne) => Expr::Const(Some(true)),
        (Place::After(value), Gt | Ge) => Expr::Compare(Gt, operand, Operand::Int(value)),
        (Place::After(value), Lt | Le) => Expr::Compare(Le, operand, Operand::Int(value)),
        (Place::BelowAll, Gt | Ge) | (Place::AboveAll, Lt | Le) => not_null(operand),
        (Place::BelowAll, Lt | Le) | (Place::AboveAll, Gt | Ge) | (Place::Nowhere, _) => {
            Expr::Const(Some(false))
        }
    })
}

/// Where a literal lies among the values of a type that is kept as integers; `None` for other
/// types and for a literal of another type.
fn place(ty: Type, literal: &Literal) -> Option<Place> {
    match (ty, literal) {
        (Type::Int, Literal::Number(number)) => Some(number.place()),
        (Type::Time, Literal::Time(picoseconds)) => Some(Place::of_time(*picoseconds)),
        _ => None,
    }
}

/// The text that stands for a literal of a type that is kept as text.
fn text_of(ty: Type, literal: Literal) -> Option<String> {
    match (ty, literal) {
        (Type::String, Literal::Text(text)) | (Type::Guid, Literal::Guid(text)) => Some(text),
        _ => None,
    }
}

fn look_for(test: TextTest, text: Operand, part: Operand) -> Expr {
    match (&text, &part) {
        (Operand::Text(text), Operand::Text(part)) => Expr::Const(Some(match test {
            TextTest::Contains => text.contains(part),
            TextTest::StartsWith => text.starts_with(part),
            TextTest::EndsWith => text.ends_with(part),
        })),
        _ => Expr::Test(test, text, part),
    }
}

fn mismatch(at: usize, left: &Typed, right: &Typed) -> FilterError {
    let (left, right) = (left.describe(), right.describe());
    invalid(at, format!("{left} cannot be compared with {right}"))
}

fn invalid(at: usize, reason: String) -> FilterError {
    refuse(ErrorKind::Invalid, at, reason)
}

fn refuse(kind: ErrorKind, offset: usize, reason: String) -> FilterError {
    FilterError { option: "$filter", kind, offset, reason }
}
