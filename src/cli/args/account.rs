//! `mmd login`, `mmd logout`, `mmd status`.

use clap::Args;

use crate::{
    cli::{
        credentials::StoreKind,
        verbs::{Verb, login},
    },
    error::Result,
};

/// Sign in to a service
///
/// Trades an invite (`mmd team add UPN --invite`) for a token of your own, tries it, and saves it
/// in the keyring with a profile for the service, which becomes the current one. The profile is
/// named by `--profile` or `MMD_PROFILE`, else `default`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmd login https://mmd.example.com
  mmd login https://mmd.example.com --ca-file ca.pem --invite < invite
  mmd login https://mmd.example.com --invite --store file < invite")]
pub struct Login {
    /// Address of the service [default: the profile's]
    // Parsed by us: clap would repeat a wrong value, and a URL may carry a password.
    #[arg(value_name = "URL")]
    url: Option<String>,

    /// Sign in by an invite; its code comes from standard input, or is asked for on a terminal
    #[arg(long)]
    invite: bool,

    /// Where to keep the token
    #[arg(long, value_name = "STORE", value_enum, default_value_t = Store::Keyring)]
    store: Store,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Store {
    /// In the operating system's keyring
    Keyring,
    /// In a file that only you can read
    File,
}

impl Login {
    /// What to do.
    ///
    /// # Errors
    /// For a URL that is none.
    pub fn verb(self) -> Result<Verb> {
        let store = match self.store {
            Store::Keyring => StoreKind::Keyring,
            Store::File => StoreKind::File,
        };
        let url = self.url.map(|text| text.parse()).transpose()?;
        Ok(Verb::Login(login::Input { url, invite: self.invite, store }))
    }
}
