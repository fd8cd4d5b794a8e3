//! A person at a terminal, played by tmux.

use std::{
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use crate::rig::{Home, wait_for};

/// A terminal of its own, on which one command runs.
pub struct Terminal {
    socket: String,
}

impl Terminal {
    /// Runs `mmd` with `args` in `home`; `None` where there is no tmux.
    pub fn start(home: &Home, args: &[&str]) -> Option<Self> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let socket = home.path().join(format!("tmux-{number}"));
        let socket = socket.to_str().expect("UTF-8").to_owned();
        let mut command = Command::new("tmux");
        command
            .args(["-S", &socket, "-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "50"])
            .args(["env", "-i", "TERM=screen", "PATH=/usr/bin:/bin"])
            .arg(format!("HOME={}", home.path().display()))
            // The screen stays for who looks at it once the command has ended, also by Ctrl-C.
            .args(["sh", "-c", "trap : INT; \"$@\"; echo exit $?; sleep 60", "sh"])
            .arg(env!("CARGO_BIN_EXE_mmd"))
            .args(args)
            .env_remove("TMUX");
        let started = command.status().ok()?;
        assert!(started.success(), "tmux started");
        Some(Self { socket })
    }

    /// Waits until `text` stands on the screen.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        let mut last = String::new();
        let seen = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_for(text, || {
                last = self.screen();
                last.contains(text).then_some(())
            });
        }));
        assert!(seen.is_ok(), "`{text}` is not on the screen:\n{last}");
    }

    /// Types a line.
    pub fn types(&self, line: &str) {
        if !line.is_empty() {
            self.tmux(&["send-keys", "-l", line]);
        }
        self.press("Enter");
    }

    /// Presses one key, by tmux's name of it.
    pub fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    /// The screen, with the lines that were folded at its edge joined.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J"])
    }

    /// What `tmux` answers about this terminal.
    pub fn tmux(&self, args: &[&str]) -> String {
        let output =
            Command::new("tmux").args(["-S", &self.socket]).args(args).output().expect("tmux runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}
