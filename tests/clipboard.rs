//! The clipboard of a real X server, held by the real child process.
#![cfg(target_os = "linux")]

mod common;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use mmd::{cli::output::delivery, secret::Secret};

/// An X server without a screen, gone when it is dropped.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// `None` where what it takes is not installed.
    fn start() -> Option<Self> {
        if Command::new("xclip").arg("-version").output().is_err() {
            common::missing("xclip");
            return None;
        }
        // The server picks a free number and tells it when it is ready.
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-nolisten", "tcp"]);
        let Ok(mut server) = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn() else {
            common::missing("Xvfb");
            return None;
        };
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { server, name: format!(":{}", number.trim()) })
    }

    /// Puts `text` into the clipboard for `seconds`, as the command does.
    fn copy(&self, text: &str, seconds: u64) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_mmd"));
        child.args([delivery::CHILD_COMMAND, "--seconds", &seconds.to_string()]);
        child.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY");
        delivery::offer(&mut child, &Secret::new(text.into())).unwrap();
    }

    fn xclip(&self, arguments: &[&str]) -> Command {
        let mut xclip = Command::new("xclip");
        xclip.args(["-selection", "clipboard"]).args(arguments).env("DISPLAY", &self.name);
        xclip.stderr(Stdio::null());
        xclip
    }

    /// What another program finds in the clipboard.
    fn pasted(&self) -> String {
        String::from_utf8(self.xclip(&["-o"]).output().unwrap().stdout).unwrap()
    }

    /// Another program copies something.
    fn copy_elsewhere(&self, text: &str) {
        let mut xclip = self.xclip(&["-i"]).stdin(Stdio::piped()).spawn().unwrap();
        xclip.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(xclip.wait().unwrap().success());
        self.wait_for(text);
    }

    fn wait_for(&self, text: &str) {
        let limit = Instant::now() + Duration::from_secs(15);
        while self.pasted() != text {
            assert!(Instant::now() < limit, "the clipboard does not become {text:?}");
            thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
fn the_clipboard_holds_the_secret_and_is_cleared_in_the_end() {
    let Some(display) = Display::start() else { return };
    let before = Instant::now();
    display.copy("Kf7%mQ2-xT9:aB4+", 2);
    assert!(before.elapsed() < Duration::from_secs(2), "the prompt is back at once");
    assert_eq!(display.pasted(), "Kf7%mQ2-xT9:aB4+");
    let targets = display.xclip(&["-o", "-t", "TARGETS"]).output().unwrap().stdout;
    let targets = String::from_utf8(targets).unwrap();
    assert!(targets.contains("x-kde-passwordManagerHint"), "{targets}");
    display.wait_for("");
    assert!(before.elapsed() >= Duration::from_secs(2));
}

#[test]
fn what_somebody_else_has_copied_stays() {
    let Some(display) = Display::start() else { return };
    display.copy("the secret", 1);
    display.copy_elsewhere("a shopping list");
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(display.pasted(), "a shopping list");
}

#[test]
fn the_same_secret_copied_again_lasts_its_own_time() {
    let Some(display) = Display::start() else { return };
    display.copy("the secret", 1);
    display.copy("the secret", 60);
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(display.pasted(), "the secret");
}

#[test]
fn without_a_server_the_child_says_so_and_nothing_more() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mmd"));
    child.args([delivery::CHILD_COMMAND, "--seconds", "1"]);
    child.env("DISPLAY", ":65535").env_remove("WAYLAND_DISPLAY");
    let said = delivery::offer(&mut child, &Secret::new("hunter2".into())).unwrap_err();
    assert!(!said.is_empty() && !said.contains("hunter2"), "{said}");
}
