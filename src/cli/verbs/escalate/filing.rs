//! From a draft to a ticket: asked, checked, sent once, and nothing typed is lost on the way.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{
    ask,
    attachments::{self, Sent},
    draft::{Draft, Drafts, KEY_HOLDS, kept, left},
    guide, view,
};
use crate::{
    api::{
        messages,
        ticket::{AdminContact, NewTicket, Severity, Ticket, TicketState},
    },
    cli::{
        context::Context,
        output::Report,
        prompt::unless_interrupted,
        verbs::words::{count, option, word, word_and},
    },
    client::{Filing, HandedOver, Tenant, TicketQuery, Told, URGENT},
    domain::ticket::{Refusal, may_support},
    error::{Error, Kind, Result},
};

/// How far the clocks of this machine and of the service may be apart. It costs little: what is
/// looked for has the draft's title and writer too.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_hours(24);

/// Files what `draft` holds, once.
///
/// # Errors
/// For what is missing, wrong or refused, with the draft that it is kept as; [`Kind::Refused`] for
/// what was handed over to an admin.
pub async fn file(mut draft: Draft, cx: &Context) -> Result<()> {
    let (new, tenant) = match unless_interrupted(ready(&mut draft, cx)).await {
        Ok(ready) => ready,
        Err(error) => return Err(kept(error, draft, cx)),
    };
    let drafts = Drafts::of(cx);
    let earlier = draft.sent_titles.clone();
    draft.sending(&new.title, cx.clock.now());
    let filed = unless_interrupted(async {
        // Whatever becomes of this process: the key is there before the request is sent.
        drafts.note(&draft)?;
        tenant.create_ticket(&new, draft.key).await
    })
    .await;
    match filed {
        Ok(Filing::Filed(mut ticket)) => {
            forget(&drafts, &draft, cx);
            let Sent { attached, fault } = attach(&tenant, &ticket.id, &draft, cx).await;
            // A documented member, which the service answers at an address of its own.
            ticket.attachments = attached.iter().map(|attachment| json!(attachment)).collect();
            data(&ticket, cx)?;
            if fault.is_none() || !cx.output.is_json() {
                promise(&ticket, cx);
            }
            let Some(fault) = fault else { return Ok(()) };
            Err(fault
                .cause(format!("the ticket {} is filed", ticket.id))
                .detail("ticket", ticket.id.as_str()))
        }
        Ok(Filing::HandedOver(handed)) => {
            forget(&drafts, &draft, cx);
            let error = handed_over(&handed, &new);
            match attach(&tenant, &handed.id, &draft, cx).await.fault {
                None => Err(error),
                Some(fault) => {
                    let hints = fault.hints.clone();
                    let error = error.cause(format!("a file did not arrive: {fault}"));
                    Err(hints.into_iter().fold(error, Error::hint))
                }
            }
        }
        Err(error) if error.message == messages::KEY_USED => {
            // What went out just now is not what was filed.
            draft.sent_titles = earlier;
            Err(arrived_before(error, draft, &tenant, cx).await)
        }
        Err(error) => Err(kept(after(error, &draft), draft, cx)),
    }
}

/// The key is known for another body: the draft arrived at an earlier sending, and can be filed no
/// more.
async fn arrived_before(error: Error, draft: Draft, tenant: &Tenant, cx: &Context) -> Error {
    let error = match unless_interrupted(arrived(&draft, tenant, cx)).await {
        Ok(Some(ticket)) => {
            let how = became(&ticket);
            let error = error.cause(format!("it was {how} as it was sent before it was changed"));
            ways_out(error, &ticket, &draft, tenant).await
        }
        // It is there, though its id could not be found out.
        Ok(None) | Err(_) => {
            let error = error.cause("it arrived as it was sent before it was changed");
            drops(error.hint("`mmd escalate list --mine` shows it among your requests"), &draft)
        }
    };
    left(error, draft, cx)
}

/// In a word: what became of a draft that arrived as `ticket`.
fn became(ticket: &Ticket) -> &'static str {
    match ticket.state {
        TicketState::AwaitingAdmin => "handed over",
        TicketState::Active | TicketState::Resolved => "filed",
    }
}

