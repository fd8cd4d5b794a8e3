//! Which arguments take names, and of what: told from their place and their value's name, so that
//! a new verb whose argument is a `DEVICE` completes devices without a word here.

use clap::Arg;

use super::{
    engine::{Candidate, Typed},
    names::List,
};

/// What a name names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A device by its name or serial number.
    Devices,
    /// The same, or the person who uses it.
    DevicesAndPeople,
    /// An open request by its device or its id.
    Requests,
    /// A member of the team.
    Members,
    /// Anybody who is known.
    Everybody,
    /// A saved profile.
    Profiles,
    /// A category of requests.
    Categories,
    /// One within the category.
    Subcategories,
}

impl Kind {
    /// Where names of this kind are kept, what is most likely first.
    pub fn lists(self) -> &'static [List] {
        match self {
            Kind::Devices => &[List::Devices],
            Kind::DevicesAndPeople => &[List::Devices, List::People],
            Kind::Requests => &[List::Requests],
            Kind::Members => &[List::Members],
            Kind::Everybody => &[List::Members, List::People],
            Kind::Profiles | Kind::Categories | Kind::Subcategories => &[],
        }
    }
}

/// The kind of names that `arg` takes, behind the verbs of `path`.
pub fn kind(path: &[String], arg: &Arg) -> Option<Kind> {
    let names = arg.get_value_names().unwrap_or_default();
    let value = names.first().map_or("", |name| name.as_str());
    let path: Vec<_> = path.iter().map(String::as_str).collect();
    Some(match (path.as_slice(), arg.get_id().as_str(), value) {
        (_, "profile", _) => Kind::Profiles,
        // On the machine of the service, where nobody is signed in.
        (["serve" | "agent", ..], ..) => return None,
        (["elevate"], _, "DEVICE") => Kind::DevicesAndPeople,
        (_, _, "DEVICE" | "D") | (["device", ..], "name", _) => Kind::Devices,
        (["elevate", ..], _, "ID|DEVICE" | "ID") if arg.is_positional() => Kind::Requests,
        (["team", "remove" | "show", ..], _, "UPN") => Kind::Members,
        (_, _, "UPN" | "U") => Kind::Everybody,
        (_, _, "CATEGORY") => Kind::Categories,
        (_, _, "SUBCATEGORY") => Kind::Subcategories,
        _ => return None,
    })
}

/// The categories that the published documents name: elevations first, then support requests. The
/// service takes any other as well.
const ELEVATION: [(&str, &[&str]); 3] =
    [("Office", &["Excel", "Word"]), ("Hardware", &["Device"]), ("Other", &["Other"])];
const SUPPORT: [(&str, &[&str]); 4] = [
    ("Apps", &["Other"]),
    (
        "Devices",
        &[
            "Hardware",
            "Configuration/Policy",
            "Deployment groups assignment",
            "Windows Upgrade/Update",
        ],
    ),
    ("Security", &["Other"]),
    ("Other", &["Other"]),
];

/// Names that are the same everywhere.
pub fn fixed(kind: Kind, typed: &Typed) -> Vec<Candidate> {
    let known: &[(&str, &[&str])] = match typed.path.first().map(String::as_str) {
        Some("elevate") => &ELEVATION,
        _ => &SUPPORT,
    };
    let mut names: Vec<&str> = match (kind, &typed.category) {
        (Kind::Categories, _) => known.iter().map(|(category, _)| *category).collect(),
        (Kind::Subcategories, Some(category)) => {
            let of = |(name, _): &&(&str, &[&str])| name.eq_ignore_ascii_case(category);
            known.iter().filter(of).flat_map(|(_, inner)| inner.iter().copied()).collect()
        }
        (Kind::Subcategories, None) => {
            known.iter().flat_map(|(_, inner)| inner.iter().copied()).collect()
        }
        _ => Vec::new(),
    };
    names.dedup();
    names.into_iter().map(|name| Candidate::new(name, None)).collect()
}

/// Those of `names` that begin with `prefix`, case aside.
pub fn beginning(names: &[Candidate], prefix: &str) -> Vec<Candidate> {
    let prefix = prefix.to_lowercase();
    let fits = |name: &&Candidate| name.value.to_lowercase().starts_with(&prefix);
    names.iter().filter(fits).cloned().collect()
}
