//! The audit trail by syslog over TLS: a protocol without acknowledgements, by which nothing may be
//! missing all the same.

use std::{
    collections::HashMap,
    io::Read,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::SignedDuration;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{
    audit::{eventually, trail},
    harness::World,
    receiver::{Authority, world},
};

/// A connection that has held for so long has brought what was sent on it.
const SETTLED: SignedDuration =
    SignedDuration::from_secs(if cfg!(target_os = "linux") { 31 } else { 601 });

/// A server that takes syslog over TLS and reads its frames.
struct SyslogServer {
    authority: Authority,
    port: u16,
    messages: Arc<Mutex<Vec<String>>>,
    /// Connections are closed after this many messages, while it is not zero.
    close_after: Arc<Mutex<usize>>,
    /// While it is set, messages are read and come to nothing.
    swallows: Arc<AtomicBool>,
    /// Connections are closed in good order.
    in_order: Arc<AtomicBool>,
    /// Of those that the client has ended: whether it has said so (`close_notify`).
    ends: Arc<Mutex<Vec<bool>>>,
    /// Those that are open.
    connections: Arc<Mutex<HashMap<u16, TcpStream>>>,
}

impl SyslogServer {
    fn start() -> Self {
        Self::at(Authority::new(), TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn at(authority: Authority, listener: TcpListener) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let chain = CertificateDer::pem_slice_iter(authority.certificate.as_bytes());
        let chain = chain.collect::<Result<Vec<_>, _>>().unwrap();
        let key = PrivateKeyDer::from_pem_slice(authority.key.as_bytes()).unwrap();
        let config = rustls::ServerConfig::builder().with_no_client_auth();
        let config = Arc::new(config.with_single_cert(chain, key).unwrap());
        let port = listener.local_addr().unwrap().port();
        let (messages, close_after) = (Arc::<Mutex<Vec<String>>>::default(), Arc::default());
        let (swallows, in_order) = (Arc::<AtomicBool>::default(), Arc::<AtomicBool>::default());
        let (kept, limit) = (messages.clone(), Arc::clone(&close_after));
        let connections = Arc::<Mutex<HashMap<u16, TcpStream>>>::default();
        let (accepted, ends) = (connections.clone(), Arc::<Mutex<Vec<bool>>>::default());
        let ended = ends.clone();
        let (into_nothing, says_so) = (swallows.clone(), in_order.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let peer = stream.peer_addr().unwrap().port();
                accepted.lock().unwrap().insert(peer, stream.try_clone().unwrap());
                let (open, ended) = (accepted.clone(), ended.clone());
                let (config, kept, limit) = (config.clone(), kept.clone(), Arc::clone(&limit));
                let (into_nothing, says_so) = (into_nothing.clone(), says_so.clone());
                std::thread::spawn(move || {
                    let connection = rustls::ServerConnection::new(config).unwrap();
                    let mut tls = rustls::StreamOwned::new(connection, stream);
                    let read = read_frames(&mut tls, &kept, &limit, &into_nothing);
                    if read.is_ok() && says_so.load(Ordering::SeqCst) {
                        tls.conn.send_close_notify();
                        let _ = std::io::Write::flush(&mut tls);
                    }
                    if read.is_err() {
                        let end = tls.read(&mut [0]);
                        ended.lock().unwrap().push(matches!(end, Ok(0)));
                    }
                    // It ends with the last handle of it.
                    open.lock().unwrap().remove(&peer);
                });
            }
        });
        Self { authority, port, messages, close_after, swallows, in_order, ends, connections }
    }

    fn sink(&self, more: &str) -> String {
        sink(self.port, &self.authority, more)
    }

    /// Ends what is open, as what stands before a server does with a connection that is idle.
    fn cut(&self) {
        for (_, stream) in self.connections.lock().unwrap().drain() {
            // It may have ended by itself.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn messages(&self) -> Vec<String> {
        self.messages.lock().unwrap().clone()
    }
}

fn sink(port: u16, authority: &Authority, more: &str) -> String {
    format!(
        "[[audit.sink]]\nname = 'siem'\nkind = 'syslog'\nhost = 'localhost'\nport = {port}\n\
         ca_file = '{}'\nallow_private = true\ntimeout = '5s'\n{more}\n",
        authority.ca_file(),
    )
}

/// RFC 5425, 4.3: `MSG-LEN SP SYSLOG-MSG`, one after the other.
fn read_frames(
    mut stream: impl Read,
    messages: &Mutex<Vec<String>>,
    close_after: &Mutex<usize>,
    swallows: &AtomicBool,
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
        if swallows.load(Ordering::SeqCst) {
            // As by a server that dies: it has read them, and has not written them down.
            continue;
        }
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
    let world = world(&server.sink("begin = 'first'")).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    let all = trail(&world).await;
    eventually("the trail", || (server.messages().len() == all.len()).then_some(())).await;
    for (at, (message, event)) in server.messages().iter().zip(&all).enumerate() {
        let expected = ("<110>1".to_owned(), format!("[meta sequenceId=\"{}\"", at + 1));
        let (priority, data, body) = parsed(message);
        assert_eq!(((priority, data), &body), (expected, event));
    }

    // Connections that the server ends now and then: what went out last may be lost, and is
    // repeated.
    *server.close_after.lock().unwrap() = all.len() + 2;
    for n in 0..6 {
        let desk = world.member(&format!("desk{n}@mmd.local"), &["desk"]).await;
        world.get(&desk, "members").send().await.expect(403);
        world.deliver().await;
        world.clock.advance(SETTLED);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let all = trail(&world).await;
    let last = all.last().unwrap();
    eventually_sent(&world, || {
        world.clock.advance(SignedDuration::from_secs(10));
        server.bodies().contains(last)
    })
    .await;
    for event in &all {
        assert!(server.bodies().contains(event), "missing: {event}");
    }
    let refused = server.messages().into_iter().find(|m| m.contains("access.refused")).unwrap();
    assert_eq!(parsed(&refused).0, "<109>1");
}

impl SyslogServer {
    fn bodies(&self) -> Vec<String> {
        self.messages().iter().map(|message| parsed(message).2).collect()
    }

    /// Waits until the server has written the whole trail down.
    async fn has(&self, events: &[String]) {
        eventually("the trail", || {
            let bodies = self.bodies();
            events.iter().all(|event| bodies.contains(event)).then_some(())
        })
        .await;
    }
}

/// Looks at the sinks again and again, as the service does, until `seen` is true.
async fn eventually_sent(world: &World, seen: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !seen() {
        assert!(Instant::now() < end, "it was not sent");
        world.deliver().await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Some events, sent in batches of their own.
async fn batches(world: &World, name: &str) {
    for n in 0..3 {
        world.member(&format!("{name}{n}@mmd.local"), &["desk"]).await;
        world.deliver().await;
    }
}

fn cursor(world: &World) -> usize {
    let seq = world.count("select seq from audit_cursors where sink = 'siem'");
    usize::try_from(seq).unwrap()
}

#[tokio::test]
async fn whatever_a_connection_has_not_brought_for_certain_goes_out_again_on_the_next_one() {
    let server = SyslogServer::start();
    let world = world(&server.sink("begin = 'first'")).await;
    let _agent = world.device("D1").await;
    world.deliver().await;
    let first = trail(&world).await;
    server.has(&first).await;
    assert_eq!(cursor(&world), 0, "nobody has said that it arrived");
    // A connection that has held for long enough has brought what went out before.
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), first.len());
    let repeats = server.messages().len();
    assert_eq!(repeats, first.len(), "nothing was repeated so far");

    // Three batches are read by a server that dies before it has written them down.
    server.swallows.store(true, Ordering::SeqCst);
    batches(&world, "lost").await;
    let all = trail(&world).await;
    let last = all.last().unwrap();
    assert!(!server.bodies().contains(last));
    assert_eq!(cursor(&world), first.len());
    *server.close_after.lock().unwrap() = 1;
    server.swallows.store(false, Ordering::SeqCst);
    // One more event is read, and the connection ends.
    world.member("one-more@mmd.local", &["desk"]).await;
    world.deliver().await;
    eventually("an event", || (server.messages().len() > repeats).then_some(())).await;
    *server.close_after.lock().unwrap() = 0;
    // The end of the connection is seen at the next look, without any event.
    let all = trail(&world).await;
    eventually_sent(&world, || server.bodies().contains(&all[first.len()])).await;
    server.has(&all).await;
    // In the order of the trail, from the first that was uncertain on.
    let bodies = server.bodies();
    let resent = &bodies[bodies.len() - (all.len() - first.len())..];
    assert_eq!(resent, &all[first.len()..]);

    // What the kernel still held when the service ended is sent by the next one.
    assert_eq!(cursor(&world), first.len());
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), all.len());
}

