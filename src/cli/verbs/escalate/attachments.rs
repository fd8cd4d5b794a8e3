//! Files that go with a request: looked at before anything is sent, sent piece by piece.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    api::ticket::{Attachment, MAX_ATTACHMENTS},
    cli::{context::Context, output::clean, prompt::unless_interrupted, verbs::words::word},
    client::{Tenant, attachable},
    domain::ticket::name_fault,
    error::{Error, Kind, Result},
};

/// Where the files lie, whatever the directory from which a draft is resumed.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for a file that is not there, none, empty or too large, and
/// for a name that the service would refuse.
pub fn check(files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if files.len() > MAX_ATTACHMENTS {
        return Err(Error::usage(format!("{} files are too many to attach", files.len()))
            .hint(format!("a request takes {MAX_ATTACHMENTS}")));
    }
    let named = |path: &Path| json!({ "attachment": path.to_string_lossy() });
    files.iter().map(|path| check_one(path).map_err(|error| error.details(named(path)))).collect()
}

/// What is left of `files` without those that `named` names: by path, or by the last part
/// of it where only one has that.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for a name that is none of them, or several.
pub fn without(mut files: Vec<PathBuf>, named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    for named in named {
        let whole = absolute(named);
        let is_named = |path: &&PathBuf| [named, &whole].contains(path);
        let is_called = |path: &&PathBuf| path.file_name() == Some(named.as_os_str());
        let path = match files.iter().find(is_named) {
            Some(path) => path.clone(),
            None => only(files.iter().filter(is_called), named, &files)?,
        };
        files.retain(|other| *other != path);
    }
    Ok(files)
}

/// The one path of `called`, which are those of `files` that `named` is the last part of.
fn only<'a>(
    called: impl Iterator<Item = &'a PathBuf>,
    named: &Path,
    files: &[PathBuf],
) -> Result<PathBuf> {
    let (named, list) = (named.display(), |paths: &BTreeSet<&PathBuf>| {
        let shown: Vec<_> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
        shown.join(", ")
    });
    let called: BTreeSet<_> = called.collect();
    let files: BTreeSet<_> = files.iter().collect();
    match (called.first(), called.len()) {
        (Some(path), 1) => Ok(path.to_path_buf()),
        (Some(_), _) => Err(Error::usage(format!("the draft attaches several `{named}`"))
            .hint(format!("name one by its path: {}", list(&called)))),
        (None, _) => {
            let error = Error::usage(format!("the draft attaches no `{named}`"));
            Err(match files.is_empty() {
                true => error.hint("it attaches nothing: leave out `--detach`"),
                false => error.hint(format!("it attaches {}", list(&files))),
            })
        }
    }
}

fn check_one(path: &Path) -> Result<PathBuf> {
    attachable(path)?;
    let words = match last(path).to_str() {
        Some(name) => name_fault(name).map(|fault| fault.words),
        // The service would keep it under another one.
        None => Some("must be UTF-8, and is not".to_owned()),
    };
    match words {
        None => Ok(absolute(path)),
        Some(words) => {
            let shown = clean::line(&path.to_string_lossy()).into_owned();
            Err(Error::usage(format!("the name of the attachment `{shown}` {words}"))
                .hint("attach it under another name"))
        }
    }
}

/// `path` from wherever the command is run.
pub fn absolute(path: &Path) -> PathBuf {
    // It fails for an empty path only, which is no file from anywhere.
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What became of files that were sent.
#[derive(Debug)]
pub struct Sent {
    /// Those that arrived.
    pub attached: Vec<Attachment>,
    /// Why the others did not. A hint names the command for those that may arrive later.
    pub fault: Option<Error>,
}

/// Sends `files` to the ticket `id`, with a bar on a terminal. What is wrong with one of them keeps
/// no other from being sent; what would keep all of them ends it.
pub async fn send(tenant: &Tenant, id: &str, files: &[PathBuf], cx: &Context) -> Sent {
    let (mut attached, mut fault) = (Vec::new(), None::<Error>);
    for (index, path) in files.iter().enumerate() {
        let name = name(path);
        let size = std::fs::metadata(path).map(|known| known.len()).unwrap_or(0);
        let bar = cx.output.transfer(&name, size);
        let moved = bar.clone();
        let observe = move |bytes| moved.reach(bytes);
        let attach = tenant.attach_to_ticket(id, path, &name, std::sync::Arc::new(observe));
        let outcome = unless_interrupted(attach).await;
        bar.finish();
        let error = match outcome {
            Ok(attachment) => {
                attached.push(attachment);
                continue;
            }
            Err(error) => error,
        };
        let error = if differs(&error) { changed(error, id) } else { error };
        let (is_of_file, passes) = (error.kind == Kind::Usage, passes(error.kind));
        let (place, how) = (format!("at the attachment `{}`", path.display()), error.to_string());
        let error = match fault.take() {
            None => error.cause(place),
            Some(first) => {
                let first = first.cause(format!("{place}: {how}"));
                error.hints.into_iter().fold(first, Error::hint)
            }
        };
        if is_of_file {
            fault = Some(error);
            continue;
        }
        let rest: Vec<_> =
            files[index..].iter().map(|path| word(&path.to_string_lossy())).collect();
        let line = format!("mmd escalate attach {} {}", word(id), rest.join(" "));
        let error = if passes { error.hint(format!("`{line}` tries again")) } else { error };
        return Sent { attached, fault: Some(error) };
    }
    Sent { attached, fault }
}

/// Whether the service says that what arrived has another checksum than what was sent.
fn differs(error: &Error) -> bool {
    let field = error.details.as_ref().map(|details| &details["fields"][0]);
    field.is_some_and(|field| field["target"] == "sha256" && field["code"] == "differs")
}

/// The file was read once for its checksum and once while it was sent; the way between is sure.
fn changed(error: Error, id: &str) -> Error {
    let attach = format!("mmd escalate attach {} FILE", word(id));
    error
        .cause("the file was changed while it was sent")
        .hint(format!("copy it, and attach the copy: `{attach}`"))
}

/// Whether what failed so may be done later; what was refused would be refused again.
fn passes(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Unreachable | Kind::NotNow | Kind::SignIn | Kind::Interrupted | Kind::Failed
    )
}

