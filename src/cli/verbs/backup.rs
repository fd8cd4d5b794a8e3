//! `mmd serve backup FILE` and `mmd serve restore FILE`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    cli::output::Output,
    clock::SystemClock,
    error::Result,
    service::backup::{self, Manifest},
};

/// What is copied where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The back-up.
    pub file: PathBuf,
    /// `--data-dir`
    pub data_dir: PathBuf,
    /// `--include-key`; nothing to a restore, which takes what it finds.
    pub include_key: bool,
    /// `MMD_MASTER_KEY_FILE`
    pub master_key_file: Option<PathBuf>,
}

impl Input {
    fn key_file(&self) -> Option<&Path> {
        self.master_key_file.as_deref()
    }
}

/// Makes a back-up of a service that may be running.
///
/// # Errors
/// Those of [`backup::make`].
pub async fn make(input: &Input, output: &Output) -> Result<()> {
    let Input { file, data_dir, include_key, .. } = input;
    let clock = Arc::new(SystemClock);
    let made = backup::make(data_dir, file, *include_key, input.key_file(), clock).await?;
    output.note(&format!("the service as of {} is in {}", made.made, file.display()));
    match made.sealing_key {
        true => output.warn("it holds the sealing key: who reads it has every password"),
        false => output.note("it does not hold the sealing key: keep that elsewhere"),
    }
    Ok(())
}

/// Restores a back-up into an empty directory.
///
/// # Errors
/// Those of [`backup::restore`].
pub async fn restore(input: &Input, output: &Output) -> Result<()> {
    let Input { file, data_dir, .. } = input;
    let clock = Arc::new(SystemClock);
    let Manifest { made, .. } = backup::restore(file, data_dir, input.key_file(), clock).await?;
    output.note(&format!("the service as of {made} is in {}", data_dir.display()));
    output.warn("what was changed since then is undone: members removed since are back");
    output.note("all tokens have ended, since some may have been revoked since: sign in anew");
    output.hint("`mmd serve` starts the service");
    output.hint("`mmd serve admin-invite` lets an admin in; `mmd team list` shows who is a member");
    Ok(())
}
