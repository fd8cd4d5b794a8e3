//! `mmd audit verify FILE`: an export, or the file of an audit sink, without a service.
//!
//! A sink's file has the trails of all tenants that it follows, and after a power cut it may have
//! the last events twice: neither is a fault of the trail.

use std::{
    collections::VecDeque,
    fs::File,
    io::{BufRead, BufReader, stdin},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use uuid::Uuid;

use super::proof::{self, Proof};
use crate::{
    api::audit::{Event, Head},
    cli::output::Output,
    domain::audit::{Broken, Verifying, hash},
    error::{Error, IoContext, Result},
};

/// Which export, and what to prove it by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The export; `-` is standard input.
    pub file: PathBuf,
    /// `--since-head`
    pub since_head: Option<PathBuf>,
}

/// Follows the chain of an export from its first event.
///
/// # Errors
/// [`Kind::Failed`](crate::error::Kind::Failed) where it is broken, and how.
pub fn run(input: &Input, output: &Output) -> Result<()> {
    let since = input.since_head.as_deref().map(proof::head).transpose()?;
    let sentence = || format!("the export `{}` cannot be read", input.file.display());
    let mut skipped = Skipped::default();
    let followed = if input.file == Path::new("-") {
        follow(&mut stdin().lock(), since.as_ref(), &mut skipped)
    } else {
        let file =
            File::open(&input.file).map_err(|error| Error::usage(sentence()).cause(error))?;
        follow(&mut BufReader::new(file), since.as_ref(), &mut skipped)
    };
    skipped.tell(output);
    let (seq, hash) = followed?;
    proof::report(&Proof { seq, hash, since }, output)
}

/// A sink sends so many events at a time: no more of them come again after a power cut.
const REPEATED: usize = 200;

/// Lines that are no part of the chain.
#[derive(Debug, Default, PartialEq, Eq)]
struct Skipped {
    repeated: u64,
    of_others: u64,
}

impl Skipped {
    fn tell(&self, output: &Output) {
        if self.repeated > 0 {
            output.note(&format!("skipped lines that repeat ones before them: {}", self.repeated));
        }
        if self.of_others > 0 {
            output.note(&format!("skipped lines of other tenants: {}", self.of_others));
        }
    }
}

/// Whose event a line is.
#[derive(Deserialize)]
struct Owner {
    tenant: Uuid,
}

/// The last event's number and hash.
fn follow(
    lines: &mut dyn BufRead,
    since: Option<&Head>,
    skipped: &mut Skipped,
) -> Result<(u64, String)> {
    let mut begun = None;
    let mut recent = VecDeque::new();
    let mut line = Vec::new();
    loop {
        line.clear();
        let read =
            lines.read_until(b'\n', &mut line).or_failed(|| "the export cannot be read".into())?;
        if read == 0 {
            break;
        }
        let event = line.strip_suffix(b"\n").unwrap_or(&line);
        if event.is_empty() {
            continue;
        }
        let (tenant, verifying) = match &mut begun {
            Some(begun) => begun,
            none => none.insert(begin(event, since)?),
        };
        // What cannot be read is a fault, whosever it was.
        if serde_json::from_slice::<Owner>(event).is_ok_and(|owner| owner.tenant != *tenant) {
            skipped.of_others += 1;
            continue;
        }
        let hash = hash(event);
        if recent.contains(&hash) {
            skipped.repeated += 1;
            continue;
        }
        verifying.event(event).map_err(|error| told(&error))?;
        recent.push_back(hash);
        if recent.len() > REPEATED {
            recent.pop_front();
        }
    }
    let Some((_, verifying)) = begun else {
        return Err(Error::usage("there are no events in the export")
            .hint("`mmd audit export > FILE` writes one"));
    };
    verifying.finish().map_err(|error| told(&error))
}

/// The tenant is the head's, else the first event's.
fn begin(event: &[u8], since: Option<&Head>) -> Result<(Uuid, Verifying)> {
    let tenant = match since {
        Some(head) => head.tenant,
        None => {
            let first: Event =
                serde_json::from_slice(event).map_err(|_| proof::broken(&Broken::Unreadable(1)))?;
            first.tenant
        }
    };
    let heads = since.cloned().into_iter().collect();
    let verifying = Verifying::new(tenant, heads).map_err(|error| proof::broken(&error))?;
    Ok((tenant, verifying))
}

fn told(broken: &Broken) -> Error {
    let error = proof::broken(broken);
    match broken {
        Broken::Order { expected: 1, .. } => error
            .hint("only a whole trail proves something: `mmd audit export` without `--after`")
            .hint("the file of an audit sink is whole where its `begin` was `first`"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::audit::origin;

    fn chain(tenant: u128, length: u64) -> Vec<String> {
        let tenant = Uuid::from_u128(tenant);
        let mut prev = origin(tenant);
        let next = |seq| {
            let event = serde_json::json!({ "seq": seq, "time": Timestamp::UNIX_EPOCH,
                "tenant": tenant, "who": "a@b", "action": "x.y", "result": "done", "prev": prev });
            let line = event.to_string();
            prev = hash(line.as_bytes());
            line
        };
        (1..=length).map(next).collect()
    }

    fn verify(lines: &[&[String]]) -> (Option<u64>, Skipped) {
        let mut skipped = Skipped::default();
        let text = lines.concat().join("\n");
        let followed = follow(&mut text.as_bytes(), None, &mut skipped);
        (followed.ok().map(|(seq, _)| seq), skipped)
    }

    #[test]
    fn lines_that_a_power_cut_has_repeated_are_counted_and_no_fault() {
        let own = chain(1, 300);
        let skipped = |repeated| Skipped { repeated, of_others: 0 };
        assert_eq!(verify(&[&own]), (Some(300), skipped(0)));
        assert_eq!(verify(&[&own[..250], &own[50..]]), (Some(300), skipped(200)));
        assert_eq!(verify(&[&own[..9], &own[5..9], &own[5..]]), (Some(300), skipped(8)));
        // Not what no sink writes, nor what differs from what stood there.
        assert_eq!(verify(&[&own[..250], &own[49..]]).0, None);
        let changed = own[9].replace("a@b", "c@d");
        assert_eq!(verify(&[&own[..10], &[changed], &own[10..]]).0, None);
    }

    #[test]
    fn lines_of_other_tenants_are_counted_and_no_fault() {
        let (own, other) = (chain(1, 20), chain(2, 7));
        let skipped = Skipped { repeated: 0, of_others: 7 };
        assert_eq!(verify(&[&own[..5], &other[..4], &own[5..], &other[4..]]), (Some(20), skipped));
        assert_eq!(verify(&[&own[..5], &other, &own[6..]]).0, None, "one is missing");
        assert_eq!(verify(&[&own, &["{}".to_owned()]]).0, None);
    }
}
