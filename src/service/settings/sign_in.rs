//! `[sign_in]`: the ways in, and how long what lets somebody in stays good.

use std::{collections::BTreeMap, path::PathBuf};

use jiff::SignedDuration;
use serde::Deserialize;

use crate::{
    api::team::{PERMISSIONS, Role},
    domain::elevation::duration,
    error::{Error, Result},
};

/// The ways in, and how long what lets somebody in stays good.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// A personal token, from its making.
    #[serde(deserialize_with = "duration")]
    pub token_lifetime: SignedDuration,
    /// A personal token, from its last use.
    #[serde(deserialize_with = "duration")]
    pub token_unused: SignedDuration,
    /// An invite.
    #[serde(deserialize_with = "duration")]
    pub invite_lifetime: SignedDuration,
    /// An enrolment code.
    #[serde(deserialize_with = "duration")]
    pub enrollment_lifetime: SignedDuration,
    /// How old the sign-in at a provider may be when a password is asked for, by the token's
    /// `auth_time`. A provider whose access tokens have none is warned of in the log: the age is
    /// then that of the token itself, which is renewed without anybody being there.
    #[serde(deserialize_with = "duration")]
    pub fresh: SignedDuration,
    /// Whether admins can invite, and what they have sent is good; an invite of this machine's
    /// `serve admin-invite` always is.
    pub invites: bool,
    /// Whether a program's secret can be traded for a token.
    pub programs: bool,
    /// Whether tokens of the providers below are taken.
    pub issuers: bool,
    /// Whether clients may keep tokens in a file where there is no keyring. Clients of ours obey.
    pub file_store: bool,
    /// `[[sign_in.issuer]]`
    pub issuer: Vec<Issuer>,
}

impl Default for SignIn {
    fn default() -> Self {
        let days = |n: i64| SignedDuration::from_hours(24 * n);
        Self {
            token_lifetime: days(90),
            token_unused: days(30),
            invite_lifetime: days(1),
            enrollment_lifetime: days(1),
            fresh: SignedDuration::from_hours(8),
            invites: true,
            programs: true,
            issuers: true,
            file_store: true,
            issuer: Vec::new(),
        }
    }
}

/// How a provider's access tokens look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Microsoft Entra ID, version 2.0.
    Entra,
    /// RFC 9068.
    Rfc9068,
}

/// Where a person's roles come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RolesFrom {
    /// From the team, as `mmd team` says.
    #[default]
    Team,
    /// From the token, by the issuer's table of roles. Who comes with one becomes a member.
    Claims,
}

/// An identity provider whose tokens are taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its identifier, as it stands in `iss`.
    pub issuer: String,
    /// How its tokens look; by default Entra's for Entra's host, else RFC 9068.
    pub profile: Option<Profile>,
    /// What may stand in `aud`; by default this service's resource identifier.
    #[serde(default)]
    pub audience: Vec<String>,
    /// Clients by which people sign in. The first one is the command line's, and is published.
    #[serde(default)]
    pub client_ids: Vec<String>,
    /// Scopes of which a person's token must hold one; published.
    #[serde(default = "default_scopes")]
    pub scopes: Vec<String>,
    /// Our tenants, by id or domain, whose people sign in here; by default the first one.
    #[serde(default)]
    pub tenant: OneOrMany,
    /// The provider's tenants (`tid`) that are taken, each with ours. Its people are then known as
    /// `TID#SUBJECT`, since two tenants may give two people the same subject.
    #[serde(default)]
    pub tenants: BTreeMap<String, OneOrMany>,
    /// Algorithms that a signature may have.
    #[serde(default = "default_algorithms")]
    pub algorithms: Vec<String>,
    /// What may stand in the header's `typ`; by default what the profile says.
    pub types: Option<Vec<String>>,
    /// Names of claims that differ from the profile's.
    #[serde(default)]
    pub claims: Claims,
    /// Where a person's roles come from.
    #[serde(default)]
    pub roles_from: RolesFrom,
    /// A role of the provider's, and ours that it stands for.
    #[serde(default)]
    pub roles: BTreeMap<String, Vec<Role>>,
    /// Whether a member who was added within the last week is bound by the token's UPN.
    #[serde(default)]
    pub bind_by_upn: bool,
    /// What a program's token must hold, as a role or a scope.
    #[serde(default = "default_program_role")]
    pub program_role: String,
    /// Programs that the provider signs in.
    #[serde(default)]
    pub program: Vec<Program>,
    /// Certificate authorities of the provider, in PEM, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Take a provider on this machine without HTTPS: for tests.
    #[serde(default)]
    pub insecure_loopback: bool,
}