#[tokio::test]
async fn what_a_server_has_had_for_some_seconds_as_it_closes_in_good_order_is_not_repeated() {
    let server = SyslogServer::start();
    server.in_order.store(true, Ordering::SeqCst);
    let world = world(&server.sink("begin = 'first'")).await;
    world.deliver().await;
    let first = trail(&world).await;
    server.has(&first).await;
    world.clock.advance(SignedDuration::from_secs(6));
    world.deliver().await;
    assert_eq!(cursor(&world), 0);
    // At its next event the server closes; that one is younger.
    *server.close_after.lock().unwrap() = first.len() + 1;
    world.invite("admin@mmd.local").await;
    world.deliver().await;
    let all = trail(&world).await;
    server.has(&all).await;
    *server.close_after.lock().unwrap() = 0;
    eventually_sent(&world, || server.messages().len() > all.len()).await;
    let bodies = server.bodies();
    assert_eq!(bodies[all.len()..], all[first.len()..], "only what was uncertain came again");
    assert_eq!(cursor(&world), first.len());
}

#[tokio::test]
async fn a_connection_that_is_idle_for_minutes_is_closed_and_the_next_event_opens_another() {
    let server = SyslogServer::start();
    let world = world(&server.sink("begin = 'first'")).await;
    world.deliver().await;
    let first = trail(&world).await;
    server.has(&first).await;
    // While it is not certain that everything has arrived, and for a while after that, it stays.
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), first.len());
    if cfg!(target_os = "linux") {
        assert_eq!(server.connections.lock().unwrap().len(), 1);
    }
    world.clock.advance(SignedDuration::from_mins(5));
    world.deliver().await;
    let ended = || (!server.ends.lock().unwrap().is_empty()).then_some(());
    eventually("the end of the connection", ended).await;
    world.member("one-more@mmd.local", &["desk"]).await;
    world.deliver().await;
    let all = trail(&world).await;
    server.has(&all).await;
    assert_eq!(server.messages().len(), all.len(), "nothing is repeated");
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), all.len());
    assert_eq!(*server.ends.lock().unwrap(), [true], "the server was told");
}

