//! Support requests, their notes and what is done with them.

use std::fmt;

use reqwest::{Method, StatusCode};
use uuid::Uuid;

use super::{Tenant, answer::Answer, call};
use crate::{
    api::{
        self, BASE, ErrorDetail,
        ticket::{
            Destination, EditTicket, FileTicket, NewNote, NewTicket, Note, ReplyTicket, TakeTicket,
            Ticket, TicketEvent, TransferTicket, Word, hand_over,
        },
    },
    domain::ticket::segment,
    error::Result,
};

/// What filing a request came to.
#[derive(Debug, Clone)]
pub enum Filing {
    /// It is filed.
    Filed(Box<Ticket>),
    /// It is not, but nothing is lost: an admin files it.
    HandedOver(HandedOver),
}

/// A request that waits for an admin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// The service's sentence.
    pub message: String,
    /// The kept request's id.
    pub id: String,
    /// To whom a notice goes out: it is queued, and nobody has seen it yet.
    pub notifying: Vec<Told>,
    /// Whom to call: no sink tells anybody.
    pub call: Vec<Told>,
}

/// What to do where a queued notice may be too slow.
pub const URGENT: &str = "a notice can be late, or fail: where it is urgent, call them";

/// Somebody who is being told, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The e-mail address.
    pub address: String,
    /// The name and, where one is known, the telephone number.
    pub who: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.who.as_str(), self.address.as_str()) {
            ("", address) => f.write_str(address),
            (who, address) if address.is_empty() || who == address => f.write_str(who),
            (who, address) => write!(f, "{who} <{address}>"),
        }
    }
}

/// Which tickets are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TicketQuery {
    /// An OData `$filter`.
    pub filter: Option<String>,
    /// An OData `$orderby`; the newest first without one.
    pub order: Option<String>,
    /// At most so many.
    pub top: Option<u32>,
}

/// A path below the ticket `id`.
pub(super) fn path(id: &str, rest: &[&str]) -> Result<String> {
    let own = segment(id);
    call::path(BASE, &[&[own.as_str()], rest].concat())
}

impl Tenant {
    /// Files a request (operation 11) once, however often it is sent under `key`. What its filer may
    /// not file is kept for an admin.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) where a rule forbids it,
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who may file nothing.
    pub async fn create_ticket(&self, new: &NewTicket, key: Uuid) -> Result<Filing> {
        let path = call::path(BASE, &["tickets"])?;
        let call = self.client.call(Method::POST, &path).body(new)?.keyed_as(key);
        filing(call.answer().await?)
    }

    /// The tickets that fit, as many as there are.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) for a filter that the service does not take.
    pub async fn tickets(&self, query: &TicketQuery) -> Result<Vec<Ticket>> {
        let path = call::path(BASE, &["tickets"])?;
        let call = self.client.call(Method::GET, &path);
        let call = call.maybe("$filter", query.filter.as_deref());
        let call = call.maybe("$orderby", query.order.as_deref());
        self.client.rows(call.maybe("$top", query.top)).await
    }

    /// What operations have to work on, what is overdue first.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn ticket_queue(&self) -> Result<Vec<Ticket>> {
        let path = call::path(BASE, &["tickets", "queue"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// The requests that wait for an admin: one's own, or all for an admin.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn handed_over(&self) -> Result<Vec<Ticket>> {
        let path = call::path(BASE, &["tickets", "handOvers"])?;
        self.client.rows(self.client.call(Method::GET, &path)).await
    }

    /// One ticket (operation 13), or one request that waits for an admin.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn ticket(&self, id: &str) -> Result<Ticket> {
        self.client.call(Method::GET, &path(id, &[])?).json().await
    }

    /// The notes of a ticket (operation 14), oldest first.
    ///
    /// # Errors
    /// Those of [`Tenant::ticket`].
    pub async fn ticket_notes(&self, id: &str) -> Result<Vec<Note>> {
        self.client.rows(self.client.call(Method::GET, &path(id, &["notes"])?)).await
    }

    /// Every step of a ticket, oldest first.
    ///
    /// # Errors
    /// Those of [`Tenant::ticket`].
    pub async fn ticket_timeline(&self, id: &str) -> Result<Vec<TicketEvent>> {
        self.client.rows(self.client.call(Method::GET, &path(id, &["timeline"])?)).await
    }

    /// Adds a note (operation 15); it answers a request for action.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) on a resolved ticket.
    pub async fn add_ticket_note(&self, id: &str, text: &str) -> Result<()> {
        let body = NewNote { text: text.to_owned() };
        let call = self.client.call(Method::POST, &path(id, &["addNote"])?);
        call.body(&body)?.keyed().done().await
    }

    /// Edits a ticket.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) where a rule forbids it: a resolved ticket,
    /// the severity of anything but an incident, a severity that is an admin's to choose.
    pub async fn edit_ticket(&self, id: &str, edit: &EditTicket) -> Result<Ticket> {
        let call = self.client.call(Method::PATCH, &path(id, &[])?);
        call.body(edit)?.keyed().json().await
    }

    /// Files a request that waits, as it stands or corrected.
    ///
    /// # Errors
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who may not file it,
    /// [`Kind::Refused`](crate::error::Kind::Refused) once it does not wait any more.
    pub async fn file_ticket(&self, id: &str, corrected: &FileTicket) -> Result<Ticket> {
        self.step(id, "file", corrected).await
    }

