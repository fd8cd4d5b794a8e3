//! Notices on the terminals of an account.

use std::{
    fs::OpenOptions,
    io::Write,
    os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt},
};

use rustix::fs::OFlags;

use super::{harmless, names};

/// Writes `text` to every terminal that belongs to `uid`, without waiting for one that is stopped.
pub fn write(uid: u32, text: &str) {
    let line = format!("\r\n\u{7}*** {} ***\r\n", harmless(text));
    let remote = names("/dev/pts").unwrap_or_default().into_iter().map(|n| format!("/dev/pts/{n}"));
    let consoles = names("/dev").unwrap_or_default().into_iter();
    let consoles = consoles.filter(|n| is_console(n)).map(|n| format!("/dev/{n}"));
    for path in remote.chain(consoles) {
        let flags = (OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW).bits();
        let mut options = OpenOptions::new();
        options.write(true).custom_flags(flags.cast_signed());
        let Ok(mut terminal) = options.open(path) else { continue };
        // Asked of the open file: the name may mean another terminal by now.
        let theirs = terminal
            .metadata()
            .is_ok_and(|about| about.file_type().is_char_device() && about.uid() == uid);
        if theirs {
            // Best effort: the session ends either way.
            let _ = terminal.write(line.as_bytes());
        }
    }
}

/// `tty1`, and not `ttyS0`, whose opening may wait for a modem.
fn is_console(name: &str) -> bool {
    name.strip_prefix("tty").is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_console;

    #[test]
    fn only_virtual_consoles_are_consoles() {
        assert!(is_console("tty1"));
        assert!(["tty", "ttyS0", "pts", "xtty1"].iter().all(|name| !is_console(name)));
    }
}
