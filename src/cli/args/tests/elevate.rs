//! `mmd elevate`, whose verbs share their place with a device.

use std::time::Duration;

use super::*;
use crate::{
    cli::{
        output::delivery::{Delivery, Field, Way},
        verbs::elevate::{
            Reading, Target, close, extend,
            list::{self, Whose},
            open, password, show,
        },
    },
    client::Which,
};

fn reading(delivery: Option<Delivery>) -> Reading {
    Reading { delivery, wait: Duration::from_secs(20), which: Which::Newest }
}

fn opening(device: &str) -> open::Input {
    open::Input {
        device: device.into(),
        ticket: None,
        plan: None,
        title: None,
        category: None,
        subcategory: None,
        reading: reading(None),
    }
}

fn of(device: &str) -> Target {
    Target::Device(device.into())
}

#[test]
fn a_device_is_elevated_with_every_flag() {
    let way = |way| reading(Some(Delivery::Way(way)));
    for (line, input) in [
        ("elevate D1", opening("D1")),
        (
            "elevate D1 -t INC1 -m resync  the  clock --copy",
            open::Input {
                ticket: Some("INC1".into()),
                plan: Some("resync the clock".into()),
                reading: way(Way::Copy),
                ..opening("D1")
            },
        ),
        (
            "elevate --ticket INC1 --plan p --title t --category Office --subcategory Word D1 -r",
            open::Input {
                ticket: Some("INC1".into()),
                plan: Some("p".into()),
                title: Some("t".into()),
                category: Some("Office".into()),
                subcategory: Some("Word".into()),
                reading: way(Way::Reveal),
                ..opening("D1")
            },
        ),
        ("elevate D1 --qr", open::Input { reading: way(Way::Qr), ..opening("D1") }),
        ("elevate D1 --phonetic", open::Input { reading: way(Way::Phonetic), ..opening("D1") }),
        (
            "elevate D1 --field validUntil --wait 1min",
            open::Input {
                reading: Reading {
                    wait: Duration::from_secs(60),
                    ..reading(Some(Delivery::Field(Field::ValidUntil)))
                },
                ..opening("D1")
            },
        ),
        (
            "elevate D1 --field password -t list -m close",
            open::Input {
                ticket: Some("list".into()),
                plan: Some("close".into()),
                reading: reading(Some(Delivery::Field(Field::Password))),
                ..opening("D1")
            },
        ),
        (
            "elevate D1 --older -c",
            open::Input {
                reading: Reading { which: Which::Older, ..way(Way::Copy) },
                ..opening("D1")
            },
        ),
    ] {
        assert_eq!(verb(line), Verb::ElevateOpen(input), "{line}");
    }
}

#[test]
fn the_verbs_of_elevate() {
    let id = "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42".parse().unwrap();
    let everything = list::Input { open: None, whose: Whose::Mine, device: None };
    let closing =
        |target, if_open| close::Input { target, actions: Some("done it".into()), if_open };
    for (line, expected) in [
        ("elevate list", Verb::ElevateList(everything.clone())),
        ("elevate --json list", Verb::ElevateList(everything.clone())),
        ("--json elevate list --mine", Verb::ElevateList(everything.clone())),
        (
            "elevate list --open --all --device D1",
            Verb::ElevateList(list::Input {
                open: Some(true),
                whose: Whose::Everybody,
                device: Some("D1".into()),
            }),
        ),
        (
            "elevate list --closed",
            Verb::ElevateList(list::Input { open: Some(false), ..everything }),
        ),
        (
            "elevate show 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
            Verb::ElevateShow(show::Input { target: Target::Id(id) }),
        ),
        (
            "elevate password D1 --generation 3 --field password",
            Verb::ElevatePassword(password::Input {
                target: of("D1"),
                reading: Reading {
                    which: Which::Generation(3),
                    ..reading(Some(Delivery::Field(Field::Password)))
                },
            }),
        ),
        (
            "elevate extend D1",
            Verb::ElevateExtend(extend::Input { target: of("D1"), by: Duration::from_secs(3600) }),
        ),
        (
            "elevate extend D1 --for 30min",
            Verb::ElevateExtend(extend::Input { target: of("D1"), by: Duration::from_secs(1800) }),
        ),
        ("elevate close D1 -m done  it", Verb::ElevateClose(closing(of("D1"), false))),
        (
            "elevate close 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42 --actions done  it --if-open",
            Verb::ElevateClose(closing(Target::Id(id), true)),
        ),
        // A device may be called like a verb where a device is asked for.
        ("elevate close list -m done  it", Verb::ElevateClose(closing(of("list"), false))),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn no_verbs_word_is_taken_for_a_device() {
    let command = command();
    let elevate = command.find_subcommand("elevate").unwrap();
    let words: Vec<_> = elevate.get_subcommands().map(clap::Command::get_name).collect();
    assert_eq!(words, ["list", "show", "password", "extend", "close"]);
    for word in words {
        for line in [format!("elevate {word}"), format!("elevate --json {word}")] {
            let opened = parse(&self::words(&line)).ok().and_then(|c| c.verb(&environment()).ok());
            assert!(!matches!(opened, Some(Verb::ElevateOpen(_))), "{line}");
        }
        let behind = format!("elevate -- {word}");
        assert_eq!(verb(&behind), Verb::ElevateOpen(opening(word)));
        // Behind a device it is no second word of anything.
        let arguments = match word {
            "list" => "",
            "show" => " 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
            _ => " D2",
        };
        assert_eq!(
            refused(&format!("elevate D1 {word}{arguments}")),
            "`D1` stands before a command of `elevate`"
        );
    }
}
