//! Reads a password, as far as one was asked for, and hands it over.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{Reading, close_command};
use crate::{
    api::{
        elevation::{DeviceElevationDetail, ElevationRequest, PasswordStatus},
        messages,
    },
    cli::{
        context::Context,
        output::{
            Format,
            delivery::{self, Delivered, Delivery, Field, Way},
        },
    },
    client::{Tenant, Which},
    error::{Error, Kind, Result},
};

/// How long any delivery waits for a rotation under way, which usually confirms in that time.
const SHORT: Duration = Duration::from_secs(2);

/// The longest wait that the service takes in one call.
const LONGEST: Duration = Duration::from_secs(55);

/// A refusal that came sooner than was asked for is not repeated at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Which delivery; before anything is read, and nothing is read for none.
pub(super) fn choose(reading: &Reading, cx: &Context) -> Result<Option<Delivery>> {
    let profile = cx.settings.delivery.as_ref().map(|way| way.value);
    let data_dir = &cx.settings.dirs.data;
    let chosen = delivery::choose(reading.delivery, profile, &cx.output, &*cx.prompter, data_dir)?;
    if reading.which != Which::Newest && !chosen.is_some_and(Delivery::reads_password) {
        return Err(Error::usage("an earlier password is named, but none is asked for")
            .hint("ask for it: `--reveal`, `--copy`, `--qr`, `--phonetic` or `--field password`"));
    }
    if chosen == Some(Delivery::Way(Way::Copy)) {
        // A password that cannot be copied would be recorded as seen, and nobody would have it.
        cx.clipboard.check()?;
    }
    Ok(chosen)
}

/// What needs no menu is settled before anything is sent; `None` is for the menu.
pub(super) fn settled(reading: &Reading, cx: &Context) -> Result<Option<Option<Delivery>>> {
    let options = cx.output.options();
    let is_menu = reading.delivery.is_none()
        && cx.settings.delivery.is_none()
        && options.format == Format::Table
        && options.stdout_terminal
        && cx.prompter.can_ask();
    if is_menu { Ok(None) } else { choose(reading, cx).map(Some) }
}

/// Hands over what `delivery` asks for on `request`.
pub(super) async fn run(
    cx: &Context,
    tenant: &Tenant,
    request: ElevationRequest,
    reading: &Reading,
    delivery: Option<Delivery>,
) -> Result<()> {
    let delivered = if delivery.is_some_and(Delivery::reads_password) {
        // A script is never handed a guess, but for one that it names.
        let script = delivery == Some(Delivery::Field(Field::Password));
        let detail = match reading.which {
            Which::Newest if script => {
                read(tenant, &request, Which::Confirmed, reading.wait, reading.wait).await?
            }
            which => read(tenant, &request, which, SHORT, reading.wait).await?,
        };
        of_detail(request, detail, reading, cx)?
    } else {
        // No view: the request itself says all but the password.
        of_request(tenant.elevation(request.id, SHORT.min(reading.wait)).await?, cx)?
    };
    delivery::hand_over(delivery, &delivered, &cx.output, &*cx.prompter, &*cx.clipboard)?;
    if matches!(delivery, Some(Delivery::Field(_))) {
        cx.output.note(&delivered.closing);
    }
    Ok(())
}

/// Reads the password: waits `first` for a confirmation, and `wait` in all for a device that has
/// no password yet.
async fn read(
    tenant: &Tenant,
    request: &ElevationRequest,
    which: Which,
    first: Duration,
    wait: Duration,
) -> Result<DeviceElevationDetail> {
    let end = Instant::now() + wait;
    let mut patience = first.min(wait);
    let (device, id) = (&request.device_name, Some(request.id));
    loop {
        let wait = patience.min(LONGEST);
        let asked = Instant::now();
        let error = match tenant.password(device, which, id, wait).await {
            Err(error) if is_early(&error) => error,
            other => return other,
        };
        let left = end.saturating_duration_since(Instant::now());
        if left < PAUSE {
            return Err(error);
        }
        if asked.elapsed() < wait.min(PAUSE) {
            tokio::time::sleep(PAUSE).await;
        }
        patience = end.saturating_duration_since(Instant::now());
    }
}

/// The device has not said the last word; asking again may help.
fn is_early(error: &Error) -> bool {
    error.kind == Kind::NotNow
        && matches!(error.message.as_str(), messages::NO_PASSWORD_YET | messages::NOT_CONFIRMED)
}

fn of_detail(
    mut request: ElevationRequest,
    detail: DeviceElevationDetail,
    reading: &Reading,
    cx: &Context,
) -> Result<Delivered> {
    // What has changed with the reading.
    request.viewer_upns = detail.viewed_by;
    request.valid_until = detail.valid_until.or(request.valid_until);
    let account = detail.account.filter(|account| !account.is_empty());
    Ok(Delivered {
        account: account.unwrap_or(detail.account_upn),
        password: Some(detail.password),
        candidates: detail.candidates.into_iter().flatten().map(|other| other.password).collect(),
        status: text(detail.status),
        generation: detail.generation.and_then(|number| i64::try_from(number).ok()),
        by_number: reading.which != Which::Newest,
        ..of_request(request, cx)?
    })
}

fn of_request(request: ElevationRequest, cx: &Context) -> Result<Delivered> {
    let value = serde_json::to_value(&request)
        .map_err(|error| Error::failed("the request cannot be shown").cause(error))?;
    let generation = request.generation.and_then(|number| i64::try_from(number).ok());
    Ok(Delivered {
        closing: closing(&request, cx),
        request: value,
        device: request.device_name,
        account: request.account.unwrap_or_default(),
        password: None,
        candidates: Vec::new(),
        // Of a device that has none yet, nothing is confirmed either.
        status: text(request.status.unwrap_or(PasswordStatus::PasswordPending)),
        generation,
        valid_until: request.valid_until,
        by_number: false,
        confirmed: match request.status {
            Some(PasswordStatus::PasswordPending) | None => None,
            Some(_) => generation,
        },
    })
}

fn text(status: PasswordStatus) -> String {
    json!(status).as_str().unwrap_or_default().to_owned()
}

/// Until when it holds, and the command to run next.
fn closing(request: &ElevationRequest, cx: &Context) -> String {
    let command = close_command(&request.device_name);
    match request.valid_until {
        Some(until) => format!(
            "access holds until {}; {command} ends it and changes the password",
            cx.output.moment(until)
        ),
        None => format!("{command} ends access and changes the password"),
    }
}
