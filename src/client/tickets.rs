//! Support requests, their notes and attachments, and the admin contacts that stand by.

use std::{fmt, fs::File, path::Path};

use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};
use tokio::time::timeout;
use uuid::Uuid;

use super::{
    Client, Tenant,
    answer::Answer,
    call::{self, Sent},
    network,
};
use crate::{
    api::{
        self, BASE, ErrorDetail,
        ticket::{
            AdminContact, Area, Attachment, Destination, EditTicket, FileTicket, MAX_ATTACHMENT,
            NewNote, NewTicket, Note, PutAdminContact, ReplyTicket, TakeTicket, Ticket,
            TicketEvent, TransferTicket, Word, hand_over,
        },
    },
    domain::{audit::hex, ticket::segment},
    error::{Error, IoContext, Result},
};

/// How much longer than an answer an attachment may take, at most.
const TRANSFER: std::time::Duration = std::time::Duration::from_secs(600);

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
fn path(id: &str, rest: &[&str]) -> Result<String> {
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

    /// The files that lie by a ticket, oldest first.
    ///
    /// # Errors
    /// Those of [`Tenant::ticket`].
    pub async fn ticket_attachments(&self, id: &str) -> Result<Vec<Attachment>> {
        self.client.rows(self.client.call(Method::GET, &path(id, &["attachments"])?)).await
    }

    /// Attaches the file at `file` under `name`. It is read twice, once for its checksum and once
    /// while it is sent, so no more than a piece of it is ever in memory; `sent` hears how far that
    /// has come.
    ///
    /// # Errors
    /// [`Kind::Usage`](crate::error::Kind::Usage) for a file that is too large, or cannot be read.
    pub async fn attach_to_ticket(
        &self,
        id: &str,
        file: &Path,
        name: &str,
        sent: Sent,
    ) -> Result<Attachment> {
        let read = file.to_owned();
        let hashed = tokio::task::spawn_blocking(move || checksum(&read)).await;
        let sha256 =
            hashed.map_err(|error| Error::failed("the file cannot be read").cause(error))??;
        let call = self.client.call(Method::POST, &path(id, &["attachments"])?);
        let call = call.query("name", name).query("sha256", &sha256).file(file.to_owned(), sent);
        call.allow(TRANSFER).keyed().json().await
    }

    /// Begins to download an attachment of a ticket.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when there is none.
    pub async fn download(&self, id: &str, attachment: &Attachment) -> Result<Download> {
        let path = path(id, &["attachments", &attachment.id.to_string()])?;
        let call = self.client.call(Method::GET, &path).allow(TRANSFER);
        let (response, request_id, deadline) = call.send().await?;
        let client = self.client.clone();
        if !response.status().is_success() {
            return match Answer::read(&client, response, request_id, deadline).await {
                Ok(answer) => Err(answer.failure()),
                Err(fault) => Err(broken(&client, &fault)),
            };
        }
        let expected = attachment.clone();
        Ok(Download { client, response, hash: Sha256::new(), size: 0, expected })
    }

    /// The admin contacts, by area.
    ///
    /// # Errors
    /// Those of every call.
    pub async fn admin_contacts(&self) -> Result<Vec<AdminContact>> {
        self.client.rows(self.client.call(Method::GET, &self.path(&["contacts"])?)).await
    }

    /// Sets the admin contact of an area.
    ///
    /// # Errors
    /// [`Kind::Forbidden`](crate::error::Kind::Forbidden) for who is no admin.
    pub async fn set_admin_contact(
        &self,
        area: Area,
        contact: &PutAdminContact,
    ) -> Result<AdminContact> {
        let path = self.path(&["contacts", area.as_str()])?;
        self.client.call(Method::PUT, &path).body(contact)?.repeatable().json().await
    }

    /// Removes the admin contact of an area.
    ///
    /// # Errors
    /// [`Kind::NotFound`](crate::error::Kind::NotFound) when it has none.
    pub async fn remove_admin_contact(&self, area: Area) -> Result<()> {
        let path = self.path(&["contacts", area.as_str()])?;
        self.client.call(Method::DELETE, &path).keyed().done().await
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

/// Opens a file that is to be attached.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for one that is not there, none, or too large.
pub fn attachable(path: &Path) -> Result<File> {
    let shown = path.display();
    let cannot = |error: std::io::Error| {
        Error::usage(format!("the attachment `{shown}` cannot be read")).cause(error)
    };
    // Before it is opened: a pipe would wait for who writes to it.
    let known = std::fs::metadata(path).map_err(cannot)?;
    if !known.is_file() {
        return Err(Error::usage(format!("the attachment `{shown}` is not a file")));
    }
    if known.len() == 0 {
        return Err(Error::usage(format!("the attachment `{shown}` is empty")));
    }
    if known.len() > MAX_ATTACHMENT {
        let (has, mebibytes) = (known.len(), MAX_ATTACHMENT >> 20);
        return Err(Error::usage(format!(
            "the attachment `{shown}` has {has} bytes, and {MAX_ATTACHMENT} ({mebibytes} MiB) is \
             the most"
        ))
        .hint("pack it, or cut out what matters"));
    }
    File::open(path).map_err(cannot)
}

/// SHA-256 of a file that may be attached, in hexadecimal.
fn checksum(path: &Path) -> Result<String> {
    use std::io::Read;
    let cannot = || format!("the attachment `{}` cannot be read", path.display());
    let mut file = attachable(path)?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; 64 * 1024]);
    loop {
        match file.read(&mut piece).or_failed(cannot)? {
            0 => return Ok(hex(&hash.finalize())),
            read => hash.update(&piece[..read]),
        }
    }
}