/// What is left to do with a draft that arrived as `ticket`.
async fn ways_out(error: Error, ticket: &Ticket, draft: &Draft, tenant: &Tenant) -> Error {
    let id = &ticket.id;
    let error = match ticket.state {
        TicketState::AwaitingAdmin => {
            // Only a request that is asked for by itself names who stands by.
            let whole = unless_interrupted(tenant.ticket(id)).await.ok();
            let call = match whole.and_then(|ticket| ticket.admin_contact) {
                Some(AdminContact { name, email, phone_number, .. }) => {
                    let who = format!("{name}, {phone_number}");
                    format!("call: {}", Told { address: email, who })
                }
                None => "call an IT admin".to_owned(),
            };
            let error = error.cause("it waits for an admin, and is not filed yet").hint(call);
            waits(error.detail("kept", waiting(id, ticket.severity)), id)
        }
        TicketState::Active | TicketState::Resolved => error
            .detail("ticket", id.as_str())
            .hint(format!("`mmd escalate show {}` shows it", word(id))),
    };
    drops(error, draft)
}

fn drops(error: Error, draft: &Draft) -> Error {
    let discard = option("--discard", &draft.id);
    error.hint(format!("`mmd escalate drafts {discard}` drops the draft"))
}

/// All that has to be before the request is sent, and to whom it goes.
async fn ready(draft: &mut Draft, cx: &Context) -> Result<(NewTicket, Tenant)> {
    let new = checked(draft, cx).await?;
    let tenant = cx.tenant().await?;
    not_filed_long_ago(draft, &tenant, cx).await?;
    Ok((new, tenant))
}

/// Asks for what is missing, and looks at everything that can be looked at here.
async fn checked(draft: &mut Draft, cx: &Context) -> Result<NewTicket> {
    ask::fill(&mut draft.form, cx).await?;
    let new = draft.form.ticket(cx.clock.now())?;
    if let Err(refusal) = may_support(new.ty, new.severity, []) {
        return Err(unsupported(&refusal).hint("leave out `--severity`, or say C"));
    }
    let fixed = new.severity.hours(new.hours);
    if new.hours.is_some_and(|hours| hours != fixed) {
        let severity = new.severity;
        return Err(Error::usage(format!("the hours of severity {severity} are always `{fixed}`"))
            .hint(format!("leave out `--hours`, or say `{fixed}`")));
    }
    draft.form.attach = attachments::check(&draft.form.attach).map_err(|error| {
        match error.details.as_ref().and_then(|details| details["attachment"].as_str()) {
            // A draft does not keep a path that is not UTF-8.
            Some(path) if draft.form.attach.iter().any(|known| known.to_str() == Some(path)) => {
                let without = option("--detach", path);
                error.hint(format!(
                    "`mmd escalate resume {}` sends it without that file",
                    word_and(&draft.id, &without)
                ))
            }
            _ => error,
        }
    })?;
    Ok(new)
}

/// A type and a severity that do not go together, in the words of the flags.
pub(super) fn unsupported(refusal: &Refusal) -> Error {
    Error::usage(match refusal {
        // The number that the service's sentence names is the API's.
        Refusal::AlwaysC(what) => format!("a {what} is always severity C"),
        _ => refusal.to_string(),
    })
}

/// The ways on after an error that says which answer is wrong.
fn after(error: Error, draft: &Draft) -> Error {
    let without = |flag| {
        let line = word_and(&draft.id, &option(flag, ""));
        format!("`mmd escalate resume {line}` sends it without")
    };
    match (error.message.as_str(), draft.form.devices.first()) {
        _ if error.kind == Kind::Interrupted => error
            .cause("it was on its way, and may be filed already")
            .hint("it is filed once, however often it is sent"),
        (messages::NO_SUCH_DEVICE, Some(device)) => error
            .hint(format!("`mmd device search {}` looks for it", word(device)))
            .hint(without("--device")),
        (messages::NO_SUCH_REQUEST, _) => error
            .hint("`mmd elevate list` shows the elevation requests")
            .hint(without("--elevation")),
        _ => error,
    }
}

/// The service has forgotten the key of a request that was sent long ago: its list has to tell
/// whether it arrived.
async fn not_filed_long_ago(draft: &Draft, tenant: &Tenant, cx: &Context) -> Result<()> {
    let age = draft.sent.map(|sent| cx.clock.now().duration_since(sent));
    let holds = SignedDuration::try_from(KEY_HOLDS).unwrap_or(SignedDuration::MAX);
    if age.is_none_or(|age| age < holds) || cx.yes {
        return Ok(());
    }
    let Some(ticket) = arrived(draft, tenant, cx).await? else { return Ok(()) };
    let sentence = format!("it seems to be {} already, as {}", became(&ticket), ticket.id);
    let error = ways_out(Error::new(Kind::Refused, sentence), &ticket, draft, tenant).await;
    let again = word_and(&draft.id, "--yes");
    Err(error.hint(format!("`mmd escalate resume {again}` sends it nevertheless")))
}

