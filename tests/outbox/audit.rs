//! The audit trail on its way out: whole, in order, as the bytes that the chain hashes; and no
//! password that a mandatory sink has not heard of.

use std::{
    io::Read,
    net::TcpListener,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use mmd::service::{outbox, store::deliveries};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    harness::{World, minutes},
    receiver::{Authority, Receiver, Reply, world},
};

/// The trail as the chain has it, one event a line.
async fn trail(world: &World) -> Vec<String> {
    let answer = world.get(&world.admin, "audit/events").send().await.expect(200);
    answer.text().lines().map(str::to_owned).collect()
}

/// Looks again and again until `look` finds something.
pub async fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "{what} did not happen");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The sinks at work, as in a service that runs.
fn running(world: &World) -> JoinHandle<()> {
    tokio::spawn(outbox::run(world.app.clone()))
}

#[tokio::test]
async fn a_file_gets_the_stored_bytes_of_every_event_also_after_it_was_moved_away() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.jsonl");
    let toml = format!("[[audit.sink]]\nname='lines'\nkind='file'\npath='{}'", path.display());
    let world = world(&toml).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    let first = trail(&world).await;
    let read = || std::fs::read_to_string(&path).unwrap();
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines(&read()), first);
    let before = read();
    std::fs::rename(&path, dir.path().join("audit.1")).unwrap();
    let id = world.open(&world.admin, "D1").await;
    world.close(&world.admin, &id).send().await.expect(204);
    world.deliver().await;
    let all = trail(&world).await;
    assert_eq!(lines(&read()), all[first.len()..]);
    let tenant = world.tenant;
    let behind = move |c: &rusqlite::Connection| {
        let behind = |sink: &str| deliveries::trail_behind(c, sink, tenant);
        Ok((behind("lines")?, behind("another")?))
    };
    let behind = world.app.store.read(behind).await.unwrap();
    assert_eq!(behind, (0, u64::try_from(all.len()).unwrap()));
    assert_eq!(std::fs::read_to_string(dir.path().join("audit.1")).unwrap(), before);
    assert_eq!(
        world.count("select seq from audit_cursors where sink = 'lines'"),
        i64::try_from(all.len()).unwrap()
    );
}

fn audit_webhook(receiver: &Receiver, more: &str) -> String {
    let hook = receiver.webhook("siem", more);
    hook.replace("[[sink]]", "[[audit.sink]]")
}

#[tokio::test]
async fn a_webhook_gets_one_event_a_request_and_goes_on_where_it_failed() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "")).await;
    let _agent = world.device("D1").await;
    let mut count = 0;
    receiver.answers(move |_| {
        count += 1;
        if count == 3 { Reply::Status(500) } else { Reply::Status(200) }
    });
    world.deliver().await;
    assert_eq!(receiver.seen().len(), 3, "nothing goes out past an event that failed");
    world.deliver().await;
    let all = trail(&world).await;
    let seen = receiver.seen();
    let bodies: Vec<_> = seen.iter().map(|s| String::from_utf8(s.body.clone()).unwrap()).collect();
    let mut expected = all.clone();
    expected.insert(2, all[2].clone());
    assert_eq!(bodies, expected);
    assert_eq!(seen[2].header("webhook-id"), format!("{}-3", world.tenant));
    assert_eq!(seen[2].header("webhook-id"), seen[3].header("webhook-id"));
}

/// A server that takes syslog over TLS and reads its frames.
struct SyslogServer {
    authority: Authority,
    port: u16,
    messages: Arc<Mutex<Vec<String>>>,
    /// Connections are closed after this many messages, while it is not zero.
    close_after: Arc<Mutex<usize>>,
}

