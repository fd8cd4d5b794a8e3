//! Ends everything that runs as an account.
//!
//! First politely, then by `SIGKILL`, over and over until nothing is left, because processes fork
//! while they are counted. What became root is found where the kernel still tells whose sign-in it
//! came from, but whoever had administrators' rights could also leave something behind that nothing
//! tells from the system's own.

use std::{
    collections::BTreeSet,
    fs, io, thread,
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal},
};

use super::names;
use crate::error::{Error, IoContext, Result};

/// What processes get to save their work.
const GRACE: Duration = Duration::from_secs(2);
/// How long `SIGKILL` is repeated.
const PERSISTENCE: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(20);

/// A process, told from a later one of the same id by its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Process {
    id: i32,
    started: u64,
}

/// Ends the sessions and processes of `uid`, and returns how many processes were ended.
///
/// # Errors
/// When some are still there after [`PERSISTENCE`], or nobody can tell, or `/proc` cannot be read.
pub fn end(name: &str, uid: u32) -> Result<usize> {
    let failed = || format!("cannot look for the processes of `{name}`");
    let mut seen = BTreeSet::new();
    let deadline = Instant::now() + GRACE;
    // What is not found in this time is found in the next.
    let mut left = running(uid, deadline).unwrap_or_default();
    while !left.is_empty() && Instant::now() < deadline {
        for process in left {
            if seen.insert(process) {
                signal(process, uid, Signal::TERM);
            }
        }
        thread::sleep(PAUSE);
        left = running(uid, deadline).unwrap_or_default();
    }
    let deadline = Instant::now() + PERSISTENCE;
    let mut quiet = 0;
    // A child whose id is lower than its parent's, as ids begin anew, may miss one list.
    while quiet < 2 {
        let left = running(uid, deadline).or_failed(failed)?;
        quiet = if left.is_empty() { quiet + 1 } else { 0 };
        if quiet == 0 && Instant::now() >= deadline {
            let count = left.len();
            return Err(Error::failed(format!("{count} processes of `{name}` cannot be ended")));
        }
        for process in &left {
            seen.insert(*process);
            signal(*process, uid, Signal::KILL);
        }
        if quiet == 0 {
            thread::sleep(PAUSE / 10);
        }
    }
    Ok(seen.len())
}

/// The running processes of `uid`; this one is never among them.
fn running(uid: u32, deadline: Instant) -> io::Result<Vec<Process>> {
    let own = std::process::id().cast_signed();
    let list = || {
        let ids = names("/proc")?.into_iter().filter_map(|name| name.parse().ok());
        Ok(ids.filter(|id| *id != own).collect())
    };
    found(list, |id| look(id, uid), deadline)
}

