//! The Linux back-end against real accounts of this system, which it makes and removes.
#![cfg(target_os = "linux")]

mod common;

use std::{
    collections::BTreeSet,
    fs,
    io::Read,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use mmd::{
    agent::accounts::{self, Account, Backend, Check, Warning},
    error::Kind,
    secret::Secret,
};

const TOOLS: [&str; 4] = ["useradd", "userdel", "usermod", "chage"];

/// A local account that goes away with this value.
struct Scratch {
    name: String,
    uid: u32,
}

impl Scratch {
    /// `None`, with a word about why, where accounts cannot be made.
    fn new() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        if !rustix::process::geteuid().is_root() {
            common::missing("root to make accounts as");
            return None;
        }
        let tools = TOOLS.into_iter().chain(["chpasswd", "unix_chkpwd"]);
        for tool in tools {
            let there = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
                .iter()
                .any(|directory| Path::new(directory).join(tool).is_file());
            if !there {
                common::missing(tool);
                return None;
            }
        }
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("mmdtest-{}-{number}", std::process::id());
        system("useradd", &["--no-create-home", "--shell", "/bin/sh", &name]);
        let passwd = fs::read_to_string("/etc/passwd").unwrap();
        let entry = passwd.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
        let uid = entry.split(':').nth(2).unwrap().parse().unwrap();
        Some(Self { name, uid })
    }

    fn open(&self) -> Box<dyn Account> {
        open(&self.name)
    }

    /// Starts a command as the account.
    fn start(&self, program: &str, arguments: &[&str]) -> Child {
        Command::new(program)
            .args(arguments)
            .current_dir("/")
            .uid(self.uid)
            .gid(self.uid)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = Command::new("userdel").args(["--force", &self.name]).output();
        let _ = fs::remove_file(format!("/run/mmd-account-{}.lock", self.uid));
    }
}

/// Other tests, and other people, may hold the system's password files for a moment.
fn system(tool: &str, arguments: &[&str]) {
    let mut last = String::new();
    for _ in 0..20 {
        let output = Command::new(tool).args(arguments).output().unwrap();
        if output.status.success() {
            return;
        }
        last = String::from_utf8_lossy(&output.stderr).into_owned();
        thread::sleep(Duration::from_millis(250));
    }
    panic!("{tool} {arguments:?}: {last}");
}

fn open(name: &str) -> Box<dyn Account> {
    accounts::open(&Backend::Linux, name).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret::new(text.into())
}

fn wait_until(done: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "waited for too long");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn only_the_password_that_was_set_opens() {
    let Some(scratch) = Scratch::new() else { return };
    let account = scratch.open();
    assert_eq!(account.login_name(), scratch.name);
    let outside = Warning::NotAdministrator { account: scratch.name.clone() };
    assert_eq!(account.preflight().unwrap(), [outside]);
    assert!(account.opens(&secret("Ab3+cdefghijkmnp")).is_err(), "no password is no refusal");

    let fresh = account.fingerprint().unwrap();
    assert_eq!(account.fingerprint().unwrap(), fresh);
    account.set_password(&secret("Ab3+cdefghijkmnp")).unwrap();
    let first = account.fingerprint().unwrap();
    assert_ne!(fresh, first);
    assert_eq!(account.opens(&secret("Ab3+cdefghijkmnp")).unwrap(), Check::Opens);
    assert_eq!(account.opens(&secret("Ab3+cdefghijkmnP")).unwrap(), Check::Refused);
    assert_eq!(account.fingerprint().unwrap(), first);

    account.set_password(&secret("?Zq7:wertkmHxvb!")).unwrap();
    assert_ne!(account.fingerprint().unwrap(), first);
    assert_eq!(account.opens(&secret("?Zq7:wertkmHxvb!")).unwrap(), Check::Opens);
    assert_eq!(account.opens(&secret("Ab3+cdefghijkmnp")).unwrap(), Check::Refused);
}

#[test]
fn an_account_that_lets_nobody_in_is_an_error_and_never_a_refusal() {
    let Some(scratch) = Scratch::new() else { return };
    let account = scratch.open();
    let password = secret("Ab3+cdefghijkmnp");
    account.set_password(&password).unwrap();

    system("usermod", &["--lock", &scratch.name]);
    for error in [
        account.opens(&password).unwrap_err(),
        account.set_password(&secret("x")).unwrap_err(),
        account.preflight().unwrap_err(),
    ] {
        assert_eq!(error.message, format!("`{}` is locked", scratch.name));
    }
    system("usermod", &["--unlock", &scratch.name]);
    assert_eq!(account.opens(&password).unwrap(), Check::Opens);

    system("chage", &["--expiredate", "1", &scratch.name]);
    let error = account.opens(&password).unwrap_err();
    assert_eq!(error.message, format!("`{}` has expired", scratch.name));
    system("chage", &["--expiredate", "-1", "--lastday", "0", &scratch.name]);
    assert!(account.opens(&password).unwrap_err().message.contains("next sign-in"));
    account.set_password(&password).unwrap();
    assert_eq!(account.opens(&password).unwrap(), Check::Opens);
}

#[test]
fn accounts_that_are_not_ours_to_rotate_are_refused() {
    let Some(scratch) = Scratch::new() else { return };
    for (name, kind) in [
        ("root", Kind::Refused),
        ("daemon", Kind::Refused),
        ("nobody", Kind::Refused),
        ("mmd-no-such-account", Kind::NotFound),
        ("", Kind::NotFound),
        ("root\nroot", Kind::NotFound),
    ] {
        let account = open(name);
        assert_eq!(account.preflight().unwrap_err().kind, kind, "{name}");
        assert_eq!(account.set_password(&secret("x")).unwrap_err().kind, kind, "{name}");
        assert_eq!(account.end_sessions().unwrap_err().kind, kind, "{name}");
    }
    let twin = Scratch::new().unwrap();
    let uid = scratch.uid.to_string();
    system("usermod", &["--non-unique", "--uid", &uid, &twin.name]);
    assert!(scratch.open().preflight().unwrap_err().message.contains("shares its user id"));
}

