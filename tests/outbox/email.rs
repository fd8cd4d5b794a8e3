//! Mail, by a real SMTP server with TLS and a sign-in: aiosmtpd, from Debian.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use mmd::service::store::outbox::{self, Notice};
use serde_json::{Value, json};

use crate::{
    common,
    harness::{World, hours},
    receiver::{Authority, world},
    rig::{Service, wait_for},
};

const TICKET: &str = "MMD-1465058-R5V8P";

/// A mail server.
struct Server {
    authority: Authority,
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(mode: &str) -> Option<Self> {
        const PYTHON: &str = "/usr/bin/python3";
        let there = Command::new(PYTHON)
            .args(["-c", "import aiosmtpd"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !there {
            common::missing("python3-aiosmtpd");
            return None;
        }
        let authority = Authority::new();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outbox/smtp_server.py");
        let mut process = Command::new(PYTHON)
            .arg(script)
            .args(["cert.pem", "key.pem", "kept.jsonl", mode])
            .current_dir(authority.dir.path())
            .stdout(Stdio::piped())
            // It tells of every refusal that these tests provoke.
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Some(Self { authority, process, port })
    }

    fn sink(&self, password: &str, more: &str) -> String {
        let file = self.authority.secret("password", password);
        format!(
            "[[sink]]\nname = 'mail'\nkind = 'email'\nhost = 'localhost'\nport = {}\n\
             from = 'Support <mmd@example.com>'\nusername = 'mmd'\npassword_file = '{file}'\n\
             ca_file = '{}'\nallow_private = true\ntimeout = '5s'\n{more}\n",
            self.port,
            self.authority.ca_file(),
        )
    }

    /// The messages that the server has taken.
    fn kept(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.authority.file("kept.jsonl")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

async fn tell(world: &World, event: &'static str, recipients: &[&str]) -> String {
    let data = json!({ "id": TICKET, "severity": 3, "state": "active", "by": "ana@example.com" });
    let recipients = recipients.iter().map(|&one| one.to_owned()).collect();
    let notice = Notice { event, subject: TICKET.to_owned(), data, recipients };
    let (tenant, now) = (world.tenant, world.now());
    let put = move |c: &rusqlite::Connection| outbox::put(c, tenant, &notice, now);
    world.app.store.write(put).await.unwrap().to_string()
}

fn header<'m>(message: &'m Value, name: &str) -> &'m str {
    let data = message["data"].as_str().unwrap();
    let line = data.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_else(|| panic!("no {name} in {data}"))
}

#[tokio::test]
async fn the_people_of_a_ticket_are_mailed_once_each_over_tls() {
    let Some(server) = Server::start("starttls") else { return };
    let world = world(&server.sink("s3cret", "")).await;
    let people = ["sam@example.com", "full@example.com", "gone@example.com", "SAM@example.com"];
    tell(&world, "ticket.created", &people).await;
    let first = "select id from outbox order by seq limit 1";
    let id: String = world.db().query_row(first, [], |row| row.get(0)).unwrap();
    tell(&world, "ticket.note", &people).await;
    world.deliver().await;
    let kept = server.kept();
    assert_eq!(kept.len(), 1, "a mailbox that is full or gone holds up nobody else");
    let first = &kept[0];
    assert_eq!(
        (&first["to"], &first["from"], &first["tls"], &first["user"]),
        (&json!(["sam@example.com"]), &json!("mmd@example.com"), &json!(true), &json!("mmd"))
    );
    assert_eq!(header(first, "Subject"), format!("Support request {TICKET} was filed"));
    assert_eq!(header(first, "Message-ID"), format!("<{id}@example.com>"));
    assert_eq!(header(first, "Date"), "Mon, 02 Mar 2026 09:00:00 +0000");
    let text = first["data"].as_str().unwrap();
    assert!(text.contains(&format!("\r\n  mmd escalate show {TICKET}\r\n")), "{text}");
    assert!(text.contains("\r\n  by: ana@example.com\r\n"), "{text}");

    let dead = world.deliveries("dead").await;
    assert_eq!((dead.len(), &dead[0]["recipient"]), (1, &json!("gone@example.com")));
    let why = dead[0]["lastError"].as_str().unwrap();
    assert!(why.starts_with("the mail server refused it with 550"), "{why}");
    let pending = world.deliveries("pending").await;
    let why = pending[0]["lastError"].as_str().unwrap();
    assert!(why.starts_with("the mail server answered 452"), "{why}");
    world.clock.advance(hours(1));
    world.deliver().await;
    let kept = server.kept();
    assert_eq!((kept.len(), &kept[1]["to"]), (2, &json!(["full@example.com"])));
    assert_eq!(header(&kept[1], "Message-ID"), format!("<{id}@example.com>"));
}

#[tokio::test]
async fn an_address_that_the_server_cannot_take_is_a_dead_letter_at_once() {
    let Some(server) = Server::start("starttls") else { return };
    let sink = server.sink("s3cret", "").replace("mmd@example.com", "mmd@büro.example");
    let world = world(&sink).await;
    tell(&world, "ticket.created", &["josé@exámple.com", "Sam@exámple.com"]).await;
    world.deliver().await;
    // A domain has a form that every server takes (RFC 3492).
    let kept = server.kept();
    let addresses: Vec<_> = kept.iter().map(|one| (&one["to"], &one["from"])).collect();
    let (to, from) = (json!(["Sam@xn--exmple-qta.com"]), json!("mmd@xn--bro-hoa.example"));
    assert_eq!(addresses, [(&to, &from)]);
    let dead = world.deliveries("dead").await;
    assert_eq!((dead.len(), &dead[0]["recipient"]), (1, &json!("josé@exámple.com")));
    assert_eq!(
        dead[0]["lastError"],
        "the addressee's address has letters beyond ASCII, and the mail server has no SMTPUTF8, \
         which they need"
    );
}

/// The real binary, from the desk's refusal to the admin's command, by the mail that tells of it.
#[test]
fn a_hand_over_reaches_the_admin_by_mail_and_is_filed_by_the_command_in_it() {
    let Some(server) = Server::start("starttls") else { return };
    let service = Service::start_with(&server.sink("s3cret", ""));
    let set = ["team", "contacts", "set", "devices", "--phone", "+1 555 0101"];
    let dora = ["--given-name", "Dora", "--surname", "Devices", "--email", "dora@mmd.local"];
    service.admin.mmd(&[&set[..], &dora].concat()).exits(0);
    let sam = service.member("sam@mmd.local", "support");
    let request = [
        "escalate",
        "--severity",
        "A",
        "--type",
        "Incident",
        "--category",
        "Devices",
        "--subcategory",
        "Hardware",
        "--title",
        "Nothing starts",
        "--description",
        "At all.",
        "--given-name",
        "Ana",
        "--surname",
        "Ruiz",
        "--email",
        "ana@mmd.local",
        "--phone",
        "+1",
    ];
    let refused = sam.mmd(&[&request[..], &["--json"]].concat()).exits(6);
    assert_eq!(refused.stdout, "");
    let error: Value = serde_json::from_str(refused.stderr.trim()).unwrap();
    let details = &error["error"]["details"];
    let id = details["kept"]["id"].as_str().unwrap();
    let dora = json!({ "address": "dora@mmd.local", "who": "Dora Devices, +1 555 0101" });
    let admin = json!({ "address": "admin@mmd.local", "who": "admin@mmd.local" });
    assert_eq!((&details["notifying"], &details["call"]), (&json!([dora, admin]), &json!([])));
    let on_a_screen = sam.mmd(&request).exits(6);
    for words in [
        "a notice goes to: Dora Devices, +1 555 0101 <dora@mmd.local>",
        "call",
        "mmd escalate file",
    ] {
        assert!(on_a_screen.stderr.contains(words), "{}", on_a_screen.stderr);
    }

    let to = |message: &Value| message["to"][0].as_str().unwrap().to_owned();
    let about = |id: &str, words: &str| {
        let subject = format!("Support request {id} {words}");
        let mut kept = server.kept();
        kept.retain(|message| header(message, "Subject") == subject);
        kept.sort_by_key(to);
        kept
    };
    let told = wait_for("the mails", || {
        let told = about(id, "waits for an admin");
        (told.len() == 2).then_some(told)
    });
    assert_eq!(told.iter().map(to).collect::<Vec<_>>(), ["admin@mmd.local", "dora@mmd.local"]);
    let text = told[0]["data"].as_str().unwrap();
    assert!(!text.contains("Nothing starts"), "what somebody typed stays in the service: {text}");
    let line = text.lines().find(|line| line.contains("mmd escalate file ")).unwrap();
    let words: Vec<_> = line.split_whitespace().skip(1).collect();
    service.admin.mmd(&words).exits(0);
    let filed = wait_for("the notice that it is filed", || {
        let filed = about(id, "was filed");
        (filed.len() == 2).then_some(filed)
    });
    assert_eq!(filed.iter().map(to).collect::<Vec<_>>(), ["ana@mmd.local", "dora@mmd.local"]);
}

#[tokio::test]
async fn implicit_tls_and_every_event_that_people_are_told_of() {
    let Some(server) = Server::start("implicit") else { return };
    let world = world(&server.sink("s3cret", "tls = 'implicit'")).await;
    for event in ["ticket.created", "ticket.assigned", "ticket.resolved", "ticket.handedOver"] {
        tell(&world, event, &["sam@example.com"]).await;
    }
    tell(&world, "ticket.assigned", &[]).await;
    world.deliver().await;
    let kept = server.kept();
    let subjects: Vec<_> = kept.iter().map(|message| header(message, "Subject")).collect();
    let phrases = ["was filed", "was taken", "is resolved", "waits for an admin"];
    assert_eq!(subjects, phrases.map(|words| format!("Support request {TICKET} {words}")));
}

#[tokio::test]
async fn a_wrong_password_is_tried_again_until_the_file_is_right() {
    let Some(server) = Server::start("starttls") else { return };
    let world = world(&server.sink("wrong", "")).await;
    tell(&world, "ticket.created", &["sam@example.com"]).await;
    world.deliver().await;
    let why = world.deliveries("pending").await[0]["lastError"].as_str().unwrap().to_owned();
    assert!(why.starts_with("the mail server answered 535") && !why.contains("wrong"), "{why}");
    server.authority.secret("password", "s3cret");
    world.clock.advance(hours(1));
    world.deliver().await;
    assert_eq!(server.kept().len(), 1);
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_to_a_stranger_or_to_a_private_address() {
    let Some(plain) = Server::start("plain") else { return };
    let Some(server) = Server::start("starttls") else { return };
    let other = Authority::new();
    let (right, wrong) = (server.authority.ca_file(), other.ca_file());
    for (toml, why) in [
        (plain.sink("s3cret", ""), "STARTTLS"),
        (server.sink("s3cret", "").replace(&right, &wrong), "certificate"),
        (server.sink("s3cret", "").replace("allow_private = true\n", ""), "not public"),
    ] {
        let world = world(&toml).await;
        tell(&world, "ticket.created", &["sam@example.com"]).await;
        world.deliver().await;
        let said = world.deliveries("pending").await[0]["lastError"].as_str().unwrap().to_owned();
        assert!(said.contains(why), "{why}: {said}");
    }
    assert!(plain.kept().is_empty() && server.kept().is_empty());
}
