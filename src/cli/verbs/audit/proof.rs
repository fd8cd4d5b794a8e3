//! What a verification says.

use std::path::Path;

use serde_json::json;

use crate::{
    api::audit::Head,
    cli::output::{Output, Report},
    domain::audit::Broken,
    error::{Error, Result},
};

/// A trail without a fault.
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

/// Where a trail is broken, and how.
pub(super) fn broken(broken: &Broken) -> Error {
    let event = match broken {
        Broken::Unreadable(seq) | Broken::Link(seq) | Broken::Rewritten(seq) => Some(*seq),
        Broken::Order { expected, .. } => Some(*expected),
        Broken::Short { found, .. } => Some(found + 1),
        Broken::Tenant | Broken::Signature | Broken::Key => None,
    };
    Error::failed(format!("the audit trail is broken: {broken}"))
        .details(json!({ "consistent": false, "event": event }))
}

/// Says that all fits, and how much that proves.
pub(super) fn report(proof: &Proof, output: &Output) -> Result<()> {
    let text = match &proof.since {
        Some(head) => format!(
            "consistent: {} events, and the head of {} stands at event {}, with nothing before it \
             changed",
            proof.seq, head.time, head.seq
        ),
        None => "consistent since the first event; a head kept elsewhere proves more".to_owned(),
    };
    output.report(&Report::text(
        text,
        json!({
            "consistent": true,
            "events": proof.seq,
            "hash": proof.hash,
            "sinceHead": proof.since.as_ref().map(|head| head.seq),
        }),
    ))
}