#[test]
fn administrators_are_the_members_of_the_administrators_groups() {
    let Some(scratch) = Scratch::new() else { return };
    let groups = fs::read_to_string("/etc/group").unwrap();
    let Some(group) =
        ["sudo", "wheel", "admin"].iter().find(|g| groups.contains(&format!("\n{g}:")))
    else {
        return common::missing("an administrators' group");
    };
    let account = scratch.open();
    let before = account.administrators().unwrap();
    system("usermod", &["--append", "--groups", group, "--shell", "/bin/false", &scratch.name]);
    let after = account.administrators().unwrap();
    // Other tests' accounts may come and go.
    let new: BTreeSet<_> = after.difference(&before).collect();
    assert!(new.contains(&scratch.name), "{new:?}");
    let no_shell = Warning::NoShell { account: scratch.name.clone(), shell: "/bin/false".into() };
    assert_eq!(account.preflight().unwrap(), [no_shell]);
}

#[test]
fn processes_of_the_account_end_however_they_resist() {
    let Some(scratch) = Scratch::new() else { return };
    let account = scratch.open();
    assert_eq!(account.end_sessions().unwrap(), 0);
    let mut children = [
        scratch.start("sleep", &["600"]),
        // Ignores the polite signal, and is called by bytes that are no text.
        scratch.start(
            "sh",
            &["-c", "trap '' TERM; printf '\\377\\376' >/proc/$$/comm; while :; do sleep 1; done"],
        ),
        // Is another process every few milliseconds.
        scratch.start("sh", &["-c", "trap '' TERM; f() { sleep 0.02; f & }; f; sleep 600"]),
        // Waits for nothing any more.
        scratch.start("sh", &["-c", "kill -STOP $$; sleep 600"]),
    ];
    // The second has changed its name and the last has stopped: then all of them are ready.
    let about = |child: &Child, file| fs::read(format!("/proc/{}/{file}", child.id())).unwrap();
    wait_until(|| about(&children[1], "comm").starts_with(b"\xff\xfe"));
    wait_until(|| about(&children[3], "stat").windows(4).any(|window| window == b") T "));
    let mut bystander = Ended(Command::new("sleep").arg("600").spawn().unwrap());
    let ended = account.end_sessions().unwrap();
    assert!(ended >= children.len(), "{ended}");
    for child in &mut children {
        assert!(child.try_wait().unwrap().is_some());
    }
    assert!(bystander.0.try_wait().unwrap().is_none());
    assert_eq!(account.end_sessions().unwrap(), 0);
}

#[test]
fn notices_reach_the_accounts_terminals() {
    let Some(scratch) = Scratch::new() else { return };
    if !Path::new("/usr/bin/script").is_file() {
        return common::missing("script");
    }
    let account = scratch.open();
    // `script` makes a terminal that belongs to the account, and copies what appears on it.
    let arguments = ["--quiet", "--flush", "--command", "sleep 600", "/dev/null"];
    let mut session = scratch.start("/usr/bin/script", &arguments);
    let mut output = session.stdout.take().unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    let reader = thread::spawn(move || {
        let mut buffer = [0; 256];
        while let Ok(count @ 1..) = output.read(&mut buffer) {
            kept.lock().unwrap().extend_from_slice(&buffer[..count]);
        }
    });
    let text = || String::from_utf8_lossy(&seen.lock().unwrap()).into_owned();
    wait_until(|| {
        account.notify("over \u{201c}soon\u{201d}\n\u{1b}[31m");
        text().contains("*** over \u{201c}soon\u{201d} [31m ***")
    });
    assert!(account.end_sessions().unwrap() >= 2);
    session.wait().unwrap();
    reader.join().unwrap();
}

#[test]
fn no_process_shows_the_password_while_it_is_set() {
    let Some(scratch) = Scratch::new() else { return };
    let account = scratch.open();
    let password = "Vu5%visiblenever";
    let (stop, caught) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let watcher = {
        let (stop, caught) = (Arc::clone(&stop), Arc::clone(&caught));
        thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                for entry in fs::read_dir("/proc").unwrap().flatten() {
                    let read = |file| fs::read(entry.path().join(file)).unwrap_or_default();
                    let (command, environment) = (read("cmdline"), read("environ"));
                    for shown in [&command, &environment] {
                        let found = shown.windows(password.len()).any(|w| w == password.as_bytes());
                        assert!(!found, "the password is visible in {:?}", entry.path());
                    }
                    let tool: &[u8] = b"chpasswd";
                    if command.windows(tool.len()).any(|w| w == tool) {
                        caught.store(true, Ordering::Relaxed);
                    }
                }
            }
        })
    };
    // Until `chpasswd` was really looked at: a look at nothing proves nothing.
    for _ in 0..100 {
        account.set_password(&secret(password)).unwrap();
        account.opens(&secret(password)).unwrap();
        if caught.load(Ordering::Relaxed) || watcher.is_finished() {
            break;
        }
    }
    stop.store(true, Ordering::Relaxed);
    watcher.join().unwrap();
    assert!(caught.load(Ordering::Relaxed), "no `chpasswd` was seen at all");
}

/// Ends a child of the test's own however the test ends.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill().and_then(|()| self.0.wait());
    }
}
