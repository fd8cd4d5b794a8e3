//! `mmd elevate`.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::{GlobalLast, values};
use crate::{
    cli::{
        output::delivery::{Delivery, Field, Way},
        verbs::{
            Verb,
            elevate::{
                Reading, Target, close, extend,
                list::{self, Whose},
                open, password, show,
            },
        },
    },
    client::Which,
    error::{Error, Result},
};

/// How long a device may take to confirm, where nobody says.
const WAIT: Duration = Duration::from_secs(20);

/// How long an extension lasts, where nobody says.
const EXTENSION: Duration = Duration::from_secs(3600);

/// Request just-in-time admin access and get the password
///
/// DEVICE is the name of a device, a serial number, or a person (UPN, e-mail, name). Your own open
/// request for the device is used again. Ticket and plan are asked for on a terminal; the title is
/// the plan's first line, the category what is understood of the plan, else `Other`.
///
/// A plan for which elevated access is not meant is questioned before a request is opened; one that
/// speaks of signs of compromise stops. `--yes` goes on, which is recorded.
///
/// Reading a password is recorded. Nothing is read unless a delivery is chosen: a flag, the
/// profile's `delivery`, or the menu on a terminal.
// Not `subcommand_precedence_over_arg`: `--field password` would be the verb. A verb's word is one
// wherever no flag awaits a value, which clap does by itself and a test holds.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    override_usage = "mmd elevate [OPTIONS] DEVICE\n       mmd elevate COMMAND",
    after_help = "Examples:
  mmd elevate MARTA-LT -t INC0012345 -m \"resync the clock\" --copy
  mmd elevate marta.lopez@contoso.com
  mmd elevate MARTA-LT -t INC1 -m \"reset the spooler\" \\
    --field password | ssh …
  mmd elevate close MARTA-LT -m \"clock resynced\"
  mmd elevate -- list              a device that is called like a command"
)]
pub struct Elevate {
    /// Name, serial number, or person
    #[arg(value_name = "DEVICE", value_parser = values::not_blank)]
    device: Option<String>,

    #[command(flatten)]
    request: Request,

    #[command(flatten)]
    deliver: Deliver,

    #[command(subcommand)]
    verb: Option<ElevateVerb>,
}

// What is asked for.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Request", global_last())]
struct Request {
    /// Id in your own ticketing system
    #[arg(short, long, value_name = "ID", value_parser = values::not_blank)]
    ticket: Option<String>,

    /// What you are going to do
    #[arg(short = 'm', long, value_name = "PLAN", value_parser = values::not_blank)]
    plan: Option<String>,

    /// One line [default: the plan's first line]
    #[arg(long, value_name = "TITLE", value_parser = values::not_blank)]
    title: Option<String>,

    /// Category [default: what is understood of the plan, else Other]
    #[arg(long, value_name = "CATEGORY", value_parser = values::not_blank)]
    category: Option<String>,

    /// Subcategory [default: Other]
    #[arg(long, value_name = "SUBCATEGORY", value_parser = values::not_blank)]
    subcategory: Option<String>,
}

// How the password is handed over.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Delivery", global_last())]
struct Deliver {
    /// Put it into the clipboard for 45 s
    #[arg(short, long, group = "delivery")]
    copy: bool,

    /// Show it until a key is pressed; in a pipe print it
    #[arg(short, long, group = "delivery")]
    reveal: bool,

    /// Show it as a QR code
    #[arg(long, group = "delivery")]
    qr: bool,

    /// Spell it, to read it aloud
    #[arg(long, group = "delivery")]
    phonetic: bool,

    /// Print one value alone; a password only once the device has confirmed it
    #[arg(long, value_name = "NAME", group = "delivery", value_parser = values::field())]
    field: Option<Field>,

    /// How long to wait for the device [default: 20s]
    #[arg(long, value_name = "TIME", value_parser = values::wait)]
    wait: Option<Duration>,

    /// An earlier password, by its number
    #[arg(long, value_name = "N", group = "which")]
    generation: Option<u64>,

