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
