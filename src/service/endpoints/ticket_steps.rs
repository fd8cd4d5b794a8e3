//! The steps that whoever filed a ticket, or speaks for them, takes with it: resolve, reactivate,
//! transfer. And what all steps share.

use axum::{
    extract::{FromRequest, FromRequestParts, Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;

use super::{
    elevation_requests::json_text,
    ticket_hand_overs::told,
    ticket_input,
    tickets::{View, find, is_customer, refuse, rule},
};
use crate::{
    api::{
        messages,
        team::Role,
        ticket::{ActionOwner, Destination, NoteKind, TicketState, hand_over},
    },
    domain::ticket::{
        Calendar, Filing, Promise, Severity, due_anew, may_file, may_reactivate, respond_by,
        update_by,
    },
    service::{
        App,
        access::{Caller, TicketKey, lacks},
        input::{Body, Preferences},
        notices::{Step, contacts_of},
        problem::Problem,
        replay::{self, Replay},
        store::{
            Outcome, ticket_trail,
            tickets::{self, Ticket},
        },
    },
};

/// A call that takes a step with a ticket.
pub struct StepCall {
    pub(super) caller: Caller,
    pub(super) id: String,
    pub(super) preferences: Preferences,
    pub(super) headers: HeaderMap,
    pub(super) body: Body,
}

impl<S: Send + Sync> FromRequest<S> for StepCall {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let caller = Caller::from_request_parts(&mut parts, state).await?;
        let TicketKey(id) = TicketKey::from_request_parts(&mut parts, state).await?;
        let Ok(preferences) = Preferences::from_request_parts(&mut parts, state).await;
        let headers = parts.headers.clone();
        let body = Body::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { caller, id, preferences, headers, body })
    }
}

/// A ticket while a step changes it.
pub(super) struct Change<'c> {
    pub(super) c: &'c Connection,
    pub(super) app: &'c App,
    pub(super) view: &'c View,
    pub(super) ticket: Ticket,
}

/// What a step comes to: what it has done, or a refusal that is recorded.
pub(super) type Changed = Outcome<Result<Done, Problem>>;

/// What a step that was not refused has done.
pub(super) enum Done {
    /// The ticket as it is now.
    Changed(Box<Ticket>),
    /// The ticket is as it was, but others were told: a repeat gets this answer again.
    Told(Problem),
}

impl From<Ticket> for Done {
    fn from(ticket: Ticket) -> Self {
        Self::Changed(Box::new(ticket))
    }
}

