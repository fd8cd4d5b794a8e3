//! What holds in every state.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;

use super::super::{At, Entry, Generation, Reason, State, Status};
use super::{Agent, Bounds, Disturbance, Mutant, Request, VIEWERS, World, bit, id};

/// An undisturbed continuation must have settled after so many steps.
const CALM_STEPS: usize = 60;

fn at_once(reason: Option<Reason>) -> bool {
    !matches!(reason, None | Some(Reason::Torn | Reason::Age))
}

impl World {
    pub(super) fn someone_is_in(&self) -> bool {
        self.service.requests.contains(&Request::Open)
    }

    /// What is handed out opens the device.
    pub(super) fn opens(&self) -> bool {
        let ledger = &self.service.ledger;
        let fits = |g: &Generation| ledger.entries[g].attempt == id(self.disk.account);
        ledger.handout().is_some_and(|h| fits(&h.generation) || h.candidates.iter().any(fits))
    }

    /// The first invariant. After a disturbance it holds once the agent has been heard; where the
    /// service cannot know the password, a rotation is then due at once instead.
    pub(super) fn can_sign_in(&self) -> bool {
        if !self.confirmed_once || self.opens() {
            return true;
        }
        let Disturbance { heard, open, blurred, .. } = self.disturbance;
        if !open {
            return false;
        }
        let ledger = &self.service.ledger;
        let held = ledger.entries.values().any(|e| e.attempt == id(self.disk.account));
        let said = self.disk.journal.contact(&self.disk.fingerprint()).at;
        let named =
            matches!(said, At::Confirmed { .. }) && self.disk.journal.to_confirm().is_none();
        !heard
            || at_once(ledger.due()) && !(held && named)
            || blurred && (self.someone_is_in() || ledger.due().is_some())
    }

    /// The second invariant.
    pub(super) fn closed_requests_are_owed(&self) -> bool {
        let known = self.disturbance.heard || !self.disturbance.open;
        self.gone & bit(self.disk.account) == 0 || !known || at_once(self.service.ledger.due())
    }

    pub(super) fn asked_for_is_due(&self) -> bool {
        self.asked.is_none() || at_once(self.service.ledger.due())
    }

    pub(super) fn failed_never_opens(&self) -> bool {
        let ledger = &self.service.ledger;
        let fits = |e: &Entry| e.attempt == id(self.disk.account);
        ledger
            .entries
            .iter()
            .all(|(&g, e)| e.state != State::Failed || !fits(e) || ledger.device_at == Some(g))
    }

    /// What follows when nothing more goes wrong: messages arrive, a dead agent is started, nobody
    /// asks for anything. Ends early, with a `true`, in a state that `known` has seen to end well.
    pub(super) fn calm(
        &self,
        known: &Mutex<HashSet<u64>>,
        mutant: Option<Mutant>,
    ) -> Result<(), String> {
        let mut world = self.clone();
        world.network.clear();
        world.backup = None;
        world.snapshot = None;
        world.left = Bounds::default();
        // What was asked before may be old news by now: it is answered, but it settles nothing.
        while let Agent::Waiting { message, .. } = world.agent.clone() {
            let answer = world.handle(&message, mutant);
            world.receive(message, answer);
        }
        if let Agent::Idle { due, .. } = &mut world.agent {
            *due = None;
        }
        world.network.clear();
        let mut path = Vec::new();
        for _ in 0..CALM_STEPS {
            let mut hasher = DefaultHasher::new();
            world.hash(&mut hasher);
            let hash = hasher.finish();
            if known.lock().unwrap().contains(&hash) {
                known.lock().unwrap().extend(path);
                return Ok(());
            }
            path.push(hash);
            match world.agent.clone() {
                Agent::Down => world.start(),
                Agent::Waiting { message, .. } => {
                    let answer = world.handle(&message, mutant);
                    world.network.clear();
                    world.receive(message, answer);
                }
                Agent::Idle { due: Some(None), .. } => {
                    if !world.can_sign_in() {
                        return Err(format!("settled, but nothing opens: {world:#?}"));
                    }
                    if !world.someone_is_in() {
                        let status = world.service.ledger.handout().map(|h| h.status);
                        if !world.opens()
                            || status != Some(Status::Succeeded)
                            || world.service.ledger.due().is_some()
                            || !world.closed_requests_are_owed()
                        {
                            return Err(format!("settled badly: {world:#?}"));
                        }
                        known.lock().unwrap().extend(path);
                        return Ok(());
                    }
                    for viewer in 0..VIEWERS {
                        if world.service.requests[viewer] == Request::Open {
                            world.close(viewer);
                        }
                    }
                    world.step(mutant);
                }
                Agent::Stopped => return Err("the agent was told to stop".into()),
                _ => world.step(mutant),
            }
            world.network.clear();
        }
        Err(format!("not settled after {CALM_STEPS} steps: {world:#?}"))
    }
}
