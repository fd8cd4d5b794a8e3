//! `mmd completions SHELL --install`: says what it would change, and does it on a yes.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::{
    cli::{
        args, complete::shells::Shell, context::Context, files, output::Report, prompt::Question,
    },
    durable,
    error::{Error, IoContext, Kind, Result},
};

/// Which shell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// The shell.
    pub shell: Shell,
}

/// A person's own directories.
#[derive(Debug, Clone)]
struct Places {
    home: PathBuf,
    config: PathBuf,
    data: PathBuf,
    /// zsh's own, where it has one.
    zsh: Option<PathBuf>,
    documents: Option<PathBuf>,
    /// bash-completion is installed, which finds scripts by their names.
    finder: bool,
}

/// A file, and what it is to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Change {
    path: PathBuf,
    /// What is told of it.
    what: String,
    bytes: Vec<u8>,
}

/// Installs the script.
///
/// # Errors
/// [`Kind::Usage`] where nobody can be asked and `--yes` is missing; when a file cannot be written.
pub fn run(input: &Input, cx: &Context) -> Result<()> {
    let Input { shell } = *input;
    let changes = changes(shell, &places(cx)?)?;
    let paths: Vec<_> = changes.iter().map(|change| change.path.display().to_string()).collect();
    let told = json!({ "shell": shell.name(), "changed": paths });
    if changes.is_empty() {
        cx.output.note(&format!("the completions of {} are installed already", shell.name()));
        return cx.output.report(&Report::json_only(told));
    }
    for change in &changes {
        cx.output.note(&change.what);
    }
    if !cx.yes && !cx.prompter.confirm(Question::new("Go on?", "--yes"))? {
        return Err(Error::new(Kind::Refused, "nothing was changed"));
    }
    for change in &changes {
        let failed = || format!("the file `{}` cannot be written", change.path.display());
        if let Some(dir) = change.path.parent() {
            std::fs::create_dir_all(dir).or_failed(failed)?;
        }
        write(change).or_failed(failed)?;
    }
    cx.output.note("done: a new shell completes `mmd`");
    cx.output.report(&Report::json_only(told))
}

/// Writes through a link, and leaves the mode of a file that is there as it is.
fn write(change: &Change) -> std::io::Result<()> {
    let path = std::fs::canonicalize(&change.path).unwrap_or_else(|_| change.path.clone());
    let mode = std::fs::metadata(&path).ok().map(|file| file.permissions());
    durable::replace(&path, &change.bytes)?;
    mode.map_or(Ok(()), |mode| std::fs::set_permissions(&path, mode))
}

fn places(cx: &Context) -> Result<Places> {
    let none = || {
        Error::failed("this account has no home directory")
            .hint("print the script and put it in its place: `mmd completions SHELL > FILE`")
    };
    let home = dirs::home_dir().ok_or_else(none)?;
    let found = |path: &str| Path::new(path).exists();
    Ok(Places {
        config: dirs::config_dir().ok_or_else(none)?,
        data: dirs::data_dir().ok_or_else(none)?,
        documents: dirs::document_dir(),
        zsh: cx.environment.path("ZDOTDIR"),
        finder: found("/usr/share/bash-completion/bash_completion")
            || found("/etc/profile.d/bash_completion.sh"),
        home,
    })
}

