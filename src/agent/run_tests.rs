use uuid::Uuid;

use super::*;
use crate::{
    agent::{
        fake::{Bench, Fault, Flaw, due, sign_in},
        status::status,
    },
    api::agent::Ended,
    domain::rotation::{Heard, MAX_UNCONFIRMED},
    error::Kind,
};

const R: Uuid = Uuid::from_u128(100);
const Q: Uuid = Uuid::from_u128(200);

pub(super) async fn once_on(bench: &Bench) -> Result<OnceReport> {
    once_account(bench.state(), bench.account(), bench.clone()).await
}

/// Runs the agent until it is killed or nothing is due any more.
pub(super) async fn run_on(bench: &Bench) {
    let (stop, stopped) = watch::channel(false);
    let settled = async {
        while !bench.world().is_settled() {
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
        // A confirmation that was heard is still to be written down.
        tokio::time::sleep(Duration::from_secs(2)).await;
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    tokio::select! {
        ended = running => ended.unwrap(),
        () = bench.kill.struck() => {}
        () = settled => {}
        () = tokio::time::sleep(Duration::from_secs(3600 * 24)) => panic!("it never settles"),
    }
}

/// Where a fault finds the device.
#[derive(Debug, Clone, Copy)]
pub(super) enum Start {
    /// Just enrolled.
    Fresh,
    /// A rotation was asked for.
    Asked,
    /// A request that saw the password was closed, another is open.
    Closed,
}

pub(super) async fn bench(start: Start, strict: bool) -> Bench {
    let bench = Bench::new();
    if !matches!(start, Start::Fresh) {
        assert_eq!(once_on(&bench).await.unwrap().rotated, Some(1));
    }
    {
        let mut world = bench.world();
        world.strict = strict;
        match start {
            Start::Fresh => {}
            Start::Asked => drop(world.ledger.ask()),
            Start::Closed => {
                let now = jiff::Timestamp::UNIX_EPOCH;
                world.ledger.viewed(R, &[1], now);
                world.ledger.viewed(Q, &[1], now);
                world.open = vec![Q];
                world.ended = vec![Ended { request: R, notice_seconds: 0 }];
                world.ledger.closed(R);
            }
        }
    }
    bench
}

#[tokio::test(start_paused = true)]
async fn a_verified_password_is_confirmed_by_the_next_process_and_is_no_drift() {
    for strict in [false, true] {
        let mut bench = bench(Start::Asked, strict).await;
        bench.world().disturb([(3, Fault::KilledBefore)]);
        run_on(&bench).await;
        assert_eq!(status(&bench.state_path()).unwrap().phase, Some("verified"));
        bench.heal();
        assert_eq!(once_on(&bench).await.unwrap().due, None);
        let world = bench.world();
        assert_eq!(world.ledger.current(), Some(2));
        assert_eq!(world.news, [], "strict {strict}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_changed_nothing_is_reported_once_as_failed() {
    for fault in [Fault::KilledAfter, Fault::KilledBefore] {
        let mut bench = bench(Start::Asked, false).await;
        bench.world().disturb([(2, fault)]);
        run_on(&bench).await;
        assert_eq!(status(&bench.state_path()).unwrap().phase, Some("escrowing"));
        bench.heal();
        bench.world().ledger.marks.clear();
        once_on(&bench).await.unwrap();
        once_on(&bench).await.unwrap();
        let heard = fault == Fault::KilledAfter;
        assert_eq!(bench.world().news, if heard { vec![Heard::Failed(2)] } else { vec![] });
        assert_eq!(status(&bench.state_path()).unwrap().phase, None);
        assert!(bench.opens());
    }
}

#[tokio::test(start_paused = true)]
async fn a_password_that_does_not_open_is_never_confirmed() {
    let bench = bench(Start::Asked, false).await;
    bench.flaw([(5, Flaw::Garbles)]);
    let error = once_on(&bench).await.unwrap_err();
    assert_eq!(error.message, "`mmdadmin` does not open with the password just set");
    assert_eq!(bench.world().ledger.current(), Some(1));
    assert_eq!(once_on(&bench).await.unwrap().rotated, Some(3));
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_is_not_due_any_more_leaves_nothing_behind() {
    let bench = bench(Start::Asked, false).await;
    bench.world().fickle = true;
    let report = once_on(&bench).await.unwrap();
    assert_eq!((report.due, report.rotated), (Some(Reason::Asked), None));
    let standing = status(&bench.state_path()).unwrap();
    assert_eq!((standing.unconfirmed, standing.phase), (0, None));
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_password_is_replaced_at_once() {
    let bench = bench(Start::Asked, false).await;
    once_on(&bench).await.unwrap();
    bench.account().set_password(&crate::secret::Secret::new("foreign".into())).unwrap();
    assert!(!bench.opens());
    let report = once_on(&bench).await.unwrap();
    assert_eq!((report.due, report.rotated), (Some(Reason::Drifted), Some(3)));
    assert_eq!(bench.world().news, [Heard::Drifted]);
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn a_password_set_while_the_escrow_waits_is_somebody_elses_and_not_torn() {
    let bench = bench(Start::Asked, false).await;
    // Contact, challenged; then the escrow, again and again.
    bench.world().disturb((2..6).map(|number| (number, Fault::Lost)));
    let meddle = async {
        while bench.world().messages < 4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bench.account().set_password(&crate::secret::Secret::new("foreign".into())).unwrap();
    };
    tokio::join!(run_for_minutes(&bench, 5), meddle);
    assert_eq!(bench.world().news, [Heard::Drifted]);
    assert_eq!(bench.world().ledger.current(), Some(3));
    assert_eq!(due(&bench), None);
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn a_service_that_is_away_is_waited_for_however_long_it_takes() {
    let bench = bench(Start::Asked, false).await;
    bench.world().away = true;
    let back = async {
        tokio::time::sleep(Duration::from_secs(3 * 24 * 3600)).await;
        assert!(bench.world().messages > 100, "it asks about once a minute");
        bench.world().away = false;
        std::future::pending::<()>().await;
    };
    let (_stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let settled = async {
        while !bench.world().is_settled() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::select! {
        ended = running => panic!("{ended:?}"),
        () = back => {}
        () = settled => {}
    }
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn attempts_that_fail_become_rare_and_end_with_a_reason_until_one_is_made_by_hand() {
    let bench = bench(Start::Asked, false).await;
    *bench.gullible.lock().unwrap() = true;
    bench.state().remove("check.json").unwrap();
    let (stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let given_up = async {
        while bench.world().stopped.is_none() {
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        stop.send_replace(true);
        std::future::pending::<()>().await;
    };
    let begun = tokio::time::Instant::now();
    tokio::select! {
        ended = running => ended.unwrap(),
        () = given_up => {}
    }
    // 1 + 2 + 4 + … + 32 minutes and then an hour each.
    let hours = begun.elapsed().as_secs() / 3600;
    assert!((5..7).contains(&hours), "{hours} h");
    assert_eq!(bench.world().passwords.len(), 1 + MAX_UNCONFIRMED as usize);
    let reason = bench.world().stopped.clone().unwrap();
    assert!(reason.starts_with("12 rotations in a row were not confirmed; the last: "), "{reason}");
    assert!(reason.contains("lets a wrong password in"), "{reason}");
    assert!(bench.opens());
    let standing = status(&bench.state_path()).unwrap();
    assert!(standing.stopped && !standing.running, "{standing:?}");

    *bench.gullible.lock().unwrap() = false;
    once_on(&bench).await.unwrap();
    once_on(&bench).await.unwrap();
    assert!(!status(&bench.state_path()).unwrap().stopped);
    assert_eq!(due(&bench), None);
}

#[tokio::test(start_paused = true)]
async fn a_close_rotates_then_ends_sessions_then_tells_who_became_an_administrator() {
    let bench = bench(Start::Asked, false).await;
    bench.world().open = vec![R];
    once_on(&bench).await.unwrap();
    let password = bench.world().handed_out().remove(0);
    assert!(sign_in(&bench.account_file(), &password));
    bench.set_administrators(&["mmdadmin", "eve"]);
    {
        let mut world = bench.world();
        world.ledger.viewed(R, &[2], jiff::Timestamp::UNIX_EPOCH);
        world.ledger.closed(R);
        world.open.clear();
        world.ended = vec![Ended { request: R, notice_seconds: 0 }];
    }
    let report = once_on(&bench).await.unwrap();
    assert_eq!((report.rotated, report.ended, report.waiting), (Some(3), 1, 0));
    assert!(!sign_in(&bench.account_file(), &password));
    let aftermath = bench.world().aftermaths.remove(0);
    assert_eq!((aftermath.request, aftermath.ended_processes), (R, 1));
    assert_eq!(aftermath.administrators_added, ["eve"]);
    assert!(aftermath.administrators_removed.is_empty());
    assert!(!aftermath.not_compared);
    let kept = bench.state().load_json::<serde_json::Value>("baselines.json").unwrap();
    assert_eq!(kept, Some(serde_json::json!({})));
}

#[tokio::test(start_paused = true)]
async fn a_notice_does_not_hold_up_the_next_close() {
    let bench = bench(Start::Asked, false).await;
    once_on(&bench).await.unwrap();
    bench.world().open = vec![R, Q];
    let (_stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let story = async {
        let second = Duration::from_secs(1);
        tokio::time::sleep(second).await;
        let close = |request, notice_seconds| {
            let mut world = bench.world();
            let current = world.ledger.current().unwrap();
            world.ledger.viewed(request, &[current], jiff::Timestamp::UNIX_EPOCH);
            world.ledger.closed(request);
            world.open.retain(|open| *open != request);
            world.ended.push(Ended { request, notice_seconds });
        };
        close(R, 120);
        tokio::time::sleep(second * 3).await;
        assert_eq!(bench.world().ledger.current(), Some(3), "it rotates at once");
        assert_eq!(bench.record()["notices"].as_array().unwrap().len(), 1);
        assert!(bench.world().aftermaths.is_empty());
        tokio::time::sleep(second * 30).await;
        close(Q, 0);
        tokio::time::sleep(second * 4).await;
        assert_eq!(bench.world().ledger.current(), Some(4), "so does the next one");
        assert_eq!(bench.world().aftermaths.len(), 1);
        tokio::time::sleep(second * 90).await;
        let ended: Vec<_> = bench.world().aftermaths.iter().map(|a| a.request).collect();
        assert_eq!(ended, [Q, R]);
    };
    tokio::select! {
        ended = running => panic!("{ended:?}"),
        () = story => {}
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_rotated_out_is_signed_out_again_once_that_works() {
    let bench = bench(Start::Closed, false).await;
    // The sixth call of the account sets the password: before it come a look for each of the two
    // contacts (the first is challenged), the preflight, and a look before and after the escrow.
    bench.flaw([(5, Flaw::Fails)]);
    let old = bench.world().handed_out().remove(0);
    let (_stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let story = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(bench.world().aftermaths.is_empty(), "not the end yet");
        assert!(sign_in(&bench.account_file(), &old), "the rotation has failed");
        tokio::time::sleep(Duration::from_secs(90)).await;
        assert!(!sign_in(&bench.account_file(), &old));
        assert_eq!(bench.world().aftermaths[0].ended_processes, 1);
    };
    tokio::select! {
        ended = running => panic!("{ended:?}"),
        () = story => {}
    }
}

#[tokio::test(start_paused = true)]
async fn an_aftermath_says_when_nobody_can_tell_who_became_an_administrator() {
    for seen_open in [false, true] {
        let bench = bench(Start::Asked, false).await;
        if seen_open {
            bench.world().open = vec![R];
        }
        once_on(&bench).await.unwrap();
        // With a baseline, what is missing is a look at the end.
        *bench.unseen.lock().unwrap() = seen_open;
        {
            let mut world = bench.world();
            world.open.clear();
            world.ended = vec![Ended { request: R, notice_seconds: 0 }];
        }
        run_for_minutes(&bench, 1).await;
        let aftermath = bench.world().aftermaths.remove(0);
        assert!(aftermath.not_compared, "seen open: {seen_open}");
        assert!(aftermath.administrators_added.is_empty());
    }
}

#[test]
fn an_aftermath_says_nothing_of_a_comparison_that_was_made() {
    let text = r#"{"instance":"00000000-0000-0000-0000-000000000000",
        "request":"00000000-0000-0000-0000-000000000000","endedProcesses":0,
        "administratorsAdded":[],"administratorsRemoved":[]}"#;
    let mut said: crate::api::agent::Aftermath = serde_json::from_str(text).unwrap();
    assert!(!said.not_compared);
    assert_eq!(serde_json::to_value(&said).unwrap().get("notCompared"), None);
    said.not_compared = true;
    assert_eq!(serde_json::to_value(&said).unwrap()["notCompared"], true);
}

/// Runs the agent for some minutes.
async fn run_for_minutes(bench: &Bench, minutes: u64) {
    let (stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let later = async {
        tokio::time::sleep(Duration::from_secs(60 * minutes)).await;
        stop.send_replace(true);
    };
    let (ended, ()) = tokio::join!(running, later);
    ended.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_account_that_must_be_left_alone_is_reported_with_the_reason() {
    let bench = bench(Start::Closed, false).await;
    *bench.refused.lock().unwrap() = Some("shares its user id");
    run_for_minutes(&bench, 3).await;
    {
        let world = bench.world();
        assert_eq!(world.stopped.as_deref(), Some("shares its user id"));
        assert_eq!(world.news, [], "nobody has changed the password");
        assert_eq!(world.aftermaths.len(), 1, "what has ended is ended all the same");
    }
    *bench.refused.lock().unwrap() = None;
    run_for_minutes(&bench, 3).await;
    assert_eq!(due(&bench), None);
    assert_eq!(bench.world().stopped, None);
    assert!(bench.opens());
}

#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_looked_at_is_no_reason_to_fall_silent() {
    for (start, news) in [(Start::Fresh, vec![]), (Start::Closed, vec![Heard::Drifted])] {
        let bench = bench(start, false).await;
        *bench.unseen.lock().unwrap() = true;
        let refused = once_on(&bench).await.unwrap_err();
        assert_eq!(refused.message, "the account is gone");
        run_for_minutes(&bench, 3).await;
        {
            let world = bench.world();
            assert_eq!(world.stopped.as_deref(), Some("the account is gone"), "{start:?}");
            assert_eq!(world.news, news, "{start:?}");
            assert!(world.ended.is_empty(), "{start:?}");
        }
        *bench.unseen.lock().unwrap() = false;
        run_for_minutes(&bench, 3).await;
        assert_eq!(due(&bench), None, "{start:?}");
        assert_eq!(bench.world().stopped, None, "{start:?}");
        assert!(bench.opens());
    }
}

#[tokio::test(start_paused = true)]
async fn a_copied_disk_stops_both_agents_with_the_way_on() {
    let bench = bench(Start::Asked, false).await;
    once_on(&bench).await.unwrap();
    bench.world().open = vec![R];
    let (_stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let copy = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        {
            let mut world = bench.world();
            let (other, fresh) = (Uuid::from_u128(9), Uuid::from_u128(10));
            if world.presence.contact(other, None, fresh).is_err() {
                world.presence.contact(other, Some(fresh), fresh).unwrap();
            }
            world.open.clear();
        }
        std::future::pending::<()>().await;
    };
    let error = tokio::select! {
        ended = running => ended.unwrap_err(),
        () = copy => unreachable!(),
    };
    assert_eq!(error.kind, Kind::Refused);
    assert_eq!(error.message, "the disk of `CONTOSO-1` was copied: two agents hold its key");
    assert!(error.hints[0].contains("`mmd agent enroll`"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn one_agent_runs_on_a_directory_and_status_says_so() {
    let bench = bench(Start::Asked, false).await;
    let (stop, stopped) = watch::channel(false);
    let running = run_account(bench.state(), bench.account(), bench.clone(), stopped);
    let look = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let standing = status(&bench.state_path()).unwrap();
        assert!(standing.running && standing.last_contact.is_some());
        assert_eq!((standing.generation, standing.phase), (Some(2), None));
        stop.send_replace(true);
    };
    let (ended, ()) = tokio::join!(running, look);
    ended.unwrap();
    assert!(!status(&bench.state_path()).unwrap().running);
}
