//! What goes wrong says what, with its documented exit code, and changes nothing.

use crate::rig::{Home, Service};

#[test]
fn an_authority_that_cannot_be_read_is_wrong_input_and_names_the_file() {
    let home = Home::new();
    for verb in ["login https://127.0.0.1:1", "status --service https://127.0.0.1:1"] {
        let args: Vec<_> = verb.split(' ').chain(["--ca-file", "/nope"]).collect();
        let said = home.mmd(&args).exits(2);
        let told = "error: the certificate authority `/nope` cannot be read";
        assert!(said.stderr.starts_with(told), "{}", said.stderr);
    }
}

#[test]
fn every_fault_has_its_exit_code_and_a_sentence() {
    let service = Service::start();
    let ana = service.member("ana@mmd.local", "support");
    let dora = service.member("dora@mmd.local", "desk");
    service.admin.mmd(&["device", "enroll", "LAB-1", "--ring", "Test"]).exits(0);
    service.admin.mmd(&["device", "enroll", "HR-1"]).exits(0);

    let unknown = ana.mmd(&["elevate", "NOPE", "-t", "I", "-m", "x", "--json"]).exits(5);
    assert!(unknown.stderr.contains("NOPE"), "{}", unknown.stderr);
    let test_ring = ana.mmd(&["elevate", "LAB-1", "-t", "I", "-m", "x", "--json"]).exits(6);
    assert!(test_ring.stderr.contains("Test group"), "{}", test_ring.stderr);
    let role = dora.mmd(&["elevate", "HR-1", "-t", "I", "-m", "x", "--json"]).exits(4);
    assert!(role.stderr.contains("ana@mmd.local"), "who may is named: {}", role.stderr);
    ana.mmd(&["elevate", "password", "HR-1", "--reveal"]).exits(6);
    ana.mmd(&["elevate", "HR-1", "-m", "x"]).exits(2);
    ana.mmd(&["elevate", "HR-1", "-t", "I", "-m", "x", "--nonsense"]).exits(2);
    let pending =
        ana.mmd(&["elevate", "HR-1", "-t", "I", "-m", "x", "--wait", "1s", "--field", "password"]);
    assert!(pending.exits(8).stderr.contains("has not set a password yet"));
    ana.mmd(&["elevate", "close", "HR-1", "-m", "done"]).exits(0);
    ana.mmd(&["elevate", "close", "HR-1", "-m", "done"]).exits(6);
    ana.mmd(&["team", "list"]).exits(4);
    for name in ["a'b", "a\"b", "a/b", "../x", "a\u{1}b", "x%00"] {
        let said = ana.mmd(&["elevate", "-t", "I", "-m", "x", "--json", "--", name]).exits(5);
        assert!(!said.stderr.contains('\u{1}'), "control characters are stripped");
    }
}

#[test]
fn without_a_service_or_with_another_certificate_nothing_is_sent() {
    let mut service = Service::start();
    let stranger = Home::new();
    let args = ["--service", &service.url, "status"];
    let said = stranger.command(&args);
    let mut said_with_token = said;
    said_with_token.env("MMD_TOKEN", "mmd_0000");
    let said = crate::rig::finish(said_with_token, None).exits(7);
    assert!(said.stderr.contains("--ca-file"), "{}", said.stderr);

    let mut wrong_token =
        stranger.command(&["--service", &service.url, "--ca-file", &service.ca_file, "status"]);
    wrong_token.env("MMD_TOKEN", "mmd_0000");
    let said = crate::rig::finish(wrong_token, None).exits(3);
    assert!(said.stderr.contains("mmd login"), "{}", said.stderr);

    service.kill();
    let said = service.admin.mmd(&["status"]).exits(7);
    assert!(said.stderr.contains("hint:"), "{}", said.stderr);
}

#[test]
fn an_invite_works_once_and_the_bootstrap_one_is_gone_after_use() {
    let service = Service::start();
    assert!(!service.data_dir().join("bootstrap-invite").exists());
    let invite = service.admin.mmd(&["team", "add", "eve@mmd.local", "--invite"]).exits(0).stdout;
    let eve = Home::new();
    service.sign_in(&eve, &invite);
    let args =
        ["login", &service.url, "--invite", "--store", "file", "--ca-file", &service.ca_file];
    Home::new().mmd_with(&args, &invite).exits(4);
    service.admin.mmd(&["team", "remove", "eve@mmd.local", "--yes"]).exits(0);
    eve.mmd(&["status"]).exits(3);
}
