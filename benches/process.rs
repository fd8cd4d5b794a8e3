//! Whole processes, in turn: `mmd --version` and `mmd route` beside the smallest Rust program,
//! `mmd elevate` and `mmd escalate --from` beside `curl` making the same requests with the same TLS
//! files, and a press of the tab key among 100,000 devices. Prints medians and ratios taken pair by
//! pair, because the machine's speed drifts.

#![expect(clippy::print_stdout, reason = "what a bench finds is its output")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use mmd::cli::complete::{
    engine::Candidate,
    names::{List, Names},
};
use serde_json::Value;

const PAIRS: usize = 40;
const MMD: &str = env!("CARGO_BIN_EXE_mmd");

/// In this process when the keyring of a session of its own has been set up around it.
const IN_KEYRING_SESSION: &str = "MMD_BENCH_KEYRING";

fn main() {
    // `cargo test --benches` only asks whether the program works.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let dir = tempfile::tempdir().expect("a directory");
    if std::env::var_os(IN_KEYRING_SESSION).is_some() {
        elevate(dir.path(), "keyring");
        return;
    }
    version(dir.path());
    completion(dir.path());
    elevate(dir.path(), "file");
    let session = Command::new("dbus-run-session")
        .args([
            "--",
            "sh",
            "-c",
            "printf x | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec \"$0\"",
        ])
        .arg(std::env::current_exe().expect("this program"))
        .env(IN_KEYRING_SESSION, "1")
        .status();
    if session.is_err() {
        println!("no dbus-run-session: the keyring was not measured");
    }
}

