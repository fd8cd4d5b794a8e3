//! The clipboard, as the command sees it: a child of our own holds the secret, and the prompt is
//! back at once.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use crate::{
    cli::settings::{Environment, scrub},
    error::{Error, Result},
    secret::Secret,
};

/// How long the clipboard holds a secret.
pub const HOLD_FOR: Duration = Duration::from_secs(45);

/// The command that [`ClipboardChild`] runs of its own program; nobody types it.
pub const CHILD_COMMAND: &str = "__clipboard";

/// How long the child may take to own the clipboard; a desktop under load needs a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// Somewhere to put a secret for [`HOLD_FOR`].
pub trait Clipboard {
    /// Whether there is one to put anything into; asked before a password is read for it.
    fn check(&self) -> Result<()>;

    /// Returns once the clipboard holds `secret`.
    fn hold(&self, secret: &Secret) -> Result<()>;
}

/// The clipboard of the desktop session, held by a child of our own.
#[derive(Debug, Clone)]
pub struct ClipboardChild {
    has_desktop: bool,
}

impl ClipboardChild {
    /// Of this process's session.
    pub fn new(environment: &Environment) -> Self {
        let display = environment.text("WAYLAND_DISPLAY").or(environment.text("DISPLAY")).is_some();
        let needs_display = cfg!(all(unix, not(target_os = "macos")));
        Self { has_desktop: display || !needs_display }
    }
}

impl Clipboard for ClipboardChild {
    fn check(&self) -> Result<()> {
        if self.has_desktop {
            return Ok(());
        }
        Err(no_clipboard(
            "neither `WAYLAND_DISPLAY` nor `DISPLAY` is set: there is no desktop session here",
        ))
    }

    fn hold(&self, secret: &Secret) -> Result<()> {
        self.check()?;
        let program = std::env::current_exe().map_err(no_clipboard)?;
        let mut command = Command::new(program);
        command.args([CHILD_COMMAND, "--seconds", &HOLD_FOR.as_secs().to_string()]);
        offer(&mut command, secret).map_err(no_clipboard)
    }
}

/// The password itself must not stand here: an error goes to logs.
fn no_clipboard(cause: impl std::fmt::Display) -> Error {
    Error::failed("the password could not be copied")
        .cause(cause)
        .hint("`--reveal` shows it on the screen, `--qr` as a code for a camera")
}

/// Starts `command`, gives it `secret` on its standard input, and returns once it says that it owns
/// the clipboard. The error is what it says otherwise.
pub fn offer(command: &mut Command, secret: &Secret) -> std::result::Result<(), String> {
    scrub(command).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(windows)]
    {
        // No console: it must outlive the window that the command was typed in.
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        std::os::windows::process::CommandExt::creation_flags(command, DETACHED_PROCESS);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let answer = speak(&mut child, secret);
    if answer.is_err() {
        // Whatever it does, it does not hold the clipboard; it must not hold the secret either.
        let _ = child.kill();
        let _ = child.wait();
    }
    answer
}

fn speak(child: &mut Child, secret: &Secret) -> std::result::Result<(), String> {
    let lost = "the process that should hold the clipboard has gone away";
    let mut stdin = child.stdin.take().ok_or(lost)?;
    stdin.write_all(secret.expose().as_bytes()).map_err(|_| lost)?;
    drop(stdin);
    let stdout = child.stdout.take().ok_or(lost)?;
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || sender.send(first_line(stdout)));
    match answer.recv_timeout(PATIENCE) {
        Ok(line) if line == "ok" => Ok(()),
        Ok(line) if line.is_empty() => Err(lost.into()),
        Ok(line) => Err(line),
        Err(_) => Err(format!("the clipboard did not answer within {} s", PATIENCE.as_secs())),
    }
}

fn first_line(stdout: ChildStdout) -> String {
    let mut line = String::new();
    // What cannot be read is an empty answer.
    let _ = BufReader::new(stdout.take(4096)).read_line(&mut line);
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_desktop_the_way_on_is_named() {
        let clipboard = ClipboardChild { has_desktop: false };
        let error = clipboard.hold(&Secret::new("hunter2".into())).unwrap_err();
        assert_eq!(error.message, "the password could not be copied");
        assert_eq!(
            error.causes,
            ["neither `WAYLAND_DISPLAY` nor `DISPLAY` is set: there is no desktop session here"]
        );
        assert!(error.hints[0].contains("`--reveal`"));
        assert!(!format!("{error:?}").contains("hunter2"));
    }

    #[cfg(unix)]
    #[test]
    fn the_child_gets_the_secret_and_its_word_counts() {
        let shell = |script: &str| {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            offer(&mut command, &Secret::new("hunter2".into()))
        };
        let lost = "the process that should hold the clipboard has gone away";
        assert_eq!(shell(r#"[ "$(cat)" = hunter2 ] && echo ok"#), Ok(()));
        assert_eq!(shell("cat >/dev/null; echo no display"), Err("no display".into()));
        assert_eq!(shell("cat >/dev/null"), Err(lost.into()));
    }
}