    /// Drops a request that waits.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) once it does not wait any more.
    pub async fn withdraw_ticket(&self, id: &str) -> Result<()> {
        let call = self.client.call(Method::POST, &path(id, &["withdraw"])?);
        call.body(&Word::default())?.keyed().done().await
    }

    /// Resolves a ticket.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when it is resolved already.
    pub async fn resolve_ticket(&self, id: &str, text: Option<&str>) -> Result<Ticket> {
        self.step(id, "resolve", &word(text)).await
    }

    /// Takes a resolved ticket up again, within 24 h.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when it is active, or it is too late.
    pub async fn reactivate_ticket(&self, id: &str, text: Option<&str>) -> Result<Ticket> {
        self.step(id, "reactivate", &word(text)).await
    }

    /// Hands a ticket to another destination.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when it lies there already, or is resolved.
    pub async fn transfer_ticket(
        &self,
        id: &str,
        destination: Destination,
        text: Option<&str>,
    ) -> Result<Ticket> {
        let body = TransferTicket { destination, text: text.map(str::to_owned) };
        self.step(id, "transfer", &body).await
    }

    /// Takes a ticket to work on it; from somebody who has it only by their name.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) when somebody else has it: the sentence says
    /// who.
    pub async fn take_ticket(&self, id: &str, from: Option<&str>) -> Result<Ticket> {
        self.step(id, "take", &TakeTicket { from: from.map(str::to_owned) }).await
    }

    /// Answers as operations, and may ask the filer to act.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) on a resolved ticket.
    pub async fn reply_to_ticket(
        &self,
        id: &str,
        text: &str,
        request_action: bool,
    ) -> Result<Ticket> {
        self.step(id, "reply", &ReplyTicket { text: text.to_owned(), request_action }).await
    }

    /// Lowers the severity by one level, because a commitment was not kept.
    ///
    /// # Errors
    /// [`Kind::Refused`](crate::error::Kind::Refused) at severity C, or once it is resolved.
    pub async fn lower_ticket(&self, id: &str, text: Option<&str>) -> Result<Ticket> {
        self.step(id, "lower", &word(text)).await
    }

    /// One of the steps that answer with the ticket as it is then.
    async fn step(&self, id: &str, name: &str, body: &impl serde::Serialize) -> Result<Ticket> {
        let call = self.client.call(Method::POST, &path(id, &[name])?);
        call.body(body)?.keyed().json().await
    }
}

fn word(text: Option<&str>) -> Word {
    Word { text: text.map(str::to_owned) }
}

/// A filed ticket, a kept request, or the service's refusal.
fn filing(answer: Answer) -> Result<Filing> {
    if answer.status == StatusCode::FORBIDDEN
        && let Some(handed_over) = handed_over(&answer.details())
    {
        return Ok(Filing::HandedOver(handed_over));
    }
    Ok(Filing::Filed(Box::new(answer.success()?.json()?)))
}

/// What the details of a refusal say of a kept request, if they say anything.
fn handed_over(details: &[ErrorDetail]) -> Option<HandedOver> {
    let of = |code: &'static str| details.iter().filter(move |detail| detail.code == code);
    let kept = of(hand_over::KEPT).next()?;
    let message = of(api::messages::RULE).next().map(|rule| rule.message.clone());
    let people = |code| {
        let person = |d: &ErrorDetail| Told { address: d.target.clone(), who: d.message.clone() };
        of(code).map(person).collect::<Vec<_>>()
    };
    Some(HandedOver {
        message: message.unwrap_or_else(|| kept.message.clone()),
        id: kept.target.clone(),
        notifying: people(hand_over::NOTIFYING),
        call: people(hand_over::CALL),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::messages;

    #[test]
    fn a_ticket_is_named_in_a_path_the_odata_way() {
        let path = |id: &str| super::path(id, &["addNote"]).unwrap();
        let base = "/support/odata/v1";
        assert_eq!(
            path("MMD-1465058-R5V8P"),
            format!("{base}/tickets%28%27MMD-1465058-R5V8P%27%29/addNote")
        );
        assert_eq!(path("a'/b"), format!("{base}/tickets%28%27a%27%27%2Fb%27%29/addNote"));
    }

    #[test]
    fn a_kept_request_is_told_from_a_plain_refusal() {
        let detail = |code: &str, message: &str, target: &str| ErrorDetail {
            code: code.into(),
            message: message.into(),
            target: target.into(),
        };
        let details = [
            detail(messages::RULE, "An admin files severity A.", "severity"),
            detail(hand_over::KEPT, "Kept.", "MMD-1465058-R5V8P"),
            detail(hand_over::NOTIFYING, "Ana, +34 1", "ana@contoso.com"),
            detail(hand_over::CALL, "Ana, +34 1", "ana@contoso.com"),
        ];
        let told = Told { address: "ana@contoso.com".into(), who: "Ana, +34 1".into() };
        let expected = HandedOver {
            message: "An admin files severity A.".into(),
            id: "MMD-1465058-R5V8P".into(),
            notifying: vec![told.clone()],
            call: vec![told],
        };
        assert_eq!(handed_over(&details), Some(expected));
        assert_eq!(handed_over(&details[..1]), None);
    }
}
