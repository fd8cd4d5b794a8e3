//! `mmd audit verify FILE`: an export, without a service.

use std::{
    fs::File,
    io::{BufRead, BufReader, stdin},
    path::{Path, PathBuf},
};

use super::proof::{self, Proof};
use crate::{
    api::audit::{Event, Head},
    cli::output::Output,
    domain::audit::{Broken, Verifying},
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
    let (seq, hash) = if input.file == Path::new("-") {
        follow(&mut stdin().lock(), since.as_ref())
    } else {
        let file =
            File::open(&input.file).map_err(|error| Error::usage(sentence()).cause(error))?;
        follow(&mut BufReader::new(file), since.as_ref())
    }?;
    proof::report(&Proof { seq, hash, since }, output)
}

/// The last event's number and hash.
fn follow(lines: &mut dyn BufRead, since: Option<&Head>) -> Result<(u64, String)> {
    let mut verifying = None;
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
        if verifying.is_none() {
            verifying = Some(begin(event, since)?);
        }
        if let Some(verifying) = &mut verifying {
            verifying.event(event).map_err(|error| told(&error))?;
        }
    }
    let Some(verifying) = verifying else {
        return Err(Error::usage("there are no events in the export")
            .hint("`mmd audit export > FILE` writes one"));
    };
    verifying.finish().map_err(|error| told(&error))
}

/// The tenant is the head's, else the first event's.
fn begin(event: &[u8], since: Option<&Head>) -> Result<Verifying> {
    let tenant = match since {
        Some(head) => head.tenant,
        None => {
            let first: Event =
                serde_json::from_slice(event).map_err(|_| proof::broken(&Broken::Unreadable(1)))?;
            first.tenant
        }
    };
    let heads = since.cloned().into_iter().collect();
    Verifying::new(tenant, heads).map_err(|error| proof::broken(&error))
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
