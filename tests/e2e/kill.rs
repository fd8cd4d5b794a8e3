//! Rotation never locks out: the shipped binary is killed at every durable step, each side alone
//! and both, and restored to earlier states. After each, a password that the service hands out
//! opens the device, at the latest after the agent's next contact.

use std::path::Path;

use serde_json::Value;

use crate::{
    common,
    linux::Account,
    rig::{Device, Home, Service, end_orphans, wait_for},
};

/// What makes strace kill the process at its N-th call of `sync`. It counts a thread at a time.
fn kill_at(sync: &str, step: usize) -> [String; 5] {
    [
        "--follow-forks".into(),
        "--quiet=all".into(),
        format!("--trace={sync}"),
        format!("--inject={sync}:signal=KILL:when={step}"),
        "--output=/dev/null".into(),
    ]
}

/// The most steps that one run may have: more means that the loop below never ends.
const MOST: usize = 60;

struct Scene {
    account: Account,
    service: Service,
    device: Device,
    ana: Home,
}

impl Scene {
    /// A device with a confirmed password, and a technician who is in.
    fn set(name: &str) -> Option<Self> {
        if !Path::new("/usr/bin/strace").exists() {
            common::missing("strace");
            return None;
        }
        let account = Account::make()?;
        let service = Service::start();
        let device = Device::enroll(&service, name, &account.name, "linux");
        let mut agent = device.run(None);
        device.settle(&service.admin);
        agent.stop();
        let ana = service.member("ana@mmd.local", "support");
        let scene = Self { account, service, device, ana };
        scene.open();
        Some(scene)
    }

    fn open(&self) {
        let args = ["elevate", &self.device.name, "-t", "INC1", "-m", "look", "--json"];
        self.ana.mmd(&args).exits(0);
    }

    fn order_a_rotation(&self) {
        self.service.admin.mmd(&["device", "rotate", &self.device.name]).exits(0);
    }

    /// Everything that the service hands out now.
    fn handed_out(&self) -> Vec<String> {
        let args = ["elevate", "password", &self.device.name, "--reveal", "--json"];
        let said = self.ana.mmd(&args).exits(0).json();
        let mut passwords = vec![said["password"].as_str().expect("a password").to_owned()];
        for candidate in said["candidates"].as_array().into_iter().flatten() {
            let text = candidate.as_str().or_else(|| candidate["password"].as_str());
            passwords.push(text.expect("a candidate").to_owned());
        }
        passwords
    }

    #[track_caller]
    fn something_opens(&self, when: &str) {
        let handed_out = self.handed_out();
        let opens = handed_out.iter().any(|password| self.account.opens(password));
        assert!(opens, "{when}: none of {} passwords opens", handed_out.len());
    }

    /// After the agent's next contact the one password that is handed out opens.
    #[track_caller]
    fn recovers(&self, when: &str) {
        let contact = self.device.last_contact(&self.service.admin);
        let mut agent = self.device.run(None);
        self.device.settle_after(&self.service.admin, &contact);
        let handed_out = self.handed_out();
        assert_eq!(handed_out.len(), 1, "{when}: nothing is left in doubt");
        assert!(self.account.opens(&handed_out[0]), "{when}: the password opens");
        agent.stop();
    }

    fn generation(&self) -> u64 {
        let shown = self.service.admin.mmd(&["device", "show", &self.device.name, "--json"]);
        let shown: Value = shown.exits(0).json();
        shown["@mmd.rotation"]["generation"].as_u64().expect("a generation")
    }
}

fn options(step: &[String; 5]) -> Vec<&str> {
    step.iter().map(String::as_str).collect()
}

/// How many times the traced process came to the call whose trace is in `file`, and whether it was
/// killed there.
fn traced(file: &Path) -> (usize, bool) {
    let trace = std::fs::read_to_string(file).expect("a trace");
    let calls = trace.lines().filter(|line| line.contains("fdatasync(")).count();
    (calls, trace.contains("killed by SIGKILL"))
}

