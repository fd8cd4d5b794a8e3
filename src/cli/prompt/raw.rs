//! Single keys from the terminal, with its mode put back whatever happens.

use std::{
    io::Write,
    os::fd::{AsFd, OwnedFd},
};

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use zeroize::{Zeroize, Zeroizing};

use super::{
    given_up,
    interrupt::{self, Open},
    unreadable,
};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

const CTRL_C: u8 = 0x03;
const CTRL_D: u8 = 0x04;
const CTRL_U: u8 = 0x15;
const ESCAPE: u8 = 0x1b;

/// How long to wait for a key until an interrupt is looked for, in tenths of a second: a signal does
/// not break the wait on every system.
const PATIENCE: u8 = 1;

/// Echo, line editing and signal keys are off until this is dropped.
struct RawMode {
    terminal: OwnedFd,
    before: Termios,
    // Let go once the mode is put back.
    _open: Open,
}

impl RawMode {
    /// What was typed before the question is thrown away: it was no answer to it.
    fn enter() -> std::io::Result<Self> {
        let open = Open::start();
        let terminal = std::io::stdin().as_fd().try_clone_to_owned()?;
        let before = termios::tcgetattr(&terminal)?;
        let mut raw = before.clone();
        raw.local_modes &=
            !(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        raw.special_codes[SpecialCodeIndex::VMIN] = 0;
        raw.special_codes[SpecialCodeIndex::VTIME] = PATIENCE;
        termios::tcsetattr(&terminal, OptionalActions::Flush, &raw)?;
        Ok(Self { terminal, before, _open: open })
    }

    /// What one press, or one paste, brings; never empty. An interrupt is an error of that kind.
    fn read<'b>(&self, buffer: &'b mut [u8]) -> std::io::Result<&'b [u8]> {
        loop {
            if interrupt::has_come() {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            // Not through `Stdin`: its buffer would keep a part of what is typed.
            let count =
                rustix::io::retry_on_intr(|| rustix::io::read(&self.terminal, &mut *buffer))?;
            if count > 0 {
                return Ok(&buffer[..count]);
            }
            // No key yet; of a terminal that has gone away this says so.
            termios::tcgetattr(&self.terminal)?;
        }
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Flush: the rest of an escape sequence must not be typed into the shell.
        let _ = termios::tcsetattr(&self.terminal, OptionalActions::Flush, &self.before);
    }
}

/// Waits for a key; Ctrl-C is an interrupt.
pub(super) fn any_key() -> Result<()> {
    let raw = RawMode::enter().map_err(unreadable)?;
    let mut keys = [0; 16];
    let keys = raw.read(&mut keys).map_err(unanswered)?;
    if keys[0] == CTRL_C { Err(given_up()) } else { Ok(()) }
}

/// Asks for a secret without showing it.
pub(super) fn secret(prompt: &str) -> Result<Secret> {
    let raw = RawMode::enter().map_err(unreadable)?;
    let mut stderr = std::io::stderr().lock();
    loop {
        write!(stderr, "{prompt}: ").and_then(|()| stderr.flush()).map_err(unreadable)?;
        let line = read_line(|buffer| raw.read(buffer).map(<[u8]>::len));
        writeln!(stderr).map_err(unreadable)?;
        if let Some(line) = line.map_err(unanswered)? {
            if !line.is_empty() {
                return Ok(line);
            }
        } else {
            return Err(given_up());
        }
    }
}

fn unanswered(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::Interrupted => given_up(),
        _ => unreadable(error),
    }
}

/// Edits a line from what `read` brings; `None` when the person gives up.
fn read_line(
    mut read: impl FnMut(&mut [u8]) -> std::io::Result<usize>,
) -> std::io::Result<Option<Secret>> {
    // Large enough not to be moved, which would leave a copy behind.
    let mut line = Zeroizing::new(Vec::with_capacity(64 * 1024));
    let mut buffer = Zeroizing::new([0; 1024]);
    loop {
        let count = read(&mut *buffer)?;
        let keys = &buffer[..count];
        if keys[0] == ESCAPE {
            if keys.len() == 1 {
                return Ok(None);
            }
            // An arrow or function key.
            continue;
        }
        for &key in keys {
            match key {
                b'\r' | b'\n' => {
                    let text = std::str::from_utf8(&line).map_err(std::io::Error::other)?;
                    return Ok(Some(Secret::new(text.trim().to_owned())));
                }
                CTRL_C => return Ok(None),
                CTRL_D if line.is_empty() => return Ok(None),
                CTRL_U => line.clear(),
                0x08 | 0x7f => {
                    // A character may be several bytes long.
                    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
                }
                0..0x20 => {}
                key => line.push(key),
            }
        }
        buffer.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    /// The line that these reads make.
    fn typed(mut reads: &[&[u8]]) -> Option<String> {
        let line = read_line(|buffer| {
            let (first, rest) = reads.split_first().unwrap();
            reads = rest;
            (&mut &**first).read(buffer)
        });
        line.unwrap().map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn a_line_can_be_typed_pasted_and_edited() {
        for (reads, line) in [
            (&[b"a".as_slice(), b"b", b"\r"] as &[&[u8]], Some("ab")),
            (&[b"pasted whole\n"], Some("pasted whole")),
            (&[b"abc\x7f\x7fd\r"], Some("ad")),
            (&["aé\x7fb\r".as_bytes()], Some("ab")),
            (&[b"wrong\x15right\r"], Some("right")),
            (&[b"a", b"\x1b[D", b"b\r"], Some("ab")),
            (&[b"\x7f\r"], Some("")),
            (&[b"a\x01\tb\r"], Some("ab")),
            (&[b"a", b"\x1b"], None),
            (&[b"a\x03"], None),
            (&[b"\x04"], None),
        ] {
            assert_eq!(typed(reads).as_deref(), line, "{reads:?}");
        }
    }
}
