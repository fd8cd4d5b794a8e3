//! `mmd team tokens`.

use clap::Subcommand;

use super::super::values;
use crate::cli::verbs::{
    Verb,
    team::tokens::{list, revoke},
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Tokens {
    /// List tokens: whose, since when, last used when; never the token itself
    #[command(after_help = "Examples:
  mmd team tokens list
  mmd team tokens list ana@contoso.com
  mmd team tokens list app:nightly --json")]
    List {
        /// Only those of this member, or of `app:NAME`
        #[arg(value_name = "UPN", value_parser = values::not_blank)]
        holder: Option<String>,
    },

    /// End tokens, all or none
    #[command(after_help = "Examples:
  mmd team tokens revoke 3f9a1c0d5e7b2468
  mmd team tokens list ana@contoso.com | cut -f1 | \\
    xargs mmd team tokens revoke")]
    Revoke {
        /// Their ids
        #[arg(value_name = "ID", required = true, value_parser = values::not_blank)]
        ids: Vec<String>,
    },
}

impl Tokens {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            Tokens::List { holder } => Verb::TeamTokensList(list::Input { holder }),
            Tokens::Revoke { ids } => Verb::TeamTokensRevoke(revoke::Input { ids }),
        }
    }
}
