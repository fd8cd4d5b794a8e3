//! The functions of the language: those that are supported, and those that are only known.

use super::{
    ast::{Case, TextTest},
    error::quoted,
};

/// A function that OData knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Test(TextTest),
    Fold(Case),
    /// Known, not supported: takes from `least` to `most` arguments.
    Foreign {
        least: usize,
        most: usize,
    },
}

pub(super) enum Refused {
    Invalid(String),
    Unsupported(String),
}

/// Looks a name up; case does not matter.
pub(super) fn find(name: &str) -> Result<Function, Refused> {
    let lower = name.to_ascii_lowercase();
    let (least, most) = match lower.as_str() {
        "contains" => return Ok(Function::Test(TextTest::Contains)),
        "startswith" => return Ok(Function::Test(TextTest::StartsWith)),
        "endswith" => return Ok(Function::Test(TextTest::EndsWith)),
        "tolower" => return Ok(Function::Fold(Case::Lower)),
        "toupper" => return Ok(Function::Fold(Case::Upper)),
        "mindatetime" | "maxdatetime" | "now" => (0, 0),
        "length" | "trim" | "year" | "month" | "day" | "hour" | "minute" | "second"
        | "fractionalseconds" | "totalseconds" | "date" | "time" | "totaloffsetminutes"
        | "round" | "floor" | "ceiling" | "geo.length" => (1, 1),
        "concat" | "indexof" | "matchespattern" | "hassubset" | "hassubsequence"
        | "geo.distance" | "geo.intersects" => (2, 2),
        "substring" => (2, 3),
        // Their arguments are types or pairs, not expressions.
        "cast" | "isof" | "case" => {
            return Err(Refused::Unsupported(format!("the function `{lower}`")));
        }
        "any" | "all" => {
            return Err(Refused::Invalid(format!("`{lower}` needs a collection before it")));
        }
        _ if name.contains('.') => {
            return Err(Refused::Unsupported(format!("the function {}", quoted(name))));
        }
        _ => return Err(Refused::Invalid(format!("there is no function {}", quoted(name)))),
    };
    Ok(Function::Foreign { least, most })
}

impl Function {
    fn bounds(self) -> (usize, usize) {
        match self {
            Self::Test(_) => (2, 2),
            Self::Fold(_) => (1, 1),
            Self::Foreign { least, most } => (least, most),
        }
    }

    pub(super) fn takes(self, arguments: usize) -> bool {
        let (least, most) = self.bounds();
        (least..=most).contains(&arguments)
    }

    /// How many arguments it takes, in words.
    pub(super) fn arity(self) -> &'static str {
        match self.bounds() {
            (0, _) => "no arguments",
            (1, _) => "one argument",
            (2, 2) => "two arguments",
            _ => "two or three arguments",
        }
    }
}