/// The name that a file is sent under: the last part of its path, which [`check`] has found to be
/// UTF-8.
fn name(path: &Path) -> String {
    last(path).to_string_lossy().into_owned()
}

fn last(path: &Path) -> &OsStr {
    path.file_name().unwrap_or(path.as_os_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ticket::MAX_ATTACHMENT;

    #[test]
    fn a_file_is_taken_out_by_its_path_or_its_name_and_no_other() {
        let files = || vec![PathBuf::from("/a/x.log"), PathBuf::from("/b/y.log")];
        for named in ["/a/x.log", "x.log"] {
            assert_eq!(without(files(), &[named.into()]).unwrap(), [PathBuf::from("/b/y.log")]);
        }
        assert_eq!(without(files(), &["x.log".into(), "/b/y.log".into()]).unwrap().len(), 0);
        let error = without(files(), &["z.log".into()]).unwrap_err();
        assert_eq!(
            (error.kind.exit(), error.message.as_str()),
            (2, "the draft attaches no `z.log`")
        );
        assert_eq!(error.hints, ["it attaches `/a/x.log`, `/b/y.log`"]);
    }

    #[test]
    fn a_name_takes_out_one_file_and_a_path_wins_over_a_name() {
        let here = std::env::current_dir().unwrap();
        let files = || vec![here.join("x.log"), PathBuf::from("/b/x.log")];
        assert_eq!(without(files(), &["x.log".into()]).unwrap(), [PathBuf::from("/b/x.log")]);
        assert_eq!(without(files(), &["/b/x.log".into()]).unwrap(), [here.join("x.log")]);

        let files = || vec![PathBuf::from("/a/x.log"), PathBuf::from("/b/x.log")];
        let error = without(files(), &["x.log".into()]).unwrap_err();
        assert_eq!(
            (error.kind.exit(), error.message.as_str()),
            (2, "the draft attaches several `x.log`")
        );
        assert_eq!(error.hints, ["name one by its path: `/a/x.log`, `/b/x.log`"]);
        let twice = vec![PathBuf::from("/a/x.log"), PathBuf::from("/a/x.log")];
        assert_eq!(without(twice, &["x.log".into()]).unwrap().len(), 0, "it is one file");
    }

    #[test]
    fn a_file_is_looked_at_before_anything_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        let fault = |path: &Path| check(&[path.to_owned()]).unwrap_err();
        assert!(fault(&path).message.ends_with("a.log` cannot be read"));
        std::fs::write(&path, "x").unwrap();
        assert_eq!(check(std::slice::from_ref(&path)).unwrap(), std::slice::from_ref(&path));
        assert!(fault(dir.path()).message.ends_with("is not a file"));
        std::fs::write(&path, "").unwrap();
        assert!(fault(&path).message.ends_with("a.log` is empty"));
        std::fs::File::create(&path).unwrap().set_len(MAX_ATTACHMENT + 1).unwrap();
        let error = fault(&path);
        assert_eq!(error.kind.exit(), 2);
        let words = "has 26214401 bytes, and 26214400 (25 MiB) is the most";
        assert!(error.message.ends_with(words), "{}", error.message);
        assert_eq!(error.details.unwrap()["attachment"], *path.to_string_lossy());
        assert_eq!(check(&vec![path; MAX_ATTACHMENTS + 1]).unwrap_err().kind.exit(), 2);
    }

    // No file has such a name elsewhere.
    #[cfg(unix)]
    #[test]
    fn a_name_that_the_service_would_refuse_is_told_before_anything_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        for (name, words) in [
            (r"a\b.log", r"b.log` must be the name of a file, without a directory"),
            ("a\nb.log", "b.log` holds the control character U+000A, its character 2"),
        ] {
            let path = dir.path().join(name);
            std::fs::write(&path, "x").unwrap();
            let error = check(std::slice::from_ref(&path)).unwrap_err();
            assert_eq!(error.kind, Kind::Usage);
            assert!(error.message.ends_with(words), "{}", error.message);
            assert!(!error.message.contains('\n'));
            assert_eq!(error.details.unwrap()["attachment"], *path.to_string_lossy());
        }
    }
}
