//! What the man pages say of `route.toml`, with the words that the program takes.

use std::fmt::Write as _;

use crate::man::escaped;
use mmd::domain::route::terms::{
    Asker, Destination, Enrolled, Kind, RequestType, Ring, Scope, Severity, Support, Term,
};

/// A table with everything in it. The README shows it, and a test checks it with the program.
pub const EXAMPLE: &str = include_str!("../data/route.toml");

/// The section, as roff.
pub fn section() -> String {
    let mut text = ".SH ROUTE.TOML\n\
        The organisation's own decision table, in TOML, UTF-8, 256 KiB at most. \
        It lies in the config folder (\\fBMMD_CONFIG_DIR\\fR, else as under FILES); \
        \\fBmmd route check\\fR \\fIFILE\\fR proves it, \
        and nothing of a faulty one is used. Other keys than these are refused.\n"
        .to_owned();
    let mut keys = |heading: &str, keys: &[(&str, String)]| {
        let _ = writeln!(text, ".SS {}", escaped(heading));
        for (key, what) in keys {
            let _ = write!(text, ".TP\n\\fB{}\\fR\n{}\n", escaped(key), escaped(what));
        }
    };
    keys(
        "The table",
        &[
            ("name", "What it is called. Required.".into()),
            ("version", "Which version it is, as text. Required.".into()),
            (
                "extends",
                "built-in, whose rules lie beneath (the default), or nothing: then the own rules \
                 have to decide every case."
                    .into(),
            ),
            ("support", format!("Whose desk does the support: {}.", words::<Support>())),
        ],
    );
    keys(
        "[[rule]]: in order; the first that fits decides",
        &[
            (
                "id",
                "Small letters, digits and -. The id of a built-in rule replaces that rule in its \
                 place. Required."
                    .into(),
            ),
            (
                "before",
                "The id of the rule that a new one stands before; without it, it stands behind \
                 compromise and the own rules above it, in front of all others."
                    .into(),
            ),
            (
                "when",
                "The inputs that have to fit; one that is left out fits always. Each is one word \
                 or a list of words."
                    .into(),
            ),
            ("to", format!("The destination: {}. Required.", words::<Destination>())),
            ("via", "By whom the way leads.".into()),
            ("first", "What the desk does before.".into()),
            ("elevate", "Whether elevated access may help; false where it is left out.".into()),
            ("because", "Why, as a sentence. Required.".into()),
            ("source", "Where that is written.".into()),
        ],
    );
    keys(
        "Inputs of when",
        &[
            ("kind", format!("{}.", words::<Kind>())),
            ("scope", format!("How many users are hit: {}.", words::<Scope>())),
            ("severity", format!("{}.", words::<Severity>())),
            ("type", format!("What would be filed: {}.", words::<RequestType>())),
            ("as", format!("Who asks: {}.", words::<Asker>())),
            ("ring", format!("The update ring of the device: {}.", words::<Ring>())),
            ("enrolled", format!("Whether the device is enrolled: {}.", words::<Enrolled>())),
            ("support", format!("{}.", words::<Support>())),
        ],
    );
    keys(
        "[destinations.DESTINATION] and [manufacturers.NAME]",
        &[
            (
                "name",
                "What it is called here; of a manufacturer, who serves its devices. NAME is how \
                 the manufacturer of a device begins: Dell stands for Dell Inc. too. What is not \
                 said of a manufacturer is taken from hardware-vendor."
                    .into(),
            ),
            ("contact", "A telephone number, an address.".into()),
            ("hours", "When somebody is there.".into()),
            ("id", "What they ask for: a contract, a customer number.".into()),
        ],
    );
    text.push_str(".SS An example\n.nf\n");
    for line in EXAMPLE.lines() {
        // An empty line is no request, and ends nothing here.
        let _ = writeln!(text, "{}", if line.is_empty() { ".sp".into() } else { escaped(line) });
    }
    text.push_str(".fi\n");
    text
}

fn words<T: Term>() -> String {
    T::ALL.iter().map(|term| term.as_str()).collect::<Vec<_>>().join(", ")
}
