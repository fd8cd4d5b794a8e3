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
        files,
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

/// Whether something of `escalate` is to come by standard input, as far as that can be told of a
/// line that is none.
fn names_stdin(args: &[OsString]) -> bool {
    let behind = args.iter().skip(1).skip_while(|arg| *arg != "escalate").skip(1);
    behind.filter_map(|arg| arg.to_str()).any(|arg| {
        // `--from -`, `note ID -`, `--from=-`, `-m-`
        arg == "-" || arg == "-m-" || (arg.starts_with('-') && arg.ends_with("=-"))
    })
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
        ] {
            assert!(names(line), "{line}");
        }
        for line in ["mmd escalate --from a-", "mmd escalate -e", "mmd device import -", "- mmd"] {
            assert!(!names(line), "{line}");
        }
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
