//! The ledger's rules, one by one; `model` explores how they meet.

use super::*;

const T0: Timestamp = Timestamp::UNIX_EPOCH;
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const R: Uuid = Uuid::from_u128(100);
const Q: Uuid = Uuid::from_u128(200);

fn attempt(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn confirmed_once() -> Ledger {
    let mut ledger = Ledger::default();
    assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
    assert!(ledger.confirm(attempt(1), 1, T0));
    ledger
}

fn at(generation: Generation) -> Contact {
    Contact {
        at: At::Confirmed { generation },
        confirmed: Some(generation),
        highest: generation,
        failed: None,
    }
}

#[test]
fn nothing_is_handed_out_before_the_first_confirmation() {
    let mut ledger = Ledger::default();
    assert_eq!((ledger.due(), ledger.handout()), (Some(Reason::First), None));
    ledger.escrow(attempt(1), 0).unwrap();
    assert_eq!(ledger.handout(), None);
    ledger.confirm(attempt(1), 1, T0);
    let handout = Handout { generation: 1, candidates: vec![], status: Status::Succeeded };
    assert_eq!((ledger.due(), ledger.handout()), (None, Some(handout)));
}

#[test]
fn the_same_attempt_gets_the_same_number() {
    let mut ledger = Ledger::default();
    assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
    assert_eq!(ledger.escrow(attempt(1), 0), Ok(1));
    assert_eq!(ledger.escrow(attempt(2), 0), Ok(2));
}

#[test]
fn a_close_is_paid_only_by_a_generation_that_no_closed_request_has_seen() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.viewed(R, &[2, 1], T0);
    assert!(ledger.closed(R));
    ledger.confirm(attempt(2), 2, T0);
    assert_eq!(ledger.due(), Some(Reason::Owed), "the closed request has seen 2 as well");
    ledger.escrow(attempt(3), 2).unwrap();
    ledger.confirm(attempt(3), 3, T0);
    assert_eq!(ledger.due(), None);
}

#[test]
fn a_confirmation_leaves_higher_pendings_as_candidates() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.escrow(attempt(3), 1).unwrap();
    ledger.confirm(attempt(2), 2, T0);
    let handout = ledger.handout().unwrap();
    assert_eq!((handout.generation, handout.candidates), (3, vec![2]));
    assert_eq!(handout.status, Status::Pending);
}

#[test]
fn age_waits_for_an_open_viewer_and_the_escrow_is_refused_meanwhile() {
    let mut ledger = confirmed_once();
    assert!(!ledger.note_age(T0 + HOUR, HOUR * 2));
    assert!(ledger.note_age(T0 + HOUR * 2, HOUR * 2));
    assert_eq!(ledger.due(), Some(Reason::Age));
    ledger.viewed(R, &[1], T0);
    assert_eq!(ledger.due(), None);
    assert_eq!(ledger.escrow(attempt(2), 1), Err(EscrowRefusal::NotDue));
    ledger.closed(R);
    assert_eq!(ledger.due(), Some(Reason::Owed));
}

#[test]
fn a_close_does_not_wait_for_another_viewer() {
    let mut ledger = confirmed_once();
    ledger.viewed(R, &[1], T0);
    ledger.viewed(Q, &[1], T0);
    ledger.closed(R);
    assert_eq!(ledger.due(), Some(Reason::Owed));
}

#[test]
fn a_failed_attempt_needs_an_earlier_generation_that_opens() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    let mut contact = at(1);
    contact.failed = Some((attempt(2), 2));
    assert_eq!(ledger.contact(&contact), Ok(vec![]));
    contact.failed = Some((attempt(2), 1));
    assert_eq!(ledger.contact(&contact), Ok(vec![Heard::Failed(2)]));
    assert_eq!(ledger.handout().unwrap().status, Status::Failed);
    assert_eq!(ledger.due(), Some(Reason::Asked));
}

#[test]
fn a_restored_device_gets_its_old_password_as_a_candidate_and_rotates_at_once() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.confirm(attempt(2), 2, T0);
    assert_eq!(ledger.contact(&at(1)), Ok(vec![Heard::Restored(Some(1))]));
    assert_eq!(ledger.contact(&at(1)), Ok(vec![]), "said once");
    let handout = ledger.handout().unwrap();
    assert_eq!((handout.generation, handout.candidates), (2, vec![1]));
    assert_eq!(ledger.due(), Some(Reason::Restored));
    assert_eq!(ledger.escrow(attempt(3), 1), Ok(3));
}

#[test]
fn a_restored_service_goes_on_above_the_agents_number() {
    let mut ledger = confirmed_once();
    ledger.unheard = true;
    assert_eq!(ledger.handout().unwrap().status, Status::Pending);
    ledger.contact(&at(7)).unwrap();
    assert_eq!(ledger.due(), Some(Reason::Restored));
    assert_eq!(ledger.escrow(attempt(9), 7), Ok(8));
    ledger.confirm(attempt(9), 8, T0);
    assert_eq!(ledger.handout().unwrap().status, Status::Succeeded);
}

