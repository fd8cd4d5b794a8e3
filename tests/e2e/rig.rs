//! The real binary against the real service, in a scratch home with a cleared environment.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Looks again and again until `look` finds something.
pub fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What a finished `mmd` said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Fails unless the exit code is `code`.
    #[track_caller]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.stdout, self.stderr))
    }

    /// Standard output without the newline at its end.
    pub fn line(&self) -> &str {
        self.stdout.trim_end_matches('\n')
    }
}

/// A process that is ended when the test is done with it.
pub struct Process(pub Child);

impl Process {
    /// Ends it at once, as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// True once it has ended.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("the process can be asked").is_some()
    }

    /// Asks it to stop, and waits until it has. Returns its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        let pid = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        wait_for("a graceful stop", || self.0.try_wait().expect("it can be asked")).code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A scratch home for one person on one machine.
pub struct Home {
    pub dir: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a scratch directory") }
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// `mmd` with `args`, in this home and no other environment.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_mmd"), args)
    }

    /// Another program with `args`, in this home and no other environment.
    pub fn command_of(&self, program: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(args)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", self.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs `mmd` to its end.
    pub fn mmd(&self, args: &[&str]) -> Said {
        finish(self.command(args), None)
    }

    /// Runs `mmd` to its end with `input` on standard input.
    pub fn mmd_with(&self, args: &[&str], input: &str) -> Said {
        finish(self.command(args), Some(input))
    }
}

