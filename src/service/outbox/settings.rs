//! What the configuration says of sinks: `[outbox]`, `[[sink]]` and `[[audit.sink]]`.
//!
//! Targets stand here only; no request ever names one. A member that does not belong to a sink's
//! kind is refused with the sink's name.
//!
//! ```toml
//! [outbox]                       # these are the defaults
//! first_wait = "1s"
//! longest_wait = "1h"
//! give_up_after = "72h"
//!
//! [[sink]]
//! name = "hooks"
//! kind = "webhook"               # Standard Webhooks
//! url = "https://hooks.example.com/mmd"
//! secret_file = "/etc/mmd/hooks.secret"
//! # next_secret_file = "…"       # while one is replaced: both sign
//! # events = ["ticket.*"]        # all of them otherwise
//! # tenant = "…", ca_file = "…", allow_private = false, timeout = "10s"
//!
//! [[sink]]
//! name = "mail"
//! kind = "email"
//! host = "smtp.example.com"      # port 587 and STARTTLS, or tls = "implicit" and 465
//! from = "Support <mmd@example.com>"
//! username = "mmd"
//! password_file = "/etc/mmd/smtp.password"
//!
//! [[sink]]
//! name = "desk"
//! kind = "servicenow"
//! instance = "https://acme.service-now.com"
//! client_id = "mmd"              # or username and password_file
//! client_secret_file = "/etc/mmd/servicenow.secret"
//!
//! [[audit.sink]]
//! name = "siem"
//! kind = "syslog"                # or file (path) or webhook (url, secret_file)
//! host = "siem.example.com"      # port 6514; what is on the way must leave an idle connection
//!                                # open for 30 s, or events come more than once
//!
//! [[audit.sink]]
//! name = "lines"
//! kind = "file"
//! path = "/var/log/mmd/audit.jsonl"
//! mandatory = true               # no password that it has not heard of; not with syslog
//! # begin = "now"                # or "first": the whole trail, when the sink is new
//! ```

use std::{collections::BTreeSet, path::PathBuf};

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error as _};
use uuid::Uuid;

use crate::{
    domain::{
        delivery::{EVENTS, is_pattern, wants},
        elevation::duration,
    },
    error::{Error, Result},
};

/// Where something is sent, and how it is reached.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reach {
    /// The authorities to trust, in PEM, instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Loopback, link-local and private addresses are allowed too.
    pub allow_private: bool,
    /// How long one attempt may take.
    #[serde(deserialize_with = "duration")]
    pub timeout: SignedDuration,
}

impl Default for Reach {
    fn default() -> Self {
        Self { ca_file: None, allow_private: false, timeout: SignedDuration::from_secs(10) }
    }
}

/// A file with a secret, and the one that is to follow it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookTarget {
    /// Where to post; HTTPS.
    pub url: String,
    /// The file of the signing secret, `whsec_…`.
    pub secret_file: PathBuf,
    /// The file of a second secret while one is replaced by another: both sign.
    pub next_secret_file: Option<PathBuf>,
}

/// An SMTP server and who sends by it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailTarget {
    /// The server's name, which its certificate shows.
    pub host: String,
    /// 587 with STARTTLS, 465 with implicit TLS.
    pub port: Option<u16>,
    /// How TLS begins.
    #[serde(default)]
    pub tls: SmtpTls,
    /// The sender, `name@domain` or `Name <name@domain>`.
    pub from: String,
    /// Who signs in; nobody where it is missing.
    pub username: Option<String>,
    /// The file of the password.
    pub password_file: Option<PathBuf>,
}

/// How TLS begins; without TLS nothing is sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// By command, on a connection in the clear.
    #[default]
    StartTls,
    /// From the first byte.
    Implicit,
}

/// A ServiceNow instance and how we sign in to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceNowTarget {
    /// The instance, `https://NAME.service-now.com`.
    pub instance: String,
    /// Basic authentication: who signs in.
    pub username: Option<String>,
    /// The file of the password.
    pub password_file: Option<PathBuf>,
    /// OAuth client credentials: the client.
    pub client_id: Option<String>,
    /// The file of the client's secret.
    pub client_secret_file: Option<PathBuf>,
    /// What stands in `close_code` of a resolved incident.
    #[serde(default = "close_code")]
    pub close_code: String,
}

fn close_code() -> String {
    "Solution provided".to_owned()
}

