//! A secret is nowhere but where it was asked for: not in the database, not in the logs at the most
//! verbose level, not in any process's arguments or environment. So it is with passwords, and with
//! what lets people, programs, devices and other services in.

use crate::{
    linux::Account,
    rig::{Device, Service},
    sweep::{Processes, Sweep},
};

#[test]
fn a_secret_is_nowhere_but_where_it_was_asked_for() {
    let Some(account) = Account::make() else { return };
    let processes = Processes::watch();
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
    let dirs = [service.dir.path(), device.state.path(), device.home.path(), ana.path()];
    let sweep = Sweep::of(&dirs, processes.seen());
    assert!(sweep.looked_at("data/mmd.db") && sweep.looked_at("service.log"));
    for secret in &secrets {
        sweep.finds_no(secret);
    }
}
