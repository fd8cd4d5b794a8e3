//! Reads the names anew in the background, when a press of the tab key has found them old.
//!
//! A process of its own does it, without a terminal and without a word. It holds a lock, so there
//! is one at a time; when it last began is the lock file's time, so a service that is away is not
//! asked at every key.

use std::{
    fs::File,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, SystemTime},
};

use tokio::{runtime::Builder, time::timeout};

use super::{
    learn,
    names::{List, Names},
};
use crate::{
    api::team::Role,
    cli::{
        context::Context,
        settings::{Environment, Flags, ServiceChoice, Settings, scrub},
    },
    durable,
    error::Result,
};

/// The command that does it.
pub const COMMAND: &str = "__refresh-names";

/// From this age on names are read anew.
const OLD: Duration = Duration::from_secs(10 * 60);

/// How soon after one try the next is made.
const PAUSE: Duration = Duration::from_secs(60);

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Starts a refresh where one of `lists` is old, and returns without waiting for it.
pub fn start_if_stale(names: &Names, lists: &[List], settings: &Settings, now: SystemTime) {
    let Some(profile) = &settings.profile else { return };
    let is_old = |list: &List| names.age(*list, now).is_none_or(|age| age >= OLD);
    if !lists.iter().any(is_old) || tried_lately(names, now) {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let mut command = Command::new(program);
    command.args([COMMAND, &profile.value]);
    scrub(&mut command).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(windows)]
    {
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        std::os::windows::process::CommandExt::creation_flags(&mut command, DETACHED_PROCESS);
    }
    // Not waited for: it goes on when the shell has its answer.
    let _ = command.spawn();
}

fn lock_path(names: &Names) -> PathBuf {
    names.dir().join("refresh.lock")
}

fn tried_lately(names: &Names, now: SystemTime) -> bool {
    let tried = std::fs::metadata(lock_path(names)).and_then(|lock| lock.modified());
    tried.is_ok_and(|tried| now.duration_since(tried).unwrap_or_default() < PAUSE)
}

/// Reads the names of `profile` anew, in a process of its own that says nothing.
pub fn run(profile: &str) {
    #[cfg(unix)]
    {
        // Out of the terminal's session: a key there must not end it. Fails only for a leader.
        let _ = rustix::process::setsid();
    }
    let Ok(context) = context(profile) else { return };
    let Some(names) = Names::in_use(&context.settings) else { return };
    let Ok(Some(_lock)) = lock(&names) else { return };
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else { return };
    // Nobody is there to be told how it went; the next try comes with the next key.
    let _ = runtime.block_on(async { timeout(PATIENCE, read(&context)).await });
}

/// The lock, unless somebody else has it; its time is this try's.
fn lock(names: &Names) -> std::io::Result<Option<File>> {
    crate::cli::files::private_dir(names.dir()).map_err(std::io::Error::other)?;
    let lock = durable::lock_file(&lock_path(names))?;
    if !durable::lock_within(&lock, Duration::ZERO)? {
        return Ok(None);
    }
    lock.set_modified(SystemTime::now())?;
    Ok(Some(lock))
}

fn context(profile: &str) -> Result<Context> {
    let flags = Flags { profile: Some(profile.to_owned()), no_input: true, ..Flags::default() };
    Context::unattended(&flags, Environment::read()?)
}

async fn read(cx: &Context) -> Result<()> {
    if cx.settings.service.value == ServiceChoice::Embedded {
        return Ok(());
    }
    // Keeps the open requests by itself.
    let roles = cx.me().await?.roles.clone();
    let tenant = cx.tenant().await?;
    learn::devices(cx, &tenant.devices(None, None).await?);
    // Others would be refused, and the refusal recorded.
    if roles.iter().any(|role| matches!(role, Role::Admin | Role::Auditor)) {
        learn::members(cx, &tenant.members().await?);
    }
    Ok(())
}