/// What a sink is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Signed HTTP requests (Standard Webhooks).
    Webhook(WebhookTarget),
    /// Mail to the people who are to be told.
    Email(EmailTarget),
    /// Incidents by ServiceNow's Table API.
    ServiceNow(ServiceNowTarget),
}

/// `[[sink]]`: where notices go.
#[derive(Debug, Clone)]
pub struct SinkSettings {
    /// Its name in lists, metrics and the log.
    pub name: String,
    /// Patterns of the events that it gets: `ticket.created`, `ticket.*`, `*`.
    pub events: Vec<String>,
    /// The only tenant that it is told of.
    pub tenant: Option<Uuid>,
    /// How it is reached.
    pub reach: Reach,
    /// What it is.
    pub kind: Kind,
}

/// What an audit sink is.
#[derive(Debug, Clone)]
pub enum AuditKind {
    /// JSON lines at the end of a file.
    File(FileTarget),
    /// RFC 5424 messages over TLS (RFC 5425).
    Syslog(SyslogTarget),
    /// Signed HTTP requests, one for each event.
    Webhook(WebhookTarget),
}

/// A file that events are appended to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileTarget {
    /// Where it lies; made (0600) where it is missing, also after a rotation.
    pub path: PathBuf,
}

/// A syslog server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyslogTarget {
    /// The server's name, which its certificate shows.
    pub host: String,
    /// 6514 unless another is named.
    pub port: Option<u16>,
}

/// Where a sink that is new begins in a trail. It is known by its name from then on, and goes on
/// where it was, also after it was left out of the configuration for a while.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Begin {
    /// With what happens from its first start on; `mmd audit export` has what was before.
    #[default]
    Now,
    /// With the first event that is kept. A mandatory sink lets no password out before it has all
    /// of them.
    First,
}

/// `[[audit.sink]]`: where the trail's events go.
#[derive(Debug, Clone)]
pub struct AuditSinkSettings {
    /// Its name in metrics and the log.
    pub name: String,
    /// The only tenant whose trail goes there.
    pub tenant: Option<Uuid>,
    /// No password is handed out that this sink has not heard of.
    pub mandatory: bool,
    /// Where it begins, when it is new.
    pub begin: Begin,
    /// How it is reached.
    pub reach: Reach,
    /// What it is.
    pub kind: AuditKind,
}

/// `[audit]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// `[[audit.sink]]`
    pub sink: Vec<AuditSinkSettings>,
}

/// Takes the members `names` out of `table`.
fn split(table: &mut toml::Table, names: &[&str]) -> toml::Table {
    names
        .iter()
        .filter_map(|&name| table.remove(name).map(|value| (name.to_owned(), value)))
        .collect()
}

/// Reads `table`. The members `common` stand elsewhere, and are named beside its own where it has
/// one that is neither.
fn read<T: serde::de::DeserializeOwned, E: serde::de::Error>(
    what: &str,
    common: &[&str],
    table: toml::Table,
) -> Result<T, E> {
    toml::Value::Table(table).try_into().map_err(|error: toml::de::Error| {
        let error = error.to_string();
        let more = match error.starts_with("unknown field") {
            true => format!(", beside {}", common.join(", ")),
            false => String::new(),
        };
        E::custom(format!("{what}: {}{more}", error.trim_end()))
    })
}

const REACH: [&str; 3] = ["ca_file", "allow_private", "timeout"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    name: String,
    kind: String,
    events: Option<Vec<String>>,
    tenant: Option<Uuid>,
    #[serde(default)]
    mandatory: bool,
    #[serde(default)]
    begin: Begin,
}

/// The members that every sink has, how it is reached, and what is left for its kind.
fn parts<'de, D: Deserializer<'de>>(
    source: D,
    block: &str,
    common: &[&str],
) -> Result<(String, Common, Reach, toml::Table), D::Error> {
    let mut table = toml::Table::deserialize(source)?;
    let name = table.get("name").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let what = match name.is_empty() {
        true => format!("a [[{block}]]"),
        false => format!("the [[{block}]] `{name}`"),
    };
    let members: Common = read(&what, common, split(&mut table, common))?;
    let well_formed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || name.len() > 64 || !name.chars().all(well_formed) {
        let rule = "`name` is 1 to 64 letters, digits, `-`, `_` or `.`";
        return Err(D::Error::custom(format!("{what}: {rule}")));
    }
    let reach = read(&what, &REACH, split(&mut table, &REACH))?;
    Ok((what, members, reach, table))
}

