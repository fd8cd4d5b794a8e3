//! What is explored, how far, and what the explorations must come across.

use std::sync::Mutex;

use stateright::{Checker, HasDiscoveries, Model};

use super::super::{Mark, Reason, State};
use super::{
    ASKED, Agent, Answer, Bounds, CLOSED, ENDS_WELL, From, Mutant, NEVER_FAILED, NO_COPY, OPENS,
    Rotation, Sight, World,
};

const FAILED: Sight = ("an attempt failed", |_, w| {
    w.service.ledger.entries.values().any(|e| e.state == State::Failed)
});
const TORN: Sight = ("a device was torn", |_, w| marked(w, Mark::Torn));
const DRIFTED: Sight = ("a device drifted", |_, w| marked(w, Mark::Drifted));
const RESTORED: Sight = ("a side was restored", |_, w| marked(w, Mark::Restored));
const BEHIND: Sight = ("an old password was put back", |_, w| {
    w.service.ledger.device_at.is_some_and(|g| w.service.ledger.current() > Some(g))
});
const LEFT_OVER: Sight = ("a late escrow left a generation over", |_, w| {
    w.service.ledger.marks.is_empty() && w.service.ledger.due() == Some(Reason::Torn)
});
const CANDIDATES: Sight = ("three passwords may open", |_, w| {
    w.service.ledger.handout().is_some_and(|h| h.candidates.len() > 1)
});
const REFUSED: Sight = (
    "an escrow was not due",
    |_, w| matches!(&w.agent, Agent::Waiting { answers, .. } if answers.contains(&Answer::NotDue)),
);
const OWED: Sight = ("a closed request is owed", |_, w| w.service.ledger.is_owed());
const REPLACED: Sight = ("a second password was confirmed after a close", |_, w| {
    w.gone != 0 && w.service.ledger.current() > Some(1) && w.service.ledger.due().is_none()
});

fn marked(world: &World, mark: Mark) -> bool {
    world.service.ledger.marks.contains_key(&mark)
}

/// The first counter-example that is found, as text.
fn counter_example(checker: &impl Checker<Rotation>) -> Option<String> {
    let model = checker.model();
    let failure = |name: &'static str| model.property(name).expectation.discovery_is_failure();
    let (name, path) = checker.discoveries().into_iter().find(|(name, _)| failure(name))?;
    let world = path.last_state().clone();
    let calm = world.calm(&Mutex::default(), model.mutant).err().unwrap_or_default();
    Some(format!("{name}\n{:#?}\n{world:#?}\n{calm}", path.into_actions()))
}

/// Visits everything within `bounds`. Fewer than `at_least` states, or a sight that never comes
/// up, means that the model has become too tame to prove anything.
fn assert_sound(from: From, bounds: Bounds, at_least: usize, sights: &[Sight]) {
    let model = Rotation::new(bounds, from, None, sights);
    let finish = HasDiscoveries::AnyFailures;
    let checker = model.checker().threads(2).finish_when(finish).spawn_bfs().join();
    if let Some(found) = counter_example(&checker) {
        panic!("{found}");
    }
    let states = checker.unique_state_count();
    assert!(states >= at_least, "only {states} states, {at_least} expected");
    for (name, _) in sights {
        assert!(checker.discovery(name).is_some(), "never seen in {states} states: {name}");
    }
}

/// Looks for a counter-example to the property called `by`.
fn assert_found_out(mutant: Mutant, bounds: Bounds, by: &'static str) {
    let model = Rotation::new(bounds, From::FirstConfirmed, Some(mutant), &[]);
    let finish = HasDiscoveries::AllOf([by].into());
    let checker = model.checker().finish_when(finish).spawn_bfs().join();
    let states = checker.unique_state_count();
    assert!(checker.discovery(by).is_some(), "{mutant:?} passes in {states} states");
}

/// Nothing allowed; the tests name what may happen on top.
const CALM: Bounds = Bounds {
    attempts: 0,
    crashes: 0,
    late: 0,
    mishaps: 0,
    drifts: 0,
    viewers: 0,
    asks: 0,
    ages: 0,
    prunes: 0,
    device_restores: 0,
    service_restores: 0,
    enrolments: 0,
};

#[test]
fn the_first_rotation_survives_crashes_and_late_messages() {
    let bounds = Bounds { attempts: 3, crashes: 2, late: 1, mishaps: 1, viewers: 1, ..CALM };
    assert_sound(From::Nothing, bounds, 80_000, &[TORN, CANDIDATES, OWED, REPLACED]);
}

#[test]
fn crashes_and_late_messages_lock_nobody_out() {
    let bounds = Bounds { attempts: 3, crashes: 2, late: 2, viewers: 1, asks: 1, ..CALM };
    let sights = [FAILED, TORN, CANDIDATES, OWED, REPLACED];
    assert_sound(From::FirstConfirmed, bounds, 250_000, &sights);
}

#[test]
fn two_viewers_age_and_mishaps_lock_nobody_out() {
    let bounds = Bounds { attempts: 3, late: 1, mishaps: 1, viewers: 2, ages: 1, ..CALM };
    let sights = [FAILED, TORN, REFUSED, LEFT_OVER, OWED, REPLACED];
    assert_sound(From::FirstConfirmed, bounds, 90_000, &sights);
}

