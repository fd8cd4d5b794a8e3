//! A private certificate authority: a file, or a fingerprint; and no redirect to elsewhere.

use crate::{
    common,
    rig::{Home, Process, Service, wait_for},
    terminal::Terminal,
};

fn fingerprint(service: &Service) -> String {
    use rustls_pki_types::pem::PemObject;
    let pem = std::fs::read(&service.ca_file).unwrap();
    let der = rustls_pki_types::CertificateDer::from_pem_slice(&pem).unwrap();
    mmd::client::trust::Fingerprint::of(&der).to_string()
}

#[test]
fn a_private_authority_is_trusted_by_its_fingerprint_and_nothing_is_sent_before() {
    let service = Service::start();
    let invite = || {
        let args = ["team", "add", "eve@mmd.local", "--invite"];
        service.admin.mmd(&args).exits(0).stdout
    };
    let (code, home) = (invite(), Home::new());
    let login = |more: &[&str]| {
        let args = ["login", &service.url, "--invite", "--store", "file"];
        home.mmd_with(&[&args, more].concat(), &code)
    };
    let right = fingerprint(&service);
    let said = login(&[]).exits(7);
    assert!(said.stderr.contains(&right), "what it shows is told: {}", said.stderr);
    assert!(said.stderr.contains("--ca-file") && said.stderr.contains("--ca-fingerprint"));
    let wrong = "00".repeat(32);
    let said = login(&["--ca-fingerprint", &wrong]).exits(7);
    assert!(said.stderr.contains("is not the expected one"), "{}", said.stderr);
    login(&["--ca-fingerprint", "SHA256:12"]).exits(2);
    assert!(!home.path().join(".config/mmd").exists(), "nothing is half-applied");

    // The invite was not spent by those tries.
    login(&["--ca-fingerprint", &right]).exits(0);
    let config = std::fs::read_to_string(home.path().join(".config/mmd/config.toml")).unwrap();
    assert!(config.contains(".config/mmd/authorities/default.pem"), "{config}");
    home.mmd(&["status"]).exits(0);

    // Another authority at the same address is never a question.
    let other = Service::start();
    std::fs::copy(&other.ca_file, home.path().join(".config/mmd/authorities/default.pem")).unwrap();
    let said = home.mmd_with(&["login", "--invite", "--store", "file"], &invite()).exits(7);
    assert!(said.stderr.contains("--ca-fingerprint"), "{}", said.stderr);
}

#[test]
fn the_ready_file_names_the_authority_wherever_it_is_read() {
    let home = Home::new();
    let args = ["serve", "--listen", "127.0.0.1:0", "--data-dir", "d", "--ready-file", "r.json"];
    let mut command = home.command(&args);
    command.current_dir(home.path()).stderr(std::process::Stdio::null());
    let _service = Process(command.spawn().unwrap());
    let ready: serde_json::Value = wait_for("a ready service", || {
        serde_json::from_slice(&std::fs::read(home.path().join("r.json")).ok()?).ok()
    });
    let ca_file = std::path::Path::new(ready["caFile"].as_str().unwrap());
    assert!(ca_file.is_absolute() && ca_file.is_file(), "{ready}");
}

#[test]
fn at_a_terminal_the_fingerprint_is_shown_and_must_be_confirmed() {
    let service = Service::start();
    let args = ["team", "add", "eve@mmd.local", "--invite"];
    let code = service.admin.mmd(&args).exits(0).line().to_owned();
    let (home, shown) = (Home::new(), fingerprint(&service));
    let ask = |answer: &str| {
        let args = ["login", &service.url, "--invite", "--store", "file"];
        let terminal = Terminal::start(&home, &args)?;
        terminal.sees("Is it the same?");
        terminal.sees(&shown);
        terminal.sees("If it differs, somebody stands between.");
        terminal.types(answer);
        Some(terminal)
    };
    // Enter alone is no: who has compared nothing has confirmed nothing.
    for answer in ["", "n"] {
        let Some(terminal) = ask(answer) else { return common::missing("tmux") };
        terminal.sees("hint: name the right one: `--ca-fingerprint SHA256:");
        assert!(!home.path().join(".config/mmd").exists(), "nothing is half-applied");
        assert!(!home.path().join(".local/share/mmd").exists());
    }
    let Some(terminal) = ask("y") else { return common::missing("tmux") };
    terminal.sees("Invite code");
    terminal.types(&code);
    terminal.sees("as eve@mmd.local");
    // From then on the authority is known.
    home.mmd(&["status"]).exits(0);
}

#[test]
fn a_token_from_standard_input_is_tried_before_it_is_kept() {
    let service = Service::start();
    let file = service.admin.path().join(".local/share/mmd/credentials/default.token");
    let saved: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let token = saved["token"].as_str().unwrap();
    let home = Home::new();
    let args =
        ["login", &service.url, "--with-token", "--store", "file", "--ca-file", &service.ca_file];
    let said = home.mmd_with(&args, "mmd_wrong\n").exits(3);
    assert!(said.stderr.contains("nothing was saved"), "{}", said.stderr);
    assert!(!home.path().join(".local/share/mmd/credentials/default.token").exists());
    home.mmd_with(&args, "").exits(2);
    home.mmd_with(&[&args[..], &["--json"]].concat(), &format!("{token}\n")).exits(0);
    assert_eq!(home.mmd(&["status", "--json"]).exits(0).json()["user"], "admin@mmd.local");
}

#[test]
fn a_service_without_a_provider_says_how_one_signs_in() {
    let service = Service::start();
    let home = Home::new();
    let login = |more: &[&str]| {
        let args = ["login", &service.url, "--ca-file", &service.ca_file];
        home.mmd(&[&args, more].concat())
    };
    let said = login(&[]).exits(2);
    assert!(said.stderr.contains("--invite") && said.stderr.contains("--with-token"));
    let said = login(&["--device-code"]).exits(6);
    assert!(said.stderr.contains("--invite"), "{}", said.stderr);
}

#[test]
fn a_sign_in_does_not_follow_a_profile_to_another_service() {
    let (own, other) = (Service::start(), Service::start());
    let config = own.admin.path().join(".config/mmd/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains(&own.url));
    // Edited by hand, or by whoever could.
    let text = text.replace(&own.url, &other.url).replace(&own.ca_file, &other.ca_file);
    std::fs::write(&config, text).unwrap();
    let said = own.admin.mmd(&["status"]).exits(3);
    let told =
        format!("error: nobody is signed in at {0}\nhint: sign in: `mmd login {0}`\n", other.url);
    assert_eq!(said.stderr, told);
    let said = own.admin.mmd(&["doctor"]).exits(1);
    assert!(said.stdout.contains(&format!("it is for {}", own.url)), "{}", said.stdout);
    let said = own.admin.mmd(&["logout"]).exits(0);
    assert!(said.stderr.contains(&format!("the token was for {}", own.url)), "{}", said.stderr);

    // Named for one command, it is the same.
    let args = ["--service", &own.url, "--ca-file", &own.ca_file, "status"];
    let said = other.admin.mmd(&args).exits(3);
    assert!(said.stderr.contains(&format!("nobody is signed in at {}", own.url)));
    let mut command = other.admin.command(&["status", "--ca-file", &own.ca_file]);
    command.env("MMD_SERVICE", &own.url);
    crate::rig::finish(command, None).exits(3);
    other.admin.mmd(&["status"]).exits(0);
}