#[test]
fn an_agent_killed_at_any_durable_step_locks_nobody_out() {
    let Some(scene) = Scene::set("KILL-AGENT") else { return };
    let scratch = tempfile::tempdir().expect("a directory");
    let trace = scratch.path().join("trace");
    // One thread of the agent takes them all, so that what strace counts are the process's.
    for step in 1..=MOST {
        let when = format!("agent to be killed at step {step}");
        scene.order_a_rotation();
        let rotations = scene.device.rotations();
        let mut options = kill_at("fdatasync", step);
        options[4] = format!("--output={}", trace.display());
        let mut agent = scene.device.run(Some(&self::options(&options)));
        // It says so after its last write.
        let survived = wait_for("the agent's end or its rotation", || match agent.has_ended() {
            true => Some(false),
            false => (scene.device.rotations() > rotations).then_some(true),
        });
        let (calls, killed) = traced(&trace);
        agent.kill();
        end_orphans(scene.device.state_dir());
        scene.something_opens(&when);
        scene.recovers(&when);
        if survived {
            assert_eq!(calls, step - 1, "it was killed at each of them");
            assert!(calls >= 8, "a rotation has more durable steps than {calls}");
            return;
        }
        assert!(killed && calls == step, "{when}: it ended at {calls}, killed: {killed}");
    }
    panic!("the agent was still killed at step {MOST}");
}

/// SQLite makes durable by `fsync`: the first time in the thread that opens the database, which
/// finds what the killed one has left, and then in the writer's.
#[test]
fn a_service_killed_at_any_durable_step_locks_nobody_out() {
    let Some(mut scene) = Scene::set("KILL-SERVICE") else { return };
    for step in 1..=MOST {
        let when = format!("service killed at step {step}");
        scene.order_a_rotation();
        let before = scene.generation();
        scene.service.restart(Some(&options(&kill_at("fsync", step))));
        let mut agent = scene.device.run(None);
        let survived = wait_for("the service's end or the rotation", || {
            if scene.service.process.has_ended() {
                return Some(false);
            }
            let asked = ["device", "show", "KILL-SERVICE", "--json"];
            let said = scene.service.admin.mmd(&asked);
            let shown: Value = serde_json::from_str(&said.stdout).ok()?;
            (shown["@mmd.rotation"]["generation"].as_u64()? > before).then_some(true)
        });
        agent.kill();
        end_orphans(scene.device.state_dir());
        scene.service.kill();
        end_orphans(scene.service.data_dir().to_str().expect("UTF-8"));
        scene.service.restart(None);
        scene.something_opens(&when);
        scene.recovers(&when);
        if survived {
            // Two at its start, the contact, the escrow and the confirmation, at least. What comes at
            // the same time is made durable together, so that there may be more of them or not.
            assert!(step > 5, "a rotation has more durable steps than {}", step - 1);
            return;
        }
    }
    panic!("the service was still killed at step {MOST}");
}

#[test]
fn both_killed_at_once_lock_nobody_out() {
    let Some(mut scene) = Scene::set("KILL-BOTH") else { return };
    let mut kills = 0;
    for step in 1..=12 {
        let when = format!("both killed at step {step}");
        let before = scene.generation();
        scene.order_a_rotation();
        let mut agent = scene.device.run(Some(&options(&kill_at("fdatasync", step))));
        let killed = wait_for("the agent's end or its rotation", || match agent.has_ended() {
            true => Some(1),
            false => (scene.generation() > before).then_some(0),
        });
        scene.service.kill();
        agent.kill();
        end_orphans(scene.device.state_dir());
        scene.service.restart(None);
        scene.something_opens(&when);
        scene.recovers(&when);
        kills += killed;
    }
    assert!(kills >= 5, "the agent was killed {kills} times");
}

fn copy_dir(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
    let mode = std::fs::metadata(from).expect("a directory").permissions();
    std::fs::set_permissions(to, mode).expect("the same mode");
}