fn broken(client: &Client, fault: &network::Fault) -> Error {
    network::error(fault, client.origin(), client.0.own_ca, client.0.timeout)
}

/// An attachment on its way.
#[derive(Debug)]
pub struct Download {
    client: Client,
    response: reqwest::Response,
    hash: Sha256,
    size: u64,
    expected: Attachment,
}

impl Download {
    /// The next piece; `None` behind the last one, once size and checksum have been found right.
    ///
    /// # Errors
    /// When the stream breaks off, or brings other bytes than were attached.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let fault = match timeout(self.client.0.timeout, self.response.chunk()).await {
            Ok(Ok(Some(piece))) => {
                self.size += piece.len() as u64;
                if self.size > self.expected.size {
                    return Err(self.wrong());
                }
                self.hash.update(&piece);
                return Ok(Some(piece.to_vec()));
            }
            Ok(Ok(None)) => {
                let sum = hex(&self.hash.clone().finalize());
                let right = self.size == self.expected.size && sum == self.expected.sha256;
                return if right { Ok(None) } else { Err(self.wrong()) };
            }
            Ok(Err(error)) => network::Fault::Transport(error.without_url()),
            Err(_) => network::Fault::Late,
        };
        Err(broken(&self.client, &fault))
    }

    fn wrong(&self) -> Error {
        Error::failed(format!("{} is not what was attached", self.expected.name))
            .cause("its checksum or size differs")
            .hint("do not use what came; ask whoever runs the service")
    }
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

    #[test]
    fn a_file_is_measured_before_it_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log.txt");
        let missing = checksum(&path).unwrap_err();
        assert_eq!(missing.kind, crate::error::Kind::Usage);
        std::fs::write(&path, "abc").unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(checksum(&path).unwrap(), abc);
        std::fs::File::create(&path).unwrap().set_len(MAX_ATTACHMENT + 1).unwrap();
        assert!(checksum(&path).unwrap_err().message.contains("has 26214401 bytes"));
        assert!(checksum(dir.path()).unwrap_err().message.contains("is not a file"));
    }
}