#[test]
fn a_restored_service_takes_no_agreement_for_an_answer() {
    let mut ledger = confirmed_once();
    ledger.unheard = true;
    assert_eq!(ledger.contact(&at(1)), Ok(vec![Heard::Restored(Some(1))]));
    assert_eq!(ledger.due(), Some(Reason::Restored), "requests may have been wiped out");
    assert!(!ledger.unheard);
}

#[test]
fn a_confirmation_from_before_a_restore_settles_nothing() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.unheard = true;
    ledger.confirm(attempt(2), 2, T0);
    assert_eq!(ledger.handout().unwrap().status, Status::Pending);
    ledger.contact(&at(2)).unwrap();
    assert_eq!(ledger.due(), Some(Reason::Restored));
}

#[test]
fn a_device_put_back_to_a_torn_attempt_rotates_at_once() {
    let mut ledger = confirmed_once();
    ledger.ask();
    for n in [2, 3] {
        ledger.escrow(attempt(n), 2).unwrap();
    }
    ledger.confirm(attempt(3), 4, T0);
    ledger.viewed(R, &[4], T0);
    let torn = Contact { at: At::Torn, highest: 4, ..at(1) };
    assert_eq!(ledger.contact(&torn), Ok(vec![Heard::Restored(None), Heard::Torn]));
    assert_eq!(ledger.due(), Some(Reason::Restored), "what R has seen does not open");
}

#[test]
fn a_generation_left_over_by_a_late_escrow_is_superseded() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(3), 1).unwrap();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.confirm(attempt(3), 2, T0);
    assert_eq!(ledger.due(), Some(Reason::Torn));
    assert_eq!(ledger.escrow(attempt(4), 2), Ok(4));
    ledger.confirm(attempt(4), 4, T0);
    assert_eq!((ledger.due(), ledger.live().len()), (None, 1));
}

#[test]
fn a_late_escrow_that_is_called_failed_says_nothing_about_the_password() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(3), 1).unwrap();
    ledger.escrow(attempt(2), 1).unwrap();
    let contact = Contact { failed: Some((attempt(2), 1)), ..at(1) };
    assert_eq!(ledger.contact(&contact), Ok(vec![Heard::Failed(3)]));
    assert_eq!(ledger.handout().unwrap().generation, 2);
    ledger.confirm(attempt(3), 2, T0);
    assert_eq!(ledger.handout().unwrap().status, Status::Succeeded);
}

#[test]
fn an_absurd_number_from_an_agent_is_refused() {
    let mut ledger = confirmed_once();
    assert_eq!(ledger.contact(&at(u64::MAX)), Err(EscrowRefusal::Leap));
    ledger.ask();
    assert_eq!(ledger.escrow(attempt(2), u64::MAX), Err(EscrowRefusal::Leap));
}

#[test]
fn attempts_without_end_do_not_fill_the_store() {
    let mut ledger = confirmed_once();
    ledger.ask();
    let taken = (2..200).filter(|&n| ledger.escrow(attempt(n), 1).is_ok()).count();
    assert_eq!(taken, MAX_UNDECIDED);
}

#[test]
fn drift_rotates_at_once_and_is_news_once() {
    let mut ledger = confirmed_once();
    ledger.viewed(R, &[1], T0);
    let drift = Contact { at: At::Drifted, ..at(1) };
    assert_eq!(ledger.contact(&drift), Ok(vec![Heard::Drifted]));
    assert_eq!(ledger.contact(&drift), Ok(vec![]));
    assert_eq!(ledger.due(), Some(Reason::Drifted));
}

#[test]
fn torn_waits_for_the_open_viewer_whose_candidates_still_open() {
    let mut ledger = confirmed_once();
    ledger.ask();
    ledger.escrow(attempt(2), 1).unwrap();
    ledger.marks.clear();
    ledger.viewed(R, &[2, 1], T0);
    let torn = Contact { at: At::Torn, highest: 2, ..at(1) };
    assert_eq!(ledger.contact(&torn), Ok(vec![Heard::Torn]));
    assert_eq!(ledger.due(), None);
    ledger.closed(R);
    assert_eq!(ledger.due(), Some(Reason::Owed));
}

#[test]
fn pruning_keeps_what_may_open_what_was_seen_lately_and_fifty_more() {
    let mut ledger = Ledger::default();
    for n in 1..=60 {
        ledger.ask();
        ledger.escrow(attempt(n), 0).unwrap();
        ledger.confirm(attempt(n), u64::try_from(n).unwrap(), T0);
    }
    ledger.viewed(R, &[3], T0);
    ledger.closed(R);
    assert_eq!(ledger.prunable(T0 + HOUR), vec![9, 8, 7, 6, 5, 4, 2, 1]);
    assert!(ledger.prunable(T0 + KEEP_SEEN + HOUR).contains(&3));
    assert!(!ledger.prunable(T0 + KEEP_SEEN + HOUR).contains(&60));
}
