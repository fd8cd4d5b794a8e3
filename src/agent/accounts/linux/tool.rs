//! Runs the system's own tools: by absolute path, without our environment, within a time.
//!
//! A secret reaches them on standard input only, in one write.

use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::fs::MemfdFlags;

use super::harmless;
use crate::{
    error::{Error, IoContext, Result},
    secret::Secret,
};

/// Where systems keep such tools; no search path of ours could be trusted as much.
const DIRECTORIES: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];
/// How much of what a tool says is kept.
const SAID: u64 = 2000;
/// What a pipe takes in one piece (POSIX's least `PIPE_BUF`).
const ONE_PIECE: usize = 512;

/// What a tool reads.
pub struct Input<'a> {
    /// Its standard input.
    pub bytes: &'a [u8],
    /// What must not come back in what it says.
    pub secret: &'a Secret,
    /// A file whose lock the tool holds on to for as long as it lives, by its standard output,
    /// where these tools write nothing that anybody needs.
    pub held: Option<File>,
}

/// How a tool ended.
pub struct Finished {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it said on standard error: bounded, one line, without the secret.
    said: String,
}

impl Finished {
    /// For the causes of an error.
    pub fn describe(&self) -> String {
        let end = match self.code {
            Some(code) => format!("exit code {code}"),
            None => "ended by a signal".to_owned(),
        };
        if self.said.is_empty() { end } else { format!("{end}: {}", self.said) }
    }
}

/// The absolute path of the system's tool `name`.
///
/// # Errors
/// When the system has none.
pub fn find(name: &str) -> Result<PathBuf> {
    let paths = DIRECTORIES.iter().map(|directory| Path::new(directory).join(name));
    paths.into_iter().find(|path| path.is_file()).ok_or_else(|| {
        let package = if name == "chpasswd" { "the shadow utilities" } else { "Linux-PAM" };
        Error::failed(format!("this system has no `{name}`"))
            .hint(format!("install the package of {package} that brings `{name}`"))
    })
}

/// Runs the tool `name` and waits for its end.
///
/// # Errors
/// When it cannot be run, does not read its input, or has not ended after `timeout`; it is then
/// killed.
pub fn run(
    name: &str,
    arguments: &[&str],
    input: Option<Input<'_>>,
    timeout: Duration,
) -> Result<Finished> {
    let path = find(name)?;
    let failed = || format!("cannot run {}", path.display());
    let (bytes, secret, held) = match input {
        Some(Input { bytes, secret, held }) => (bytes, Some(secret), held),
        None => (&[][..], None, None),
    };
    // Longer input could be cut in half by a kill of this process, and half a line is a password.
    if bytes.len() > ONE_PIECE {
        return Err(Error::failed(failed()).cause("its input is too long"));
    }
    // A file and not a pipe: nobody has to empty it meanwhile, and nobody can keep it open.
    let said = rustix::fs::memfd_create("said", MemfdFlags::CLOEXEC)
        .map_err(std::io::Error::from)
        .or_failed(failed)?;
    let mut said = File::from(said);
    let mut child = Command::new(&path)
        .args(arguments)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(held.map_or_else(Stdio::null, Stdio::from))
        .stderr(said.try_clone().or_failed(failed)?)
        .spawn()
        .or_failed(failed)?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(bytes));
    let code = wait(&mut child, timeout).or_failed(failed)?;
    let finished = Finished { code: code.flatten(), said: read(&mut said, secret) };
    match (code, written) {
        (None, _) => Err(Error::failed(failed()).cause(format!("not done after {timeout:?}"))),
        // What it then answers is no answer to our question.
        (_, Err(error)) => Err(Error::failed(failed()).cause(error).cause(finished.describe())),
        _ => Ok(finished),
    }
}

/// The exit code, if any, or `None` when the time ran out and the child was killed.
fn wait(child: &mut Child, timeout: Duration) -> std::io::Result<Option<Option<i32>>> {
    let deadline = Instant::now() + timeout;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status.code()));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

fn read(said: &mut File, secret: Option<&Secret>) -> String {
    let mut bytes = Vec::new();
    // What cannot be read was not said: the exit code is what counts.
    let _ = said.seek(SeekFrom::Start(0)).and_then(|_| said.take(SAID).read_to_end(&mut bytes));
    let text = String::from_utf8_lossy(&bytes);
    match secret {
        Some(secret) if !secret.is_empty() => harmless(&text.replace(secret.expose(), "[secret]")),
        _ => harmless(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(10);

    fn input<'a>(bytes: &'a [u8], secret: &'a Secret) -> Option<Input<'a>> {
        Some(Input { bytes, secret, held: None })
    }

    #[test]
    fn what_a_tool_says_is_bounded_and_without_the_secret() {
        let secret = Secret::new("hunter2".into());
        let script = "read line; echo \"I\tread\n$line\" >&2; yes | head -c 100000 >&2; exit 3";
        let finished = run("sh", &["-c", script], input(b"hunter2\n", &secret), SECOND).unwrap();
        assert_eq!(finished.code, Some(3));
        assert!(finished.describe().starts_with("exit code 3: I read [secret] y y"));
        assert!(finished.describe().len() < 2100);
    }

    #[test]
    fn tools_see_nothing_of_our_environment() {
        let finished = run("sh", &["-c", "env | grep -c CARGO >&2"], None, SECOND).unwrap();
        assert_eq!(finished.describe(), "exit code 1: 0");
    }

    #[test]
    fn a_tool_that_does_not_end_is_killed() {
        let started = Instant::now();
        assert!(run("sleep", &["60"], None, Duration::from_millis(50)).is_err());
        assert!(started.elapsed() < SECOND);
    }

    #[test]
    fn missing_tools_and_long_input_are_errors() {
        assert!(run("mmd-no-such-tool", &[], None, SECOND).is_err());
        let secret = Secret::new("x".into());
        assert!(run("cat", &[], input(&[b'x'; 513], &secret), SECOND).is_err());
    }

    #[test]
    fn a_lock_lives_as_long_as_the_tool_that_holds_it() {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("lock");
        let file = crate::durable::lock_file(&path).unwrap();
        file.lock().unwrap();
        let mut orphan = Command::new("sleep").arg("60").stdout(file).spawn().unwrap();
        let other = crate::durable::lock_file(&path).unwrap();
        assert!(other.try_lock().is_err());
        orphan.kill().unwrap();
        orphan.wait().unwrap();
        // A process that another test is just starting holds a copy until it runs its program.
        assert!(crate::durable::lock_within(&other, SECOND * 5).unwrap());
    }
}