/// The device's side of a back-up: the agent's state, and the account's line of /etc/shadow.
fn shadow_line(account: &str) -> String {
    let shadow = std::fs::read_to_string("/etc/shadow").expect("root reads it");
    let line = shadow.lines().find(|line| line.starts_with(&format!("{account}:")));
    line.expect("the account").split(':').nth(1).expect("a hash").to_owned()
}

fn set_hash(account: &str, hash: &str) {
    let done = std::process::Command::new("/usr/sbin/usermod")
        .args(["--password", hash, account])
        .status()
        .expect("usermod runs");
    assert!(done.success());
}

#[test]
fn a_device_restored_to_any_earlier_state_opens_after_its_next_contact() {
    let Some(scene) = Scene::set("RESTORE-DEVICE") else { return };
    let saves = tempfile::tempdir().expect("a directory");
    let mut hashes = Vec::new();
    for at in 0..3 {
        copy_dir(scene.device.state.path(), &saves.path().join(at.to_string()));
        hashes.push(shadow_line(&scene.account.name));
        scene.order_a_rotation();
        scene.recovers("an ordinary rotation");
    }
    for (at, hash) in hashes.iter().enumerate() {
        copy_dir(&saves.path().join(at.to_string()), scene.device.state.path());
        set_hash(&scene.account.name, hash);
        scene.recovers(&format!("device restored to state {at}"));
    }
}

#[test]
fn a_service_restored_to_any_earlier_state_hands_out_what_opens_after_the_next_contact() {
    let Some(mut scene) = Scene::set("RESTORE-SERVICE") else { return };
    let saves = tempfile::tempdir().expect("a directory");
    for at in 0..3 {
        scene.service.kill();
        copy_dir(&scene.service.data_dir(), &saves.path().join(at.to_string()));
        scene.service.restart(None);
        scene.order_a_rotation();
        scene.recovers("an ordinary rotation");
    }
    for at in 0..3 {
        scene.service.kill();
        copy_dir(&saves.path().join(at.to_string()), &scene.service.data_dir());
        scene.service.restart(None);
        scene.recovers(&format!("service restored to state {at}"));
    }
}

#[test]
fn a_backup_that_is_restored_hands_out_what_opens_after_the_next_contact() {
    let Some(mut scene) = Scene::set("RESTORE-BACKUP") else { return };
    let scratch = tempfile::tempdir().expect("a directory");
    let file = scratch.path().join("mmd.tar");
    let (data, file) = (scene.service.data_dir(), file.to_str().expect("UTF-8"));
    let place = data.to_str().expect("UTF-8");
    // Made while the service answers.
    let backup = ["serve", "backup", "--data-dir", place, "--include-key", file];
    scene.service.admin.mmd(&backup).exits(0);
    scene.order_a_rotation();
    scene.recovers("an ordinary rotation");

    scene.service.kill();
    let restore = ["serve", "restore", "--data-dir", place, file];
    let said = scene.service.admin.mmd(&restore).exits(2);
    assert!(said.stderr.contains("is not empty"), "{}", said.stderr);
    std::fs::remove_dir_all(&data).expect("the old directory goes");
    scene.service.admin.mmd(&restore).exits(0);
    scene.service.restart(None);
    // No token comes back, as it may have been revoked since: everybody signs in anew.
    let out = scene.ana.mmd(&["status", "--json"]);
    assert_ne!(out.code, 0, "a token from before the restore: {}", out.stdout);
    let invite = ["serve", "admin-invite", "--data-dir", place];
    let invite = scene.service.admin.mmd(&invite).exits(0).stdout;
    scene.service.sign_in(&scene.service.admin, &invite);
    let invite = scene.service.admin.mmd(&["team", "add", "ana@mmd.local", "--invite"]);
    let invite = invite.exits(0).stdout;
    scene.service.sign_in(&scene.ana, &invite);
    scene.recovers("a service restored from its back-up");
}
