//! A screen of its own for a secret: not in the scroll-back, and gone at a key.

use zeroize::Zeroizing;

use super::{
    super::{Output, clean},
    Delivered,
};
use crate::{
    cli::prompt::{Open, Prompter, see_interrupts},
    error::Result,
};

/// Switch to the alternate screen, and wipe it: a terminal may keep what was there.
const ENTER: &str = "\u{1b}[?1049h\u{1b}[2J\u{1b}[H";
/// Wipe it and go back.
const LEAVE: &str = "\u{1b}[2J\u{1b}[H\u{1b}[?1049l";

/// Whether there is somebody to look at a screen and press a key.
pub(super) fn is_there(output: &Output, prompter: &dyn Prompter) -> bool {
    output.options().stdout_terminal && prompter.can_ask()
}

/// Shows what is said of `delivered` and then `text` until a key is pressed; without a screen,
/// where the details stand already, prints only `text`.
pub(super) fn show(
    delivered: &Delivered,
    text: &str,
    output: &Output,
    prompter: &dyn Prompter,
) -> Result<()> {
    if !is_there(output, prompter) {
        return output.data(text);
    }
    let (device, account) = (clean::line(&delivered.device), clean::line(&delivered.account));
    let shown = Shown { output, _open: see_interrupts() };
    output.data(&Zeroizing::new(format!(
        "{ENTER}{account} on {device}\n\n{text}\npress any key to take it off the screen "
    )))?;
    let pressed = prompter.any_key();
    drop(shown);
    pressed
}

/// A secret is on the screen while this lives, also through a panic and an
/// interrupt.
struct Shown<'a> {
    output: &'a Output,
    // No signal ends the process before the screen is wiped.
    _open: Open,
}

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        // A terminal that has gone away shows nothing any more.
        let _ = self.output.data(LEAVE);
    }
}
