//! `mmd device`.

use std::time::Duration;

use clap::Subcommand;

use super::values;
use crate::{
    api::device::RotationState,
    cli::verbs::{
        Verb,
        device::{enroll, list, rotate, search, show, sign_in},
    },
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Device {
    /// List devices and how their passwords stand
    #[command(after_help = "Examples:
  mmd device list
  mmd device list --rotation owed
  mmd device list --output csv")]
    List {
        /// Only devices whose password is in this state
        #[arg(long, value_name = "STATE", value_parser = values::rotation())]
        rotation: Option<RotationState>,
    },

    /// Show one device
    #[command(after_help = "Example:
  mmd device show MARTA-LT --json")]
    Show {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
    },

    /// Search devices by name, serial number, id, or their user's UPN or e-mail
    #[command(after_help = "Example:
  mmd device search lopez")]
    Search {
        /// A part of it
        #[arg(value_name = "TEXT", value_parser = values::not_blank)]
        text: String,
    },

    /// Print a one-time code by which a device is enrolled
    ///
    /// The code stands alone on standard output. A new code for a device that is enrolled already
    /// enrols it anew: its old key ends when the code is used.
    #[command(after_help = "Examples:
  mmd device enroll NEW-LT --ring Broad
  mmd device enroll MARTA-LT --json
  mmd device enroll NEW-LT --ring Broad | \\
    ssh root@new-lt mmd agent enroll …")]
    Enroll {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// Update ring of a device that is not known yet
        #[arg(long, value_name = "RING", value_parser = values::RINGS, ignore_case = true)]
        ring: Option<String>,
    },

    /// Order a new password for a device
    ///
    /// Returns when the rotation is ordered; with `--wait`, when the device has confirmed it.
    #[command(after_help = "Examples:
  mmd device rotate MARTA-LT
  mmd device rotate MARTA-LT --wait 1min")]
    Rotate {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// How long to wait for the device to confirm
        #[arg(long, value_name = "TIME", value_parser = values::wait)]
        wait: Option<Duration>,
    },

    /// Try a password on a device of a sample tenant
    ///
    /// Says whether the password opens the account; a refused one is exit code 4.
    #[command(after_help = "Example:
  mmd device sign-in MARTA-LT --account mmdadmin \\
    --password-stdin < password")]
    SignIn {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// Account, as it is typed at the prompt
        #[arg(long, value_name = "A", value_parser = values::not_blank)]
        account: String,
        /// Read the password from standard input
        #[arg(long)]
        password_stdin: bool,
    },
}

impl Device {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            Device::List { rotation } => Verb::DeviceList(list::Input { rotation }),
            Device::Show { name } => Verb::DeviceShow(show::Input { name }),
            Device::Search { text } => Verb::DeviceSearch(search::Input { text }),
            Device::Enroll { name, ring } => {
                // The service takes a ring as the contract writes it, however it was typed.
                let ring = ring.map(|typed| {
                    let known = values::RINGS.iter().find(|ring| ring.eq_ignore_ascii_case(&typed));
                    known.map_or(typed.clone(), |ring| (*ring).to_owned())
                });
                Verb::DeviceEnroll(enroll::Input { name, ring })
            }
            Device::Rotate { name, wait } => Verb::DeviceRotate(rotate::Input { name, wait }),
            Device::SignIn { name, account, password_stdin } => {
                Verb::DeviceSignIn(sign_in::Input { name, account, password_stdin })
            }
        }
    }
}