#[tokio::test]
async fn what_was_lost_goes_again_also_where_the_place_in_the_trail_cannot_be_kept_meanwhile() {
    let server = SyslogServer::start();
    server.in_order.store(true, Ordering::SeqCst);
    let world = world(&server.sink("begin = 'first'")).await;
    world.deliver().await;
    let first = trail(&world).await;
    server.has(&first).await;
    world.clock.advance(SignedDuration::from_secs(6));
    world.deliver().await;
    // As with a disk that is full.
    let full = "begin select raise(abort, 'no room'); end";
    let trigger = format!("create trigger full before insert on audit_cursors {full}");
    world.db().execute_batch(&trigger).unwrap();
    // The server closes at the next event: all before it has arrived, and that one is uncertain.
    *server.close_after.lock().unwrap() = first.len() + 1;
    world.invite("admin@mmd.local").await;
    world.deliver().await;
    let all = trail(&world).await;
    server.has(&all).await;
    *server.close_after.lock().unwrap() = 0;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        world.deliver().await;
    }
    assert_eq!((cursor(&world), server.messages().len()), (0, all.len()));
    assert!(is_warned_of(&world).await);
    world.db().execute_batch("drop trigger full").unwrap();
    world.member("one-more@mmd.local", &["desk"]).await;
    world.deliver().await;
    assert_eq!(cursor(&world), first.len());
    let whole = trail(&world).await;
    server.has(&whole).await;
    assert_eq!(server.bodies()[all.len()..], whole[first.len()..], "none is passed over");
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), whole.len());
    assert!(!is_warned_of(&world).await);
}

