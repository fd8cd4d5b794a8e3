//! Literals, kept exactly as written until they meet a property.
//!
//! The store keeps numbers as 64-bit integers and times as whole microseconds. A literal may be
//! finer or larger than that (`2.5`, `1e30`, twelve fractional digits), so it is never rounded:
//! [`Place`] says where it lies between the values that can be stored.

use std::cmp::Ordering;

use super::time;

/// A literal of the filter language.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Text(String),
    Number(Number),
    /// Lower case.
    Guid(String),
    /// Picoseconds since the Unix epoch: twelve fractional digits are exact.
    Time(i128),
}

impl Literal {
    /// How two literals of one type lie; `None` where the types differ.
    pub(super) fn compare(&self, other: &Self) -> Option<Option<Ordering>> {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) | (Self::Guid(a), Self::Guid(b)) => Some(Some(a.cmp(b))),
            (Self::Number(a), Self::Number(b)) => Some(a.compare(b)),
            (Self::Time(a), Self::Time(b)) => Some(Some(a.cmp(b))),
            _ => None,
        }
    }
}

/// Where a number or a time lies among the values of an `i64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    At(i64),
    /// Between this value and the next.
    After(i64),
    BelowAll,
    AboveAll,
    /// Not a number: equal to nothing, not even to itself.
    Nowhere,
}

impl Place {
    /// From the largest integer that is not above, and whether anything is left over.
    pub(super) fn from_floor(floor: i128, fraction: bool) -> Self {
        match i64::try_from(floor) {
            Ok(floor) if fraction => Self::After(floor),
            Ok(floor) => Self::At(floor),
            Err(_) if floor < 0 => Self::BelowAll,
            Err(_) => Self::AboveAll,
        }
    }

    /// From picoseconds, for a column of microseconds.
    pub(super) fn of_time(picoseconds: i128) -> Self {
        const PER_MICROSECOND: i128 = 1_000_000;
        let floor = picoseconds.div_euclid(PER_MICROSECOND);
        Self::from_floor(floor, picoseconds.rem_euclid(PER_MICROSECOND) != 0)
    }
}

/// A number as it was written, of any size and precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Number {
    Nan,
    Infinite {
        negative: bool,
    },
    /// `0.DIGITS × 10^exponent`; digits are ASCII without zeros at either end, none for zero.
    Finite {
        negative: bool,
        digits: Vec<u8>,
        exponent: i64,
    },
}

impl Number {
    /// Reads `[sign] digits [. digits] [e [sign] digits]`; the error is a clause.
    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a literal", super::error::quoted(text));
        let (negative, rest) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (mantissa, power) = match rest.iter().position(|b| b.eq_ignore_ascii_case(&b'e')) {
            Some(e) => (&rest[..e], Some(&rest[e + 1..])),
            None => (rest, None),
        };
        let (whole, fraction) = match mantissa.iter().position(|b| *b == b'.') {
            Some(dot) => (&mantissa[..dot], Some(&mantissa[dot + 1..])),
            None => (mantissa, None),
        };
        let is_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        if !is_digits(whole) || !fraction.is_none_or(is_digits) {
            return Err(wrong());
        }
        let power = power.map_or(Ok(0), |power| {
            let digits = power.strip_prefix(b"-").or(power.strip_prefix(b"+")).unwrap_or(power);
            let text = std::str::from_utf8(power).map_err(|_| wrong())?;
            match text.parse::<i64>() {
                _ if !is_digits(digits) => Err(wrong()),
                // Far beyond any double and any integer; a bound keeps the sums below exact.
                Ok(power) if power.abs() <= 1_000_000 => Ok(power),
                _ => Err(format!("the exponent of {} is too large", super::error::quoted(text))),
            }
        })?;
        let all: Vec<u8> = whole.iter().chain(fraction.unwrap_or_default()).copied().collect();
        let Some(first) = all.iter().position(|b| *b != b'0') else {
            return Ok(Self::Finite { negative: false, digits: Vec::new(), exponent: 0 });
        };
        let last = all.iter().rposition(|b| *b != b'0').unwrap_or(first);
        Ok(Self::Finite {
            negative,
            digits: all[first..=last].to_vec(),
            // Lengths are bounded by that of the whole option.
            exponent: whole.len() as i64 - first as i64 + power,
        })
    }

    fn compare(&self, other: &Self) -> Option<Ordering> {
        fn rank(number: &Number) -> i8 {
            match number {
                Number::Infinite { negative } => {
                    if *negative {
                        -2
                    } else {
                        2
                    }
                }
                Number::Finite { digits, .. } if digits.is_empty() => 0,
                Number::Finite { negative, .. } => {
                    if *negative {
                        -1
                    } else {
                        1
                    }
                }
                Number::Nan => 0,
            }
        }
        match (self, other) {
            (Self::Nan, _) | (_, Self::Nan) => None,
            (
                Self::Finite { negative, digits, exponent },
                Self::Finite { digits: digits_2, exponent: exponent_2, .. },
            ) if rank(self) == rank(other) => {
                let size = exponent.cmp(exponent_2).then_with(|| digits.cmp(digits_2));
                Some(if *negative { size.reverse() } else { size })
            }
            _ => Some(rank(self).cmp(&rank(other))),
        }
    }

    /// Where the number lies among the integers that can be stored.
    pub(super) fn place(&self) -> Place {
        /// No `i64` has more decimal digits.
        const MOST_DIGITS: i64 = 19;
        match self {
            Self::Nan => Place::Nowhere,
            Self::Infinite { negative: true } => Place::BelowAll,
            Self::Infinite { negative: false } => Place::AboveAll,
            Self::Finite { digits, .. } if digits.is_empty() => Place::At(0),
            Self::Finite { negative, exponent, .. } if *exponent > MOST_DIGITS => {
                if *negative {
                    Place::BelowAll
                } else {
                    Place::AboveAll
                }
            }
            Self::Finite { negative, digits, exponent } => {
                let whole_digits = usize::try_from(*exponent).unwrap_or(0);
                let fraction = digits.len() > whole_digits;
                let whole = (0..whole_digits).fold(0_i128, |value, i| {
                    value * 10 + digits.get(i).map_or(0, |digit| i128::from(digit - b'0'))
                });
                let floor = match (negative, fraction) {
                    (false, _) => whole,
                    (true, false) => -whole,
                    (true, true) => -whole - 1,
                };
                Place::from_floor(floor, fraction)
            }
        }
    }
}

/// Whether the text is a guid, in either case.
pub(super) fn is_guid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(i, byte)| match i {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Why a run of characters that starts like a literal is none that can be used.
pub(super) enum Refused {
    Invalid(String),
    Unsupported(&'static str),
}

/// Reads a run that starts with a digit or a sign.
pub(super) fn parse(run: &str) -> Result<Literal, Refused> {
    if is_guid(run.as_bytes()) {
        return Ok(Literal::Guid(run.to_ascii_lowercase()));
    }
    if run == "-INF" {
        return Ok(Literal::Number(Number::Infinite { negative: true }));
    }
    let unsigned = run.strip_prefix('-').unwrap_or(run);
    let digits = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    match unsigned.as_bytes().get(digits) {
        Some(b'-') if digits >= 4 => time::parse(run).map(Literal::Time).map_err(Refused::Invalid),
        Some(b':') if digits == 2 => Err(Refused::Unsupported("time-of-day literals")),
        _ => Number::parse(run).map(Literal::Number).map_err(Refused::Invalid),
    }
}