/// A program that a provider signs in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Its client id at the provider.
    pub client_id: String,
    /// Its name here: `app:NAME` in requests and in the audit trail.
    pub name: String,
    /// What it may; empty means everything.
    #[serde(default)]
    pub may: Vec<String>,
    /// Our tenant, by id or domain; by default the issuer's only one.
    pub tenant: Option<String>,
}

/// Names of claims; what is not given is the profile's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claims {
    /// The provider's tenant (`tid`; RFC 9068 has none).
    pub tenant: Option<String>,
    /// Who it is within the issuer (`oid`; `sub`).
    pub subject: Option<String>,
    /// Scopes of a person's token (`scp`; `scope`).
    pub scope: Option<String>,
    /// The client (`azp`; `client_id`).
    pub client: Option<String>,
    /// Roles (`roles`).
    pub roles: Option<String>,
    /// The UPN, for display and for `bind_by_upn`; the first that is there counts.
    pub upn: Option<Vec<String>>,
    /// When the person signed in (`auth_time`).
    pub auth_time: Option<String>,
}

/// A name, or a list of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneOrMany(pub Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> std::result::Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::One(one) => vec![one],
            Either::Many(many) => many,
        }))
    }
}

fn default_scopes() -> Vec<String> {
    vec!["MmdSupport.ReadWrite".into()]
}

fn default_program_role() -> String {
    "MmdSupport.ReadWrite".into()
}

fn default_algorithms() -> Vec<String> {
    ["RS256", "PS256", "ES256", "EdDSA"].map(str::to_owned).to_vec()
}

impl Issuer {
    /// How its tokens look.
    pub fn profile(&self) -> Profile {
        let entra = self.issuer.starts_with("https://login.microsoftonline.");
        self.profile.unwrap_or(if entra { Profile::Entra } else { Profile::Rfc9068 })
    }

    /// Our tenants that this issuer may speak of, as the settings name them.
    pub fn named_tenants(&self) -> impl Iterator<Item = &str> {
        let of_programs = self.program.iter().filter_map(|program| program.tenant.as_deref());
        let of_people = self.tenants.values().flat_map(|ours| &ours.0).chain(&self.tenant.0);
        of_people.map(String::as_str).chain(of_programs)
    }
}

impl SignIn {
    /// Finds what no start should get past.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage), naming the issuer.
    pub fn check(&self) -> Result<()> {
        for (at, issuer) in self.issuer.iter().enumerate() {
            let wrong = |why: String| {
                Err(Error::usage(format!(
                    "the issuer `{}` in `[[sign_in.issuer]]`: {why}",
                    issuer.issuer
                )))
            };
            if self.issuer[..at].iter().any(|other| other.issuer == issuer.issuer) {
                return wrong("it stands there twice".into());
            }
            if let Err(why) = check_address(&issuer.issuer, issuer.insecure_loopback) {
                return wrong(why);
            }
            if issuer.client_ids.is_empty() && issuer.program.is_empty() {
                return wrong("`client_ids` names no client by which people sign in".into());
            }
            let programs = issuer.program.iter().map(|program| &program.client_id);
            if issuer.client_ids.iter().chain(programs).any(|client| client.trim().is_empty()) {
                return wrong("a client id is empty: every token without a client would do".into());
            }
            let known = default_algorithms();
            let more = ["RS384", "RS512", "PS384", "PS512", "ES384"];
            let odd = issuer
                .algorithms
                .iter()
                .find(|name| !known.contains(name) && !more.contains(&name.as_str()));
            if let Some(odd) = odd {
                return wrong(format!("`{odd}` is no algorithm that a provider may sign with"));
            }
            if issuer.algorithms.is_empty() {
                return wrong("`algorithms` is empty".into());
            }
            let single = issuer.tenants.is_empty() && issuer.tenant.0.len() <= 1
                || issuer.tenants.len() == 1
                    && issuer.tenants.values().all(|ours| ours.0.len() == 1)
                    && issuer.tenant.0.is_empty();
            if !issuer.tenants.is_empty() && !issuer.tenant.0.is_empty() {
                return wrong("give `tenant` or `tenants`, not both".into());
            }
            if issuer.bind_by_upn && !single {
                return wrong("`bind_by_upn` needs an issuer of a single tenant".into());
            }
            if issuer.roles_from == RolesFrom::Claims && (!single || issuer.roles.is_empty()) {
                return wrong(
                    "`roles_from = \"claims\"` needs a single tenant, and a table `roles`".into(),
                );
            }
            if issuer.audience.iter().chain(&issuer.scopes).any(|word| word.trim().is_empty()) {
                return wrong("an `audience` or a scope is empty".into());
            }
            for (at, program) in issuer.program.iter().enumerate() {
                let others = &issuer.program[..at];
                if others.iter().any(|other| other.client_id == program.client_id) {
                    return wrong(format!(
                        "the program `{}` stands there twice",
                        program.client_id
                    ));
                }
                if let Some(odd) =
                    program.may.iter().find(|word| !PERMISSIONS.contains(&word.as_str()))
                {
                    return wrong(format!(
                        "`{odd}` is not a permission: use {}",
                        PERMISSIONS.join(", ")
                    ));
                }
                if issuer.client_ids.contains(&program.client_id) {
                    return wrong(format!(
                        "the client `{}` cannot be a program and a person's",
                        program.client_id
                    ));
                }
                if program.name.trim().is_empty() || program.name.chars().any(char::is_control) {
                    return wrong("a program has no name".into());
                }
            }
        }
        Ok(())
    }
}

