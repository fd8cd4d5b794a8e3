//! Filters and rows as the test knows them, and what a filter means for a row: written from the
//! specification, sharing nothing with the product but the names of operators.

use std::fmt::Write as _;

use mmd::domain::filter::{CompareOp as Op, TextTest};

#[derive(Debug, Clone)]
pub struct Row {
    pub s: [Option<String>; 2],
    pub n: [Option<i64>; 2],
    pub b: [Option<bool>; 2],
    pub g: [Option<String>; 2],
    pub t: [Option<i64>; 2],
}

/// A filter as the test knows it.
#[derive(Debug, Clone)]
pub enum Cond {
    Null,
    Literal(bool),
    Property(usize),
    Not(Box<Cond>),
    And(Vec<Cond>),
    Or(Vec<Cond>),
    Compare(Op, Scalar, Scalar),
    CompareBools(Op, Box<Cond>, Box<Cond>),
    In(Scalar, Vec<Scalar>),
    InBools(Box<Cond>, Vec<Option<bool>>),
    Test(TextTest, Scalar, Scalar),
}

/// A value and how it is written.
#[derive(Debug, Clone)]
pub enum Scalar {
    Null,
    Property(char, usize),
    Text(String),
    Guid(String, bool),
    Number(Decimal, bool),
    NotANumber,
    Infinite(bool),
    /// Microseconds, picoseconds beyond them, minutes east.
    Time(i64, i64, i64),
    Folded(bool, Box<Scalar>),
}

/// `mantissa / 10^scale`.
#[derive(Debug, Clone, Copy)]
pub struct Decimal {
    pub mantissa: i128,
    pub scale: u32,
}

/// A value without its type: only values of one type ever meet.
#[derive(Debug, Clone, PartialEq)]
enum Known {
    Text(String),
    /// In units of 10^-6.
    Number(i128),
    NotANumber,
    Infinite(bool),
    /// In picoseconds.
    Time(i128),
}

impl Known {
    fn order(&self, other: &Self) -> Option<std::cmp::Ordering> {
        fn size(known: &Known) -> Option<i128> {
            match known {
                Known::Number(value) | Known::Time(value) => Some(*value),
                Known::Infinite(negative) => Some(if *negative { i128::MIN } else { i128::MAX }),
                _ => None,
            }
        }
        match (self, other) {
            // By code point, literally.
            (Self::Text(a), Self::Text(b)) => Some(a.chars().cmp(b.chars())),
            _ => Some(size(self)?.cmp(&size(other)?)),
        }
    }
}

impl Scalar {
    fn value(&self, row: &Row) -> Option<Known> {
        match self {
            Self::Null => None,
            Self::Property('s', i) => row.s[*i].clone().map(Known::Text),
            Self::Property('g', i) => row.g[*i].clone().map(Known::Text),
            Self::Property('n', i) => row.n[*i].map(|n| Known::Number(i128::from(n) * 1_000_000)),
            Self::Property(_, i) => row.t[*i].map(|t| Known::Time(i128::from(t) * 1_000_000)),
            Self::Text(text) => Some(Known::Text(text.clone())),
            Self::Guid(guid, _) => Some(Known::Text(guid.clone())),
            Self::Number(number, _) => {
                Some(Known::Number(number.mantissa * 10_i128.pow(6 - number.scale)))
            }
            Self::NotANumber => Some(Known::NotANumber),
            Self::Infinite(negative) => Some(Known::Infinite(*negative)),
            Self::Time(micro, pico, _) => {
                Some(Known::Time(i128::from(*micro) * 1_000_000 + i128::from(*pico)))
            }
            Self::Folded(upper, inner) => match inner.value(row)? {
                Known::Text(text) => Some(Known::Text(
                    text.chars()
                        .map(|c| match c {
                            'a'..='z' if *upper => char::from(c as u8 - 32),
                            'A'..='Z' if !*upper => char::from(c as u8 + 32),
                            c => c,
                        })
                        .collect(),
                )),
                other => Some(other),
            },
        }
    }

    fn write(&self, out: &mut String) {
        let written = match self {
            Self::Null => write!(out, "null"),
            Self::Property(kind, i) => write!(out, "{kind}{i}"),
            Self::Text(text) => write!(out, "'{}'", text.replace('\'', "''")),
            Self::Guid(guid, true) => write!(out, "{}", guid.to_uppercase()),
            Self::Guid(guid, false) => write!(out, "{guid}"),
            Self::Number(number, true) => write!(out, "{}e-{}", number.mantissa, number.scale),
            Self::Number(number, false) => {
                let sign = if number.mantissa < 0 { "-" } else { "" };
                let digits = number.mantissa.unsigned_abs().to_string();
                let scale = number.scale as usize;
                let digits = format!("{digits:0>width$}", width = scale + 1);
                let (whole, fraction) = digits.split_at(digits.len() - scale);
                let dot = if scale > 0 { "." } else { "" };
                write!(out, "{sign}{whole}{dot}{fraction}")
            }
            Self::NotANumber => write!(out, "NaN"),
            Self::Infinite(negative) => write!(out, "{}INF", if *negative { "-" } else { "" }),
            Self::Time(micro, pico, east) => {
                let local = jiff::Timestamp::from_microsecond(micro + east * 60_000_000)
                    .expect("generated in range")
                    .to_zoned(jiff::tz::TimeZone::UTC)
                    .strftime("%Y-%m-%dT%H:%M:%S.%6f")
                    .to_string();
                let sign = if *east < 0 { '-' } else { '+' };
                let (hours, minutes) = (east.abs() / 60, east.abs() % 60);
                write!(out, "{local}{pico:06}{sign}{hours:02}:{minutes:02}")
            }
            Self::Folded(upper, inner) => {
                out.push_str(if *upper { "toupper(" } else { "tolower(" });
                inner.write(out);
                write!(out, ")")
            }
        };
        written.expect("a string takes everything");
    }
}

