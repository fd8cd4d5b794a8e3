//! `mmd team contacts`.

use clap::Subcommand;

use super::super::values;
use crate::{
    api::ticket::Area,
    cli::verbs::{Verb, team::contacts},
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Contacts {
    /// List the admin contacts, by area
    #[command(after_help = "Example:
  mmd team contacts list")]
    List,

    /// Set the admin contact of an area
    ///
    /// Without a contact for the area of a request, nor for `other`, no request can be filed.
    #[command(after_help = "Example:
  mmd team contacts set other --given-name Ana --surname Ruiz \\
    --email ana@contoso.com --phone \"+34 600 000 000\"")]
    Set {
        /// What the contact is for
        #[arg(value_name = "AREA", value_parser = values::area())]
        area: Area,
        /// First name, or the name of a team
        #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
        given_name: Option<String>,
        /// Last name
        #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
        surname: Option<String>,
        /// E-mail address
        #[arg(long, value_name = "EMAIL", value_parser = values::not_blank)]
        email: Option<String>,
        /// Telephone number
        #[arg(long, value_name = "NUMBER", value_parser = values::not_blank)]
        phone: Option<String>,
    },

    /// Remove the admin contact of an area
    #[command(after_help = "Example:
  mmd team contacts remove devices")]
    Remove {
        /// What the contact is for
        #[arg(value_name = "AREA", value_parser = values::area())]
        area: Area,
    },
}

impl Contacts {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            Contacts::List => Verb::TeamContactsList,
            Contacts::Set { area, given_name, surname, email, phone } => {
                Verb::TeamContactsSet(contacts::set::Input {
                    area,
                    given_name,
                    surname,
                    email,
                    phone,
                })
            }
            Contacts::Remove { area } => Verb::TeamContactsRemove(contacts::remove::Input { area }),
        }
    }
}
