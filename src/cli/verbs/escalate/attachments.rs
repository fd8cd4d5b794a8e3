//! Files that go with a request: looked at before anything is sent, sent piece by piece.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    api::ticket::{Attachment, MAX_ATTACHMENT, MAX_ATTACHMENTS},
    cli::{context::Context, verbs::words::word},
    client::Tenant,
    error::{Error, Kind, Result},
};

/// Where the files lie, whatever the directory from which a draft is resumed.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for a file that is not there, none, or too large.
pub fn check(files: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if files.len() > MAX_ATTACHMENTS {
        return Err(Error::usage(format!("{} files are too many to attach", files.len()))
            .hint(format!("a request takes {MAX_ATTACHMENTS}")));
    }
    let named = |path: &Path| json!({ "attachment": path.to_string_lossy() });
    files.iter().map(|path| check_one(path).map_err(|error| error.details(named(path)))).collect()
}

/// What is left of `files` without those that `named` names: by path, or by the last part of it.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for a name that is none of them.
pub fn without(mut files: Vec<PathBuf>, named: &[PathBuf]) -> Result<Vec<PathBuf>> {
    for named in named {
        let whole = std::path::absolute(named).unwrap_or_else(|_| named.clone());
        let is_it = |path: &PathBuf| {
            [named, &whole].contains(&path) || path.file_name() == Some(named.as_os_str())
        };
        let before = files.clone();
        files.retain(|path| !is_it(path));
        if files.len() == before.len() {
            let error = Error::usage(format!("the draft attaches no `{}`", named.display()));
            let shown: Vec<_> = before.iter().map(|path| format!("`{}`", path.display())).collect();
            return Err(match shown.is_empty() {
                true => error.hint("it attaches nothing: leave out `--detach`"),
                false => error.hint(format!("it attaches {}", shown.join(", "))),
            });
        }
    }
    Ok(files)
}

fn check_one(path: &Path) -> Result<PathBuf> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        Error::usage(format!("the attachment `{shown}` cannot be read")).cause(error)
    };
    let known = std::fs::metadata(path).map_err(cannot)?;
    if !known.is_file() {
        return Err(Error::usage(format!("the attachment `{shown}` is not a file")));
    }
    if known.len() > MAX_ATTACHMENT {
        let (has, most) = (known.len().div_ceil(1 << 20), MAX_ATTACHMENT >> 20);
        return Err(Error::usage(format!(
            "the attachment `{shown}` has {has} MiB, and {most} MiB is the most"
        ))
        .hint("pack it, or cut out what matters"));
    }
    std::fs::File::open(path).map_err(cannot)?;
    std::path::absolute(path).map_err(cannot)
}

/// Sends `files` to the ticket `id`, with a bar on a terminal.
///
/// # Errors
/// At the first that does not arrive; the hint names the command for it and those behind it.
pub async fn send(
    tenant: &Tenant,
    id: &str,
    files: &[PathBuf],
    cx: &Context,
) -> Result<Vec<Attachment>> {
    let mut sent = Vec::new();
    for (index, path) in files.iter().enumerate() {
        let name = name(path);
        let size = std::fs::metadata(path).map(|known| known.len()).unwrap_or(0);
        let bar = cx.output.transfer(&name, size);
        let moved = bar.clone();
        let observe = move |bytes| moved.reach(bytes);
        let attached = tenant.attach_to_ticket(id, path, &name, std::sync::Arc::new(observe)).await;
        bar.finish();
        match attached {
            Ok(attachment) => sent.push(attachment),
            Err(error) => {
                let passes = matches!(
                    error.kind,
                    Kind::Unreachable
                        | Kind::NotNow
                        | Kind::SignIn
                        | Kind::Interrupted
                        | Kind::Failed
                );
                // What was refused would be refused again.
                let rest = if passes { &files[index..] } else { &files[index + 1..] };
                let rest: Vec<_> = rest.iter().map(|path| word(&path.to_string_lossy())).collect();
                let error = error.cause(format!("at the attachment `{}`", path.display()));
                let line = format!("mmd escalate attach {} {}", word(id), rest.join(" "));
                return Err(match (passes, rest.is_empty()) {
                    (true, _) => error.hint(format!("`{line}` tries again")),
                    (false, true) => error,
                    (false, false) => error.hint(format!("`{line}` attaches the others")),
                });
            }
        }
    }
    Ok(sent)
}

/// The last part of the path; a name that is no Unicode is shown as well as it can be.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_file_is_looked_at_before_anything_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.log");
        let fault = |path: &Path| check(&[path.to_owned()]).unwrap_err();
        assert!(fault(&path).message.ends_with("a.log` cannot be read"));
        std::fs::write(&path, "x").unwrap();
        assert_eq!(check(std::slice::from_ref(&path)).unwrap(), std::slice::from_ref(&path));
        assert!(fault(dir.path()).message.ends_with("is not a file"));
        std::fs::File::create(&path).unwrap().set_len(MAX_ATTACHMENT + 1).unwrap();
        let error = fault(&path);
        assert_eq!(error.kind.exit(), 2);
        assert!(error.message.ends_with("has 26 MiB, and 25 MiB is the most"), "{}", error.message);
        assert_eq!(error.details.unwrap()["attachment"], *path.to_string_lossy());
        assert_eq!(check(&vec![path; MAX_ATTACHMENTS + 1]).unwrap_err().kind.exit(), 2);
    }
}
