//! A model of [`Presence`]: processes of one device that end and start, and perhaps of a copy of
//! its disk, with messages that arrive late, twice and in any order.
//!
//! Two things are checked: no message makes a copy out of a device that was never copied, and from
//! every state two live copies that go on speaking are found out.

use stateright::{Checker, Model, Property};
use uuid::Uuid;

use super::{Presence, PresenceRefusal};

/// The device and its copy.
const DISKS: usize = 2;

/// Both copies are found out after speaking so often in turn.
const ROUNDS: usize = 3;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Process {
    instance: u8,
    /// The number that it was last given.
    answer: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct World {
    presence: Presence,
    backup: Option<Presence>,
    restored: bool,
    running: [Option<Process>; DISKS],
    copied: bool,
    /// Everything that was ever said: any of it may arrive at any time.
    said: Vec<Process>,
    starts: u8,
    challenges: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Action {
    Start(usize),
    Copy,
    Say(usize),
    Arrive(usize),
    Backup,
    Restore,
}

impl World {
    fn say(&mut self, disk: usize) {
        if let Some(process) = &self.running[disk]
            && !self.said.contains(process)
        {
            self.said.push(process.clone());
        }
    }

    fn arrive(&mut self, words: &Process) -> Result<(), PresenceRefusal> {
        let id = |number: u8| Uuid::from_u128(number.into());
        let fresh = id(self.challenges + 1);
        let outcome = self.presence.contact(id(words.instance), words.answer.map(id), fresh);
        if let Err(PresenceRefusal::Challenge(challenge)) = outcome {
            if challenge == fresh {
                self.challenges += 1;
            }
            let number = u8::try_from(challenge.as_u128()).expect("the model's numbers are small");
            let speaker = self.running.iter_mut().flatten().find(|p| p.instance == words.instance);
            if let Some(process) = speaker {
                process.answer = Some(number);
            }
        }
        outcome
    }

    /// Both live copies speak in turn, and answer when they are challenged.
    fn is_found_out(&self) -> bool {
        let mut world = self.clone();
        for _ in 0..ROUNDS {
            for disk in 0..DISKS {
                let mut challenged = 0;
                while let Some(process) = world.running[disk].clone()
                    && let Err(PresenceRefusal::Challenge(_)) = world.arrive(&process)
                    && challenged < 2
                {
                    challenged += 1;
                }
            }
        }
        world.presence.is_copied()
    }
}

struct Copies {
    may_copy: bool,
    may_restore: bool,
    starts: u8,
    challenges: u8,
}

impl Model for Copies {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World {
            presence: Presence::default(),
            backup: None,
            restored: false,
            running: [const { None }; DISKS],
            copied: false,
            said: Vec::new(),
            starts: 0,
            challenges: 0,
        }]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        let disks = if world.copied { DISKS } else { 1 };
        for disk in 0..disks {
            if world.starts < self.starts {
                actions.push(Action::Start(disk));
            }
            actions.push(Action::Say(disk));
        }
        if self.may_copy && !world.copied {
            actions.push(Action::Copy);
        }
        if world.challenges < self.challenges {
            actions.extend((0..world.said.len()).map(Action::Arrive));
        }
        if self.may_restore && !world.restored {
            let taken = world.backup.is_some();
            actions.push(if taken { Action::Restore } else { Action::Backup });
        }
    }

    fn next_state(&self, last: &World, action: Action) -> Option<World> {
        let mut world = last.clone();
        match action {
            Action::Start(disk) => {
                world.starts += 1;
                world.running[disk] = Some(Process { instance: world.starts, answer: None });
            }
            Action::Copy => world.copied = true,
            Action::Say(disk) => world.say(disk),
            Action::Arrive(index) => {
                let words = world.said[index].clone();
                // What became of it, the sender learns from the state.
                let _ = world.arrive(&words);
            }
            Action::Backup => world.backup = Some(world.presence.clone()),
            Action::Restore => {
                world.presence = world.backup.take()?;
                world.presence.restored();
                world.restored = true;
            }
        }
        (world != *last).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("only a copy is called a copy", |_, world: &World| {
                world.copied || !world.presence.is_copied()
            }),
            Property::always("two live copies are found out", |_, world: &World| {
                world.running.contains(&None) || world.is_found_out()
            }),
            Property::sometimes("a copy is found out", |model: &Self, world: &World| {
                !model.may_copy || world.presence.is_copied()
            }),
        ]
    }
}

fn assert_sound(model: Copies, at_least: usize) {
    let checker = model.checker().threads(2).spawn_bfs().join();
    checker.assert_properties();
    let states = checker.unique_state_count();
    assert!(states >= at_least, "only {states} states, {at_least} expected");
}

#[test]
fn late_messages_and_restarts_make_no_copy() {
    assert_sound(Copies { may_copy: false, may_restore: true, starts: 5, challenges: 5 }, 130_000);
}

#[test]
fn two_live_copies_are_found_out_from_every_state() {
    assert_sound(Copies { may_copy: true, may_restore: false, starts: 3, challenges: 4 }, 10_000);
}
