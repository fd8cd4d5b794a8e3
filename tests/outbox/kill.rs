//! Nothing that was acknowledged is lost, and nothing is filed twice: the shipped binary is killed
//! at every durable step between accepting a ticket and having its webhook delivered, and between
//! the receiver's taking it and our knowing so. A receiver that fails at random sees every event at
//! least once, in the order of its subject, and can drop repeats by their id. What was not
//! acknowledged is a draft, and is filed once when it is sent again.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

use serde_json::Value;

use crate::{
    common,
    receiver::{Receiver, Reply, Seen},
    rig::{Service, end_orphans, wait_for},
};

/// The calls by which the database is written and made durable, and how many of them are passed
/// over between two kills. strace counts each kind by itself, and a thread at a time. What was
/// written outlives a kill, synced or not; so the writes are steps as well.
const STEPS: [(&str, usize); 3] = [("fdatasync", 1), ("fsync", 1), ("pwrite64", 3)];

/// The most steps that one run may have: more means that the loop below never ends.
const MOST: usize = 300;

/// What makes strace kill the process at its N-th call of `sync`.
fn kill_at(sync: &str, step: usize) -> [String; 5] {
    [
        "--follow-forks".into(),
        "--quiet=all".into(),
        format!("--trace={sync}"),
        format!("--inject={sync}:signal=KILL:when={step}"),
        "--output=/dev/null".into(),
    ]
}

/// The events of a ticket, in their order.
const STORY: [&str; 2] = ["ticket.created", "ticket.resolved"];

/// A service with a webhook, and what was acknowledged to whoever changed something.
struct Scene {
    service: Service,
    receiver: Receiver,
    acknowledged: BTreeSet<(String, String)>,
    /// How many tickets somebody has wanted.
    wanted: usize,
}

/// The event and subject of what came.
fn told(seen: &Seen) -> (String, String) {
    (seen.event(), seen.json()["data"]["ticketId"].as_str().expect("an id").to_owned())
}

impl Scene {
    fn set() -> Self {
        let receiver = Receiver::start();
        let service = Service::start_with(&receiver.webhook("hooks", ""));
        let contact = ["--given-name", "Otto", "--surname", "Other", "--email", "otto@mmd.local"];
        let set = ["team", "contacts", "set", "other", "--phone", "+1 555 0102"];
        service.admin.mmd(&[&set[..], &contact[..]].concat()).exits(0);
        Self { service, receiver, acknowledged: BTreeSet::new(), wanted: 0 }
    }

    /// Fails now and then, by a seed: what the tests see is the same in every run.
    fn fails_at_random(&self, accepted: &Arc<Mutex<Vec<Seen>>>) {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let accepted = accepted.clone();
        self.receiver.answers(move |seen| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            match seed % 8 {
                0 => Reply::Status(500),
                1 => Reply::Lost,
                _ => {
                    accepted.lock().unwrap().push(seen.clone());
                    Reply::Status(200)
                }
            }
        });
    }

    /// Files a ticket and resolves it, as far as the service lives. What it acknowledges counts.
    fn change_something(&mut self) {
        self.wanted += 1;
        let title = format!("Ticket {}", self.wanted);
        let said = self.service.admin.mmd(&[
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
            &title,
            "--description",
            "It does not start.",
            "--given-name",
            "Ana",
            "--surname",
            "Ruiz",
            "--email",
            "ana@mmd.local",
            "--phone",
            "+1 555 0100",
            "--json",
            "--timeout",
            "3s",
        ]);
        if said.code == 0 {
            self.filed(&said.json());
        }
    }

    /// A ticket was acknowledged: it is resolved, as far as the service lives.
    fn filed(&mut self, answer: &Value) {
        let id = answer["ticket"]["id"].as_str().expect("an id").to_owned();
        self.acknowledged.insert((STORY[0].to_owned(), id.clone()));
        let resolve = ["escalate", "resolve", &id, "--yes", "--timeout", "3s"];
        if self.service.admin.mmd(&resolve).code == 0 {
            self.acknowledged.insert((STORY[1].to_owned(), id));
        }
    }

    /// Sends again what was not acknowledged; then there is one ticket for each that was wanted.
    fn files_what_is_left(&mut self) {
        let drafts = self.service.admin.mmd(&["escalate", "drafts", "--json"]).exits(0).json();
        for draft in drafts.as_array().expect("drafts") {
            let id = draft["id"].as_str().expect("an id");
            let resume = ["escalate", "resume", id, "--yes", "--json"];
            let answer = self.service.admin.mmd(&resume).exits(0).json();
            self.filed(&answer);
        }
        let tickets = self.service.admin.mmd(&["escalate", "list", "--json"]).exits(0).json();
        let tickets = tickets.as_array().expect("tickets");
        let titles: BTreeSet<_> =
            tickets.iter().map(|ticket| &ticket["title"]).map(Value::to_string).collect();
        assert_eq!((tickets.len(), titles.len()), (self.wanted, self.wanted), "filed once each");
    }

    /// True once everything that was acknowledged was taken by the receiver.
    fn all_taken(&self, accepted: &Mutex<Vec<Seen>>) -> bool {
        let taken: BTreeSet<_> = accepted.lock().unwrap().iter().map(told).collect();
        self.acknowledged.is_subset(&taken)
    }

    /// Starts the service anew, unharmed, and waits until the receiver has everything.
    fn recovers(&mut self, accepted: &Mutex<Vec<Seen>>) {
        self.service.kill();
        end_orphans(self.service.data_dir().to_str().expect("UTF-8"));
        self.service.restart(None);
        self.files_what_is_left();
        wait_for("everything that was acknowledged", || self.all_taken(accepted).then_some(()));
    }
}