/// What mail tells: what `framework.md` promises notices of, and what asks somebody to do something.
/// Nobody is written to about anything else.
const MAILED: [&str; 7] = [
    "ticket.created",
    "ticket.assigned",
    "ticket.resolved",
    "ticket.handedOver",
    "ticket.severityAsked",
    "ticket.actionRequested",
    "ticket.closed",
];

impl<'de> Deserialize<'de> for SinkSettings {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let common = ["name", "kind", "events", "tenant"];
        let (what, members, reach, rest) = parts(source, "sink", &common)?;
        let common = [&common[..], &REACH].concat();
        let (kind, usual): (_, &[&str]) = match members.kind.as_str() {
            "webhook" => (Kind::Webhook(read(&what, &common, rest)?), &["*"]),
            "email" => (Kind::Email(read(&what, &common, rest)?), &MAILED),
            "servicenow" => {
                (Kind::ServiceNow(read(&what, &common, rest)?), &["ticket.*", "elevation.*"])
            }
            other => {
                return Err(D::Error::custom(format!(
                    "{what}: `kind` is `webhook`, `email` or `servicenow`, not `{other}`"
                )));
            }
        };
        let usual = || usual.iter().map(|&pattern| pattern.to_owned()).collect::<Vec<_>>();
        let events: Vec<String> = members.events.unwrap_or_else(&usual);
        if events.is_empty() {
            return Err(D::Error::custom(format!(
                "{what}: `events` names no event, so nothing would be sent; leave it out for \
                 {}, or take the sink out",
                usual().join(", ")
            )));
        }
        if let Some(wrong) = events.iter().find(|pattern| !is_pattern(pattern)) {
            return Err(D::Error::custom(format!(
                "{what}: `events` holds `{wrong}`, which no event fits; write `*`, `ticket.*`, \
                 `elevation.*`, or some of {}",
                EVENTS.join(", ")
            )));
        }
        let is_mailed = |pattern: &str| MAILED.iter().any(|event| wants(pattern, event));
        let mail = matches!(kind, Kind::Email(_));
        if let Some(wrong) = events.iter().find(|pattern| mail && !is_mailed(pattern)) {
            return Err(D::Error::custom(format!(
                "{what}: `events` holds `{wrong}`, which nobody is mailed about; mail tells of {}",
                MAILED.join(", ")
            )));
        }
        Ok(Self { name: members.name, events, tenant: members.tenant, reach, kind })
    }
}

impl<'de> Deserialize<'de> for AuditSinkSettings {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let common = ["name", "kind", "tenant", "mandatory", "begin"];
        let (what, members, reach, rest) = parts(source, "audit.sink", &common)?;
        let common = [&common[..], &REACH].concat();
        let kind = match members.kind.as_str() {
            "file" => AuditKind::File(read(&what, &common, rest)?),
            "syslog" => AuditKind::Syslog(read(&what, &common, rest)?),
            "webhook" => AuditKind::Webhook(read(&what, &common, rest)?),
            other => {
                return Err(D::Error::custom(format!(
                    "{what}: `kind` is `file`, `syslog` or `webhook`, not `{other}`"
                )));
            }
        };
        let Common { name, tenant, mandatory, begin, .. } = members;
        if mandatory && matches!(kind, AuditKind::Syslog(_)) {
            return Err(D::Error::custom(format!(
                "{what}: `mandatory` needs a sink that acknowledges events, which syslog does \
                 not: use `webhook` or `file`"
            )));
        }
        Ok(Self { name, tenant, mandatory, begin, reach, kind })
    }
}

