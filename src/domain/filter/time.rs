//! Date and date-time literals.
//!
//! Read here and not by a date library: the language has years of any length, twelve fractional
//! digits and leap seconds, and none of it may be rounded.

const PICOSECONDS: i128 = 1_000_000_000_000;

/// Reads `YYYY-MM-DD[Thh:mm[:ss[.f]](Z|±hh:mm)]` as picoseconds since the Unix epoch.
///
/// A date alone is its midnight in UTC. A leap second is the second that follows it, as in every
/// clock that counts from the epoch. The error is a clause.
pub(super) fn parse(text: &str) -> Result<i128, String> {
    let mut cursor = Cursor(text.as_bytes());
    let day = cursor.date().ok_or_else(|| wrong(text, "a date"))?;
    if cursor.0.is_empty() {
        return Ok(day * 86_400 * PICOSECONDS);
    }
    let of_day = cursor.time_of_day().ok_or_else(|| wrong(text, "a time"))?;
    if cursor.0.is_empty() {
        // The `+` of an offset that nobody encoded arrives as a space: say what helps.
        return Err(format!(
            "the time {} needs an offset: `Z`, or like `+02:00` with the `+` written as `%2B`",
            super::error::quoted(text)
        ));
    }
    let offset = cursor.offset().ok_or_else(|| wrong(text, "a time"))?;
    Ok((day * 86_400 - offset) * PICOSECONDS + of_day)
}

fn wrong(text: &str, what: &str) -> String {
    format!("{} is not {what}", super::error::quoted(text))
}

struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn eat(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.0.split_first()?;
        first.eq_ignore_ascii_case(&byte).then(|| self.0 = rest)
    }

    /// A number of exactly two digits that is at most `most`.
    fn two(&mut self, most: i128) -> Option<i128> {
        let ([a, b], rest) = self.0.split_first_chunk()?;
        let value = digit(*a)? * 10 + digit(*b)?;
        self.0 = rest;
        (value <= most).then_some(value)
    }

    fn digits(&mut self) -> &[u8] {
        let end = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits
    }

    /// Days since the epoch.
    fn date(&mut self) -> Option<i128> {
        let negative = self.eat(b'-').is_some();
        let year = match self.digits() {
            // Nine digits are beyond what can be stored; more would only overflow.
            digits if !(4..=9).contains(&digits.len()) => return None,
            [b'0', _, _, _, _, ..] => return None,
            digits => number(digits)?,
        };
        let year = if negative { -year } else { year };
        self.eat(b'-')?;
        let month = self.two(12)?;
        self.eat(b'-')?;
        let day = self.two(31)?;
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            0 => return None,
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        (1..=length).contains(&day).then(|| days_since_epoch(year, month, day))
    }

    /// Picoseconds since midnight.
    fn time_of_day(&mut self) -> Option<i128> {
        self.eat(b't')?;
        let hour = self.two(23)?;
        self.eat(b':')?;
        let minute = self.two(59)?;
        let (mut second, mut fraction) = (0, 0);
        if self.eat(b':').is_some() {
            second = self.two(60)?;
            if self.eat(b'.').is_some() {
                let digits = self.digits();
                let scale = 12_usize.checked_sub(digits.len()).filter(|_| !digits.is_empty())?;
                fraction = number(digits)? * 10_i128.pow(u32::try_from(scale).ok()?);
            }
        }
        Some((hour * 3600 + minute * 60 + second) * PICOSECONDS + fraction)
    }

    /// Seconds east of UTC; nothing may follow.
    fn offset(&mut self) -> Option<i128> {
        let offset = if self.eat(b'z').is_some() {
            0
        } else {
            let east = self.eat(b'+').is_some();
            if !east {
                self.eat(b'-')?;
            }
            let hour = self.two(23)?;
            self.eat(b':')?;
            let seconds = hour * 3600 + self.two(59)? * 60;
            if east { seconds } else { -seconds }
        };
        self.0.is_empty().then_some(offset)
    }
}

fn digit(byte: u8) -> Option<i128> {
    byte.is_ascii_digit().then(|| i128::from(byte - b'0'))
}

fn number(digits: &[u8]) -> Option<i128> {
    digits.iter().try_fold(0, |value, byte| Some(value * 10 + digit(*byte)?))
}

/// In the proleptic Gregorian calendar: years are counted from March, so that the leap day is
/// the last of its year.
fn days_since_epoch(year: i128, month: i128, day: i128) -> i128 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
