//! The child that holds the clipboard.
//!
//! On Linux the contents of the clipboard live in the process that owns it, so that process has to
//! stay. It gets the secret on its standard input, says `ok` once it owns the clipboard, leaves the
//! terminal's session, and clears the clipboard in the end unless somebody has copied something
//! else meanwhile.

use std::{
    io::{Read, Write},
    mem::ManuallyDrop,
    process::ExitCode,
    sync::mpsc::{self, Receiver},
    thread,
    time::{Duration, Instant},
};

use arboard::Clipboard;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// How long to wait until the clipboard shows what was put there.
const SETTLING: Duration = Duration::from_secs(3);

/// Holds the secret from standard input for `hold`; the whole life of the child.
pub fn clipboard_child(hold: Duration) -> ExitCode {
    match hold_until(Instant::now() + hold) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // One line; where it cannot be said, the silence says enough.
            let _ = say(&message.replace('\n', " "));
            ExitCode::FAILURE
        }
    }
}

fn hold_until(deadline: Instant) -> Result<(), String> {
    let mut text = Zeroizing::new(String::new());
    std::io::stdin().read_to_string(&mut text).map_err(|error| error.to_string())?;
    let secret = Secret::new(std::mem::take(&mut text));
    let (clipboard, replaced) = take(&secret)?;
    // Not dropped: arboard's farewell hands the contents to a clipboard manager to keep.
    let mut clipboard = ManuallyDrop::new(clipboard);
    if let Err(error) = say("ok") {
        // The command has gone away and tells nobody that the secret is here: it must not be.
        let _ = clipboard.clear();
        return Err(error.to_string());
    }
    detach();
    let left = || deadline.saturating_duration_since(Instant::now());
    // When somebody has copied something else, that is theirs. Where nobody tells, the channel is
    // closed from the start, and there is only the time to wait for.
    if replaced.recv_timeout(left()).is_err() {
        thread::sleep(left());
        if holds(&mut clipboard, &secret) {
            let _ = clipboard.clear();
        }
    }
    Ok(())
}

/// Puts `secret` into the clipboard. The receiver hears when it is replaced, where the platform
/// tells.
fn take(secret: &Secret) -> Result<(Clipboard, Receiver<Result<(), String>>), String> {
    let mut clipboard = Clipboard::new().map_err(|error| error.to_string())?;
    let replaced = serve(secret)?;
    let settled = Instant::now() + SETTLING;
    while !holds(&mut clipboard, secret) {
        match replaced.recv_timeout(Duration::from_millis(20)) {
            Ok(Err(message)) => return Err(message),
            Ok(Ok(())) => return Err("another program took the clipboard at once".into()),
            Err(_) if Instant::now() > settled => {
                return Err("the clipboard does not show what was put there".into());
            }
            // Where nobody tells, `recv_timeout` returns at once.
            Err(_) => thread::sleep(Duration::from_millis(10)),
        }
    }
    Ok((clipboard, replaced))
}

/// Serves the secret from a thread of its own until another program owns the clipboard.
#[cfg(all(unix, not(target_os = "macos")))]
fn serve(secret: &Secret) -> Result<Receiver<Result<(), String>>, String> {
    use arboard::SetExtLinux;
    let (sender, replaced) = mpsc::channel();
    let secret = secret.clone();
    thread::spawn(move || {
        let served = Clipboard::new().and_then(|mut clipboard| {
            // Asks clipboard managers not to keep it.
            clipboard.set().exclude_from_history().wait().text(secret.expose())
        });
        sender.send(served.map_err(|error| error.to_string()))
    });
    Ok(replaced)
}

/// The system keeps the contents; nobody tells when they are replaced.
#[cfg(any(windows, target_os = "macos"))]
fn serve(secret: &Secret) -> Result<Receiver<Result<(), String>>, String> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple;
    #[cfg(windows)]
    use arboard::SetExtWindows;
    let mut clipboard = Clipboard::new().map_err(|error| error.to_string())?;
    let set = clipboard.set();
    #[cfg(windows)]
    let set = set.exclude_from_monitoring().exclude_from_cloud().exclude_from_history();
    #[cfg(target_os = "macos")]
    let set = set.exclude_from_history();
    set.text(secret.expose()).map_err(|error| error.to_string())?;
    Ok(mpsc::channel().1)
}

fn holds(clipboard: &mut Clipboard, secret: &Secret) -> bool {
    clipboard.get_text().is_ok_and(|text| secret.matches(&Zeroizing::new(text)))
}

fn say(line: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

/// Leaves the terminal's session, so that closing it does not end us with the secret still in the
/// clipboard, and lets go of the pipes.
fn detach() {
    #[cfg(unix)]
    {
        // Fails only for the leader of a process group, who has a session of its own already.
        let _ = rustix::process::setsid();
        if let Ok(null) = std::fs::File::options().read(true).write(true).open("/dev/null") {
            let _ = rustix::stdio::dup2_stdin(&null);
            let _ = rustix::stdio::dup2_stdout(&null);
            let _ = rustix::stdio::dup2_stderr(&null);
        }
    }
}
