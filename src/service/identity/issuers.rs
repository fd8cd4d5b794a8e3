//! The identity providers whose tokens are taken, ready for use.

use std::collections::BTreeSet;

use super::{fetch::Fetch, keys::Keys, signature};
use crate::{
    api::BASE,
    error::Result,
    service::{
        settings::{self, Profile, SignIn},
        store::tenants::Tenant,
    },
};

/// Names of claims.
pub struct ClaimNames {
    /// The provider's tenant, where it has any.
    pub tenant: Option<String>,
    /// Who it is within the issuer.
    pub subject: String,
    /// Scopes of a person's token.
    pub scope: String,
    /// The client.
    pub client: String,
    /// Roles.
    pub roles: String,
    /// The UPN, the best first.
    pub upn: Vec<String>,
    /// When the person signed in.
    pub auth_time: String,
}

/// One provider.
pub struct Issuer {
    /// As the configuration has it.
    pub settings: settings::Issuer,
    /// What may stand in `aud`; never empty.
    pub audience: Vec<String>,
    /// What may stand in the header's `typ`.
    pub types: Vec<String>,
    /// Names of claims.
    pub claims: ClaimNames,
    /// Its keys.
    pub keys: Keys,
}

/// All of them.
#[derive(Default)]
pub struct Issuers(Vec<Issuer>);

impl Issuers {
    /// Makes ready what the settings name; nothing is fetched yet, so a provider that is away
    /// keeps nobody from starting.
    ///
    /// # Errors
    /// When a provider's `ca_file` cannot be used.
    pub fn new(settings: &SignIn, origin: &str) -> Result<Self> {
        signature::install();
        if !settings.issuers {
            return Ok(Self::default());
        }
        settings.issuer.iter().map(|issuer| one(issuer, origin)).collect::<Result<_>>().map(Self)
    }

    /// The one with this identifier, by exact comparison.
    pub fn find(&self, issuer: &str) -> Option<&Issuer> {
        self.0.iter().find(|known| known.settings.issuer == issuer)
    }

    /// Names in the settings that are no tenant of `tenants`: whoever was meant cannot come in. Each
    /// once, with its issuer.
    pub fn unknown_tenants(&self, tenants: &[Tenant]) -> BTreeSet<(String, String)> {
        let named = |issuer: &Issuer| {
            let names = issuer.settings.named_tenants();
            let unknown = names.filter(|name| !tenants.iter().any(|one| one.is_called(name)));
            let of = issuer.settings.issuer.clone();
            unknown.map(|name| (of.clone(), name.to_owned())).collect::<Vec<_>>()
        };
        self.0.iter().flat_map(named).collect()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Issuer> {
        self.0.iter()
    }
}

/// What this service is called in `aud`, where nothing else is said: its resource identifier, as
/// its metadata have it, with and without the base's path.
fn own_names(origin: &str) -> Vec<String> {
    vec![origin.to_owned(), format!("{origin}/"), format!("{origin}{BASE}")]
}

fn one(settings: &settings::Issuer, origin: &str) -> Result<Issuer> {
    let entra = settings.profile() == Profile::Entra;
    let named = &settings.claims;
    let or = |name: &Option<String>, of_entra: &str, of_rfc9068: &str| {
        name.clone().unwrap_or_else(|| if entra { of_entra } else { of_rfc9068 }.to_owned())
    };
    let upn = ["upn", "preferred_username", "email"].map(str::to_owned).to_vec();
    let claims = ClaimNames {
        tenant: named.tenant.clone().or_else(|| entra.then(|| "tid".to_owned())),
        subject: or(&named.subject, "oid", "sub"),
        scope: or(&named.scope, "scp", "scope"),
        client: or(&named.client, "azp", "client_id"),
        roles: or(&named.roles, "roles", "roles"),
        upn: named.upn.clone().unwrap_or(upn),
        auth_time: or(&named.auth_time, "auth_time", "auth_time"),
    };
    let audience = match settings.audience.is_empty() {
        true => own_names(origin),
        false => settings.audience.clone(),
    };
    let types = settings
        .types
        .clone()
        .unwrap_or_else(|| vec![if entra { "JWT" } else { "at+jwt" }.to_owned()]);
    let fetch = Fetch::new(settings.ca_file.as_deref(), settings.insecure_loopback)
        .map_err(|error| error.cause(format!("of the issuer `{}`", settings.issuer)))?;
    let keys = Keys::new(&settings.issuer, fetch);
    Ok(Issuer { settings: settings.clone(), audience, types, claims, keys })
}
