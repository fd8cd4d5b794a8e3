//! The whole way on a real local account, as root: serve, enrol, elevate, sign in, close.

use std::time::{Duration, Instant};

use crate::{
    linux::Account,
    rig::{Device, Service, wait_for},
};

#[test]
fn a_delivered_password_opens_the_account_and_a_close_kills_it_within_two_seconds() {
    let Some(account) = Account::make() else { return };
    let service = Service::start();
    let device = Device::enroll(&service, "HR-LAPTOP-7", &account.name, "linux");
    let _agent = device.run(None);
    let ana = service.member("ana@mmd.local", "support");
    let elevate = ["elevate", "HR-LAPTOP-7", "-t", "INC1", "-m", "resync", "--field", "password"];

    let first = ana.mmd(&elevate).exits(0).line().to_owned();
    assert!(account.opens(&first), "the delivered password opens the account");

    ana.mmd(&["elevate", "close", "HR-LAPTOP-7", "-m", "resynced"]).exits(0);
    let closed = Instant::now();
    wait_for("the old password to die", || (!account.opens(&first)).then_some(()));
    assert!(closed.elapsed() < Duration::from_secs(2), "it took {:?}", closed.elapsed());

    let second = ana.mmd(&elevate).exits(0).line().to_owned();
    assert_ne!(first, second);
    assert!(account.opens(&second), "a new request's password opens the account");
}

#[test]
fn of_two_technicians_in_one_device_the_other_is_told_and_gets_the_new_password() {
    let Some(account) = Account::make() else { return };
    let service = Service::start();
    let device = Device::enroll(&service, "SHARED-1", &account.name, "linux");
    let _agent = device.run(None);
    let ana = service.member("ana@mmd.local", "support");
    let bob = service.member("bob@mmd.local", "support");
    let elevate = ["elevate", "SHARED-1", "-t", "INC1", "-m", "look", "--field", "password"];

    let seen_by_ana = ana.mmd(&elevate).exits(0).line().to_owned();
    let seen_by_bob = bob.mmd(&elevate).exits(0).line().to_owned();
    assert_eq!(seen_by_ana, seen_by_bob, "one device has one password");

    ana.mmd(&["elevate", "close", "SHARED-1", "-m", "done"]).exits(0);
    wait_for("the rotation", || (!account.opens(&seen_by_bob)).then_some(()));
    device.settle(&service.admin);

    let told = bob.mmd(&["status"]).exits(0);
    assert!(told.stderr.contains("mmd elevate password SHARED-1"), "{}", told.stderr);
    let new = bob.mmd(&["elevate", "password", "SHARED-1", "--field", "password"]).exits(0);
    assert!(account.opens(new.line()), "the other gets the new password");
    ana.mmd(&["elevate", "password", "SHARED-1", "--field", "password"]).exits(6);
}

#[test]
fn the_agent_rotates_a_password_that_somebody_else_has_set() {
    let Some(account) = Account::make() else { return };
    let service = Service::start();
    let device = Device::enroll(&service, "DRIFT-1", &account.name, "linux");
    let mut agent = device.run(None);
    device.settle(&service.admin);
    agent.stop();
    let set = format!("{}:Someone-else-3\n", account.name);
    let mut chpasswd = std::process::Command::new("/usr/sbin/chpasswd")
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("chpasswd runs");
    std::io::Write::write_all(&mut chpasswd.stdin.take().expect("a pipe"), set.as_bytes())
        .expect("chpasswd reads");
    assert!(chpasswd.wait().expect("chpasswd ends").success());
    assert!(account.opens("Someone-else-3"));

    let _agent = device.run(None);
    wait_for("the foreign password to die", || (!account.opens("Someone-else-3")).then_some(()));
    let events = service.admin.mmd(&["audit", "list", "--device", "DRIFT-1"]).exits(0);
    assert!(events.stdout.contains("rotation.drifted"), "{}", events.stdout);
}