/// What is not yet as it should be.
fn changes(shell: Shell, places: &Places) -> Result<Vec<Change>> {
    let name = args::command().get_name().to_owned();
    let own = places.data.join("mmd").join("completions").join(shell.file());
    let quoted = |path: &Path| format!("'{}'", path.display().to_string().replace('\'', r"'\''"));
    let (script, startup) = match shell {
        Shell::Fish => (places.config.join("fish/completions/mmd.fish"), None),
        Shell::Bash => {
            let script = places.data.join("bash-completion/completions").join(&name);
            let line = format!("source {}", quoted(&script));
            (script, (!places.finder).then(|| (places.home.join(".bashrc"), line)))
        }
        Shell::Zsh => {
            let rc = places.zsh.as_ref().unwrap_or(&places.home).join(".zshrc");
            let line = format!(
                "(( $+functions[compdef] )) || {{ autoload -Uz compinit && compinit }}\nsource {}",
                quoted(&own)
            );
            (own, Some((rc, line)))
        }
        Shell::PowerShell => {
            let documents = places.documents.as_ref().filter(|_| cfg!(windows));
            let folder = documents
                .map_or(places.config.join("powershell"), |documents| documents.join("PowerShell"));
            let line = format!(". '{}'", own.display().to_string().replace('\'', "''"));
            (own, Some((folder.join("profile.ps1"), line)))
        }
    };
    let mut changes = Vec::new();
    let text = shell.script(&name).into_bytes();
    let old = files::read_if_there(&script)?;
    if old.as_ref() != Some(&text) {
        let verb = if old.is_some() { "replace" } else { "write" };
        let what = format!("would {verb} {}", script.display());
        changes.push(Change { path: script, what, bytes: text });
    }
    if let Some((path, line)) = startup {
        let mut bytes = files::read_if_there(&path)?.unwrap_or_default();
        if !String::from_utf8_lossy(&bytes).contains(&line) {
            let line_shown = line.replace('\n', "\n  ");
            // Windows PowerShell 5.1 has a folder of its own, which is not written.
            let whose = if shell == Shell::PowerShell { " (PowerShell 7 and later)" } else { "" };
            let what = format!("would add to {}{whose}:\n  {line_shown}", path.display());
            if !bytes.is_empty() && !bytes.ends_with(b"\n") {
                bytes.push(b'\n');
            }
            bytes.extend_from_slice(format!("\n# Completion of {name}\n{line}\n").as_bytes());
            changes.push(Change { path, what, bytes });
        }
    }
    Ok(changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(home: &Path, finder: bool) -> Places {
        Places {
            home: home.into(),
            config: home.join("config"),
            data: home.join("data"),
            zsh: None,
            documents: None,
            finder,
        }
    }

    #[test]
    fn what_is_installed_once_needs_no_change() {
        for (shell, finder, files) in [
            (Shell::Bash, true, 1),
            (Shell::Bash, false, 2),
            (Shell::Zsh, false, 2),
            (Shell::Fish, false, 1),
            (Shell::PowerShell, false, 2),
        ] {
            let home = tempfile::tempdir().unwrap();
            let places = places(home.path(), finder);
            for change in changes(shell, &places).unwrap() {
                std::fs::create_dir_all(change.path.parent().unwrap()).unwrap();
                std::fs::write(change.path, change.bytes).unwrap();
            }
            assert_eq!(changes(shell, &places).unwrap(), [], "{shell:?}");
            let mut count = 0;
            let mut dirs = vec![home.path().to_owned()];
            while let Some(dir) = dirs.pop() {
                for entry in std::fs::read_dir(dir).unwrap().flatten() {
                    match entry.file_type().unwrap().is_dir() {
                        true => dirs.push(entry.path()),
                        false => count += 1,
                    }
                }
            }
            assert_eq!(count, files, "{shell:?}");
        }
    }

    #[test]
    fn the_profile_is_told_to_be_that_of_powershell_7() {
        let home = tempfile::tempdir().unwrap();
        let changes = changes(Shell::PowerShell, &places(home.path(), false)).unwrap();
        assert!(changes[1].what.contains("profile.ps1 (PowerShell 7 and later):"), "{changes:?}");
    }

    #[test]
    fn what_stands_in_a_startup_file_stays_there() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join(".bashrc"), "alias ll='ls -l'").unwrap();
        let changes = changes(Shell::Bash, &places(home.path(), false)).unwrap();
        let text = String::from_utf8(changes[1].bytes.clone()).unwrap();
        let script = home.path().join("data/bash-completion/completions/mmd");
        assert_eq!(
            text,
            format!("alias ll='ls -l'\n\n# Completion of mmd\nsource '{}'\n", script.display())
        );
    }
}
