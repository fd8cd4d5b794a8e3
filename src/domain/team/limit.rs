//! How many members may be removed, or left with `desk` alone, at once.

use std::{fmt, str::FromStr};

/// The share of the team that may go where nothing else was said, in percent.
const SHARE: u32 = 10;

/// So many may always go where nothing else was said: a tenth of a small team is nobody.
const FLOOR: u32 = 3;

/// `--max-remove`: a file of the wanted team that is cut off or mangled must not empty the team.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MaxRemove {
    /// A tenth of the team, and at least three.
    #[default]
    Usual,
    /// So many.
    Count(u32),
    /// Such a share of the team, in percent.
    Percent(u32),
}

impl MaxRemove {
    /// How many of a team of `size` may go.
    pub fn of(self, size: u32) -> u32 {
        let share = |percent: u32| {
            u32::try_from(u64::from(size) * u64::from(percent) / 100).unwrap_or(u32::MAX)
        };
        match self {
            MaxRemove::Usual => share(SHARE).max(FLOOR),
            MaxRemove::Count(count) => count,
            MaxRemove::Percent(percent) => share(percent),
        }
    }
}

impl FromStr for MaxRemove {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no bound: write a number, or a share such as `25%`");
        let number = |digits: &str| match digits.bytes().all(|b| b.is_ascii_digit()) {
            true => digits.parse::<u32>().map_err(|_| wrong()),
            false => Err(wrong()),
        };
        match text.strip_suffix('%') {
            Some(digits) => match number(digits)? {
                percent @ 0..=100 => Ok(MaxRemove::Percent(percent)),
                _ => Err(wrong()),
            },
            None => number(text).map(MaxRemove::Count),
        }
    }
}

impl fmt::Display for MaxRemove {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MaxRemove::Usual => write!(f, "{SHARE}%, at least {FLOOR}"),
            MaxRemove::Count(count) => write!(f, "{count}"),
            MaxRemove::Percent(percent) => write!(f, "{percent}%"),
        }
    }
}