/// Runs a command to its end.
pub fn finish(mut command: Command, input: Option<&str>) -> Said {
    if input.is_some() {
        command.stdin(Stdio::piped());
    }
    let mut child = command.spawn().expect("the program starts");
    if let Some(input) = input {
        let mut stdin = child.stdin.take().expect("a pipe");
        // A program that does not read its input has said why on stderr.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Said {
        code: output.status.code().unwrap_or(-1),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A service with its data directory and an admin who is signed in.
pub struct Service {
    pub dir: TempDir,
    pub admin: Home,
    pub url: String,
    pub ca_file: String,
    listen: String,
    /// What its configuration says beside what all these tests need.
    more: String,
    pub process: Process,
}

impl Service {
    /// A service of a real tenant, with its bootstrap admin signed in.
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// As [`start`](Self::start), with `more` in its configuration.
    pub fn start_with(more: &str) -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let admin = Home::new();
        let process = spawn(&admin, dir.path(), "127.0.0.1:0", more, None);
        let ready = ready(dir.path());
        let text = |name: &str| ready[name].as_str().expect("a string").to_owned();
        let url = text("service");
        let listen = url.trim_start_matches("https://").to_owned();
        let (ca_file, more) = (text("caFile"), more.to_owned());
        let this = Self { dir, admin, url, ca_file, listen, more, process };
        let invite = std::fs::read_to_string(this.data_dir().join("bootstrap-invite"));
        this.sign_in(&this.admin, &invite.expect("the bootstrap invite"));
        this
    }

    pub fn data_dir(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Signs a person in by an invite.
    pub fn sign_in(&self, home: &Home, invite: &str) {
        let args = ["login", &self.url, "--invite", "--store", "file", "--ca-file", &self.ca_file];
        home.mmd_with(&args, invite).exits(0);
    }

    /// Adds a member with `role` and signs them in.
    pub fn member(&self, upn: &str, role: &str) -> Home {
        let home = Home::new();
        let invite = self.admin.mmd(&["team", "add", upn, "--role", role, "--invite"]).exits(0);
        self.sign_in(&home, &invite.stdout);
        home
    }

    /// Ends the service as a power cut would.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same data and address. `strace` wraps it with these arguments, and
    /// may end it before it is ready.
    pub fn restart(&mut self, strace: Option<&[&str]>) {
        self.process.kill();
        let _ = std::fs::remove_file(self.dir.path().join("ready.json"));
        let again =
            |this: &Self| spawn(&this.admin, this.dir.path(), &this.listen, &this.more, strace);
        self.process = again(self);
        wait_for("the restarted service", || {
            if self.dir.path().join("ready.json").exists() {
                return Some(());
            }
            match (self.process.has_ended(), strace) {
                (false, _) => None,
                (true, Some(_)) => Some(()),
                // A killed process that strace left behind may hold the directory a moment longer.
                (true, None) => {
                    let log = std::fs::read_to_string(self.dir.path().join("service.log"));
                    let said = log.expect("the service's log");
                    let last = said.lines().rfind(|line| line.starts_with("error:"));
                    let held = last.is_some_and(|line| line.contains("another mmd serves"));
                    assert!(held, "the service did not start again: {said}");
                    self.process = again(self);
                    None
                }
            }
        });
    }
}

fn spawn(home: &Home, dir: &Path, listen: &str, more: &str, strace: Option<&[&str]>) -> Process {
    let data = dir.join("data");
    let ready = dir.join("ready.json");
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(dir.join("service.log"))
        .expect("a log file");
    // These tests read more passwords in a minute than a person may.
    let config = dir.join("mmd.toml");
    let reading = "[reading]\nper_minute = 10000\nper_hour = 10000\n";
    std::fs::write(&config, format!("{reading}{more}")).expect("a file");
    let mut args = vec![
        "serve",
        "--config",
        config.to_str().expect("UTF-8"),
        "--verbose",
        "--listen",
        listen,
        "--data-dir",
    ];
    args.extend([data.to_str().expect("UTF-8"), "--ready-file", ready.to_str().expect("UTF-8")]);
    let mut command = traced(home, strace, &args);
    command.stdout(Stdio::null()).stderr(log);
    Process(command.spawn().expect("the service starts"))
}

/// `mmd` with `args`, under strace where asked for.
pub fn traced(home: &Home, strace: Option<&[&str]>, args: &[&str]) -> Command {
    match strace {
        None => home.command(args),
        Some(options) => {
            let all: Vec<&str> = options
                .iter()
                .copied()
                .chain([env!("CARGO_BIN_EXE_mmd")])
                .chain(args.iter().copied())
                .collect();
            home.command_of("strace", &all)
        }
    }
}

fn ready(dir: &Path) -> Value {
    let path = dir.join("ready.json");
    wait_for("a ready service", || {
        let text = std::fs::read_to_string(&path).ok()?;
        serde_json::from_str(&text).ok()
    })
}

/// A device that was enrolled, with its agent's state.
pub struct Device {
    pub name: String,
    pub state: TempDir,
    pub home: Home,
}

impl Device {
    /// Enrols a device for `account` on `backend`.
    pub fn enroll(service: &Service, name: &str, account: &str, backend: &str) -> Self {
        let code = service.admin.mmd(&["device", "enroll", name]).exits(0);
        let this = Self {
            name: name.to_owned(),
            state: tempfile::tempdir().expect("a directory"),
            home: Home::new(),
        };
        let args = [
            "agent",
            "enroll",
            "--service",
            &service.url,
            "--ca-file",
            &service.ca_file,
            "--account",
            account,
            "--backend",
            backend,
            "--state-dir",
            this.state_dir(),
        ];
        this.home.mmd_with(&args, &code.stdout).exits(0);
        this
    }

    pub fn state_dir(&self) -> &str {
        self.state.path().to_str().expect("UTF-8")
    }

    /// Starts the agent, under strace where asked for.
    pub fn run(&self, strace: Option<&[&str]>) -> Process {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .expect("a log file");
        let args = ["agent", "run", "--verbose", "--state-dir", self.state_dir()];
        let mut command = traced(&self.home, strace, &args);
        command.stdout(Stdio::null()).stderr(log);
        Process(command.spawn().expect("the agent starts"))
    }

    fn log(&self) -> PathBuf {
        self.home.path().join("agent.log")
    }

    /// How many rotations the agent has said to be done.
    pub fn rotations(&self) -> usize {
        let log = std::fs::read_to_string(self.log()).expect("a log file");
        log.lines().filter(|line| line.contains(": rotated device=")).count()
    }

    /// When the service last heard the agent.
    pub fn last_contact(&self, asker: &Home) -> Value {
        let shown = asker.mmd(&["device", "show", &self.name, "--json"]).exits(0).json();
        shown["@mmd.rotation"]["lastContact"].clone()
    }

    /// Waits until the service has a confirmed password of this device and nothing is due.
    pub fn settle(&self, asker: &Home) {
        self.settle_after(asker, &Value::Null);
    }

    /// As [`settle`](Self::settle), once the agent was heard again after `contact`.
    pub fn settle_after(&self, asker: &Home, contact: &Value) {
        wait_for("a settled rotation", || {
            let said = asker.mmd(&["device", "show", &self.name, "--json"]);
            let shown: Value = serde_json::from_str(&said.stdout).ok()?;
            let rotation = &shown["@mmd.rotation"];
            let heard = rotation["lastContact"] != *contact;
            (heard && rotation["state"] == "ok" && rotation.get("due").is_none()).then_some(())
        });
    }
}

/// Ends what a killed `strace` left behind: processes of ours that work on `directory`. A power cut
/// would have ended them too.
pub fn end_orphans(directory: &str) {
    for entry in std::fs::read_dir("/proc").expect("processes").flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        if pid == std::process::id() {
            continue;
        }
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let line = String::from_utf8_lossy(&line);
        if line.contains(directory) {
            let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
            wait_for("an orphan's end", || (!entry.path().join("exe").exists()).then_some(()));
        }
    }
}