/// An issuer is an HTTPS address without query or fragment (OpenID Connect Discovery, 3).
fn check_address(text: &str, insecure_loopback: bool) -> std::result::Result<(), String> {
    let url = reqwest::Url::parse(text).map_err(|error| format!("it is no address: {error}"))?;
    let loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    match url.scheme() {
        "https" => {}
        "http" if loopback && insecure_loopback => {}
        "http" if loopback => {
            return Err("without HTTPS it needs `insecure_loopback = true`".into());
        }
        _ => return Err("it has to begin with `https://`".into()),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("nothing may follow its path".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("names and passwords do not belong into it".into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<SignIn> {
        let settings: SignIn =
            toml::from_str(text).map_err(|error| Error::usage("no").cause(error))?;
        settings.check().map(|()| settings)
    }

    #[test]
    fn an_issuer_needs_no_more_than_address_and_client() {
        let text = "[[issuer]]\nissuer = 'https://id.example.com'\nclient_ids = ['mmd']";
        let settings = read(text).unwrap();
        let issuer = &settings.issuer[0];
        assert_eq!(issuer.profile(), Profile::Rfc9068);
        assert_eq!(issuer.algorithms, ["RS256", "PS256", "ES256", "EdDSA"]);
        assert_eq!(issuer.roles_from, RolesFrom::Team);
        assert!(!issuer.bind_by_upn && !issuer.insecure_loopback);
        let text = "[[issuer]]\nissuer = 'https://login.microsoftonline.com/t/v2.0'
            client_ids = ['mmd']\ntenants = { t = ['a', 'b'], u = 'c' }";
        let settings = read(text).unwrap();
        assert_eq!(settings.issuer[0].profile(), Profile::Entra);
        assert_eq!(settings.issuer[0].named_tenants().collect::<Vec<_>>(), ["a", "b", "c"]);
    }

    #[test]
    fn what_would_let_the_wrong_people_in_is_refused() {
        let good = "[[issuer]]\nissuer = 'https://id.example.com'\nclient_ids = ['mmd']\n";
        let but = |line: &str| format!("{good}{line}");
        for bad in [
            "[[issuer]]\nissuer = 'http://id.example.com'\nclient_ids = ['mmd']".to_owned(),
            "[[issuer]]\nissuer = 'http://127.0.0.1:1'\nclient_ids = ['mmd']".to_owned(),
            "[[issuer]]\nissuer = 'https://id.example.com?x'\nclient_ids = ['mmd']".to_owned(),
            "[[issuer]]\nissuer = 'id.example.com'\nclient_ids = ['mmd']".to_owned(),
            "[[issuer]]\nissuer = 'https://id.example.com'".to_owned(),
            "[[issuer]]\nissuer = 'https://id.example.com'\nclient_ids = ['']".to_owned(),
            "[[issuer]]\nissuer = 'https://id.example.com'\nclient_ids = ['mmd', ' ']".to_owned(),
            but("program = [{ client_id = '', name = 'x' }]"),
            but("algorithms = ['none']"),
            but("algorithms = ['HS256']"),
            but("algorithms = []"),
            but("tenant = ['a', 'b']\nbind_by_upn = true"),
            but("tenant = 'a'\ntenants = { t = 'a' }"),
            but("roles_from = 'claims'"),
            but("program = [{ client_id = 'mmd', name = 'x' }]"),
            but("program = [{ client_id = 'p', name = 'x', may = ['all'] }]"),
            but("audiences = ['x']"),
            but("audience = ['']"),
            but("scopes = ['mmd', ' ']"),
            but("program = [{ client_id = 'p', name = 'x' }, \
                 { client_id = 'p', name = 'y', may = ['devices'] }]"),
            format!("{good}{good}"),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
        let local = "[[issuer]]\nissuer = 'http://127.0.0.1:1'\nclient_ids = ['mmd']\n";
        assert!(read(&format!("{local}insecure_loopback = true")).is_ok());
        let far = "[[issuer]]\nissuer = 'http://192.0.2.1'\nclient_ids = ['mmd']\n";
        assert!(read(&format!("{far}insecure_loopback = true")).is_err());
    }
}
