//! Ctrl-C and a request to end, wherever they find a command: what was typed is kept, the terminal
//! is as it was, and the exit status says so.

use std::{
    fs::{self, File},
    io::{BufRead, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::Instant,
};

use serde_json::Value;

use crate::{
    common,
    escalate::{service, whole},
    rig::{Home, PATIENCE, Process, Said, wait_for},
    terminal::Terminal,
};

const TENANT: &str = "6b1d4f4a-3a43-4d8a-9a5f-0d5b1c1f1a01";

/// A service that takes every connection and never answers.
struct Mute {
    listener: TcpListener,
    url: String,
}

impl Mute {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("https://{}", listener.local_addr().expect("an address"));
        Self { listener, url }
    }

    /// Forgets who has called so far.
    fn forget(&self) {
        self.listener.set_nonblocking(true).expect("a socket");
        while self.listener.accept().is_ok() {}
    }

    /// Waits until somebody has called; the line stays open while what is returned lives.
    fn called(&self) -> TcpStream {
        self.listener.set_nonblocking(true).expect("a socket");
        wait_for("a call", || self.listener.accept().ok()).0
    }
}

pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").args([name, &pid.to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

/// The process that runs below `shell`.
fn below(shell: &str) -> u32 {
    let path = format!("/proc/{shell}/task/{shell}/children");
    let children = fs::read_to_string(path).expect("the shell runs");
    let last = children.split_whitespace().last().expect("a process");
    last.parse().expect("a number")
}

/// The process that runs on `terminal`, below its shell.
pub fn process(terminal: &Terminal) -> u32 {
    below(terminal.tmux(&["list-panes", "-F", "#{pane_pid}"]).trim())
}

/// The end of a process that is not to take longer than anybody waits.
fn end(child: Child) -> Said {
    let mut process = Process(child);
    wait_for("the end", || process.has_ended().then_some(()));
    let code = process.0.wait().expect("it has ended").code().unwrap_or(-1);
    let text = |from: Option<Box<dyn std::io::Read>>| {
        let mut text = String::new();
        if let Some(mut from) = from {
            from.read_to_string(&mut text).expect("text");
        }
        text
    };
    let stdout = process.0.stdout.take().map(|out| Box::new(out) as _);
    let stderr = process.0.stderr.take().map(|err| Box::new(err) as _);
    Said { code, stdout: text(stdout), stderr: text(stderr) }
}

fn drafts(home: &Home, more: &[&str]) -> Value {
    let args = [&["escalate", "drafts", "--json"][..], more].concat();
    home.mmd(&args).exits(0).json()
}

/// Runs `args` until the service is called, and sends a signal then.
fn interrupted(home: &Home, mute: &Mute, args: &[&str], more: &[&str], name: &str) -> Said {
    let args = [args, &["--service", &mute.url, "--timeout", "20s"], more].concat();
    let mut command = home.command(&args);
    command.env("MMD_TOKEN", "a token");
    mute.forget();
    let child = command.spawn().expect("mmd starts");
    let _line = mute.called();
    signal(child.id(), name);
    end(child)
}

#[test]
fn a_request_that_waits_for_the_service_ends_at_a_signal_and_was_not_sent() {
    for name in ["-INT", "-TERM"] {
        let (home, mute) = (Home::new(), Mute::start());
        let args = whole(&["--severity", "C", "--title", "waiting"]);
        let said = interrupted(&home, &mute, &args, &[], name).exits(130);
        assert!(said.stderr.contains("nothing typed is lost"), "{}", said.stderr);
        assert!(!said.stderr.contains("may be filed"), "{}", said.stderr);
        let kept = drafts(&home, &["--service", &mute.url]);
        assert_eq!(kept[0]["form"]["title"], "waiting");
        assert_eq!(kept[0].get("sent"), None, "only who one is was asked");
    }
}

#[test]
fn a_request_that_was_on_its_way_says_that_it_may_be_filed_and_keeps_its_key() {
    let (home, mute) = (Home::new(), Mute::start());
    // The tenant's id is known: the first call is the request itself.
    let tenant = ["--tenant", TENANT];
    let args = whole(&["--severity", "C", "--title", "on its way"]);
    let said = interrupted(&home, &mute, &args, &tenant, "-TERM").exits(130);
    assert!(said.stderr.contains("it was on its way, and may be filed already"), "{}", said.stderr);
    assert!(said.stderr.contains("it is filed once, however often it is sent"), "{}", said.stderr);
    let kept = drafts(&home, &["--service", &mute.url])[0].clone();
    assert!(kept["sent"].is_string(), "{kept}");

    let resume = ["escalate", "resume", "--yes"];
    interrupted(&home, &mute, &resume, &tenant, "-INT").exits(130);
    let again = drafts(&home, &["--service", &mute.url])[0].clone();
    assert_eq!((&again["key"], &again["sent"]), (&kept["key"], &kept["sent"]));
}

