//! What a delivery consists of, and its views.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::super::{Cell, Details, Tone, clean};
use crate::{
    cli::verbs::words::{word, word_and},
    error::{Error, Result},
    secret::Secret,
};

/// The status of a password that the device has not confirmed. One whose *replacement* has failed
/// (`PasswordFailed`) was confirmed, and still opens.
const PENDING: &str = "PasswordPending";

/// What the service has handed out for an elevation request.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// The request as the service answers it.
    pub request: Value,
    /// The name of the device.
    pub device: String,
    /// The account as it is typed at the prompt: `.\mmdadmin` on Windows, `mmdadmin` on Linux.
    pub account: String,
    /// The password; `None` when it was not read.
    pub password: Option<Secret>,
    /// Others that may still open the device, to be tried in this order.
    pub candidates: Vec<Secret>,
    /// `PasswordSucceeded`, `PasswordPending` or `PasswordFailed`.
    pub status: String,
    /// The generation of the password.
    pub generation: Option<i64>,
    /// Until when the request is open.
    pub valid_until: Option<Timestamp>,
    /// It was asked for by its generation: whether it opens is for the asker to see.
    pub by_number: bool,
    /// The generation that the device has confirmed, as far as that is known.
    pub confirmed: Option<i64>,
    /// What closing does, as a sentence.
    pub closing: String,
}

impl Delivered {
    pub(super) fn password(&self) -> Result<&Secret> {
        self.password.as_ref().ok_or_else(|| Error::failed("the service has sent no password"))
    }

    /// The password, and under it what else may open the device, a line for each.
    pub(super) fn passwords(&self) -> Result<Zeroizing<String>> {
        let mut text = Zeroizing::new(format!("{}\n", clean::line(self.password()?.expose())));
        for candidate in &self.candidates {
            text.push_str(&format!("or {}\n", clean::line(candidate.expose())));
        }
        Ok(text)
    }

    pub(super) fn is_confirmed(&self) -> bool {
        self.status != PENDING
    }

    pub(super) fn request_id(&self) -> Option<&str> {
        self.request.get("id").and_then(Value::as_str)
    }

    /// Why the password may not open the device, and what then.
    pub(super) fn doubt(&self, revealed: bool) -> Option<String> {
        if self.is_confirmed() || self.by_number || self.password.is_none() {
            return None;
        }
        let others = match (self.candidates.is_empty(), revealed) {
            (true, _) => format!("try `mmd elevate password {}` again later", word(&self.device)),
            (false, true) => "try the candidates in their order".to_owned(),
            (false, false) => format!(
                "`mmd elevate password {}` shows the {} other(s) to try",
                word_and(&self.device, "--reveal"),
                self.candidates.len()
            ),
        };
        Some(format!("the device has not confirmed this password yet; if it fails, {others}"))
    }

    /// The generation that has replaced this one.
    pub(super) fn successor(&self) -> Option<i64> {
        let newer = |confirmed: &i64| self.generation.is_some_and(|own| own < *confirmed);
        self.confirmed.filter(newer).filter(|_| self.by_number)
    }

    /// With `reveal`, the password and its candidates stand among the rest.
    pub(super) fn details(&self, reveal: bool, people: bool) -> Details {
        let mut details =
            Details::new().row("Device", &*self.device).row("Account", &*self.account);
        if reveal {
            details = details.row("Password", self.password.clone().map(Cell::Secret));
            for candidate in &self.candidates {
                details = details.row("Candidate", Cell::Secret(candidate.clone()));
            }
        }
        let status = match self.successor() {
            // What the service says of it is true, and yet it may open nothing any more.
            Some(_) if people => Cell::Toned("superseded".into(), Tone::Warn),
            _ if self.is_confirmed() => Cell::Toned(self.status.clone(), Tone::Good),
            _ => Cell::Toned(self.status.clone(), Tone::Warn),
        };
        details
            .row("Status", status)
            .row("Generation", self.generation)
            .row("Valid until", self.valid_until)
            .row("Request", self.request_id())
    }

    /// The documented JSON. Without `reveal` no member is called `password`, however deep, and no
    /// candidate is told.
    pub(super) fn json(&self, reveal: bool) -> Value {
        let mut members = Map::new();
        members.insert("request".into(), without_secrets(self.request.clone()));
        members.insert("account".into(), json!(self.account));
        if reveal {
            members.insert("password".into(), json!(self.password));
        }
        let candidates = if reveal { json!(self.candidates) } else { json!([]) };
        members.insert("candidates".into(), candidates);
        members.insert("status".into(), json!(self.status));
        members.insert("generation".into(), json!(self.generation));
        members.insert("validUntil".into(), json!(self.valid_until));
        Value::Object(members)
    }
}

/// The service puts no secret into a request; should it ever, it does not leave by this door.
fn without_secrets(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| {
                !matches!(name.as_str(), "password" | "candidates" | "@mmd.candidates")
            })
            .map(|(name, value)| (name, without_secrets(value)))
            .collect(),
        Value::Array(values) => values.into_iter().map(without_secrets).collect(),
        other => other,
    }
}
