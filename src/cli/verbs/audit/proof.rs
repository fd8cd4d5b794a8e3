//! What a verification says.

use std::path::Path;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    api::audit::Head,
    cli::output::{Output, Report},
    domain::audit::Broken,
    error::{Error, Result},
};

/// A trail without a fault.
#[derive(Debug)]
pub(super) struct Proof {
    /// The number of its last event.
    pub(super) seq: u64,
    /// The chain's hash after it.
    pub(super) hash: String,
    /// The head that was kept elsewhere and is in it.
    pub(super) since: Option<Head>,
}

/// Reads a head that was kept.
pub(super) fn head(path: &Path) -> Result<Head> {
    let sentence = || format!("the head `{}` cannot be read", path.display());
    let text = std::fs::read(path).map_err(|error| Error::usage(sentence()).cause(error))?;
    serde_json::from_slice(&text).map_err(|error| {
        Error::usage(sentence()).cause(error).hint("a head is what `mmd audit head` has printed")
    })
}

/// The number of the event at which a trail is broken, where it is one.
fn event(broken: &Broken) -> Option<u64> {
    match broken {
        Broken::Unreadable(seq) | Broken::Link(seq) | Broken::Rewritten(seq) => Some(*seq),
        Broken::Order { expected, .. } => Some(*expected),
        Broken::Short { found, .. } => Some(found + 1),
        Broken::Tenant | Broken::Signature | Broken::Key => None,
    }
}

/// Where a trail is broken, and how.
pub(super) fn broken(broken: &Broken) -> Error {
    Error::failed(format!("the audit trail is broken: {broken}"))
        .details(json!({ "consistent": false, "event": event(broken) }))
}

impl Proof {
    /// That all fits, and how much that proves.
    fn sentence(&self) -> String {
        match &self.since {
            Some(head) => format!(
                "consistent: {} events, and the head of {} stands at event {}, with nothing \
                 before it changed",
                self.seq, head.time, head.seq
            ),
            None => {
                "consistent since the first event; a head kept elsewhere proves more".to_owned()
            }
        }
    }

    fn json(&self) -> Value {
        json!({
            "consistent": true,
            "events": self.seq,
            "hash": self.hash,
            "sinceHead": self.since.as_ref().map(|head| head.seq),
        })
    }
}

/// Says that all fits.
pub(super) fn report(proof: &Proof, output: &Output) -> Result<()> {
    output.report(&Report::text(proof.sentence(), proof.json()))
}

/// What a verification says of one of several tenants.
pub(super) type Verdict = (Uuid, Result<Proof, Broken>);

/// Says of each of several tenants how its trail is. `unreadable` is the number of the first line
/// of which nobody knows whose it is.
///
/// # Errors
/// [`Kind::Failed`](crate::error::Kind::Failed) where one is broken.
pub(super) fn report_each(
    verdicts: &[Verdict],
    unreadable: Option<u64>,
    output: &Output,
) -> Result<()> {
    let of = |(tenant, verdict): &Verdict| {
        let mut json = match verdict {
            Ok(proof) => proof.json(),
            Err(broken) => json!({ "consistent": false, "event": event(broken) }),
        };
        json["tenant"] = json!(tenant);
        json
    };
    let tenants = verdicts.iter().map(of).collect::<Value>();
    let lines = verdicts.iter().filter_map(|(tenant, verdict)| {
        verdict.as_ref().ok().map(|proof| format!("{tenant}: {}", proof.sentence()))
    });
    let broken: Vec<_> = verdicts
        .iter()
        .filter_map(|(tenant, verdict)| Some((tenant, verdict.as_ref().err()?)))
        .collect();
    let mut error = match (&*broken, unreadable) {
        ([], None) => {
            let text = lines.collect::<Vec<_>>().join("\n");
            let json = json!({ "consistent": true, "tenants": tenants });
            return output.report(&Report::text(text, json));
        }
        ([], Some(line)) => Error::failed(format!("line {line} is no event of any audit trail")),
        ([(tenant, fault)], _) => {
            Error::failed(format!("the audit trail of tenant {tenant} is broken: {fault}"))
        }
        (several, _) => {
            let (some, all) = (several.len(), verdicts.len());
            let sentence = format!("the audit trails of {some} of {all} tenants are broken");
            several.iter().fold(Error::failed(sentence), |error, (tenant, fault)| {
                error.cause(format!("tenant {tenant}: {fault}"))
            })
        }
    };
    if let (Some(line), false) = (unreadable, broken.is_empty()) {
        error = error.cause(format!("line {line} is no event of any audit trail"));
    }
    for line in lines {
        output.note(&line);
    }
    error.details = Some(json!({ "consistent": false, "line": unreadable, "tenants": tenants }));
    Err(error)
}
