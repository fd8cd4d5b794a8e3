//! How a password reaches a person or a script.
//!
//! Nothing shows a password that was not asked for by name. With every delivery come the account as
//! it is typed at the prompt, until when it holds, and what closing does. The choice is made before
//! the password is read, because reading is an act that is recorded.

mod clipboard;
mod delivered;
mod holder;
mod menu;
mod phonetic;
mod qr;
mod screen;

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

pub use self::{
    clipboard::{CHILD_COMMAND, Clipboard, ClipboardChild, HOLD_FOR, offer},
    delivered::Delivered,
    holder::clipboard_child,
    menu::choose,
    phonetic::spell,
};
use super::{Format, Output, Report};
use crate::{
    cli::{prompt::Prompter, verbs::words::word_and},
    error::{Error, Kind, Result},
};

/// A delivery that a person can choose from a menu or set in a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// `--copy`: in the clipboard for 45 s.
    Copy,
    /// `--reveal`: on the screen until a key is pressed; in a pipe as plain details.
    Reveal,
    /// `--qr`: as a QR code.
    Qr,
    /// `--phonetic`: spelled, to be read aloud.
    Phonetic,
}

impl Way {
    /// In the order of the menu.
    pub const ALL: [Way; 4] = [Way::Copy, Way::Reveal, Way::Qr, Way::Phonetic];
}

/// `copy`, `reveal`, `qr`, `phonetic`: the word in files, and the flag without its dashes.
impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Way::Copy => "copy",
            Way::Reveal => "reveal",
            Way::Qr => "qr",
            Way::Phonetic => "phonetic",
        })
    }
}

/// One value of a delivery, for `--field`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The password; never one that the device has not confirmed.
    Password,
    /// The account as it is typed.
    Account,
    /// The name of the device.
    Device,
    /// Until when the request is open.
    ValidUntil,
    /// The generation of the password.
    Generation,
    /// `PasswordSucceeded`, `PasswordPending` or `PasswordFailed`.
    Status,
    /// The id of the elevation request.
    Request,
}

impl Field {
    /// With the names that `--field` takes.
    pub const ALL: [(&'static str, Field); 7] = [
        ("password", Field::Password),
        ("account", Field::Account),
        ("device", Field::Device),
        ("validUntil", Field::ValidUntil),
        ("generation", Field::Generation),
        ("status", Field::Status),
        ("request", Field::Request),
    ];
}

impl FromStr for Field {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text);
        known.map(|(_, field)| *field).ok_or_else(|| {
            let names = Self::ALL.map(|(name, _)| format!("`{name}`")).join(", ");
            Error::usage(format!("`{text}` is no field of a delivery"))
                .hint(format!("the fields are {names}"))
        })
    }
}

/// How a password is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// To a person.
    Way(Way),
    /// To a script: one value, alone.
    Field(Field),
}

impl Delivery {
    /// Whether the password has to be read for it; without a delivery it never is.
    pub fn reads_password(self) -> bool {
        matches!(self, Delivery::Way(_) | Delivery::Field(Field::Password))
    }
}

/// Hands over what was read, and says what goes with it. Without `how`, everything but the
/// password.
pub fn hand_over(
    how: Option<Delivery>,
    delivered: &Delivered,
    output: &Output,
    prompter: &dyn Prompter,
    clipboard: &dyn Clipboard,
) -> Result<()> {
    let way = match how {
        Some(Delivery::Field(field)) => return one_field(field, delivered, output),
        Some(Delivery::Way(way)) => Some(way),
        None => None,
    };
    let json = output.options().format == Format::Json;
    // A person at a terminal sees a password on a screen of its own; everywhere else it is data.
    let as_data = way == Some(Way::Reveal) && (json || !screen::is_there(output, prompter));
    if way == Some(Way::Copy) {
        clipboard.hold(delivered.password()?)?;
    }
    if as_data {
        delivered.password()?;
    }
    let details = delivered.details(as_data, output.options().stdout_terminal);
    output.report(&Report::details(details, delivered.json(as_data)))?;
    match way {
        Some(Way::Copy) => output.note(&format!(
            "the password is in the clipboard and is cleared from it in {} s",
            HOLD_FOR.as_secs()
        )),
        Some(Way::Reveal) if !as_data => {
            let passwords = delivered.passwords()?;
            screen::show(delivered, &passwords, output, prompter)?;
        }
        Some(Way::Qr) => {
            let code = qr::draw(delivered.password()?, output.options().stdout_color())?;
            screen::show(delivered, &code, output, prompter)?;
        }
        Some(Way::Phonetic) => {
            let spelling = phonetic::lines(delivered.password()?);
            screen::show(delivered, &spelling, output, prompter)?;
        }
        Some(Way::Reveal) | None => {}
    }
    if let Some(doubt) = delivered.doubt(way == Some(Way::Reveal)) {
        output.warn(&doubt);
    }
    if let Some(newer) = delivered.successor() {
        output
            .note(&format!("this is an earlier password; generation {newer} is the confirmed one"));
    }
    if way.is_none() {
        output.hint(&format!(
            "the password is shown only when it is asked for: \
             `mmd elevate password {}`, `--reveal`, `--qr`, `--phonetic` or \
             `--field password`",
            word_and(&delivered.device, "--copy")
        ));
    }
    output.note(&delivered.closing);
    Ok(())
}

fn one_field(field: Field, delivered: &Delivered, output: &Output) -> Result<()> {
    let text = match field {
        Field::Password if !delivered.is_confirmed() && !delivered.by_number => {
            return Err(Error::new(Kind::NotNow, "the device has not confirmed its password yet")
                .hint(format!(
                    "`mmd elevate password {}` shows what may open it now",
                    word_and(&delivered.device, "--reveal")
                )));
        }
        Field::Password => return output.secret(delivered.password()?),
        Field::Account => Some(delivered.account.clone()),
        Field::Device => Some(delivered.device.clone()),
        Field::ValidUntil => delivered.valid_until.map(|time| time.to_string()),
        Field::Generation => delivered.generation.map(|number| number.to_string()),
        Field::Status => Some(delivered.status.clone()),
        Field::Request => delivered.request_id().map(str::to_owned),
    };
    let text = text.filter(|text| !text.is_empty()).ok_or_else(|| {
        let name = Field::ALL.iter().find(|(_, known)| *known == field).map(|(name, _)| *name);
        Error::not_found(format!("there is no `{}` here", name.unwrap_or_default()))
    })?;
    output.data(&format!("{}\n", super::clean::line(&text)))
}

#[cfg(test)]
mod tests;