impl SyslogServer {
    fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = Authority::new();
        let chain = CertificateDer::pem_slice_iter(authority.certificate.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(authority.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(chain, key).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (messages, close_after) = (Arc::<Mutex<Vec<String>>>::default(), Arc::default());
        let (kept, limit) = (messages.clone(), Arc::clone(&close_after));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, kept, limit) = (config.clone(), kept.clone(), Arc::clone(&limit));
                std::thread::spawn(move || {
                    let connection = rustls::ServerConnection::new(config).unwrap();
                    let tls = rustls::StreamOwned::new(connection, stream);
                    let _ = read_frames(tls, &kept, &limit);
                });
            }
        });
        Self { authority, port, messages, close_after }
    }

    fn sink(&self, more: &str) -> String {
        format!(
            "[[audit.sink]]\nname = 'siem'\nkind = 'syslog'\nhost = 'localhost'\nport = {}\n\
             ca_file = '{}'\nallow_private = true\ntimeout = '5s'\n{more}\n",
            self.port,
            self.authority.ca_file(),
        )
    }

    fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }
}

/// RFC 5425, 4.3: `MSG-LEN SP SYSLOG-MSG`, one after the other.
fn read_frames(
    mut stream: impl Read,
    messages: &Mutex<Vec<String>>,
    close_after: &Mutex<usize>,
) -> std::io::Result<()> {
    for count in 1.. {
        let mut length = 0;
        loop {
            let mut byte = [0];
            stream.read_exact(&mut byte)?;
            match byte[0] {
                b' ' => break,
                digit @ b'0'..=b'9' => length = length * 10 + usize::from(digit - b'0'),
                other => panic!("no length: {other}"),
            }
        }
        let mut message = vec![0; length];
        stream.read_exact(&mut message)?;
        messages.lock().unwrap().push(String::from_utf8(message).unwrap());
        let limit = *close_after.lock().unwrap();
        if limit > 0 && count >= limit {
            return Ok(());
        }
    }
    Ok(())
}

/// The parts of RFC 5424's header, and the message.
fn parsed(message: &str) -> (String, String, String) {
    let (head, body) = message.split_once("] ").unwrap();
    let fields: Vec<_> = head.splitn(7, ' ').collect();
    let [priority, time, host, app, pid, kind, data] = fields[..] else { panic!("{head}") };
    assert_eq!((host, app, kind), ("-", "mmd", "audit"));
    assert!(pid.parse::<u32>().is_ok());
    assert!(time.parse::<jiff::Timestamp>().is_ok());
    (priority.to_owned(), data.to_owned(), body.to_owned())
}