/// Those that `look` finds among what is on a list.
///
/// That there are none is believed only where everything on the list was there to be looked at: a
/// process that has ended by then may have left a child that came too late for the list. It is
/// listed anew then, until `deadline`.
fn found(
    list: impl Fn() -> io::Result<Vec<i32>>,
    look: impl Fn(i32) -> Look,
    deadline: Instant,
) -> io::Result<Vec<Process>> {
    let (mut looked_at, mut found) = (BTreeSet::new(), Vec::new());
    loop {
        let mut missed = false;
        for id in list()? {
            if looked_at.contains(&id) {
                continue;
            }
            let seen = look(id);
            missed |= matches!(seen, Look::Gone | Look::Ended);
            if seen != Look::Gone {
                looked_at.insert(id);
            }
            if let Look::Theirs(process) = seen {
                found.push(process);
            }
        }
        if !missed || !found.is_empty() {
            return Ok(found);
        }
        if Instant::now() >= deadline {
            return Err(io::Error::other("processes come and go faster than one can look"));
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Look {
    Theirs(Process),
    /// It runs, and is not theirs.
    Another,
    /// It has ended, and its parent does not look.
    Ended,
    /// It went before it could be looked at.
    Gone,
}

/// Whether the process `id` runs and is the account's.
fn look(id: i32, uid: u32) -> Look {
    // Both hold the command's name, which may be any bytes: that must not hide a process.
    let read = |file| {
        let text = fs::read(format!("/proc/{id}/{file}"));
        text.map(|text| String::from_utf8_lossy(&text).into_owned())
    };
    let (stat, status) = match (read("stat"), read("status")) {
        (Ok(stat), Ok(status)) => (stat, status),
        (Err(error), _) | (_, Err(error)) => {
            // The second where it went while the file was open.
            let went = [Errno::NOENT, Errno::SRCH].map(|errno| Some(errno.raw_os_error()));
            return if went.contains(&error.raw_os_error()) { Look::Gone } else { Look::Another };
        }
    };
    let Some(stat) = parse_stat(&stat) else { return Look::Another };
    if !stat.alive {
        return Look::Ended;
    }
    let as_account = parse_uids(&status).contains(&uid);
    // A root shell by `sudo` keeps whose sign-in it came from, and its terminal. Without a
    // terminal it is as likely a service that was restarted by hand, and meant to stay.
    let by_sudo =
        || stat.terminal && read("loginuid").is_ok_and(|text| text.trim().parse() == Ok(uid));
    match (as_account || by_sudo()) && !in_container(id) {
        true => Look::Theirs(Process { id, started: stat.started }),
        false => Look::Another,
    }
}

/// Whether the process is in a container that the system runs: there the same number is another
/// user. People make such a namespace only inside a user namespace of their own.
fn in_container(id: i32) -> bool {
    let differs = |kind: &str| {
        let of = |process: &str| fs::read_link(format!("/proc/{process}/ns/{kind}"));
        matches!((of(&id.to_string()), of("self")), (Ok(theirs), Ok(ours)) if theirs != ours)
    };
    differs("pid") && !differs("user")
}

/// Signals the process if it still is the one that was found: the id may be another's by now.
fn signal(process: Process, uid: u32, signal: Signal) {
    let Some(pid) = Pid::from_raw(process.id) else { return };
    // A process that cannot be signalled is still there at the next look.
    match pidfd_open(pid, PidfdFlags::empty()) {
        Ok(handle) => {
            if look(process.id, uid) == Look::Theirs(process) {
                let _ = pidfd_send_signal(handle, signal);
            }
        }
        // Kernels before 5.3, and sandboxes.
        Err(Errno::NOSYS | Errno::PERM) => {
            if look(process.id, uid) == Look::Theirs(process) {
                let _ = kill_process(pid, signal);
            }
        }
        Err(_) => {}
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    alive: bool,
    terminal: bool,
    started: u64,
}

/// `/proc/PID/stat`; the command in parentheses may hold anything, so it counts from the last one.
fn parse_stat(text: &str) -> Option<Stat> {
    let fields: Vec<_> = text.rsplit_once(')')?.1.split_whitespace().collect();
    // Where only the first thread has ended, the process looks dead and still runs.
    let threads: u32 = fields.get(17)?.parse().ok()?;
    Some(Stat {
        alive: threads > 1 || !matches!(*fields.first()?, "Z" | "X" | "x"),
        terminal: *fields.get(4)? != "0",
        started: fields.get(19)?.parse().ok()?,
    })
}

/// The real, effective, saved and file system user ids in `/proc/PID/status`.
fn parse_uids(text: &str) -> Vec<u32> {
    let line = text.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap_or_default();
    line.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn stat_is_read_past_any_command_name() {
        let rest = "1 42 42 34816 42 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 1 1";
        let expected = Stat { alive: true, terminal: true, started: 12345 };
        assert_eq!(parse_stat(&format!("42 (a) Z 0 (b) S {rest}")), Some(expected));
        let zombie = parse_stat(&format!("42 (sh) Z {}", rest.replace("34816", "0"))).unwrap();
        assert!(!zombie.alive && !zombie.terminal);
        let headless = parse_stat(&format!("42 (sh) Z {}", rest.replace(" 20 0 1 ", " 20 0 2 ")));
        assert!(headless.unwrap().alive);
        assert_eq!(parse_stat("42 (sh"), None);
    }

    #[test]
    fn all_four_user_ids_count() {
        assert_eq!(parse_uids("Name:\tsh\nUid:\t1\t2\t3\t4\nGid:\t9\n"), [1, 2, 3, 4]);
        assert_eq!(parse_uids(""), [0; 0]);
    }

    #[test]
    fn a_process_that_goes_before_it_is_looked_at_may_have_left_a_child() {
        let (lists, soon) = (Cell::new(0), Instant::now() + PERSISTENCE);
        let list = || {
            lists.set(lists.get() + 1);
            // Each is the next one's parent, and goes when that one comes.
            Ok(vec![1, 2, 10 + lists.get()])
        };
        let theirs = Process { id: 13, started: 7 };
        let look = |id| match id {
            1 => Look::Another,
            2 => Look::Ended,
            13 => Look::Theirs(theirs),
            _ => Look::Gone,
        };
        assert_eq!(found(list, look, soon).unwrap(), [theirs]);
        assert_eq!(lists.get(), 3);
        assert_eq!(found(|| Ok(vec![1, 2]), |_| Look::Another, soon).unwrap(), []);
        assert_eq!(found(|| Ok(vec![1, 2]), |_| Look::Ended, soon).unwrap(), []);
        assert!(found(|| Ok(vec![1]), |_| Look::Gone, Instant::now()).is_err(), "nobody knows");
    }

    #[test]
    fn this_process_is_found_by_its_user_but_never_ended() {
        let (own, uid) = (std::process::id().cast_signed(), rustix::process::getuid().as_raw());
        assert!(matches!(look(own, uid), Look::Theirs(process) if process.id == own));
        assert!(running(uid, Instant::now()).unwrap().iter().all(|process| process.id != own));
        assert!(!in_container(own));
    }
}
