//! `mmd audit verify FILE`: an export, or the file of an audit sink, without a service.
//!
//! A sink's file has the trails of all tenants that it follows, and each is verified by itself.
//! After a power cut it may have the last events twice, which is no fault of the trail.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io::{BufRead, BufReader, stdin},
    path::{Path, PathBuf},
};

use serde::Deserialize;
use uuid::Uuid;

use super::proof::{self, Proof, Verdict};
use crate::{
    api::audit::Head,
    cli::output::Output,
    domain::audit::{BATCH, Broken, Verifying, hash},
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

/// Follows each tenant's chain from its first event.
///
/// # Errors
/// [`Kind::Failed`](crate::error::Kind::Failed) where one is broken, and how.
pub fn run(input: &Input, output: &Output) -> Result<()> {
    let since = input.since_head.as_deref().map(proof::head).transpose()?;
    let sentence = || format!("the export `{}` cannot be read", input.file.display());
    let followed = if input.file == Path::new("-") {
        follow(&mut stdin().lock(), since)?
    } else {
        let file =
            File::open(&input.file).map_err(|error| Error::usage(sentence()).cause(error))?;
        follow(&mut BufReader::new(file), since)?
    };
    if followed.repeated > 0 {
        output.note(&format!("skipped lines that repeat ones before them: {}", followed.repeated));
    }
    let not_whole = followed
        .verdicts
        .iter()
        .any(|(_, verdict)| matches!(verdict, Err(Broken::Order { expected: 1, .. })));
    report(followed, output).map_err(|error| match not_whole {
        true => error
            .hint("only a whole trail proves something: `mmd audit export` without `--after`")
            .hint("the file of an audit sink is whole where its `begin` was `first`"),
        false => error,
    })
}

fn report(followed: Followed, output: &Output) -> Result<()> {
    let Followed { mut verdicts, unreadable, .. } = followed;
    match (verdicts.len(), unreadable) {
        (0 | 1, Some(unreadable)) => Err(proof::broken(&unreadable.broken)),
        (1, None) => match verdicts.remove(0).1 {
            Ok(proof) => proof::report(&proof, output),
            Err(broken) => Err(proof::broken(&broken)),
        },
        (_, unreadable) => {
            proof::report_each(&verdicts, unreadable.map(|unreadable| unreadable.line), output)
        }
    }
}

/// Whose event a line is.
#[derive(Deserialize)]
struct Owner {
    tenant: Uuid,
}

/// What a file has come to.
#[derive(Debug)]
struct Followed {
    /// By tenant.
    verdicts: Vec<Verdict>,
    /// The first line of which nobody knows whose it is.
    unreadable: Option<Unreadable>,
    /// Lines that repeat earlier ones.
    repeated: u64,
}

/// A line that is no event.
#[derive(Debug)]
struct Unreadable {
    /// Its number in the file.
    line: u64,
    /// The fault where there is one tenant: its next event should have stood there.
    broken: Broken,
}

/// One tenant's trail; not followed any further once it is broken.
struct Trail {
    verifying: Result<Verifying, Broken>,
    recent: VecDeque<String>,
}

impl Trail {
    fn begin(tenant: Uuid, since: Option<Head>) -> Self {
        let verifying = Verifying::new(tenant, since.into_iter().collect());
        Self { verifying, recent: VecDeque::new() }
    }

    /// Takes the next event; true where it repeats an earlier one.
    fn event(&mut self, event: &[u8]) -> bool {
        let hash = hash(event);
        if self.recent.contains(&hash) {
            return true;
        }
        if let Ok(verifying) = &mut self.verifying
            && let Err(broken) = verifying.event(event)
        {
            self.verifying = Err(broken);
        }
        self.recent.push_back(hash);
        if self.recent.len() > usize::from(BATCH) {
            self.recent.pop_front();
        }
        false
    }
}

/// Follows what is in the file, and the trail of the head, whether it is or not.
fn follow(lines: &mut dyn BufRead, since: Option<Head>) -> Result<Followed> {
    let mut trails = BTreeMap::new();
    if let Some(head) = &since {
        trails.insert(head.tenant, Trail::begin(head.tenant, since.clone()));
    }
    let (mut unreadable, mut repeated, mut empty) = (None, 0, true);
    let mut line = Vec::new();
    for number in 1.. {
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
        empty = false;
        match serde_json::from_slice(event) {
            Ok(Owner { tenant }) => {
                let trail = trails.entry(tenant).or_insert_with(|| Trail::begin(tenant, None));
                repeated += u64::from(trail.event(event));
            }
            Err(_) if unreadable.is_none() => {
                let only = trails.values_mut().next().map(|trail| &mut trail.verifying);
                let broken = match only {
                    Some(Ok(verifying)) => verifying.event(event).err(),
                    Some(Err(before)) => Some(before.clone()),
                    None => None,
                };
                let broken = broken.unwrap_or(Broken::Unreadable(1));
                unreadable = Some(Unreadable { line: number, broken });
            }
            Err(_) => {}
        }
    }
    if empty {
        return Err(Error::usage("there are no events in the export")
            .hint("`mmd audit export > FILE` writes one"));
    }
    let verdicts = trails.into_iter().map(|(tenant, trail)| {
        let since = since.clone().filter(|head| head.tenant == tenant);
        let ended = trail.verifying.and_then(Verifying::finish);
        (tenant, ended.map(|(seq, hash)| Proof { seq, hash, since }))
    });
    Ok(Followed { verdicts: verdicts.collect(), unreadable, repeated })
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use jiff::Timestamp;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        api::audit::Event,
        cli::output::{
            Format,
            tests::{captured, piped},
        },
        domain::audit::{origin, sign_head},
    };

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

    /// What is said on standard output and error, with `--json`.
    fn said(lines: &[&[String]], since: Option<Head>) -> Result<Value, (String, Value)> {
        let (output, stdout, _) = captured(piped(Format::Json));
        let text = lines.concat().join("\n");
        let followed = follow(&mut text.as_bytes(), since).unwrap();
        match report(followed, &output) {
            Ok(()) => Ok(serde_json::from_str(&stdout.text()).unwrap()),
            Err(error) => Err((error.message, error.details.unwrap())),
        }
    }

    /// Events of the only tenant, and how many lines were repeats.
    fn verify(lines: &[&[String]]) -> (Option<u64>, u64) {
        let text = lines.concat().join("\n");
        let followed = follow(&mut text.as_bytes(), None).unwrap();
        let [(_, verdict)] = &*followed.verdicts else { panic!("{followed:?}") };
        (verdict.as_ref().ok().map(|proof| proof.seq), followed.repeated)
    }

    fn head(events: &[String]) -> Head {
        let last: Event = serde_json::from_str(events.last().unwrap()).unwrap();
        let key = SigningKey::from_bytes(&[7; 32]);
        let hash = hash(events.last().unwrap().as_bytes());
        sign_head(&key, last.tenant, last.seq, hash, Timestamp::UNIX_EPOCH, 0)
    }

    fn changed(event: &str) -> Vec<String> {
        vec![event.replace("a@b", "c@d")]
    }

    #[test]
    fn lines_that_a_power_cut_has_repeated_are_counted_and_no_fault() {
        let own = chain(1, 300);
        assert_eq!(verify(&[&own]), (Some(300), 0));
        assert_eq!(verify(&[&own[..250], &own[50..]]), (Some(300), 200));
        assert_eq!(verify(&[&own[..9], &own[5..9], &own[5..]]), (Some(300), 8));
        // Not what no sink writes, nor what differs from what stood there.
        assert_eq!(verify(&[&own[..250], &own[49..]]).0, None);
        assert_eq!(verify(&[&own[..10], &changed(&own[9]), &own[10..]]).0, None);
    }

    #[test]
    fn of_one_tenant_it_is_said_as_of_an_export() {
        let own = chain(1, 4);
        let kept = head(&own[..2]);
        let good = |since: Value| {
            json!({ "consistent": true, "events": 4, "hash": hash(own[3].as_bytes()),
                    "sinceHead": since })
        };
        assert_eq!(said(&[&own], None), Ok(good(Value::Null)));
        assert_eq!(said(&[&own], Some(kept)), Ok(good(json!(2))));
        let fault = |sentence: &str, event: u64| {
            let sentence = format!("the audit trail is broken: {sentence}");
            Err((sentence, json!({ "consistent": false, "event": event })))
        };
        let garbage = ["{}".to_owned()];
        let unreadable = fault("event 3 cannot be read", 3);
        assert_eq!(said(&[&own[..2], &garbage, &own[3..]], None), unreadable);
        assert_eq!(said(&[&garbage, &own], None), fault("event 1 cannot be read", 1));
        let sentence = "event 2 is missing: 3 stands in its place";
        assert_eq!(said(&[&own[..1], &own[2..], &garbage], None), fault(sentence, 2));
        let sentence = "the head covers 4 events, but only 3 are there";
        assert_eq!(said(&[&own[..3]], Some(head(&own))), fault(sentence, 4));
    }

    #[test]
    fn of_several_tenants_each_is_verified_by_itself() {
        let (one, two) = (chain(1, 20), chain(2, 7));
        let good = |tenant: u128, events: &[String], since: Value| {
            json!({ "tenant": Uuid::from_u128(tenant), "consistent": true,
                    "events": events.len(), "hash": hash(events.last().unwrap().as_bytes()),
                    "sinceHead": since })
        };
        let bad = |tenant: u128, event: u64| json!({ "tenant": Uuid::from_u128(tenant), "consistent": false, "event": event });
        let mixed: [&[String]; 4] = [&one[..5], &two[..4], &one[5..], &two[4..]];
        let both = |two_since: Value| {
            let tenants = [good(1, &one, Value::Null), good(2, &two, two_since)];
            Ok(json!({ "consistent": true, "tenants": tenants }))
        };
        assert_eq!(said(&mixed, None), both(Value::Null));
        assert_eq!(said(&mixed, Some(head(&two[..6]))), both(json!(6)));

        let broken = |message: String, line: Option<u64>, tenants: [Value; 2]| {
            Err((message, json!({ "consistent": false, "line": line, "tenants": tenants })))
        };
        // The first trail is whole, and the other one was tampered with.
        let tampered: [&[String]; 4] = [&one, &two[..2], &changed(&two[2]), &two[3..]];
        let fault = "event 4 does not follow from the one before it: one of them was changed";
        let of = |tenant: u128, fault: &str| {
            format!("the audit trail of tenant {} is broken: {fault}", Uuid::from_u128(tenant))
        };
        let expected = broken(of(2, fault), None, [good(1, &one, Value::Null), bad(2, 4)]);
        assert_eq!(said(&tampered, None), expected);
        // Also where only the other one's head was kept.
        let expected = broken(of(2, fault), None, [good(1, &one, json!(3)), bad(2, 4)]);
        assert_eq!(said(&tampered, Some(head(&one[..3]))), expected);
        // The head's tenant counts, though nothing of it is there.
        let fault = "the head covers 7 events, but only 0 are there";
        let expected = broken(of(2, fault), None, [good(1, &one, Value::Null), bad(2, 1)]);
        assert_eq!(said(&[&one], Some(head(&two))), expected);
        let all = "the audit trails of 2 of 2 tenants are broken".to_owned();
        let expected = broken(all, None, [bad(1, 3), bad(2, 1)]);
        assert_eq!(said(&[&one[..2], &one[3..], &two[1..]], None), expected);
        // Whose it was nobody knows.
        let message = "line 28 is no event of any audit trail".to_owned();
        let tenants = [good(1, &one, Value::Null), good(2, &two, Value::Null)];
        let expected = broken(message, Some(28), tenants);
        assert_eq!(said(&[&one, &two, &["{}".to_owned()]], None), expected);
    }
}
