//! Access tokens of identity providers: what must hold before one says anything.
//!
//! The checks are those of RFC 9068, section 4, and of Entra's documentation. What a token says of
//! names and e-mail addresses is never part of a decision here.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, Validation, dangerous, decode, decode_header};
use serde_json::{Map, Value};

use super::{issuers::Issuer, keys::NoKey};
use crate::{domain::team::is_display_name, service::settings::Profile};

/// The longest token, in bytes: one with 200 groups stays below.
pub const LONGEST: usize = 16 * 1024;

/// How much of a name is kept, in characters.
const LONGEST_NAME: usize = 200;

/// How far the provider's clock may be from ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// Why a token is not taken. The sentence is for its bearer, and holds nothing that the token did
/// not say itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// It is not one, or not ours to take: RFC 6750 `invalid_token`.
    Invalid(String),
    /// It was good once: `invalid_token` as well.
    Ended(String),
    /// The issuer has signed it, and it does not hold here: `invalid_token` as well.
    Unfit {
        /// The reason in a word, for the trail.
        code: &'static str,
        /// The sentence.
        why: String,
        /// Whose it is, where it says so.
        whose: Option<Whose>,
    },
    /// It is good, but was not given for this: RFC 6750 `insufficient_scope`.
    Scope(String),
    /// Nobody can tell: the provider does not answer.
    Unreachable,
}

impl From<NoKey> for Refused {
    fn from(why: NoKey) -> Self {
        match why {
            NoKey::Unknown => invalid("its key is not one of the provider's"),
            NoKey::Unreachable => Refused::Unreachable,
        }
    }
}

fn invalid(why: impl fmt::Display) -> Refused {
    Refused::Invalid(why.to_string())
}

/// Who somebody is at an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The issuer's tenant, where it has tenants.
    pub tid: Option<String>,
    /// Who it is within the issuer, or within the issuer's tenant.
    pub oid: String,
}

impl Whose {
    /// Who it is within the issuer: `TID#OID` where it has tenants, which may give two people the
    /// same id.
    pub fn subject(&self) -> String {
        match &self.tid {
            Some(tid) => format!("{tid}#{}", self.oid),
            None => self.oid.clone(),
        }
    }
}

/// What a token says, once it has been checked.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Who it is.
    pub whose: Whose,
    /// A person or a program.
    pub kind: Kind,
    /// Roles that the provider gives.
    pub roles: Vec<String>,
    /// When it ends.
    pub expires: Timestamp,
}

/// Whose token it is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A person's.
    Person {
        /// What the token was given for.
        scopes: Vec<String>,
        /// For display, and for `bind_by_upn`.
        upn: Option<String>,
        /// For display.
        name: Option<String>,
        /// When the token was made; without a time it is as old as can be.
        made: Timestamp,
        /// When the person signed in: `auth_time`, or when the token was made.
        signed_in: Timestamp,
        /// Whether the token says when the person signed in.
        says_when: bool,
    },
    /// A program's.
    Program {
        /// The client.
        client: String,
    },
}

/// The issuer that a token claims, before anything is checked.
pub fn claimed_issuer(token: &str) -> Option<String> {
    if token.len() > LONGEST || token.split('.').count() != 3 {
        return None;
    }
    let claims: Map<String, Value> = dangerous::insecure_decode_claims(token).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// Checks `token` by the rules of `issuer`.
pub async fn check(token: &str, issuer: &Issuer, now: Timestamp) -> Result<Checked, Refused> {
    if token.len() > LONGEST {
        return Err(invalid("it is too long"));
    }
    let header = decode_header(token)
        .map_err(|_| invalid("its header cannot be read, or names no algorithm that is taken"))?;
    let name = format!("{:?}", header.alg);
    if !issuer.settings.algorithms.contains(&name) {
        return Err(invalid(format_args!("the algorithm {name} is not taken")));
    }
    // RFC 7515, 4.1.11: what must be understood and is not ends it.
    if header.crit.is_some() || header.zip.is_some() || header.enc.is_some() {
        return Err(invalid("its header asks for what is not supported"));
    }
    let typ = header.typ.as_deref().unwrap_or_default();
    let typ = typ.strip_prefix("application/").unwrap_or(typ);
    if !issuer.types.iter().any(|taken| taken.eq_ignore_ascii_case(typ)) {
        return Err(invalid(format_args!(
            "it is no access token: its type must be {}",
            issuer.types.join(" or ")
        )));
    }
    let key = issuer.keys.find(header.kid.as_deref(), header.alg, now).await?;
    let claims = decode::<Map<String, Value>>(token, &key, &signature_only(header.alg))
        .map_err(|_| invalid("its signature is wrong"))?
        .claims;
    Claims { claims: &claims, issuer, now }.check()
}

/// The library checks the signature; times go by the service's own clock, and the rest by an
/// issuer's settings, so that each refusal says its reason.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation
}