#[tokio::test]
async fn syslog_gets_the_trail_in_frames_and_after_a_broken_connection_nothing_is_missing() {
    let server = SyslogServer::start();
    let world = world(&server.sink("")).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    let all = trail(&world).await;
    eventually("the trail", || (server.messages().len() == all.len()).then_some(())).await;
    for (at, (message, event)) in server.messages().iter().zip(&all).enumerate() {
        let expected = ("<110>1".to_owned(), format!("[meta sequenceId=\"{}\"", at + 1));
        let (priority, data, body) = parsed(message);
        assert_eq!(((priority, data), &body), (expected, event));
    }

    // A connection that the server closes: what went out last on it may be lost, and is repeated.
    *server.close_after.lock().unwrap() = all.len() + 2;
    for n in 0..6 {
        let desk = world.member(&format!("desk{n}@mmd.local"), &["desk"]).await;
        world.get(&desk, "members").send().await.expect(403);
        world.deliver().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = trail(&world).await;
    let bodies = || -> Vec<String> { server.messages().iter().map(|m| parsed(m).2).collect() };
    let last = all.last().unwrap();
    eventually("the last event", || bodies().contains(last).then_some(())).await;
    for event in &all {
        assert!(bodies().contains(event), "missing: {event}");
    }
    let refused = server.messages().into_iter().find(|m| m.contains("access.refused")).unwrap();
    assert_eq!(parsed(&refused).0, "<109>1");
}

#[tokio::test]
async fn a_password_waits_for_the_mandatory_sink_and_leaves_once_it_has_the_event() {
    let receiver = Receiver::start();
    let world = world(&audit_webhook(&receiver, "mandatory = true")).await;
    let _agent = world.device("D1").await;
    let at_work = running(&world);
    let id = world.open(&world.admin, "D1").await;
    let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert!(answer["password"].is_string());
    // Heard of before the password was answered, not after.
    let heard: Vec<Value> = receiver.seen().iter().map(|s| s.json()).collect();
    assert!(heard.iter().any(|e| e["action"] == "password.viewed" && e["request"] == *id));
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!(["admin@mmd.local"]));
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn without_the_mandatory_sink_there_is_no_password_and_no_view() {
    let receiver = Receiver::start();
    let hooks = Receiver::start();
    let both =
        format!("{}{}", audit_webhook(&receiver, "mandatory = true"), hooks.webhook("h", ""));
    let world = world(&both).await;
    let mut agent = world.device("D1").await;
    let at_work = running(&world);
    let id = world.open(&world.admin, "D1").await;
    receiver.answers(|_| Reply::Status(503));
    let refused = world.read(&world.admin, "D1").send().await;
    let sentence = "The audit sink `siem` does not take events now, so no password was handed out.";
    refused.refuses(503, sentence);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert!(world.events_of("password.viewed").await.is_empty());
    assert_eq!(world.events_of("password.refused").await[0]["detail"], json!({ "sink": "siem" }));
    assert_eq!(world.count("select count(*) from views"), 0);
    assert_eq!(world.request(&world.admin, &id).await["viewerUpns"], json!([]));

    // It takes everything but the view: the secret stays, the view is taken back, the trail says so.
    receiver.answers(|seen| match seen.json()["action"] == "password.viewed" {
        true => Reply::Status(500),
        false => Reply::Status(200),
    });
    world.read(&world.admin, "D1").send().await.refuses(503, sentence);
    assert_eq!(world.count("select count(*) from views"), 0);
    assert_eq!(world.events_of("password.viewed").await.len(), 1);
    let withheld = world.events_of("password.withheld").await;
    assert_eq!((&withheld[0]["request"], &withheld[0]["result"]), (&json!(id), &json!("refused")));

    receiver.answers(|_| Reply::Status(200));
    let answer = world.read(&world.admin, "D1").send().await.expect(200).json();
    assert_eq!(answer["password"], agent.password());
    assert_eq!(world.count("select count(*) from views"), 1);
    let told = eventually("the view is told", || {
        let seen = hooks.seen();
        seen.iter().any(|s| s.event() == "elevation.viewed").then_some(seen)
    });
    let viewed = told.await.iter().filter(|s| s.event() == "elevation.viewed").count();
    assert_eq!(viewed, 1, "what was withheld was not told as a view");
    // In the end the sink has the whole trail, in order.
    world.close(&world.admin, &id).send().await.expect(204);
    agent.rotate(&world).await;
    let all = trail(&world).await;
    let last = all.last().unwrap().clone();
    eventually("the whole trail", || {
        receiver.seen().iter().any(|s| s.body == last.as_bytes()).then_some(())
    })
    .await;
    world.app.stop_waits();
    at_work.await.unwrap();
}

#[tokio::test]
async fn a_sink_that_nobody_runs_refuses_and_one_that_is_not_mandatory_never_does() {
    let receiver = Receiver::start();
    receiver.answers(|_| Reply::Status(500));
    let world = world(&audit_webhook(&receiver, "")).await;
    let _agent = world.device("D1").await;
    let at_work = running(&world);
    world.open(&world.admin, "D1").await;
    world.read(&world.admin, "D1").send().await.expect(200);
    world.app.stop_waits();
    at_work.await.unwrap();

    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("audit.jsonl");
    let mandatory = crate::receiver::world(&format!(
        "[[audit.sink]]\nname='lines'\nkind='file'\nmandatory=true\npath='{}'",
        path.display()
    ))
    .await;
    let _agent = mandatory.device("D1").await;
    mandatory.open(&mandatory.admin, "D1").await;
    mandatory.read(&mandatory.admin, "D1").send().await.expect(503);
    mandatory.clock.advance(minutes(1));
    let at_work = running(&mandatory);
    mandatory.read(&mandatory.admin, "D1").send().await.expect(200);
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("password.viewed"));
    mandatory.app.stop_waits();
    at_work.await.unwrap();
}
