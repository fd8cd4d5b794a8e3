//! Where sinks may lie, and what is wrong with a configuration.

use mmd::service::settings::Settings;

use crate::{
    receiver::{Receiver, Reply, world},
    rig::Home,
};

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (receiver, elsewhere) = (Receiver::start(), Receiver::start());
    let world = world(&receiver.webhook("hooks", "")).await;
    let _agent = world.device("D1").await;
    let target = elsewhere.url("/stolen");
    receiver.answers(move |_| Reply::Redirect(target.clone()));
    world.open(&world.admin, "D1").await;
    world.deliver().await;
    assert!(elsewhere.seen().is_empty());
    let pending = world.deliveries("pending").await;
    assert_eq!(
        pending[0]["lastError"],
        "it answered 307 Temporary Redirect, and redirects are not followed"
    );
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_when_it_is_connected_to() {
    let receiver = Receiver::start();
    let closed = receiver.webhook("hooks", "").replace("allow_private = true\n", "");
    let world = world(&closed).await;
    let _agent = world.device("D1").await;
    world.open(&world.admin, "D1").await;
    world.deliver().await;
    assert!(receiver.seen().is_empty());
    let why = world.deliveries("pending").await[0]["lastError"].as_str().unwrap().to_owned();
    assert_eq!(
        why,
        "no connection: `localhost` lies at an address that is not public, and `allow_private` is off"
    );
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let (receiver, other) = (Receiver::start(), Receiver::start());
    let (right, wrong) = (receiver.authority.ca_file(), other.authority.ca_file());
    let world = world(&receiver.webhook("hooks", "").replace(&right, &wrong)).await;
    let _agent = world.device("D1").await;
    world.open(&world.admin, "D1").await;
    world.deliver().await;
    assert!(receiver.seen().is_empty());
    let why = world.deliveries("pending").await[0]["lastError"].as_str().unwrap().to_owned();
    assert!(why.starts_with("no connection: ") && why.contains("certificate"), "{why}");
}

/// What a start with this configuration says.
fn start_says(toml: &str) -> String {
    let home = Home::new();
    let config = home.path().join("mmd.toml");
    std::fs::write(&config, toml).unwrap();
    let (config, data) = (config.to_str().unwrap(), home.path().join("data"));
    let args = ["serve", "--config", config, "--listen", "127.0.0.1:0", "--data-dir"];
    let all: Vec<_> = args.into_iter().chain([data.to_str().unwrap()]).collect();
    let said = home.mmd(&all).exits(2);
    assert!(said.stderr.contains("mmd.toml"), "the file is named: {}", said.stderr);
    assert!(!data.exists(), "nothing was made");
    said.stderr
}

#[test]
fn a_bad_sink_stops_the_start_and_names_file_sink_and_member() {
    let receiver = Receiver::start();
    let hook = receiver.webhook("hooks", "");
    let open = receiver.authority.file("open");
    std::fs::write(&open, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
    let open_to_others = format!("secret_file = '{}'", open.display());
    let closed = receiver.authority.file("hooks").display().to_string();
    let port_0 = hook.replace(&receiver.url(""), "https://localhost:0");
    let secret_line = format!("secret_file = '{closed}'");
    for (toml, says) in [
        (hook.replace("https://", "http://"), "the [[sink]] `hooks`: `url`: it has to begin with"),
        (hook.replace(&secret_line, &open_to_others), "`secret_file`: the file"),
        (hook.replace(&closed, "/nowhere/secret"), "there is no file /nowhere/secret"),
        (format!("{hook}{hook}"), "two [[sink]] are called `hooks`"),
        (hook.replace("timeout", "time_out"), "unknown field `time_out`"),
        (
            format!("{hook}events = ['tickets.*']\n"),
            "`events` holds `tickets.*`, which no event fits",
        ),
        (
            "[[sink]]\nname='m'\nkind='email'\nhost='h'\nfrom='nobody'\n".to_owned(),
            "the [[sink]] `m`: `from`: this is no sender",
        ),
        (
            "[[sink]]\nname='m'\nkind='email'\nhost='smtp.example.com:587'\nfrom='a@b.c'\n"
                .to_owned(),
            "the [[sink]] `m`: `host`: a port does not belong into it",
        ),
        (
            "[[sink]]\nname='m'\nkind='email'\nhost='h'\nport=0\nfrom='a@b.c'\n".to_owned(),
            "the [[sink]] `m`: `port`: nothing can be reached at port 0",
        ),
        (
            "[[audit.sink]]\nname='s'\nkind='syslog'\nhost='h'\nport=0\n".to_owned(),
            "the [[audit.sink]] `s`: `port`: nothing can be reached at port 0",
        ),
        (
            "[[audit.sink]]\nname='s'\nkind='syslog'\nhost='siem.example.com:6514'\n".to_owned(),
            "the [[audit.sink]] `s`: `host`: a port does not belong into it",
        ),
        (port_0, "the [[sink]] `hooks`: `url`: nothing can be reached at port 0"),
        (
            "[[sink]]\nname='n'\nkind='servicenow'\ninstance='https://x.service-now.com'\n"
                .to_owned(),
            "the [[sink]] `n`: it takes `username` and `password_file`",
        ),
        (
            "[[audit.sink]]\nname='f'\nkind='file'\npath='/nowhere/audit.jsonl'\n".to_owned(),
            "the [[audit.sink]] `f`: `path`: /nowhere/audit.jsonl cannot be written",
        ),
        (
            "[[audit.sink]]\nname='s'\nkind='syslog'\nhost='10.0.0.1'\n".to_owned(),
            "the [[audit.sink]] `s`: `host`: the address 10.0.0.1 is not public",
        ),
    ] {
        let said = start_says(&toml);
        assert!(said.contains(says), "{says}\n{said}");
        assert!(!said.contains("MfKQ"), "no secret is quoted");
    }
}

#[test]
fn an_address_that_is_written_out_is_judged_at_the_start() {
    let receiver = Receiver::start();
    for host in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "2130706433"] {
        let hook = receiver.webhook("hooks", "").replace("allow_private = true\n", "");
        let toml = hook.replace("localhost", host);
        let settings: Settings = toml::from_str(&toml).unwrap();
        let said = mmd::service::outbox::Outbox::open(&settings).err().unwrap();
        assert!(said.message.ends_with("is not public"), "{host}: {}", said.message);
        assert!(said.hints[0].contains("allow_private"));
    }
}
