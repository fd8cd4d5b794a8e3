//! The wanted team as JSON: an array of objects, as `team export --json` and `team list --json`
//! print it.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use super::{Faults, Placed, Row};

/// What a wanted member has.
const KNOWN: [&str; 5] = ["upn", "displayName", "roles", "until", "oid"];

/// What `team list` prints beside, and nobody can wish for.
const SHOWN: [&str; 5] = ["partner", "bound", "addedBy", "addedAt", "lastSignIn"];

/// An object that says nothing twice: which would count?
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Once;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a member")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Once, M::Error> {
                let mut seen = HashSet::new();
                while let Some(name) = map.next_key::<String>()? {
                    let shown: String = name.chars().take(80).collect();
                    if !seen.insert(name) {
                        return Err(M::Error::custom(format!("`{shown}` stands twice")));
                    }
                    map.next_value::<IgnoredAny>()?;
                }
                Ok(Once)
            }
        }
        deserializer.deserialize_map(Names)
    }
}

/// Reads every member, and goes on behind a fault.
pub fn parse(text: &str, faults: &mut Faults) -> Vec<Placed> {
    let members = match serde_json::from_str(text) {
        Ok(Value::Array(members)) => members,
        Ok(_) => {
            faults.add("line 1", "the team is an array of members: `[{\"upn\": …}]`");
            return vec![];
        }
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            faults.add(
                &place,
                match error.is_eof() {
                    true => "the JSON ends too early: is the file cut off?",
                    false => "it is no JSON from here on",
                },
            );
            return vec![];
        }
    };
    if members.iter().all(Value::is_object)
        && let Err(error) = serde_json::from_str::<Vec<Once>>(text)
    {
        let place = format!("line {}, column {}", error.line(), error.column());
        let what = error.to_string();
        faults.add(&place, what.split(" at line ").next().unwrap_or_default());
        return vec![];
    }
    let mut rows = Vec::new();
    for (index, member) in members.iter().enumerate() {
        let place = format!("member {}", index + 1);
        let before = faults.0.len();
        let Value::Object(member) = member else {
            faults.add(&place, "it is no object");
            continue;
        };
        if let Some(row) = row(member, &place, faults).filter(|_| faults.0.len() == before) {
            rows.extend(row.check(&place, faults));
        }
    }
    rows
}

fn row<'m>(member: &'m Map<String, Value>, place: &str, faults: &mut Faults) -> Option<Row<'m>> {
    let known = |name: &str| KNOWN.contains(&name) || SHOWN.contains(&name);
    for name in member.keys().filter(|name| !known(name)) {
        let shown: String = name.chars().take(80).collect();
        faults.add(place, format!("there is no `{shown}` (known: {})", KNOWN.join(", ")));
    }
    let mut text = |name: &str| match member.get(name) {
        None => None,
        Some(Value::Null) => Some(""),
        Some(Value::String(text)) => Some(text.trim()),
        Some(_) => {
            faults.add(place, format!("`{name}` is no text"));
            None
        }
    };
    let (upn, until) = (text("upn"), text("until"));
    let (display_name, oid) = (text("displayName"), text("oid"));
    let words = member.get("roles").and_then(Value::as_array);
    let words = words.and_then(|words| words.iter().map(Value::as_str).collect::<Option<_>>());
    let Some(roles) = words else {
        faults.add(place, "`roles` is missing, or no array of words");
        return None;
    };
    let Some(upn) = upn else {
        faults.add(place, "`upn` is missing");
        return None;
    };
    Some(Row { upn, roles, display_name, until, oid })
}
