//! Whom a command is about: named on the command line, or on standard input, one per line.

use std::{collections::HashSet, path::Path};

use super::text;
use crate::{
    domain::team::{UPN_FORM, is_upn},
    error::{Error, Result},
};

/// The most faults that are named at once.
pub const FAULTS: usize = 10;

/// UPNs, and whether more come from standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// Those on the command line.
    pub upns: Vec<String>,
    /// `-`
    pub stdin: bool,
}

impl Names {
    /// As typed: `-` stands for standard input.
    pub fn of(typed: Vec<String>) -> Self {
        let stdin = typed.iter().any(|name| name == "-");
        Self { upns: typed.into_iter().filter(|name| name != "-").collect(), stdin }
    }

    /// True where exactly one member is named, as far as can be seen.
    pub fn is_one(&self) -> bool {
        self.upns.len() == 1 && !self.stdin
    }

    /// All of them, each once, in their order.
    ///
    /// # Errors
    /// Where standard input holds something else, or nothing.
    pub fn read(self) -> Result<Vec<String>> {
        let mut upns = self.upns;
        if self.stdin {
            upns.extend(lines(&text::read(Path::new("-"))?)?);
        }
        let mut seen = HashSet::new();
        upns.retain(|upn| seen.insert(upn.to_lowercase()));
        Ok(upns)
    }
}

/// One UPN per line; blank lines do not count.
fn lines(text: &str) -> Result<Vec<String>> {
    let rows = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let rows: Vec<_> = rows.filter(|(_, line)| !line.is_empty()).collect();
    let wrong: Vec<_> = rows.iter().filter(|(_, line)| !is_upn(line)).collect();
    let mut faults = wrong.iter().map(|(number, line)| {
        let shown: String = line.chars().take(80).collect();
        format!("line {number}: `{shown}` is not a UPN")
    });
    if let Some(first) = faults.next() {
        let mut error = Error::usage(format!("standard input is refused: {first}"));
        error.causes.extend(faults.take(FAULTS - 1));
        return Err(error.hint(format!("{UPN_FORM}; one stands on each line, and nothing else")));
    }
    if rows.is_empty() {
        return Err(Error::usage("standard input names nobody").hint("write one UPN on each line"));
    }
    Ok(rows.into_iter().map(|(_, line)| line.to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_line_by_line_and_refused_whole() {
        let read = |text: &str| lines(text).map_err(|error| error.message);
        assert_eq!(read("a@c\r\n\n  b@c\n"), Ok(vec!["a@c".into(), "b@c".into()]));
        assert_eq!(
            read("a@c\nbob\n"),
            Err("standard input is refused: line 2: `bob` is not a UPN".into())
        );
        assert_eq!(read(" \n"), Err("standard input names nobody".into()));
    }

    #[test]
    fn everybody_is_named_once() {
        let names = Names::of(vec!["a@c".into(), "B@c".into(), "A@C".into()]);
        assert!(!names.is_one());
        assert_eq!(names.read().unwrap(), ["a@c", "B@c"]);
        assert!(Names::of(vec!["-".into()]).stdin);
    }
}