    /// The password before the current one
    #[arg(long, group = "which")]
    older: bool,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum ElevateVerb {
    /// List elevation requests, your own by default
    #[command(after_help = "Examples:
  mmd elevate list --open
  mmd elevate list --all --device MARTA-LT
  mmd elevate list --all --json")]
    List {
        /// Only open ones
        #[arg(long, conflicts_with = "closed")]
        open: bool,
        /// Only those that have ended
        #[arg(long)]
        closed: bool,
        /// Everybody's
        #[arg(long, conflicts_with = "mine")]
        all: bool,
        /// Your own; the default
        #[arg(long)]
        mine: bool,
        /// Of this device
        #[arg(long, value_name = "DEVICE", value_parser = values::not_blank)]
        device: Option<String>,
    },

    /// Show one elevation request: any by its id, your open one by its device
    #[command(after_help = "Examples:
  mmd elevate show MARTA-LT
  mmd elevate show 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42 --json")]
    Show {
        /// Id of the request, or its device
        #[arg(value_name = "ID|DEVICE", value_parser = values::not_blank)]
        target: String,
    },

    /// Hand over the password of an open request again
    #[command(after_help = "Examples:
  mmd elevate password MARTA-LT --copy
  mmd elevate password MARTA-LT --older --reveal
  mmd elevate password MARTA-LT --field password --wait 1min")]
    Password {
        /// Id of the request, or its device
        #[arg(value_name = "ID|DEVICE", value_parser = values::not_blank)]
        target: String,
        #[command(flatten)]
        deliver: Deliver,
    },

    /// Push the end of an open request
    #[command(after_help = "Examples:
  mmd elevate extend MARTA-LT
  mmd elevate extend MARTA-LT --for 30min")]
    Extend {
        /// Id of the request, or its device
        #[arg(value_name = "ID|DEVICE", value_parser = values::not_blank)]
        target: String,
        /// How much longer, within the service's bound [default: 1h]
        #[arg(long = "for", value_name = "TIME", value_parser = values::span)]
        by: Option<Duration>,
    },

    /// Close an open request; the password is changed at once
    #[command(after_help = "Examples:
  mmd elevate close MARTA-LT -m \"clock resynced\"
  mmd elevate close MARTA-LT -m \"nothing to do\" --if-open")]
    Close {
        /// Id of the request, or its device
        #[arg(value_name = "ID|DEVICE", value_parser = values::not_blank)]
        target: String,
        /// What was done
        #[arg(short = 'm', long, value_name = "TEXT", value_parser = values::not_blank)]
        actions: Option<String>,
        /// Nothing to close is no error
        #[arg(long)]
        if_open: bool,
    },
}

impl Elevate {
    /// What to do.
    ///
    /// # Errors
    /// When a device and a verb are there at once, or neither.
    pub fn verb(self) -> Result<Verb> {
        let Some(verb) = self.verb else {
            let device = self.device.ok_or_else(|| {
                Error::usage("`DEVICE` is missing")
                    .hint("name a device, a serial number or a person: `mmd elevate DEVICE`")
            })?;
            let Request { ticket, plan, title, category, subcategory } = self.request;
            let reading = self.deliver.reading();
            let input = open::Input { device, ticket, plan, title, category, subcategory, reading };
            return Ok(Verb::ElevateOpen(input));
        };
        if let Some(device) = self.device {
            return Err(Error::usage(format!("`{device}` stands before a command of `elevate`"))
                .hint("`mmd elevate DEVICE` takes no command behind the device")
                .hint("a device that is called like a command: `mmd elevate -- DEVICE`"));
        }
        if self.request != Request::default() || self.deliver != Deliver::default() {
            return Err(Error::usage(
                "flags of `elevate DEVICE` stand before a command of `elevate`",
            )
            .hint("put the flags of a command behind it: `mmd elevate password DEVICE --copy`"));
        }
        Ok(match verb {
            ElevateVerb::List { open, closed, all, mine: _, device } => {
                let open = match (open, closed) {
                    (true, _) => Some(true),
                    (_, true) => Some(false),
                    _ => None,
                };
                let whose = if all { Whose::Everybody } else { Whose::Mine };
                Verb::ElevateList(list::Input { open, whose, device })
            }
            ElevateVerb::Show { target } => {
                Verb::ElevateShow(show::Input { target: Target::of(target) })
            }
            ElevateVerb::Password { target, deliver } => Verb::ElevatePassword(password::Input {
                target: Target::of(target),
                reading: deliver.reading(),
            }),
            ElevateVerb::Extend { target, by } => Verb::ElevateExtend(extend::Input {
                target: Target::of(target),
                by: by.unwrap_or(EXTENSION),
            }),
            ElevateVerb::Close { target, actions, if_open } => {
                Verb::ElevateClose(close::Input { target: Target::of(target), actions, if_open })
            }
        })
    }
}

impl Deliver {
    fn reading(self) -> Reading {
        let ways = [
            (self.copy, Way::Copy),
            (self.reveal, Way::Reveal),
            (self.qr, Way::Qr),
            (self.phonetic, Way::Phonetic),
        ];
        let way = ways.into_iter().find(|(asked, _)| *asked).map(|(_, way)| Delivery::Way(way));
        let which = match (self.generation, self.older) {
            (Some(generation), _) => Which::Generation(generation),
            (None, true) => Which::Older,
            (None, false) => Which::Newest,
        };
        Reading {
            delivery: way.or(self.field.map(Delivery::Field)),
            wait: self.wait.unwrap_or(WAIT),
            which,
        }
    }
}