/// Runs the two in turn, once each unmeasured, and prints what it found.
fn compare(what: &str, mut a: impl FnMut() -> Command, mut b: impl FnMut() -> Command) {
    let mut pairs = Vec::new();
    for pair in 0..=PAIRS {
        let times = (time(a()), time(b()));
        if pair > 0 {
            pairs.push(times);
        }
    }
    let ms = |times: Vec<Duration>| median(times.iter().map(|t| t.as_secs_f64() * 1e3).collect());
    let first = ms(pairs.iter().map(|p| p.0).collect());
    let second = ms(pairs.iter().map(|p| p.1).collect());
    let ratio = median(pairs.iter().map(|p| p.0.as_secs_f64() / p.1.as_secs_f64()).collect());
    println!("{what}: {first:.2} ms beside {second:.2} ms, ratio {ratio:.2}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn time(mut command: Command) -> Duration {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let begun = Instant::now();
    let status = command.status().expect("the program runs");
    let took = begun.elapsed();
    assert!(status.success(), "{command:?} failed");
    took
}

/// The smallest Rust program, built anew.
fn smallest(dir: &Path) -> PathBuf {
    let (source, program) = (dir.join("smallest.rs"), dir.join("smallest"));
    fs::write(&source, "fn main() {}").expect("a source file");
    let built = Command::new("rustc").arg("-O").arg("-o").arg(&program).arg(&source).status();
    assert!(built.expect("rustc runs").success());
    program
}

/// What a shell waits for; the aim is 20 ms.
fn completion(dir: &Path) {
    let home = dir.join("completion");
    let config = home.join(".config/mmd");
    fs::create_dir_all(&config).expect("a directory");
    let profile = "current = \"work\"\n[profiles.work]\nservice = \"https://127.0.0.1:1\"\n";
    fs::write(config.join("config.toml"), profile).expect("a config file");
    let names = Names::at(&home.join(".cache/mmd"), "work");
    let device = |number| {
        Candidate::new(format!("MMD-{number:06}"), Some("Latitude 7440, ana@contoso.com".into()))
    };
    names.save(List::Devices, (0..100_000).map(device)).expect("names");
    names.save(List::People, []).expect("names");
    let smallest = smallest(dir);
    for (what, word) in [("200 of 100,000 devices", "mmd-0"), ("one of them", "mmd-054321")] {
        let tab = || mmd(&home, &["__complete", "fish", "2", "mmd", "elevate", word]);
        compare(&format!("completing {what}"), tab, || Command::new(&smallest));
    }
}

fn version(dir: &Path) {
    let smallest = smallest(dir);
    let mmd = || {
        let mut command = Command::new(MMD);
        command.arg("--version");
        command
    };
    compare("mmd --version beside the smallest program", mmd, || Command::new(&smallest));
    let issue = "the screen flickers since the driver update, and Outlook does not open either";
    let home = dir.join("nobody");
    let route = || {
        let mut command = self::mmd(&home, &["route", issue]);
        command.env_remove("DBUS_SESSION_BUS_ADDRESS");
        command
    };
    compare("mmd route beside the smallest program", route, || Command::new(&smallest));
}

struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mmd(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(MMD);
    command.args(args).env_clear().env("HOME", home);
    if let Some(bus) = std::env::var_os("DBUS_SESSION_BUS_ADDRESS") {
        command.env("DBUS_SESSION_BUS_ADDRESS", bus);
    }
    command
}

fn elevate(dir: &Path, store: &str) {
    let (data, ready) = (dir.join("data"), dir.join("ready.json"));
    let serve = ["serve", "--sample", "--listen", "127.0.0.1:0", "--data-dir"];
    let mut command = mmd(dir, &serve);
    command.arg(&data).arg("--ready-file").arg(&ready).stderr(Stdio::null());
    let _service = Service(command.spawn().expect("the service starts"));
    let end = Instant::now() + Duration::from_secs(60);
    while !ready.exists() {
        assert!(Instant::now() < end, "the service is not ready");
        std::thread::sleep(Duration::from_millis(20));
    }
    let said: Value =
        serde_json::from_slice(&fs::read(&ready).expect("a ready file")).expect("JSON");
    let text = |name: &str| said[name].as_str().expect("a string").to_owned();
    let (url, ca, tenant) = (text("service"), text("caFile"), text("tenantId"));

    let invite = fs::File::open(data.join("bootstrap-invite")).expect("an invite");
    let signed_in = mmd(dir, &["login", &url, "--invite", "--ca-file", &ca, "--store", store])
        .stdin(invite)
        .status();
    assert!(signed_in.expect("mmd runs").success(), "the sign-in failed");
    let ask = ["elevate", "MARTA-LT", "-t", "INC1", "-m", "resync the clock", "--reveal"];
    assert!(mmd(dir, &ask).stdout(Stdio::null()).status().expect("mmd runs").success());

    let token = invite_token(dir, &url, &data);
    let files = curl_files(dir, &url, &tenant, &data, &token);
    compare(
        &format!("mmd elevate, token from the {store}, beside curl"),
        || mmd(dir, &ask),
        || {
            let mut command = Command::new("curl");
            command.arg("--config").arg(&files);
            command
        },
    );
    escalate(dir, store, &url, &data, &token);
    memory(&_service.0);
}

/// A support request from a file, as documented, beside curl posting that file.
fn escalate(dir: &Path, store: &str, url: &str, data: &Path, token: &str) {
    let request = dir.join("request.json");
    let body = r#"{"title":"VPN drops","description":"Every hour, on Wi-Fi only.","type":"Incident","category":"Devices","subcategory":"Configuration/Policy","severity":4,"contact":{"givenName":"Ana","surname":"Ruiz","email":"ana@contoso.com","phoneNumber":"+34 600 000 000"},"businessImpact":"One person works from another room.","troubleshootingSteps":"Restarted."}"#;
    fs::write(&request, body).expect("a request");
    let config = format!(
        "{}url = \"{url}/support/odata/v1/tickets\"\nheader = \"Content-Type: application/json\"\ndata = \"@{}\"\n",
        curl_common(data, token),
        request.display()
    );
    let files = dir.join("curl-escalate.conf");
    fs::write(&files, config).expect("curl's configuration");
    compare(
        &format!("mmd escalate --from FILE, token from the {store}, beside curl"),
        || {
            let mut command = mmd(dir, &["escalate", "--from"]);
            command.arg(&request);
            command
        },
        || {
            let mut command = Command::new("curl");
            command.arg("--config").arg(&files);
            command
        },
    );
}

/// What every request of curl's has.
fn curl_common(data: &Path, token: &str) -> String {
    format!(
        "silent\nfail\nhttp1.1\ncacert = \"{}\"\nheader = \"Authorization: Bearer {token}\"\nheader = \"Prefer: include-annotations=\\\"mmd.*\\\", wait=2\"\n",
        data.join("tls/ca.pem").display()
    )
}

/// The same two requests, in one curl, over one connection, with the same authority.
fn curl_files(dir: &Path, url: &str, tenant: &str, data: &Path, token: &str) -> PathBuf {
    let base = format!("{url}/support/odata/v1/tenants/{tenant}");
    let body = r#"{\"partnerTicketId\":\"INC1\",\"deviceName\":\"MARTA-LT\",\"title\":\"resync the clock\",\"category\":\"Other\",\"subcategory\":\"Other\",\"planOfAction\":\"resync the clock\"}"#;
    let common = curl_common(data, token);
    let config = format!(
        "{common}url = \"{base}/elevationRequests\"\nheader = \"Content-Type: application/json\"\ndata = \"{body}\"\nnext\n{common}url = \"{base}/devices/MARTA-LT/elevationDetails\"\n"
    );
    let path = dir.join("curl.conf");
    fs::write(&path, config).expect("curl's configuration");
    path
}

/// A token of the same member for curl, which has no keyring.
fn invite_token(dir: &Path, url: &str, data: &Path) -> String {
    let invite = mmd(dir, &["serve", "admin-invite", "--data-dir"]).arg(data).output();
    let home = dir.join("curl-home");
    fs::create_dir_all(&home).expect("a directory");
    let code = dir.join("code");
    fs::write(&code, invite.expect("mmd runs").stdout).expect("a code");
    let ca = data.join("tls/ca.pem");
    let args = ["login", url, "--invite", "--store", "file", "--ca-file"];
    let mut login = mmd(&home, &args);
    login.arg(ca).stdin(fs::File::open(&code).expect("a code"));
    assert!(login.status().expect("mmd runs").success());
    let saved = fs::read(home.join(".local/share/mmd/credentials/default.token"));
    let saved: Value = serde_json::from_slice(&saved.expect("a token")).expect("JSON");
    saved["token"].as_str().expect("a token").to_owned()
}

fn memory(service: &Child) {
    let status = fs::read_to_string(format!("/proc/{}/status", service.id())).unwrap_or_default();
    let rss = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("VmRSS: unknown");
    println!("the service, with twelve sample devices: {rss}");
}
