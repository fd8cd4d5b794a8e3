//! A secret is nowhere but where it was asked for: not in the database, not in the logs at the most
//! verbose level, not in any process's arguments or environment. So it is with passwords, and with
//! what lets people, programs, devices and other services in.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{
    linux::Account,
    rig::{Device, Service},
};

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

fn files_below(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.path().is_dir() {
            true => files_below(&entry.path(), found),
            false => found.push(entry.path()),
        }
    }
}

/// Collects the arguments and environments of every process until told to stop.
fn watch(stop: &AtomicBool, seen: &Mutex<BTreeSet<Vec<u8>>>) {
    while !stop.load(Ordering::Relaxed) {
        for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
            for file in ["cmdline", "environ"] {
                if let Ok(bytes) = std::fs::read(entry.path().join(file)) {
                    seen.lock().expect("no panic").insert(bytes);
                }
            }
        }
    }
}

#[test]
fn a_secret_is_nowhere_but_where_it_was_asked_for() {
    let Some(account) = Account::make() else { return };
    let stop = Arc::new(AtomicBool::new(false));
    let seen = Arc::new(Mutex::new(BTreeSet::new()));
    let watcher = {
        let (stop, seen) = (Arc::clone(&stop), Arc::clone(&seen));
        std::thread::spawn(move || watch(&stop, &seen))
    };
    let signing = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let kept = tempfile::tempdir().expect("a directory");
    let secret_file = kept.path().join("hooks.secret");
    std::fs::write(&secret_file, signing).expect("a file");
    let mine = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&secret_file, mine).expect("a private file");
    // Nobody listens there: it is tried again and again, and every failure is logged.
    let mut service = Service::start_with(&format!(
        "[[sink]]\nname = 'hooks'\nkind = 'webhook'\nurl = 'https://127.0.0.1:9/hook'\n\
         secret_file = '{}'\nallow_private = true\n",
        secret_file.display()
    ));
    let device = Device::enroll(&service, "SECRET-1", &account.name, "linux");
    let mut agent = device.run(None);
    let ana = service.member("ana@mmd.local", "support");
    let mut secrets = vec![signing.to_owned()];
    // What is asked for by name: an invite, an enrolment code, a program's secret.
    let admin = &service.admin;
    let invite = ["team", "add", "bob@mmd.local", "--role", "operations", "--invite"];
    secrets.push(admin.mmd(&invite).exits(0).line().to_owned());
    secrets.push(admin.mmd(&["device", "enroll", "SECRET-2"]).exits(0).line().to_owned());
    let program =
        admin.mmd(&["team", "app", "add", "monitor", "--json", "--verbose"]).exits(0).json();
    secrets.push(program["clientSecret"].as_str().expect("a secret").to_owned());
    admin
        .mmd(&[
            "team",
            "contacts",
            "set",
            "other",
            "--given-name",
            "Otto",
            "--surname",
            "Other",
            "--email",
            "otto@mmd.local",
            "--phone",
            "+1 555 0102",
        ])
        .exits(0);
    ana.mmd(&[
        "escalate",
        "--severity",
        "C",
        "--type",
        "Incident",
        "--category",
        "Other",
        "--subcategory",
        "Other",
        "--title",
        "x",
        "--description",
        "y",
        "--given-name",
        "Ana",
        "--surname",
        "Ruiz",
        "--email",
        "ana@mmd.local",
        "--phone",
        "1",
        "--verbose",
    ])
    .exits(0);
    for _ in 0..2 {
        let args =
            ["elevate", "SECRET-1", "-t", "I", "-m", "x", "--verbose", "--field", "password"];
        let said = ana.mmd(&args).exits(0);
        assert!(!said.stderr.contains(said.line()), "{}", said.stderr);
        secrets.push(said.line().to_owned());
        ana.mmd(&["elevate", "close", "SECRET-1", "-m", "done", "--verbose"]).exits(0);
        device.settle(&service.admin);
    }
    agent.stop();
    service.process.stop();
    stop.store(true, Ordering::Relaxed);
    watcher.join().expect("the watcher ends");

    let mut files = Vec::new();
    for dir in [service.dir.path(), device.state.path(), device.home.path(), ana.path()] {
        files_below(dir, &mut files);
    }
    assert!(files.iter().any(|file| file.ends_with("data/mmd.db")), "the database was looked at");
    assert!(files.iter().any(|file| file.ends_with("service.log")), "the log was looked at");
    let seen = seen.lock().expect("no panic");
    assert!(seen.len() > 20, "processes were looked at");
    for secret in &secrets {
        for file in &files {
            let bytes = std::fs::read(file).unwrap_or_default();
            assert!(!contains(&bytes, secret), "a secret is in {}", file.display());
        }
        let leaked = seen.iter().find(|bytes| contains(bytes, secret));
        assert!(leaked.is_none(), "a secret is in arguments or an environment");
    }
}
