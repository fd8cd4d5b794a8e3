//! What came by standard input to a command line that is not run: it comes once, and lies nowhere
//! else.

use std::{
    ffi::OsString,
    io::{IsTerminal, Read, stdin},
    path::{Path, PathBuf},
};

use super::written;
use crate::{
    cli::{
        args, files,
        settings::{Dirs, Environment},
        verbs::words::quoted,
    },
    error::{Error, Result},
};

/// A new file for one text, below the data directory `data`.
pub(super) fn path_in(data: &Path) -> PathBuf {
    data.join("drafts").join(format!("text-{}.txt", uuid::Uuid::new_v4().simple()))
}

/// `error`, for which the command line `args` is not run, with the place of what came by the
/// standard input that it names.
pub fn kept(error: Error, args: &[OsString], environment: &Environment) -> Error {
    // At a terminal nothing was typed yet.
    if !names_stdin(args) || stdin().is_terminal() {
        return error;
    }
    keep(error, stdin(), || Ok(Dirs::of(environment)?.data))
}

fn keep(error: Error, stdin: impl Read, data: impl FnOnce() -> Result<PathBuf>) -> Error {
    let place = written::stdin_bytes(stdin).and_then(|bytes| {
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        let path = path_in(&data()?);
        files::write_private(&path, &bytes).map(|()| Some(path))
    });
    match place {
        Ok(None) => error,
        Ok(Some(path)) => {
            let path = path.display().to_string();
            error.hint(format!(
                "what came by standard input lies in `{path}`: `< {}` behind the corrected command \
                 sends it",
                quoted(&path)
            ))
        }
        Err(fault) => error.cause(format!("and what came by standard input is lost: {fault}")),
    }
}

/// The verbs of `escalate` that take a text, which may come by standard input.
const READING: [&str; 9] =
    ["note", "edit", "resolve", "reactivate", "transfer", "reply", "file", "lower", "resume"];

/// Whether something of `escalate` is to come by standard input, as far as that can be told of a
/// line that is none.
fn names_stdin(args: &[OsString]) -> bool {
    let words: Vec<&str> = args.iter().skip(1).filter_map(|arg| arg.to_str()).collect();
    let verb = args::first_word(&args::global(), &words);
    let Some((verb, words)) = verb.and_then(|at| words[at..].split_first()) else { return false };
    // `--from -`, `note ID -`, `--from=-`, `-m-`
    let is_stdin =
        |word: &&str| matches!(*word, "-" | "-m-") || word.starts_with('-') && word.ends_with("=-");
    if *verb != "escalate" || !words.iter().any(is_stdin) {
        return false;
    }
    let Some(escalate) = args::command_of(verb) else { return false };
    let inner = args::first_word(&escalate, words).map(|at| words[at]);
    let inner = inner.and_then(|word| escalate.find_subcommand(word));
    inner.is_none_or(|inner| READING.contains(&inner.get_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> bool {
        let args: Vec<OsString> = line.split(' ').map(Into::into).collect();
        names_stdin(&args)
    }

    #[test]
    fn a_line_of_escalate_with_a_dash_for_a_value_names_standard_input() {
        for line in [
            "mmd escalate --from - --severity high",
            "mmd --json escalate --from=-",
            "mmd escalate note ID - --bad",
            "mmd escalate resolve ID -m-",
            "mmd escalate --title list --from - --bad",
            "mmd --profile escalate escalate note ID -",
        ] {
            assert!(names(line), "{line}");
        }
        for line in [
            "mmd escalate --from a-",
            "mmd escalate -e",
            "mmd escalate list -",
            "mmd escalate --json show ID - --bad",
            "mmd device import -",
            "mmd --profile escalate device import -",
            "- mmd",
        ] {
            assert!(!names(line), "{line}");
        }
    }

    #[test]
    fn the_verbs_that_take_a_text_are_those_whose_help_says_so() {
        let escalate = args::command_of("escalate").unwrap();
        let reads = |verb: &&clap::Command| {
            let mut helps = verb.get_arguments().filter_map(|arg| arg.get_help());
            helps.any(|help| help.to_string().contains("standard input"))
        };
        let mut reading: Vec<_> =
            escalate.get_subcommands().filter(reads).map(clap::Command::get_name).collect();
        let mut known = READING.to_vec();
        reading.sort_unstable();
        known.sort_unstable();
        assert_eq!(reading, known);
    }

    #[test]
    fn what_came_is_kept_as_it_came_and_nothing_where_nothing_came() {
        let home = tempfile::tempdir().unwrap();
        let error = || Error::usage("no");
        let data = || Ok(home.path().to_owned());
        assert_eq!(keep(error(), &b" \n"[..], data).hints, [] as [String; 0]);
        let kept = keep(error(), &b"a\xff\n"[..], data);
        let entries = std::fs::read_dir(home.path().join("drafts")).unwrap();
        let [path] = entries.map(|e| e.unwrap().path()).collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"a\xff\n");
        files::check_private(&path).unwrap();
        assert!(kept.hints[0].contains(&path.display().to_string()), "{:?}", kept.hints);
    }
}