impl Change<'_> {
    pub(super) fn refuse(&self, problem: Problem) -> Changed {
        refuse(Some(&self.ticket.wire.id), problem)
    }

    /// A refusal because of the state that the ticket is in.
    pub(super) fn conflict(&self, target: &str, message: impl Into<String>) -> Changed {
        self.refuse(rule(StatusCode::CONFLICT, target, message))
    }

    /// Refuses whoever does not speak for the customer.
    pub(super) fn needs(&self, roles: &[Role]) -> Changed {
        self.refuse(lacks(self.c, self.ticket.tenant, roles)?)
    }

    pub(super) fn is_customer(&self) -> bool {
        is_customer(&self.view.caller, &self.ticket.filer)
    }

    pub(super) fn is_operations(&self) -> bool {
        self.view.caller.roles().contains(&Role::Operations)
    }

    /// The hours that count for the ticket as it is now.
    fn calendar(&self) -> Calendar<'_> {
        Calendar { hours: self.ticket.hours(), zone: &self.app.settings.tickets.time_zone }
    }

    /// Promises a response anew, from now on. Where nobody serves it, nothing is promised.
    pub(super) fn promise_response(&mut self) {
        self.ticket.promised = self.view.now;
        let by = respond_by(self.ticket.wire.severity, &self.calendar(), self.view.now);
        self.ticket.respond_by = self.ticket.destination.is_served().then_some(by);
        self.ticket.responded = None;
        self.ticket.update_by = None;
    }

    /// Promises what was transferred from `from` to those who serve it. A transfer wins no time: what
    /// was never answered stays promised as it was, wherever it lay meanwhile; after an answer the
    /// response is due no later than the news that was promised. For that the time stands still
    /// while nobody serves the ticket, unless it was overdue when it left.
    fn promise_arrival(&mut self, from: Destination) -> Outcome<()> {
        let Ticket { promised, respond_by, responded, update_by, .. } = self.ticket;
        if responded.is_none() && respond_by.is_some() {
            return Ok(());
        }
        self.promise_response();
        let Some(mut news) = update_by else { return Ok(()) };
        if !from.is_served()
            && let Some(left) = ticket_trail::left_served(self.c, &self.ticket.wire.id)?
            && left <= news
        {
            news = news.checked_add(self.view.now.duration_since(left)).unwrap_or(Timestamp::MAX);
        }
        if self.ticket.respond_by.is_some_and(|by| news < by) {
            self.ticket.promised = promised;
            self.ticket.respond_by = Some(news);
        }
        Ok(())
    }

    /// Promises the next news, from now on.
    pub(super) fn promise_update(&mut self) {
        self.ticket.promised = self.view.now;
        let by = update_by(self.ticket.wire.severity, &self.calendar(), self.view.now);
        self.ticket.update_by = Some(by);
    }

    /// Promises what is due next, if anything is, by the hours and the severity that it has now.
    pub(super) fn promise_anew(&mut self) {
        let (severity, now) = (self.ticket.wire.severity, self.view.now);
        let ticket = &self.ticket;
        let by = if ticket.responded.is_none() { ticket.respond_by } else { ticket.update_by };
        let Some(by) = by else { return };
        let promise = Promise { since: ticket.promised, by };
        let calendar = self.calendar();
        let due = match ticket.responded {
            None => due_anew(promise, now, |from| respond_by(severity, &calendar, from)),
            Some(_) => due_anew(promise, now, |from| update_by(severity, &calendar, from)),
        };
        match ticket.responded {
            None => self.ticket.respond_by = Some(due),
            Some(_) => self.ticket.update_by = Some(due),
        }
    }

    /// Somebody else acts next; what the customer was asked for is answered, or no longer asked.
    pub(super) fn next(&mut self, owner: ActionOwner) {
        self.ticket.asked = None;
        self.ticket.wire.next_action_time = None;
        self.ticket.wire.next_action_owner = owner;
    }

    /// Adds what was said with a step. Returns the note's number.
    pub(super) fn say(&self, text: Option<&str>) -> Outcome<Option<u32>> {
        let Some(text) = text else { return Ok(None) };
        let kind = if self.is_customer() { NoteKind::Note } else { NoteKind::Reply };
        let (id, who) = (&self.ticket.wire.id, self.view.caller.name());
        ticket_trail::add_note(self.c, id, kind, text, who, self.view.now).map(Some)
    }

    /// Keeps the ticket as it is now.
    pub(super) fn keep(self, step: Step<'_>) -> Changed {
        tickets::save(self.c, &self.ticket)?;
        step.record(self.c, &self.ticket, self.view.now)?;
        Ok(Ok(self.ticket.into()))
    }
}