struct Claims<'a> {
    claims: &'a Map<String, Value>,
    issuer: &'a Issuer,
    now: Timestamp,
}

impl Claims<'_> {
    fn check(&self) -> Result<Checked, Refused> {
        if self.text("iss") != Some(self.issuer.settings.issuer.as_str()) {
            return Err(invalid("it was issued by somebody else"));
        }
        let expires = self.times()?;
        if !self.list("aud").iter().any(|one| self.issuer.audience.contains(one)) {
            let audience = &self.issuer.audience[0];
            let why = format!("it was made for another service: its audience must be {audience}");
            return Err(self.unfit("audience", why));
        }
        let names = &self.issuer.claims;
        let tid = names.tenant.as_deref().and_then(|name| self.text(name));
        let tenants = &self.issuer.settings.tenants;
        if !tenants.is_empty() && !tid.is_some_and(|tid| tenants.contains_key(tid)) {
            let why = "it comes from a tenant of the provider that is not taken";
            return Err(self.unfit("tenant", why));
        }
        let client = self.text(&names.client).unwrap_or_default().to_owned();
        let whose = self.whose().ok_or_else(|| {
            invalid(format_args!("it does not say whose it is: `{}` is missing", names.subject))
        })?;
        let roles = self.list(&names.roles);
        let kind = match self.is_program(&client, &roles)? {
            true => self.program(client, &roles)?,
            false => self.person(&client)?,
        };
        Ok(Checked { whose, kind, roles, expires })
    }

    /// Whose it is, whether it holds or not.
    fn whose(&self) -> Option<Whose> {
        let names = &self.issuer.claims;
        let tid = names.tenant.as_deref().and_then(|name| self.text(name)).map(str::to_owned);
        let oid = self.text(&names.subject).filter(|subject| !subject.is_empty())?.to_owned();
        Some(Whose { tid, oid })
    }

    fn unfit(&self, code: &'static str, why: impl fmt::Display) -> Refused {
        Refused::Unfit { code, why: why.to_string(), whose: self.whose() }
    }

    /// When it ends; refused outside its time. A clock that is wrong is named, because it is the
    /// usual reason.
    fn times(&self) -> Result<Timestamp, Refused> {
        let expires = self.time("exp")?;
        let expires = expires.ok_or_else(|| self.unfit("exp", "it does not say when it ends"))?;
        let (now, clock) = (self.now, "the service's clock says");
        if now >= expires + SKEW {
            return Err(Refused::Ended(format!("it ended at {expires}; {clock} {now:.0}")));
        }
        for (name, what) in [("nbf", "begins at"), ("iat", "was made at")] {
            if let Some(begin) = self.time(name)?
                && begin > now + SKEW
            {
                return Err(self.unfit(name, format!("it {what} {begin}; {clock} {now:.0}")));
            }
        }
        Ok(expires)
    }

    fn is_program(&self, client: &str, roles: &[String]) -> Result<bool, Refused> {
        let names = &self.issuer.claims;
        match self.issuer.settings.profile() {
            // RFC 9068, 2.2: a client that acts for itself is its own subject.
            Profile::Rfc9068 => Ok(self.text("sub").is_some_and(|sub| sub == client)),
            Profile::Entra if self.text("idtyp") == Some("app") => Ok(true),
            Profile::Entra if self.text(&names.scope).is_some() => Ok(false),
            Profile::Entra if !roles.is_empty() => Ok(true),
            Profile::Entra => {
                let why = "it is no access token for this service: it holds neither scope nor role";
                Err(self.unfit("noScope", why))
            }
        }
    }

    fn person(&self, client: &str) -> Result<Kind, Refused> {
        let (names, settings) = (&self.issuer.claims, &self.issuer.settings);
        if !settings.client_ids.iter().any(|taken| taken == client) {
            let why = "people do not sign in here by the client that it was given to";
            return Err(self.unfit("client", why));
        }
        let scopes = self.list(&names.scope);
        let made = self.time("iat")?.unwrap_or(Timestamp::UNIX_EPOCH);
        let said = self.time(&names.auth_time)?;
        if let Some(later) = said.filter(|said| *said > self.now + SKEW) {
            // It would pass for a new sign-in for as long as that.
            let now = self.now;
            let name = &names.auth_time;
            let why = format!("its `{name}` is {later}; the service's clock says {now:.0}");
            return Err(self.unfit("authTime", why));
        }
        // OpenID Connect Core, 5.7: an address that nobody has verified is whatever its bearer says.
        let verified = self.claims.get("email_verified") == Some(&Value::Bool(true));
        let mut upns = names.upn.iter().filter(|name| verified || *name != "email");
        let upn = upns.find_map(|name| self.text(name)).map(str::to_owned);
        Ok(Kind::Person {
            scopes,
            upn,
            name: self.text("name").and_then(shown_name),
            made,
            signed_in: said.unwrap_or(made),
            says_when: said.is_some(),
        })
    }

    /// A provider may give tokens for us to any of its clients: one without the role was never
    /// allowed in.
    fn program(&self, client: String, roles: &[String]) -> Result<Kind, Refused> {
        let settings = &self.issuer.settings;
        if !settings.program.iter().any(|program| program.client_id == client) {
            return Err(invalid("the program that it was given to is not known here"));
        }
        let needed = &settings.program_role;
        let scopes = self.list(&self.issuer.claims.scope);
        match roles.iter().chain(&scopes).any(|held| same_scope(held, needed)) {
            true => Ok(Kind::Program { client }),
            false => Err(Refused::Scope(needed.clone())),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A list, or words with spaces between them.
    fn list(&self, name: &str) -> Vec<String> {
        match self.claims.get(name) {
            Some(Value::String(text)) if name == "aud" => vec![text.clone()],
            Some(Value::String(text)) => text.split_whitespace().map(str::to_owned).collect(),
            Some(Value::Array(all)) => {
                all.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// RFC 7519: seconds, with a fraction or without.
    fn time(&self, name: &str) -> Result<Option<Timestamp>, Refused> {
        let Some(value) = self.claims.get(name) else { return Ok(None) };
        #[expect(clippy::cast_possible_truncation, reason = "a time beyond is refused below")]
        let seconds = value.as_i64().or_else(|| value.as_f64().map(|seconds| seconds as i64));
        let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
        // Room for the skew on both sides.
        let sensible = |at: &Timestamp| (0..=4_102_444_800).contains(&at.as_second());
        time.filter(sensible)
            .map(Some)
            .ok_or_else(|| self.unfit("noTime", format!("its `{name}` is no time")))
    }
}

/// A name as it may be shown. What would read as another's is none.
fn shown_name(text: &str) -> Option<String> {
    let name: String = text.trim().chars().take(LONGEST_NAME).collect();
    Some(name).filter(|name| is_display_name(name))
}

/// Entra names a scope by its last part alone in a token, and by all of it in a request.
pub fn same_scope(held: &str, asked: &str) -> bool {
    held == asked || asked.rsplit_once('/').is_some_and(|(_, last)| last == held)
}
