//! `mmd login`, `mmd logout`, `mmd status`.

use clap::Args;

use crate::{
    cli::{
        credentials::StoreKind,
        verbs::{
            Verb,
            login::{self, Way},
        },
    },
    error::Result,
};

/// Sign in to a service
///
/// Asks the service how one signs in, does it, tries the token, and saves it with a profile for
/// the service, which becomes the current one. Where the service names an identity provider, that
/// is a sign-in in the browser; otherwise an invite (`mmd team add UPN --invite`) is asked for. The
/// profile is named by `--profile` or `MMD_PROFILE`, else `default`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  mmd login https://mmd.example.com
  mmd login https://mmd.example.com --device-code
  mmd login https://mmd.example.com --ca-file ca.pem --invite < invite
  mmd login https://mmd.example.com --with-token --store file < token")]
pub struct Login {
    /// Address of the service [default: the profile's]
    // Parsed by us: clap would repeat a wrong value, and a URL may carry a password.
    #[arg(value_name = "URL")]
    url: Option<String>,

    /// Sign in by an invite; its code comes from standard input, or is asked for on a terminal
    #[arg(long, conflicts_with_all = ["device_code", "with_token"])]
    invite: bool,

    /// Sign in on another machine by a code, where this one has no browser
    ///
    /// Many organisations block this way in; the browser is the default.
    #[arg(long, conflicts_with = "with_token")]
    device_code: bool,

    /// Keep a token that comes from standard input, once it was tried
    #[arg(long)]
    with_token: bool,

    /// Identity provider to sign in at, where the service has several
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,

    /// Where the browser comes back to, as it is registered at the provider
    ///
    /// On this machine: `http://localhost` or `http://127.0.0.1`, with a path, and with a port
    /// where the provider insists on one. By default `http://127.0.0.1`, for Microsoft Entra ID
    /// `http://localhost`, at any free port. It is saved with the profile.
    #[arg(long, value_name = "URI")]
    redirect_uri: Option<String>,

    /// Trust the certificate authority with this SHA-256 fingerprint, and save it
    #[arg(long, value_name = "FINGERPRINT")]
    ca_fingerprint: Option<String>,

    /// Where to keep the token
    #[arg(long, value_name = "STORE", value_enum, default_value_t = Store::Keyring)]
    store: Store,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Store {
    /// In a file, sealed with a key from the operating system's keyring
    Keyring,
    /// In a file that only you can read
    File,
}

impl Login {
    /// What to do.
    ///
    /// # Errors
    /// For a URL, a redirect or a fingerprint that is none.
    pub fn verb(self) -> Result<Verb> {
        let store = match self.store {
            Store::Keyring => StoreKind::Keyring,
            Store::File => StoreKind::File,
        };
        let way = match (self.invite, self.device_code, self.with_token) {
            (true, ..) => Some(Way::Invite),
            (_, true, _) => Some(Way::DeviceCode),
            (.., true) => Some(Way::Token),
            _ => None,
        };
        Ok(Verb::Login(login::Input {
            url: self.url.map(|text| text.parse()).transpose()?,
            way,
            store,
            issuer: self.issuer,
            redirect: self.redirect_uri.map(|text| text.parse()).transpose()?,
            ca_fingerprint: self.ca_fingerprint.map(|text| text.parse()).transpose()?,
        }))
    }
}