/// What the service has of a draft that was sent. It is known by the titles that went out: the form
/// may say another one now. One that an admin has filed under another title is not found.
async fn arrived(draft: &Draft, tenant: &Tenant, cx: &Context) -> Result<Option<Ticket>> {
    let sent = draft.sent.unwrap_or(draft.created);
    let from = sent.checked_sub(CLOCKS_DIFFER).unwrap_or(sent);
    let own = &cx.me().await?.user;
    let is_own = |ticket: &Ticket| ticket.filed_by.as_deref().is_none_or(|by| by == own);
    // What waits for an admin is no ticket yet, and stands in a list of its own. It comes first: who
    // believes it filed waits for nothing.
    let is_it = |ticket: &Ticket| {
        is_own(ticket)
            && ticket.created_date_time >= from
            && draft.sent_titles.contains(&ticket.title)
    };
    if let Some(waiting) = tenant.handed_over().await?.into_iter().find(is_it) {
        return Ok(Some(waiting));
    }
    for title in &draft.sent_titles {
        let title = title.replace('\'', "''");
        let filter = format!("createdDateTime ge {from} and title eq '{title}'");
        let query = TicketQuery { filter: Some(filter), ..TicketQuery::default() };
        if let Some(ticket) = tenant.tickets(&query).await?.into_iter().find(is_own) {
            return Ok(Some(ticket));
        }
    }
    Ok(None)
}

/// The draft has served; one that stays behind would only be answered by the same ticket.
fn forget(drafts: &Drafts, draft: &Draft, cx: &Context) {
    if let Err(error) = drafts.discard(&draft.id) {
        cx.output.warn(&format!("the draft {} is still there: {error}", draft.id));
    }
}

/// Attaches the draft's files; what did not arrive is a fault of its own.
async fn attach(tenant: &Tenant, id: &str, draft: &Draft, cx: &Context) -> Sent {
    let sent = attachments::send(tenant, id, &draft.form.attach, cx).await;
    // Programs read it in the ticket, and an error alone on standard error.
    if !sent.attached.is_empty() && !cx.output.is_json() {
        cx.output.note(&format!("{} attached", count(sent.attached.len(), "file")));
    }
    sent
}

/// The id, the promise and the next command.
pub fn report(ticket: &Ticket, cx: &Context) -> Result<()> {
    data(ticket, cx)?;
    promise(ticket, cx);
    Ok(())
}

fn data(ticket: &Ticket, cx: &Context) -> Result<()> {
    let json = json!({ "ticket": ticket, "respondBy": ticket.respond_by });
    cx.output.report(&Report::details(view::filed(ticket), json))
}

fn promise(ticket: &Ticket, cx: &Context) {
    let promise = match ticket.respond_by {
        Some(by) => format!(
            "{} is filed: first response by {}, {}",
            ticket.id,
            guide::moment(by, cx.clock.now()),
            guide::news(ticket.severity)
        ),
        None => format!("{} is filed", ticket.id),
    };
    cx.output.note(&promise);
    cx.output.hint(&format!("`mmd escalate show {}` follows it", word(&ticket.id)));
}

/// Nothing was filed, and nothing is lost: which request is kept, and who is being told. A notice is
/// delivered after the answer, so it is never said to have arrived.
fn handed_over(handed: &HandedOver, new: &NewTicket) -> Error {
    let people = |people: &[Told]| -> Vec<_> {
        people.iter().map(|t| json!({ "address": t.address, "who": t.who })).collect()
    };
    let details = json!({
        "kept": waiting(&handed.id, new.severity),
        "notifying": people(&handed.notifying),
        "call": people(&handed.call),
    });
    let error = Error::new(Kind::Refused, handed.message.clone()).details(details);
    let named = |error: Error, how: &str, people: &[Told]| {
        people.iter().fold(error, |error, told| error.hint(format!("{how}: {told}")))
    };
    let error = match (handed.notifying.as_slice(), handed.call.as_slice()) {
        ([], []) => error.hint("nobody could be told: call an IT admin"),
        ([], call) => named(error, "call", call),
        (people, _) => named(error, "a notice goes to", people).hint(URGENT),
    };
    waits(error, &handed.id)
}

/// A request that waits for an admin, for programs.
fn waiting(id: &str, severity: Severity) -> Value {
    json!({ "id": id, "state": TicketState::AwaitingAdmin, "severity": severity })
}

/// How a request that waits for an admin goes on.
fn waits(error: Error, id: &str) -> Error {
    error.hint(format!(
        "an admin files it by `mmd escalate file {0}`; `mmd escalate show {0}` follows it",
        word(id)
    ))
}
