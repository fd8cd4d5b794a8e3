//! `mmd elevate DEVICE`: with every answer given, two requests and no question.

use super::{Reading, close_command, deliver, guide, lookup, own_open};
use crate::{
    api::{
        elevation::{ElevationRequest, NewElevationRequest},
        messages,
    },
    cli::{
        complete::learn,
        context::Context,
        output::{delivery::Delivery, relative},
        prompt::Question,
        verbs::words::{option, word},
    },
    client::{Opened, Tenant},
    domain::route::guidance,
    error::{Error, Kind, Result},
};

/// What a title is cut to: one line of a list.
const TITLE: usize = 200;

/// The subcategory, where nobody says.
const OTHER: &str = "Other";

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Name, serial number, or person.
    pub device: String,
    /// `--ticket`
    pub ticket: Option<String>,
    /// `--plan`
    pub plan: Option<String>,
    /// `--title`
    pub title: Option<String>,
    /// `--category`
    pub category: Option<String>,
    /// `--subcategory`
    pub subcategory: Option<String>,
    /// How the password is handed over.
    pub reading: Reading,
}

/// Opens a request, or uses the caller's open one, and delivers the password.
///
/// # Errors
/// For a missing answer, unless an open request of the caller's has it; for what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let settled = deliver::settled(&input.reading, cx)?;
    let is_complete = input.ticket.is_some() && input.plan.is_some();
    // Said before anything is sent; of a plan that is still missing, once it is there.
    let mut overridden = match &input.plan {
        Some(plan) if is_complete => guide::plan(plan, cx)?,
        _ => None,
    };
    let tenant = cx.tenant().await?;
    if !is_complete && cx.prompter.silence().is_some() {
        // The open request holds the answers that nobody is here to give.
        return match used_again(&input.device, &tenant, cx).await? {
            Some(own) => reuse(own, input, settled, &tenant, cx).await,
            None => check_answers(&input, cx),
        };
    }
    // Questions about a device that is not there would be asked in vain, and the menu is one too.
    let found = match is_complete && settled.is_some() {
        true => None,
        false => Some(lookup::device(&tenant, &input.device, cx).await?),
    };
    if let (false, Some(device)) = (is_complete, &found)
        && let Some(own) = only(own_open(cx, device).await?)
    {
        return reuse(own, input, settled, &tenant, cx).await;
    }
    let looked_up = found.is_some();
    let typed = input.ticket.clone();
    let ticket = answer(input.ticket, Question::new("Ticket", "--ticket"), cx)?;
    let plan = answer(input.plan, Question::new("What are you going to do?", "--plan"), cx)?;
    if !is_complete {
        overridden = guide::plan(&plan, cx)?;
    }
    // Before the request is made: whoever gives up at the menu leaves nothing behind.
    let delivery = settled.map_or_else(|| deliver::choose(&input.reading, cx), Ok)?;
    let new = NewElevationRequest {
        partner_ticket_id: ticket,
        device_name: found.unwrap_or(input.device),
        title: input.title.unwrap_or_else(|| title(&plan)),
        category: input.category.unwrap_or_else(|| guidance::category(&plan).to_owned()),
        subcategory: input.subcategory.unwrap_or_else(|| OTHER.to_owned()),
        plan_of_action: plan,
        overridden,
    };
    let opened = open(&tenant, new, looked_up, cx).await?;
    if !opened.is_new {
        tell_reuse(&opened.request, typed.as_deref(), cx);
    }
    hand_over(opened.request, &input.reading, delivery, &tenant, cx).await
}

/// The caller's one open request on what `text` means; `None` where there is none, or several.
async fn used_again(text: &str, tenant: &Tenant, cx: &Context) -> Result<Option<ElevationRequest>> {
    let named = own_open(cx, text).await?;
    if !named.is_empty() || cx.me().await?.open_requests.is_empty() {
        return Ok(only(named));
    }
    let device = lookup::device(tenant, text, cx).await?;
    Ok(only(own_open(cx, &device).await?))
}