#[test]
fn a_device_that_is_put_back_locks_nobody_out() {
    let changes = Bounds { device_restores: 1, prunes: 1, ..CALM };
    let bounds = Bounds { attempts: 3, crashes: 1, viewers: 1, asks: 1, ..changes };
    assert_sound(From::FirstConfirmed, bounds, 150_000, &[FAILED, TORN, RESTORED, BEHIND, OWED]);
}

#[test]
fn late_messages_of_a_device_that_is_put_back_lock_nobody_out() {
    let bounds = Bounds { attempts: 2, crashes: 1, late: 2, viewers: 1, ..CALM };
    let bounds = Bounds { device_restores: 1, ..bounds };
    assert_sound(From::FirstConfirmed, bounds, 55_000, &[FAILED, TORN, RESTORED, BEHIND, OWED]);
}

#[test]
fn a_service_that_is_put_back_locks_nobody_out() {
    let bounds = Bounds { attempts: 2, crashes: 1, viewers: 1, asks: 1, ..CALM };
    let bounds = Bounds { service_restores: 1, ..bounds };
    assert_sound(From::FirstConfirmed, bounds, 190_000, &[FAILED, TORN, RESTORED, OWED]);
}

#[test]
fn late_messages_to_a_service_that_is_put_back_lock_nobody_out() {
    let bounds = Bounds { attempts: 2, late: 2, viewers: 1, service_restores: 1, ..CALM };
    assert_sound(From::FirstConfirmed, bounds, 30_000, &[RESTORED, OWED]);
}

#[test]
fn both_sides_put_back_lock_nobody_out() {
    let bounds = Bounds { attempts: 2, viewers: 1, ..CALM };
    let bounds = Bounds { device_restores: 1, service_restores: 1, ..bounds };
    assert_sound(From::FirstConfirmed, bounds, 35_000, &[RESTORED, BEHIND, OWED]);
}

#[test]
fn somebody_elses_password_locks_nobody_out() {
    let bounds = Bounds { attempts: 3, crashes: 1, mishaps: 1, viewers: 1, asks: 1, ..CALM };
    let bounds = Bounds { drifts: 1, ..bounds };
    assert_sound(From::FirstConfirmed, bounds, 80_000, &[FAILED, TORN, DRIFTED, OWED, REPLACED]);
}

#[test]
fn a_new_enrolment_locks_nobody_out() {
    let bounds = Bounds { attempts: 3, crashes: 1, viewers: 1, asks: 1, ..CALM };
    let bounds = Bounds { enrolments: 1, ..bounds };
    assert_sound(From::FirstConfirmed, bounds, 40_000, &[FAILED, TORN, RESTORED, OWED, REPLACED]);
}

#[test]
fn an_escrow_that_overwrites_is_found_out() {
    let bounds = Bounds { attempts: 2, crashes: 1, asks: 1, ..CALM };
    assert_found_out(Mutant::EscrowOverwrites, bounds, OPENS);
}

#[test]
fn a_confirmation_that_drops_all_pendings_is_found_out() {
    let bounds = Bounds { attempts: 2, late: 1, asks: 1, service_restores: 1, ..CALM };
    assert_found_out(Mutant::ConfirmDropsAll, bounds, OPENS);
}

#[test]
fn failed_after_a_check_that_erred_is_found_out() {
    let bounds = Bounds { attempts: 1, mishaps: 1, asks: 1, ..CALM };
    assert_found_out(Mutant::CheckMeansFailed, bounds, NEVER_FAILED);
}

#[test]
fn a_confirmation_that_pays_everything_is_found_out() {
    let bounds = Bounds { attempts: 1, viewers: 2, ..CALM };
    assert_found_out(Mutant::ConfirmPaysAll, bounds, CLOSED);
    let bounds = Bounds { attempts: 1, asks: 2, ..CALM };
    assert_found_out(Mutant::ConfirmPaysAll, bounds, ASKED);
}

#[test]
fn a_fingerprint_read_after_the_check_is_found_out() {
    let bounds = Bounds { attempts: 1, asks: 1, drifts: 1, ..CALM };
    assert_found_out(Mutant::FingerprintLast, bounds, OPENS);
}

#[test]
fn an_unchallenged_newcomer_is_found_out() {
    let bounds = Bounds { crashes: 2, late: 1, ..CALM };
    assert_found_out(Mutant::NewcomerUnchallenged, bounds, NO_COPY);
}

#[test]
fn a_confirmation_that_registers_nobody_is_found_out() {
    let bounds = Bounds { attempts: 1, crashes: 1, asks: 1, ..CALM };
    assert_found_out(Mutant::ConfirmRegistersNobody, bounds, ENDS_WELL);
}

#[test]
fn a_torn_device_that_counts_as_new_is_found_out() {
    let bounds =
        Bounds { attempts: 2, crashes: 1, viewers: 1, asks: 1, device_restores: 1, ..CALM };
    assert_found_out(Mutant::TornIsNew, bounds, OPENS);
}

#[test]
fn a_restore_that_is_forgotten_is_found_out() {
    let bounds = Bounds { viewers: 1, service_restores: 1, ..CALM };
    assert_found_out(Mutant::RestoreForgotten, bounds, CLOSED);
}

#[test]
fn a_restored_service_that_listens_to_old_words_is_found_out() {
    let bounds = Bounds { attempts: 1, late: 1, viewers: 1, asks: 1, service_restores: 1, ..CALM };
    assert_found_out(Mutant::RestoreListens, bounds, CLOSED);
}