#[tokio::test]
async fn a_server_that_ends_each_connection_after_a_few_messages_gets_everything_in_the_end() {
    const A_FEW: usize = 5;
    let server = SyslogServer::start();
    let world = world(&server.sink("begin = 'first'")).await;
    for n in 0..10 {
        world.member(&format!("member{n}@mmd.local"), &["desk"]).await;
    }
    *server.close_after.lock().unwrap() = A_FEW;
    let all = trail(&world).await;
    for _ in 0..2_000 {
        world.deliver().await;
        if server.bodies().contains(all.last().unwrap()) {
            break;
        }
        world.clock.advance(SignedDuration::from_secs(10));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let bodies = server.bodies();
    assert!(all.iter().all(|event| bodies.contains(event)), "{} of {}", bodies.len(), all.len());
}

#[tokio::test]
async fn a_server_that_was_away_for_long_gets_the_whole_trail_at_once() {
    let authority = Authority::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let world = world(&sink(address.port(), &authority, "begin = 'first'")).await;
    batches(&world, "away").await;
    for _ in 0..6 {
        // Refused: nothing was on its way that could be lost.
        world.deliver().await;
    }
    let server = SyslogServer::at(authority, TcpListener::bind(address).unwrap());
    world.deliver().await;
    server.has(&trail(&world).await).await;
}

/// Whether the service's health warns of the sink.
async fn is_warned_of(world: &World) -> bool {
    let health = world.get(&world.admin, "health").send().await.expect(200).json();
    let warnings = health["warnings"].as_array().unwrap().clone();
    warnings.iter().any(|warning| warning["code"] == "auditSinkBehind")
}

/// The service looks at the connection for so long, and then it is cut.
async fn idle_then_cut(world: &World, server: &SyslogServer, seconds: i64) {
    for _ in 0..seconds / 6 {
        world.clock.advance(SignedDuration::from_secs(6));
        world.deliver().await;
    }
    server.cut();
    tokio::time::sleep(Duration::from_millis(50)).await;
    world.deliver().await;
}

// Elsewhere it takes minutes until the kernel would have noticed.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn what_a_connection_held_long_enough_for_is_not_repeated_though_it_is_cut_while_idle() {
    let server = SyslogServer::start();
    let world = world(&server.sink("begin = 'first'")).await;
    for round in ["first", "second", "third"] {
        batches(&world, round).await;
        let all = trail(&world).await;
        server.has(&all).await;
        idle_then_cut(&world, &server, 30).await;
        assert_eq!(cursor(&world), all.len());
        assert_eq!(server.messages().len(), all.len(), "everything went once");
        assert!(!is_warned_of(&world).await);
    }
}

#[tokio::test]
async fn a_server_that_is_cut_off_too_soon_is_sent_everything_and_warned_of() {
    let server = SyslogServer::start();
    let world = world(&server.sink("begin = 'first'")).await;
    world.deliver().await;
    server.has(&trail(&world).await).await;
    for _ in 0..4 {
        idle_then_cut(&world, &server, 12).await;
    }
    assert!(is_warned_of(&world).await);
    world.member("one-more@mmd.local", &["desk"]).await;
    world.deliver().await;
    server.has(&trail(&world).await).await;
    // Once a connection holds, all is well.
    world.clock.advance(SETTLED);
    world.deliver().await;
    assert_eq!(cursor(&world), trail(&world).await.len());
    assert!(!is_warned_of(&world).await);
}
