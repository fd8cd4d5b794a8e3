//! A file of the wanted team: CSV or JSON, taken whole or not at all.

mod csv;
mod json;

use std::{collections::HashMap, path::Path};

pub use self::csv::to_csv;
use super::{
    names::FAULTS,
    text::{self, name},
};
use crate::{
    api::team::{MAX_MEMBERS, Role, WantedMember},
    domain::team::{UPN_FORM, is_display_name, is_oid, is_upn, parse_until},
    error::{Error, Kind, Result},
};

/// A row, and where it stands: `line 3`, `member 2`.
type Placed = (String, WantedMember);

/// What is wrong in a file, with where.
#[derive(Debug, Default)]
struct Faults(Vec<(String, String)>);

impl Faults {
    fn add(&mut self, place: &str, what: impl Into<String>) {
        self.0.push((place.to_owned(), what.into()));
    }
}

/// Where the rows of a file stand.
pub struct Places {
    /// The file, as it is called in messages.
    shown: String,
    /// By member, in the order of the file.
    at: Vec<String>,
    /// The last line, where it may be cut off.
    cut: Option<String>,
}

impl Places {
    /// Refuses a file that may be cut off, for a plan that takes something away: half a line may
    /// name fewer roles than the whole one.
    ///
    /// # Errors
    /// [`Kind::Usage`] that names the line.
    pub fn whole(&self) -> Result<()> {
        let mut faults = Faults::default();
        if let Some(place) = &self.cut {
            let what = "it has no line break at its end: where somebody loses a role the file must \
                        not be cut off";
            faults.add(place, what);
        }
        refusal(&self.shown, &faults).map_or(Ok(()), Err)
    }

    /// What the service says against `members[N].…`, with the place of that row.
    pub fn name(&self, error: Error) -> Error {
        let fields = error.details.as_ref().and_then(|details| details["fields"].as_array());
        let mut faults = Faults::default();
        for field in fields.into_iter().flatten() {
            let target = field["target"].as_str().and_then(|at| at.strip_prefix("members["));
            let index = target.and_then(|rest| rest.split_once(']')?.0.parse::<usize>().ok());
            let place = index.and_then(|index| self.at.get(index));
            let (Some(place), Some(what)) = (place, field["message"].as_str()) else { continue };
            faults.add(place, what.trim_end_matches('.'));
        }
        match error.kind {
            Kind::Usage => refusal(&self.shown, &faults).unwrap_or(error),
            _ => error,
        }
    }
}

/// Reads the file; `-` is standard input. With `prune` it must not look cut off.
///
/// # Errors
/// [`Kind::Usage`] that names what is wrong, and where.
pub fn read(path: &Path, prune: bool) -> Result<(Vec<WantedMember>, Places)> {
    let (text, shown) = (text::read(path)?, name(path));
    let (at, members) = parse(&text, &shown, prune)?.into_iter().unzip();
    let cut = cut(&text).filter(|_| !is_json(&text));
    Ok((members, Places { shown, at, cut }))
}

/// JSON that is cut off is none.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['[', '{'])
}

/// The last line, where it has no end.
fn cut(text: &str) -> Option<String> {
    (!text.ends_with('\n')).then(|| format!("line {}", text.lines().count()))
}

fn parse(text: &str, shown: &str, prune: bool) -> Result<Vec<Placed>> {
    if text.trim().is_empty() {
        return Err(Error::usage(format!("{shown} is empty"))
            .hint("see what a team looks like: `mmd team export`"));
    }
    let mut faults = Faults::default();
    let rows = match is_json(text) {
        true => json::parse(text, &mut faults),
        false => {
            if let Some(last) = cut(text).filter(|_| prune) {
                faults.add(
                    &last,
                    "it has no line break at its end: with `--prune` the file must not be cut off",
                );
            }
            csv::parse(text, &mut faults)
        }
    };
    twice(&rows, &mut faults);
    if rows.len() > MAX_MEMBERS {
        faults.add("all lines", format!("a team has at most {MAX_MEMBERS} members"));
    }
    if let Some(error) = refusal(shown, &faults) {
        return Err(error);
    }
    if rows.is_empty() {
        return Err(Error::usage(format!("{shown} names nobody")));
    }
    Ok(rows)
}

fn refusal(shown: &str, faults: &Faults) -> Option<Error> {
    let mut sentences = faults.0.iter().map(|(place, what)| format!("{place}: {what}"));
    let mut error = Error::usage(format!("{shown} is refused: {}", sentences.next()?));
    error.causes.extend(sentences.take(FAULTS - 1));
    if faults.0.len() > FAULTS {
        error.causes.push(format!("and {} more", faults.0.len() - FAULTS));
    }
    let rows = faults
        .0
        .iter()
        .take(FAULTS)
        .map(|(place, what)| serde_json::json!({ "place": place, "message": what }));
    let rows: Vec<_> = rows.collect();
    Some(
        error
            .details(serde_json::json!({ "faults": rows }))
            .hint("nothing was changed; `mmd team sync --help` shows the columns"),
    )
}

/// Nobody may be named twice: which line would count? And no person is two members.
fn twice(rows: &[Placed], faults: &mut Faults) {
    let mut first: HashMap<String, &str> = HashMap::new();
    let mut first_oid: HashMap<&str, &str> = HashMap::new();
    for (place, member) in rows {
        if let Some(earlier) = first.get(&member.upn.to_lowercase()) {
            faults.add(place, format!("`{}` is named already on {earlier}", member.upn));
            continue;
        }
        first.insert(member.upn.to_lowercase(), place);
        let Some(oid) = member.oid.as_ref().and_then(Option::as_deref) else { continue };
        match first_oid.get(oid) {
            Some(earlier) => faults.add(place, format!("the oid `{oid}` stands on {earlier}, too")),
            None => {
                first_oid.insert(oid, place);
            }
        }
    }
}

/// What a row says, still as text; what is `None` has no column, what is blank is cleared.
struct Row<'a> {
    upn: &'a str,
    roles: Vec<&'a str>,
    display_name: Option<&'a str>,
    until: Option<&'a str>,
    oid: Option<&'a str>,
}

impl Row<'_> {
    /// Checks it by the rules of the service, so that a fault has its line.
    fn check(&self, place: &str, faults: &mut Faults) -> Option<Placed> {
        let before = faults.0.len();
        let shown: String = self.upn.chars().take(80).collect();
        if !is_upn(self.upn) {
            faults.add(place, format!("`{shown}` is not a UPN: {UPN_FORM}"));
        }
        let mut roles: Vec<Role> = Vec::new();
        for word in &self.roles {
            match word.parse() {
                Ok(role) => roles.push(role),
                Err(error) => faults.add(place, error),
            }
        }
        // Only the service knows whether the member holds none already.
        let cleared = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let display_name = self.display_name.map(cleared);
        if !display_name.as_ref().and_then(Option::as_deref).is_none_or(is_display_name) {
            faults.add(place, "the display name is no name on one line");
        }
        let oid = self.oid.map(cleared);
        if !oid.as_ref().and_then(Option::as_deref).is_none_or(is_oid) {
            faults.add(place, "the oid is not one word");
        }
        let until = match self.until {
            None => None,
            Some("") => Some(None),
            Some(text) => match parse_until(text) {
                Ok(end) => Some(Some(end)),
                Err(error) => {
                    faults.add(place, error);
                    None
                }
            },
        };
        roles.sort_unstable();
        roles.dedup();
        let member = WantedMember { upn: self.upn.to_owned(), display_name, roles, until, oid };
        (faults.0.len() == before).then(|| (place.to_owned(), member))
    }
}

#[cfg(test)]
mod tests;
