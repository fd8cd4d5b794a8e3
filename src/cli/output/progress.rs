//! How far long work has come: a bar on standard error, for people only. The only user of indicatif.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often a bar of steps moves by itself, so that a wait does not look like a standstill.
const TICK: Duration = Duration::from_millis(100);

/// A bar, or none where nobody would see it. Copies are the same bar; it goes with the last one.
#[derive(Debug, Clone)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// A transfer of `total` bytes of `what`.
    pub(super) fn transfer(what: &str, total: u64) -> Self {
        let bar = bar(total, "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}");
        bar.set_message(what.to_owned());
        Self(Some(bar))
    }

    /// Work of so many steps.
    pub(super) fn steps(total: u64) -> Self {
        let bar = bar(total, "{spinner} [{bar:24}] {elapsed} {msg}");
        bar.enable_steady_tick(TICK);
        Self(Some(bar))
    }

    pub(super) fn unseen() -> Self {
        Self(None)
    }

    /// So many bytes are there; a transfer that begins anew goes back.
    pub fn reach(&self, bytes: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(bytes);
        }
    }

    /// Begins step number `step`, counted from nought.
    pub fn at(&self, step: u64, what: &str) {
        if let Some(bar) = &self.0 {
            bar.set_position(step);
            bar.set_message(super::clean::line(what).into_owned());
        }
    }

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

fn bar(total: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar
}