/// The rules for null stand here: equality takes it as a value, an order with it is false.
fn compare<T>(
    op: Op,
    left: Option<T>,
    right: Option<T>,
    order: impl Fn(&T, &T) -> Option<std::cmp::Ordering>,
) -> bool {
    let equal = match (&left, &right) {
        (None, None) => true,
        (Some(left), Some(right)) => order(left, right).is_some_and(|o| o.is_eq()),
        _ => false,
    };
    let ordered = |wanted: fn(std::cmp::Ordering) -> bool| match (&left, &right) {
        (Some(left), Some(right)) => order(left, right).is_some_and(wanted),
        _ => false,
    };
    match op {
        Op::Eq => equal,
        Op::Ne => !equal,
        Op::Gt => ordered(|o| o.is_gt()),
        Op::Ge => ordered(|o| o.is_ge()),
        Op::Lt => ordered(|o| o.is_lt()),
        Op::Le => ordered(|o| o.is_le()),
    }
}

impl Cond {
    /// True, false or unknown.
    pub fn value(&self, row: &Row) -> Option<bool> {
        match self {
            Self::Null => None,
            Self::Literal(value) => Some(*value),
            Self::Property(i) => row.b[*i],
            Self::Not(inner) => inner.value(row).map(|value| !value),
            Self::And(parts) => {
                let values: Vec<_> = parts.iter().map(|part| part.value(row)).collect();
                if values.contains(&Some(false)) {
                    Some(false)
                } else if values.contains(&None) {
                    None
                } else {
                    Some(true)
                }
            }
            Self::Or(parts) => {
                let values: Vec<_> = parts.iter().map(|part| part.value(row)).collect();
                if values.contains(&Some(true)) {
                    Some(true)
                } else if values.contains(&None) {
                    None
                } else {
                    Some(false)
                }
            }
            Self::Compare(op, l, r) => Some(compare(*op, l.value(row), r.value(row), Known::order)),
            Self::CompareBools(op, l, r) => {
                Some(compare(*op, l.value(row), r.value(row), |a, b| Some(a.cmp(b))))
            }
            Self::In(left, list) => Some(
                list.iter().any(|m| compare(Op::Eq, left.value(row), m.value(row), Known::order)),
            ),
            Self::InBools(left, list) => Some(list.contains(&left.value(row))),
            Self::Test(test, text, part) => match (text.value(row)?, part.value(row)?) {
                (Known::Text(text), Known::Text(part)) => Some(match test {
                    TextTest::Contains => text.contains(&part),
                    TextTest::StartsWith => text.starts_with(&part),
                    TextTest::EndsWith => text.ends_with(&part),
                }),
                _ => unreachable!("only strings are generated there"),
            },
        }
    }

    /// How tightly the outermost operator binds.
    fn binding(&self) -> u8 {
        match self {
            Self::Or(_) => 1,
            Self::And(_) => 2,
            Self::Compare(Op::Eq | Op::Ne, ..) | Self::CompareBools(Op::Eq | Op::Ne, ..) => 3,
            Self::Compare(..) | Self::CompareBools(..) => 4,
            Self::Not(_) => 5,
            Self::In(..) | Self::InBools(..) => 6,
            Self::Null | Self::Literal(_) | Self::Property(_) | Self::Test(..) => 7,
        }
    }

    /// With no more parentheses than needed, so that precedence is tested too.
    pub fn write(&self, out: &mut String, at_least: u8) {
        let own = self.binding();
        if own < at_least {
            out.push('(');
            self.write(out, 0);
            out.push(')');
            return;
        }
        match self {
            Self::Null => out.push_str("null"),
            Self::Literal(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Property(i) => {
                let _ = write!(out, "b{i}");
            }
            Self::Not(inner) => {
                out.push_str("not ");
                inner.write(out, own);
            }
            Self::And(parts) | Self::Or(parts) => {
                for (i, part) in parts.iter().enumerate() {
                    if i > 0 {
                        out.push_str(if own == 2 { " and " } else { " or " });
                    }
                    part.write(out, own + 1);
                }
            }
            Self::Compare(op, l, r) => {
                l.write(out);
                out.push_str(word(*op));
                r.write(out);
            }
            Self::CompareBools(op, l, r) => {
                l.write(out, own);
                out.push_str(word(*op));
                r.write(out, own + 1);
            }
            Self::In(left, list) => {
                left.write(out);
                out.push_str(" in (");
                for (i, member) in list.iter().enumerate() {
                    out.push_str(if i > 0 { "," } else { "" });
                    member.write(out);
                }
                out.push(')');
            }
            Self::InBools(left, list) => {
                left.write(out, own);
                let list: Vec<_> = list
                    .iter()
                    .map(|member| member.map_or("null".into(), |value| value.to_string()))
                    .collect();
                let _ = write!(out, " in ({})", list.join(", "));
            }
            Self::Test(test, text, part) => {
                out.push_str(match test {
                    TextTest::Contains => "contains(",
                    TextTest::StartsWith => "startswith(",
                    TextTest::EndsWith => "endswith(",
                });
                text.write(out);
                out.push(',');
                part.write(out);
                out.push(')');
            }
        }
    }
}

fn word(op: Op) -> &'static str {
    match op {
        Op::Eq => " eq ",
        Op::Ne => " ne ",
        Op::Gt => " gt ",
        Op::Ge => " ge ",
        Op::Lt => " lt ",
        Op::Le => " le ",
    }
}
