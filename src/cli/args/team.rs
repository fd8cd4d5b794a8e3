//! `mmd team`.

use clap::{Subcommand, builder::PossibleValuesParser};

use super::values;
use crate::{
    api::{team::Role, ticket::Area},
    cli::verbs::{
        Verb,
        team::{add, app_add, contacts, remove},
    },
    error::{Error, Result},
};

#[derive(Debug, Subcommand)]
pub enum Team {
    /// List the members of the team and their roles
    #[command(after_help = "Example:
  mmd team list --output csv")]
    List,

    /// Add members, or roles to members
    ///
    /// Without `--role` a member gets `support`. With `--invite` the code by which the member signs
    /// in stands alone on standard output; an earlier code ends.
    #[command(after_help = "Examples:
  mmd team add ana@contoso.com --role desk --role auditor
  mmd team add ana@contoso.com --invite
  mmd team add ana@contoso.com bob@contoso.com")]
    Add {
        /// Who
        #[arg(value_name = "UPN", required = true, value_parser = values::upn)]
        upns: Vec<String>,
        /// A role to hold beside those already held
        #[arg(long = "role", value_name = "ROLE", value_parser = values::role())]
        roles: Vec<Role>,
        /// Print a one-time code for the sign-in
        #[arg(long)]
        invite: bool,
    },

    /// Remove members; their sign-ins end and their open requests close
    #[command(after_help = "Example:
  mmd team remove ana@contoso.com")]
    Remove {
        /// Who
        #[arg(value_name = "UPN", required = true, value_parser = values::upn)]
        upns: Vec<String>,
    },

    /// Say who stands by for an area when the contact of a request cannot be reached
    #[command(subcommand, disable_help_subcommand = true)]
    Contacts(Contacts),

    /// Manage programs that use the API
    #[command(subcommand, disable_help_subcommand = true)]
    App(App),
}

#[derive(Debug, Subcommand)]
pub enum Contacts {
    /// List the admin contacts, by area
    #[command(after_help = "Example:
  mmd team contacts list")]
    List,

    /// Set the admin contact of an area
    ///
    /// The areas are `app-packaging`, `devices`, `security`, `it-help-desk` and `other`. Without a
    /// contact for the area of a request, nor for `other`, no request can be filed.
    #[command(after_help = "Example:
  mmd team contacts set other --given-name Ana --surname Ruiz --email ana@contoso.com \\
    --phone \"+34 600 000 000\"")]
    Set {
        /// Area
        #[arg(value_name = "AREA", value_parser = values::area)]
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
        /// Area
        #[arg(value_name = "AREA", value_parser = values::area)]
        area: Area,
    },
}

#[derive(Debug, Subcommand)]
pub enum App {
    /// Add a program and print its secret, once
    ///
    /// Without `--may` it may do everything, as the published API has it.
    #[command(after_help = "Examples:
  mmd team app add nightly --may devices,elevations --expires 90d --json
  mmd team app add helpdesk")]
    Add {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// What it may do
        #[arg(
            long,
            value_name = "LIST",
            value_delimiter = ',',
            value_parser = PossibleValuesParser::new(values::PERMISSIONS)
        )]
        may: Vec<String>,
        /// How long its secret is good [default: 180d]
        #[arg(long, value_name = "DAYS", value_parser = values::days)]
        expires: Option<u32>,
    },
}

impl Team {
    /// What to do.
    ///
    /// # Errors
    /// For an invite that is asked for several members: the code stands alone.
    pub fn verb(self) -> Result<Verb> {
        Ok(match self {
            Team::List => Verb::TeamList,
            Team::Add { upns, invite: true, .. } if upns.len() > 1 => {
                return Err(Error::usage("`--invite` prints the code of one member")
                    .hint("name one: `mmd team add UPN --invite`"));
            }
            Team::Add { upns, roles, invite } => Verb::TeamAdd(add::Input { upns, roles, invite }),
            Team::Remove { upns } => Verb::TeamRemove(remove::Input { upns }),
            Team::Contacts(Contacts::List) => Verb::TeamContactsList,
            Team::Contacts(Contacts::Set { area, given_name, surname, email, phone }) => {
                Verb::TeamContactsSet(contacts::set::Input {
                    area,
                    given_name,
                    surname,
                    email,
                    phone,
                })
            }
            Team::Contacts(Contacts::Remove { area }) => {
                Verb::TeamContactsRemove(contacts::remove::Input { area })
            }
            Team::App(App::Add { name, may, expires }) => {
                Verb::TeamAppAdd(app_add::Input { name, may, expires_in_days: expires })
            }
        })
    }
}