#[test]
fn a_step_that_was_on_its_way_says_so_and_keeps_its_text() {
    let (home, mute) = (Home::new(), Mute::start());
    let mut command = home.command_of(
        "sh",
        &["-c", "echo seen again | exec \"$@\"", "sh", env!("CARGO_BIN_EXE_mmd")],
    );
    command.args(["escalate", "note", "MMD-1", "-", "--service", &mute.url, "--tenant", TENANT]);
    let child = command.env("MMD_TOKEN", "a token").spawn().expect("mmd starts");
    let _line = mute.called();
    // The pipe's reader is below the shell.
    signal(below(&child.id().to_string()), "-TERM");
    let said = end(child).exits(130);
    assert!(said.stderr.contains("it was on its way, and may have arrived"), "{}", said.stderr);
    let text = said.stderr.split('`').find(|piece| piece.ends_with(".txt")).expect("a path");
    assert_eq!(fs::read_to_string(text).expect("the text"), "seen again");
}

/// Sees that what is typed shows again, as it does not in raw mode.
#[track_caller]
fn echoes(terminal: &Terminal) {
    terminal.types("the shell echoes");
    terminal.sees("the shell echoes");
}

#[test]
fn an_interrupt_ends_a_sign_in_that_a_request_has_begun() {
    let (home, mute) = (Home::new(), Mute::start());
    let config = home.path().join(".config/mmd/config.toml");
    fs::create_dir_all(config.parent().expect("a directory")).expect("a directory");
    let profile = format!("current = \"lab\"\n[profiles.lab]\nservice = \"{}\"\n", mute.url);
    fs::write(config, profile).expect("a file");
    // Longer than anybody waits here, as a person has for a browser.
    let args = ["escalate", "--severity", "C", "--title", "signed out", "--timeout", "90s"];
    let Some(terminal) = Terminal::start(&home, &args) else { return common::missing("tmux") };
    terminal.sees("Sign in now, and go on?");
    terminal.press("y");
    let _line = mute.called();
    terminal.press("C-c");
    terminal.sees("nothing typed is lost");
    terminal.sees("exit 130");
    assert_eq!(drafts(&home, &[])[0]["form"]["title"], "signed out");
}

#[test]
fn a_signal_takes_the_password_off_the_screen_and_gives_the_terminal_back() {
    let home = Home::new();
    let args = ["elevate", "MARTA-LT", "-t", "I", "-m", "x", "--reveal", "--profile", "sample"];
    for name in ["-TERM", "-INT"] {
        let Some(terminal) = Terminal::start(&home, &args) else { return common::missing("tmux") };
        terminal.sees("press any key to take it off the screen");
        signal(process(&terminal), name);
        terminal.sees("exit 130");
        let screen = terminal.screen();
        assert!(!screen.contains("press any key"), "{screen}");
        echoes(&terminal);
    }
}

#[test]
fn a_signal_at_a_question_for_a_secret_gives_the_terminal_back() {
    let (service, _) = service();
    let home = Home::new();
    let args =
        ["login", &service.url, "--invite", "--store", "file", "--ca-file", &service.ca_file];
    let Some(terminal) = Terminal::start(&home, &args) else { return common::missing("tmux") };
    terminal.sees("Invite");
    signal(process(&terminal), "-TERM");
    terminal.sees("exit 130");
    echoes(&terminal);
}

/// The sample tenant's directory in `home`, once something has worked on it.
fn embedded(home: &Home) -> std::path::PathBuf {
    home.mmd(&["device", "list", "--profile", "sample"]).exits(0);
    home.path().join(".local/share/mmd/embedded")
}

#[test]
fn an_interrupt_on_the_sample_tenant_leaves_a_draft_too() {
    let home = Home::new();
    // Another process that holds the sample tenant, and does not answer.
    let lock = File::create(embedded(&home).join("lock")).expect("a lock");
    lock.lock().expect("it is free");
    let sample = ["--profile", "sample"];
    let args = [&whole(&["--severity", "C", "--title", "sampled"])[..], &sample].concat();
    let mut child = home.command(&args).spawn().expect("mmd starts");
    let mut stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut line = String::new();
    stderr.read_line(&mut line).expect("text");
    assert!(line.contains("sample tenant Contoso"), "{line}");
    signal(child.id(), "-TERM");
    end(child).exits(130);
    drop(lock);
    assert_eq!(drafts(&home, &sample)[0]["form"]["title"], "sampled");
}

#[test]
fn a_signal_ends_the_wait_for_another_command_on_the_sample_tenant() {
    let home = Home::new();
    let guests = File::create(embedded(&home).join("guests")).expect("a lock");
    guests.lock_shared().expect("it is free");
    let begun = Instant::now();
    let mut child = home.command(&["device", "list"]).spawn().expect("mmd starts");
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut String::new()).expect("text");
    signal(child.id(), "-TERM");
    end(child);
    // It would wait for 15 s.
    assert!(begun.elapsed() < PATIENCE / 3, "{:?}", begun.elapsed());
}