/// Which of a program's several is meant, only a new one can say.
fn only(own: Vec<ElevationRequest>) -> Option<ElevationRequest> {
    <[_; 1]>::try_from(own).ok().map(|[one]| one)
}

/// Delivers on a request that is open already: nothing is asked, and nothing is opened.
async fn reuse(
    own: ElevationRequest,
    input: Input,
    settled: Option<Option<Delivery>>,
    tenant: &Tenant,
    cx: &Context,
) -> Result<()> {
    tell_reuse(&own, input.ticket.as_deref(), cx);
    let delivery = settled.map_or_else(|| deliver::choose(&input.reading, cx), Ok)?;
    hand_over(own, &input.reading, delivery, tenant, cx).await
}

async fn hand_over(
    request: ElevationRequest,
    reading: &Reading,
    delivery: Option<Delivery>,
    tenant: &Tenant,
    cx: &Context,
) -> Result<()> {
    let device = request.device_name.clone();
    learn::opened(cx, &request);
    deliver::run(cx, tenant, request, reading, delivery).await.map_err(|error| {
        error.hint(format!(
            "the request is open: `mmd elevate password {}` tries again, {} ends it",
            word(&device),
            close_command(&device)
        ))
    })
}

/// Where nobody can be asked, all that is missing is named at once.
fn check_answers(input: &Input, cx: &Context) -> Result<()> {
    let Some(silence) = cx.prompter.silence() else { return Ok(()) };
    match (&input.ticket, &input.plan) {
        (None, None) => {
            Err(Error::usage(format!("`--ticket` and `--plan` are missing, and {silence}")))
        }
        (None, _) => cx.prompter.check("--ticket"),
        (_, None) => cx.prompter.check("--plan"),
        (Some(_), Some(_)) => Ok(()),
    }
}

fn answer(given: Option<String>, question: Question<'_>, cx: &Context) -> Result<String> {
    given.map_or_else(|| cx.prompter.text(question), Ok)
}

/// The plan's first line that says something.
fn title(plan: &str) -> String {
    let line = plan.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or(plan);
    line.chars().take(TITLE).collect()
}

/// Sends the request; DEVICE is looked up only when the service knows no device of that name.
async fn open(
    tenant: &Tenant,
    mut new: NewElevationRequest,
    looked_up: bool,
    cx: &Context,
) -> Result<Opened> {
    let opened = match tenant.open_elevation(&new).await {
        Err(error)
            if !looked_up
                && error.kind == Kind::NotFound
                && error.message == messages::NO_SUCH_DEVICE =>
        {
            new.device_name = lookup::device(tenant, &new.device_name, cx).await?;
            tenant.open_elevation(&new).await
        }
        other => other,
    };
    opened.map_err(|error| match error.message.as_str() {
        messages::TOO_MANY_OPEN => error.hint(format!(
            "`mmd elevate list --all --open {}` shows whose",
            option("--device", &new.device_name)
        )),
        _ => error,
    })
}

fn tell_reuse(request: &ElevationRequest, typed: Option<&str>, cx: &Context) {
    let ticket = &request.partner_ticket_id;
    cx.output.note(&format!(
        "your open request for {} is used again: ticket {ticket}, opened {}",
        request.device_name,
        relative(request.request_creation_time, cx.clock.now())
    ));
    if let Some(typed) = typed.filter(|typed| typed != ticket) {
        // Even with `--quiet`: the view is recorded under a ticket that was not typed.
        cx.output.warn(&format!(
            "the open request's ticket stands: {ticket}, not {typed}; {} first to work under \
             another",
            close_command(&request.device_name)
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_plans_first_line() {
        for (plan, first) in [
            ("resync the clock", "resync the clock"),
            ("\n  resync the clock \nthen restart", "resync the clock"),
        ] {
            assert_eq!(title(plan), first);
        }
        assert_eq!(title(&"é".repeat(300)).chars().count(), TITLE);
    }
}