/// Refuses two sinks of one name: lists and cursors know them by it.
pub fn unique<'a>(block: &str, names: impl Iterator<Item = &'a str>) -> Result<()> {
    let mut known = BTreeSet::new();
    for name in names {
        if !known.insert(name) {
            return Err(Error::usage(format!("two [[{block}]] are called `{name}`")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::settings::Settings;

    fn refused(text: &str) -> String {
        toml::from_str::<Settings>(text).unwrap_err().to_string()
    }

    #[test]
    fn every_kind_of_sink_is_read_with_its_own_members() {
        let settings: Settings = toml::from_str(
            r#"
            [outbox]
            give_up_after = "24h"
            [[sink]]
            name = "hooks"
            kind = "webhook"
            url = "https://hooks.example.com/mmd"
            secret_file = "/etc/mmd/hook"
            events = ["ticket.*"]
            tenant = "6f1f3a0e-1111-4222-8333-444455556666"
            [[sink]]
            name = "mail"
            kind = "email"
            host = "smtp.example.com"
            from = "mmd@example.com"
            tls = "implicit"
            timeout = "30s"
            [[sink]]
            name = "desk"
            kind = "servicenow"
            instance = "https://acme.service-now.com"
            username = "mmd"
            password_file = "/etc/mmd/now"
            [[audit.sink]]
            name = "siem"
            kind = "syslog"
            host = "siem.example.com"
            [[audit.sink]]
            name = "lines"
            kind = "file"
            path = "/var/log/mmd/audit.jsonl"
            mandatory = true
            begin = "first"
            "#,
        )
        .unwrap();
        assert_eq!(settings.outbox.give_up_after, SignedDuration::from_hours(24));
        let events: Vec<_> = settings.sink.iter().map(|sink| sink.events.join(" ")).collect();
        assert_eq!(
            events,
            [
                "ticket.*",
                "ticket.created ticket.assigned ticket.resolved ticket.handedOver \
                 ticket.severityAsked ticket.actionRequested ticket.closed",
                "ticket.* elevation.*"
            ]
        );
        assert!(settings.sink[0].tenant.is_some());
        assert_eq!(settings.sink[1].reach.timeout, SignedDuration::from_secs(30));
        assert!(!settings.audit.sink[0].mandatory && settings.audit.sink[1].mandatory);
        let begin: Vec<_> = settings.audit.sink.iter().map(|sink| sink.begin).collect();
        assert_eq!(begin, [Begin::Now, Begin::First]);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_sink() {
        let hook = "[[sink]]\nname = 'hooks'\nkind = 'webhook'\nurl = 'https://h'\n";
        for (text, says) in [
            (hook.to_owned(), "the [[sink]] `hooks`: missing field `secret_file`"),
            (
                format!("{hook}secret_file='s'\nsecrt='x'"),
                "unknown field `secrt`, expected one of `url`, `secret_file`, `next_secret_file`, \
                 beside name, kind, events, tenant, ca_file, allow_private, timeout",
            ),
            (format!("{hook}secret_file='s'\nmandatory=true"), "unknown field `mandatory`"),
            (format!("{hook}secret_file='s'\nbegin='now'"), "unknown field `begin`"),
            (
                "[[audit.sink]]\nname='f'\nkind='file'\nbegin='late'".into(),
                "unknown variant `late`",
            ),
            (format!("{hook}secret_file='s'\nevents=['ticket']"), "`events` holds `ticket`"),
            (
                format!("{hook}secret_file='s'\nevents=[]"),
                "the [[sink]] `hooks`: `events` names no event, so nothing would be sent; leave \
                 it out for *, or take the sink out",
            ),
            (
                format!("{hook}secret_file='s'\nevents=['elevation.*', 'tickets.*']"),
                "the [[sink]] `hooks`: `events` holds `tickets.*`, which no event fits; write `*`",
            ),
            (
                "[[sink]]\nname='m'\nkind='email'\nhost='h'\nfrom='a@b.c'\n\
                 events=['ticket.*', 'ticket.note']"
                    .into(),
                "the [[sink]] `m`: `events` holds `ticket.note`, which nobody is mailed about; \
                 mail tells of ticket.created, ticket.assigned",
            ),
            (
                "[[sink]]\nname='m'\nkind='email'\nhost='h'\nfrom='a@b.c'\nevents=['elevation.*']"
                    .into(),
                "`events` holds `elevation.*`, which nobody is mailed about",
            ),
            (format!("{hook}secret_file='s'\ntimeout='0s'"), "the [[sink]] `hooks`: "),
            ("[[sink]]\nname='x'\nkind='pager'".into(), "the [[sink]] `x`: `kind` is `webhook`"),
            ("[[sink]]\nkind='webhook'".into(), "a [[sink]]: missing field `name`"),
            ("[[sink]]\nname='a b'\nkind='webhook'".into(), "`name` is 1 to 64"),
            ("[[audit.sink]]\nname='f'\nkind='file'".into(), "missing field `path`"),
            (
                "[[audit.sink]]\nname='s'\nkind='syslog'\nhost='h'\nmandatory=true".into(),
                "the [[audit.sink]] `s`: `mandatory` needs a sink that acknowledges",
            ),
            ("[[audit.sinks]]\nname='f'".into(), "unknown field `sinks`"),
            ("[outbox]\nretries=3".into(), "unknown field `retries`"),
        ] {
            let said = refused(&text);
            assert!(said.contains(says), "{text}\n{said}");
        }
    }
}
