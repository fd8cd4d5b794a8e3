//! How far long work has come: a bar on standard error, for people only.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar, or none where nobody would see it. Copies are the same bar.
#[derive(Debug, Clone)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    pub(super) fn seen(what: &str, total: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(
            "{msg} [{bar:30}] {bytes} of {total_bytes}, {bytes_per_sec}",
        ) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(what.to_owned());
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

    /// Takes the bar off the screen.
    pub fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