/// Each subject's events came in their order, and a repeat is known by its id and says the same.
#[track_caller]
fn in_order_and_known_again(accepted: &[Seen]) -> usize {
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let mut stories: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut repeats = 0;
    for seen in accepted {
        let (event, subject) = told(seen);
        let id = seen.header("webhook-id").to_owned();
        if let Some(first) = known.get(&id) {
            assert_eq!(*first, seen.json(), "a repeat says the same");
            repeats += 1;
            continue;
        }
        known.insert(id, seen.json());
        stories.entry(subject).or_default().push(event);
    }
    for (subject, events) in stories {
        let expected: Vec<_> = STORY.iter().take(events.len()).map(|&e| e.to_owned()).collect();
        assert_eq!(events, expected, "{subject}");
    }
    repeats
}

#[test]
fn a_service_killed_at_any_durable_step_loses_nothing_that_it_acknowledged() {
    if !Path::new("/usr/bin/strace").exists() {
        common::missing("strace");
        return;
    }
    let mut scene = Scene::set();
    let accepted = Arc::new(Mutex::new(Vec::new()));
    scene.fails_at_random(&accepted);
    let mut kills = 0;
    for (sync, stride) in STEPS {
        let mut done = false;
        for step in (1..=MOST).step_by(stride) {
            let options = kill_at(sync, step);
            let options: Vec<_> = options.iter().map(String::as_str).collect();
            scene.service.restart(Some(&options));
            scene.change_something();
            // What was delivered is noted, too: the last durable steps.
            let idle = || {
                let ended = scene.service.process.has_ended();
                (ended || scene.all_taken(&accepted) && nothing_pending(&scene)).then_some(ended)
            };
            let killed = wait_for("the service's end or the deliveries", idle);
            scene.recovers(&accepted);
            if !killed {
                done = true;
                break;
            }
            kills += 1;
        }
        assert!(done, "the service was still killed at {sync} {MOST}");
    }
    in_order_and_known_again(&accepted.lock().unwrap());
    assert!(kills >= 20, "there are more durable steps than {kills}");
}

/// True once the database says that nothing is on its way.
fn nothing_pending(scene: &Scene) -> bool {
    let path = scene.service.data_dir().join("mmd.db");
    let Ok(db) = rusqlite::Connection::open(path) else { return false };
    let pending = "select count(*) from deliveries where state = 'pending'";
    db.query_row(pending, [], |row| row.get::<_, i64>(0)).is_ok_and(|count| count == 0)
}

#[test]
fn a_service_killed_while_the_receiver_takes_an_event_sends_it_again_under_the_same_id() {
    let mut scene = Scene::set();
    let accepted: Arc<Mutex<Vec<Seen>>> = Arc::default();
    let victim = Arc::new(AtomicU32::new(0));
    let (taken, target) = (accepted.clone(), victim.clone());
    scene.receiver.answers(move |seen| {
        // Taken, and then the power goes before anybody hears of it.
        taken.lock().unwrap().push(seen.clone());
        match target.swap(0, Ordering::SeqCst) {
            0 => {}
            pid => {
                let done = Command::new("kill").args(["-KILL", &pid.to_string()]).status();
                assert!(done.expect("kill runs").success());
            }
        }
        Reply::Status(200)
    });
    for _ in 0..5 {
        victim.store(scene.service.process.0.id(), Ordering::SeqCst);
        scene.change_something();
        wait_for("the service's end", || scene.service.process.has_ended().then_some(()));
        scene.recovers(&accepted);
        wait_for("an idle service", || nothing_pending(&scene).then_some(()));
    }
    assert!(!scene.acknowledged.is_empty());
    let repeats = in_order_and_known_again(&accepted.lock().unwrap());
    assert!(repeats >= 5, "{repeats}");
}
