//! `mmd team`.

mod app;
mod contacts;
mod tokens;

use std::path::PathBuf;

use clap::Subcommand;

use super::values;
use crate::{
    api::team::Role,
    cli::verbs::{
        Verb,
        team::{
            add::{self, Until},
            names::Names,
            remove, review, show, sync,
        },
    },
    domain::team::MaxRemove,
    error::{Error, Result},
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Team {
    /// List the members of the team and their roles
    #[command(after_help = "Examples:
  mmd team list --output csv
  mmd team list --json")]
    List,

    /// Show one member
    #[command(after_help = "Example:
  mmd team show ana@contoso.com")]
    Show {
        /// Who
        #[arg(value_name = "UPN", value_parser = values::upn)]
        upn: String,
    },

    /// Add members, or roles to members
    ///
    /// A new member gets `support` where no role is named; one who is there already keeps theirs,
    /// and nothing to do is no error. Many are added all or none. `-` reads UPNs from standard
    /// input, one per line.
    ///
    /// With `--invite` the code by which the member signs in stands alone on standard output; an
    /// earlier code ends.
    #[command(after_help = "Examples:
  mmd team add ana@contoso.com --role desk --role auditor
  mmd team add ana@contoso.com --invite
  mmd team add temp@contoso.com --role desk --until 2026-12-31
  mmd team add - --role desk < new-people.txt")]
    Add {
        /// Who; `-` reads them from standard input
        #[arg(value_name = "UPN", required = true, value_parser = values::upn_or_stdin)]
        upns: Vec<String>,
        /// A role to hold beside those already held
        #[arg(long = "role", value_name = "ROLE", value_parser = values::role())]
        roles: Vec<Role>,
        /// The last day (UTC) or the end of the membership; `never` takes it away
        #[arg(long, value_name = "DATE", value_parser = values::until)]
        until: Option<Until>,
        /// Print a one-time code for the sign-in
        #[arg(long)]
        invite: bool,
        /// Id of the person at the identity provider, who alone may bind to the member
        ///
        /// Where the service takes several providers it is `ISSUER#OID`; where people of several
        /// tenants of a provider come to this one, `TID#OID`.
        #[arg(long, value_name = "OID", value_parser = values::oid)]
        oid: Option<String>,
    },

    /// Remove members, or roles of theirs
    ///
    /// The sign-ins of a removed member end, their open requests close, and the devices change
    /// their passwords, all at once; so it is with open requests where `support` is taken away.
    /// Whoever is not there is no error. Many are removed all or none.
    #[command(after_help = "Examples:
  mmd team remove ana@contoso.com
  mmd team remove ana@contoso.com --role support
  mmd team remove - < leavers.txt")]
    Remove {
        /// Who; `-` reads them from standard input
        #[arg(value_name = "UPN", required = true, value_parser = values::upn_or_stdin)]
        upns: Vec<String>,
        /// Take only this role away; who loses the last one keeps `desk`
        #[arg(long = "role", value_name = "ROLE", value_parser = values::role())]
        roles: Vec<Role>,
    },

    /// Make the team what a file says
    ///
    /// FILE holds the whole wanted team, as CSV or JSON in UTF-8; `-` is standard input. Columns
    /// (members, in JSON): `upn`, `roles` (in CSV separated by `;`), and as far as wanted
    /// `displayName`, `until` (a last day or a time) and `oid`. A column that is not there changes
    /// nothing; an empty field, or `null`, clears the value. Without a role stands only a member
    /// whose provider has taken the last one away, as `mmd team export` writes it.
    ///
    /// The plan is applied all or nothing, to the team that it was made on. Nobody is removed
    /// without `--prune`. No more than `--max-remove` are removed, or left with `desk` alone who
    /// held more: a file that is cut off or mangled must not empty the team. A removal is asked about
    /// on a terminal and needs `--yes` elsewhere.
    #[command(after_help = "Examples:
  mmd team sync team.csv --dry-run
  mmd team sync team.csv --prune --yes
  mmd team export > team.csv
  hr-report | mmd team sync - --prune --max-remove 25 --yes")]
    Sync {
        /// The wanted team; `-` is standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Show the plan and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Remove whoever is not in the file
        #[arg(long)]
        prune: bool,
        /// How many may lose so much at once: `25`, or `20%` of the team [default: 10%, at least 3]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(MaxRemove))]
        max_remove: Option<MaxRemove>,
    },

    /// Print the team as `sync` takes it, as CSV or JSON
    #[command(after_help = "Examples:
  mmd team export > team.csv
  mmd team export --json | jq -r \".[].upn\"")]
    Export,

    /// Show who holds what, since when, by whom, and when it was last used
    #[command(after_help = "Examples:
  mmd team review
  mmd team review --unused 90d --output csv")]
    Review {
        /// Only what has not been used for so many days
        #[arg(long, value_name = "DAYS", value_parser = values::days)]
        unused: Option<u32>,
    },

    /// Say who stands by for an area when the contact of a request cannot be reached
    #[command(subcommand, disable_help_subcommand = true)]
    Contacts(contacts::Contacts),

    /// Manage programs that use the API
    #[command(subcommand, disable_help_subcommand = true)]
    App(app::App),

    /// List and end sign-ins
    #[command(subcommand, disable_help_subcommand = true)]
    Tokens(tokens::Tokens),
}

impl Team {
    /// What to do.
    ///
    /// # Errors
    /// For what belongs to one member and is asked for several.
    pub fn verb(self) -> Result<Verb> {
        Ok(match self {
            Team::List => Verb::TeamList,
            Team::Show { upn } => Verb::TeamShow(show::Input { upn }),
            Team::Add { upns, roles, until, invite, oid } => {
                let names = Names::of(upns);
                if invite && !names.is_one() {
                    return Err(Error::usage("`--invite` prints the code of one member")
                        .hint("name one: `mmd team add UPN --invite`"));
                }
                if oid.is_some() && !names.is_one() {
                    return Err(Error::usage("`--oid` is the id of one person")
                        .hint("name one: `mmd team add UPN --oid OID`"));
                }
                Verb::TeamAdd(add::Input { names, roles, until, invite, oid })
            }
            Team::Remove { upns, roles } => {
                Verb::TeamRemove(remove::Input { names: Names::of(upns), roles })
            }
            Team::Sync { file, dry_run, prune, max_remove } => {
                Verb::TeamSync(sync::Input { file, dry_run, prune, max_remove })
            }
            Team::Export => Verb::TeamExport,
            Team::Review { unused } => Verb::TeamReview(review::Input { unused_days: unused }),
            Team::Contacts(contacts) => contacts.verb(),
            Team::App(app) => app.verb(),
            Team::Tokens(tokens) => tokens.verb(),
        })
    }
}