/// Takes a step with a ticket that is one: what waits for an admin takes none.
pub(super) async fn step(
    app: App,
    call: StepCall,
    name: &'static str,
    change: impl FnOnce(Change<'_>, Body) -> Changed + Send + 'static,
) -> Result<Response, Problem> {
    step_with(app, call, name, move |step, body| match step.ticket.is_filed() {
        true => change(step, body),
        false => step.conflict("state", messages::AWAITING_ADMIN),
    })
    .await
}

/// Takes a step with whatever the caller may see.
pub(super) async fn step_with(
    app: App,
    call: StepCall,
    name: &'static str,
    change: impl FnOnce(Change<'_>, Body) -> Changed + Send + 'static,
) -> Result<Response, Problem> {
    let StepCall { caller, id, preferences, headers, body } = call;
    let replay = Replay::of(&headers, &caller, &format!("{name} {id}"), &body)?;
    let view = View::new(&app, caller, preferences);
    let service = app.clone();
    let take = move |c: &Connection| {
        if let Some(answer) = replay::find(c, replay.as_ref())? {
            return Ok(Ok(answer));
        }
        let ticket = find(c, &view, &id)?;
        let done = match change(Change { c, app: &service, view: &view, ticket }, body)? {
            Ok(done) => done,
            Err(problem) => return Ok(Err(problem)),
        };
        let (status, text) = match done {
            Done::Changed(ticket) => (StatusCode::OK, view.text(c, *ticket)?),
            Done::Told(problem) => (problem.status, problem.text()?),
        };
        replay::keep(c, replay.as_ref(), status, Some(&text), view.now)?;
        Ok(Ok((status, text)))
    };
    let (status, text) = app.store.write(take).await??;
    Ok(json_text(status, text))
}

/// Facts of a step, with the note that came with it.
pub(super) fn with_note(mut facts: serde_json::Value, note: Option<u32>) -> serde_json::Value {
    if let Some(note) = note {
        facts["note"] = note.into();
    }
    facts
}

/// `POST tickets('ID')/resolve`
pub async fn resolve(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let text = ticket_input::word(&call.body)?;
    step(app, call, "resolve", move |mut step, _| {
        if !step.is_customer() && !step.is_operations() {
            return step.needs(&[Role::Support, Role::Admin, Role::Operations]);
        }
        if !step.ticket.is_active() {
            return step.conflict("state", "This ticket is resolved already.");
        }
        let note = step.say(text.as_deref())?;
        step.next(ActionOwner::Microsoft);
        step.ticket.wire.state = TicketState::Resolved;
        step.ticket.wire.resolved_date_time = Some(step.view.now);
        let tell = contacts_of(step.c, &step.ticket)?;
        let done = Step::new(&step.view.caller.by, "ticket.resolved");
        let done = done.detail(with_note(json!({}), note)).tell(tell);
        step.keep(done)
    })
    .await
}

/// `POST tickets('ID')/reactivate`: within 24 hours after it was resolved.
pub async fn reactivate(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let text = ticket_input::word(&call.body)?;
    step(app, call, "reactivate", move |mut step, _| {
        if !step.is_customer() && !step.is_operations() {
            return step.needs(&[Role::Support, Role::Admin, Role::Operations]);
        }
        let Some(resolved) = step.ticket.wire.resolved_date_time else {
            return step.conflict("state", "This ticket is active already.");
        };
        if !may_reactivate(resolved, step.view.now) {
            let message = "This ticket was resolved more than 24 hours ago: file a new one.";
            return step.conflict("state", message);
        }
        // It is promised anew, as if it were filed: that is an admin's to ask for. Operations that
        // resolved it too early take it up themselves.
        let severity = step.ticket.wire.severity;
        let caller = &step.view.caller;
        let roles = (!caller.is_ticket_app()).then(|| caller.roles());
        let files = severity == Severity::C || may_file(roles, severity) == Filing::Filed;
        if !files && !step.is_operations() {
            return call_admins(&step);
        }
        let note = step.say(text.as_deref())?;
        step.ticket.wire.state = TicketState::Active;
        step.ticket.wire.resolved_date_time = None;
        step.ticket.closed = false;
        step.next(owner(step.ticket.destination));
        step.promise_response();
        let done = Step::new(&step.view.caller.by, "ticket.reactivated");
        let done = done.detail(with_note(json!({}), note));
        step.keep(done)
    })
    .await
}

/// Refuses the reactivation of a severity that is an admin's to ask for, and says whom to call.
fn call_admins(step: &Change<'_>) -> Changed {
    let wire = &step.ticket.wire;
    let message = format!(
        "This ticket is a severity {}, and an admin reactivates it: nothing was changed, and \
         nobody was notified: call an admin.",
        wire.severity
    );
    let mut problem = rule(StatusCode::FORBIDDEN, "severity", message);
    for (address, who) in told(step.c, step.ticket.tenant, &wire.category)? {
        problem = problem.at(&address, hand_over::CALL, who);
    }
    step.refuse(problem)
}

/// Who acts next on what lies there.
pub(super) fn owner(destination: Destination) -> ActionOwner {
    if destination.is_served() { ActionOwner::Microsoft } else { ActionOwner::Customer }
}

/// `POST tickets('ID')/transfer`: the right first address saves time, but a wrong one is mended.
pub async fn transfer(State(app): State<App>, call: StepCall) -> Result<Response, Problem> {
    let destination: Destination = ticket_input::required_word(&call.body, "destination")?;
    let text = ticket_input::word(&call.body)?;
    step(app, call, "transfer", move |mut step, _| {
        let team = [Role::Support, Role::Admin, Role::Operations];
        let roles = step.view.caller.roles();
        if !step.view.caller.is_ticket_app() && !team.iter().any(|role| roles.contains(role)) {
            return step.needs(&team);
        }
        if !step.ticket.is_active() {
            return step.conflict("state", messages::RESOLVED);
        }
        let from = step.ticket.destination;
        if from == destination {
            let message = format!("This ticket lies with {destination} already.");
            return step.conflict("destination", message);
        }
        let note = step.say(text.as_deref())?;
        step.ticket.destination = destination;
        step.ticket.taken_by = None;
        if step.ticket.asked.is_some() {
            // No news is owed to somebody who has to answer first.
            step.ticket.update_by = None;
        }
        step.next(owner(destination));
        if destination.is_served() {
            step.promise_arrival(from)?;
        }
        let facts = with_note(json!({ "from": from, "to": destination }), note);
        let done = Step::new(&step.view.caller.by, "ticket.transferred").detail(facts);
        step.keep(done)
    })
    .await
}
