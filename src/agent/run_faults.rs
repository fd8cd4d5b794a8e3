//! Every fault at every step, one after another.

use super::tests::{Start, bench, once_on, run_on};
use crate::{
    agent::{
        fake::{Bench, Fault, Flaw, due},
        status::status,
    },
    domain::rotation::{Heard, Status},
};

/// After the fault: what is handed out opens, at once and after the next contact, and rotation
/// comes to its end.
async fn comes_right(mut bench: Bench, what: &str) {
    let confirmed = bench.world().ledger.current().is_some();
    assert!(!confirmed || bench.opens(), "{what}: locked out by the fault");
    bench.heal();
    for round in 0..4 {
        if let Err(error) = once_on(&bench).await {
            panic!("{what}: {error:?}");
        }
        assert!(bench.opens(), "{what}: locked out after {round} further contacts");
        if due(&bench).is_none() {
            break;
        }
    }
    let world = bench.world();
    assert_eq!(world.ledger.due(), None, "{what}");
    assert!(world.ended.is_empty(), "{what}");
    let handout = world.ledger.handout().unwrap();
    assert_eq!((handout.status, handout.candidates), (Status::Succeeded, vec![]), "{what}");
    assert!(!world.presence.is_copied(), "{what}");
    // Nobody else has set a password and nothing was restored: a journal that is written in time
    // knows what it did itself.
    // But who has to introduce itself before it confirms cannot know whether that was heard.
    let strict = world.strict;
    let false_alarm = |heard: &Heard| match heard {
        Heard::Drifted => true,
        Heard::Restored(_) => !strict,
        Heard::Torn | Heard::Failed(_) => false,
    };
    assert!(!world.news.iter().any(false_alarm), "{what}: {:?}", world.news);
    drop(world);
    assert_eq!(status(&bench.state_path()).unwrap().phase, None, "{what}");
}

const FAULTS: [Fault; 7] = [
    Fault::Lost,
    Fault::Unanswered,
    Fault::Twice,
    Fault::Late(1),
    Fault::Late(3),
    Fault::KilledBefore,
    Fault::KilledAfter,
];
const FLAWS: [Flaw; 4] = [Flaw::Fails, Flaw::Lies, Flaw::KilledBefore, Flaw::KilledAfter];

#[tokio::test(start_paused = true)]
async fn no_fault_of_a_message_locks_anybody_out() {
    for start in [Start::Fresh, Start::Asked, Start::Closed] {
        for strict in [false, true] {
            for (number, fault) in (0..6).flat_map(|n| FAULTS.map(|fault| (n, fault))) {
                let bench = bench(start, strict).await;
                bench.world().disturb([(number, fault)]);
                run_on(&bench).await;
                comes_right(bench, &format!("{start:?} {strict} {number} {fault:?}")).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_end_at_any_step_of_the_account_locks_anybody_out() {
    for start in [Start::Fresh, Start::Asked, Start::Closed] {
        for strict in [false, true] {
            for (number, flaw) in (0..10).flat_map(|n| FLAWS.map(|flaw| (n, flaw))) {
                let bench = bench(start, strict).await;
                bench.flaw([(number, flaw)]);
                run_on(&bench).await;
                comes_right(bench, &format!("{start:?} {strict} {number} {flaw:?}")).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn no_two_faults_in_a_row_lock_anybody_out() {
    // Every message fault behind every end of the agent, on the way back from it.
    for (first, flaw) in (1..8).flat_map(|n| [Flaw::Lies, Flaw::KilledAfter].map(|f| (n, f))) {
        for (second, fault) in (0..4).flat_map(|n| FAULTS.map(|fault| (n, fault))) {
            let mut bench = bench(Start::Asked, false).await;
            bench.flaw([(first, flaw)]);
            run_on(&bench).await;
            bench.heal();
            bench.ask();
            bench.world().disturb([(second, fault)]);
            run_on(&bench).await;
            comes_right(bench, &format!("{first} {flaw:?}, {second} {fault:?}")).await;
        }
    }
}
