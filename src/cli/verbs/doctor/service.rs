//! The service: whether it answers, by a good certificate and at the same time as here; who is
//! signed in; and what its admins should look after.

use jiff::{SignedDuration, Timestamp};

use super::Check;
use crate::{
    api::{session::Me, team::Role},
    cli::{
        context::Context,
        output::{relative, span},
        settings::ServiceChoice,
        verbs::words::count,
    },
    client::{Token, is_about_certificate},
};

/// Clocks may be apart by this much before anything suffers.
const APART: SignedDuration = SignedDuration::from_secs(60);

/// A token that ends sooner is worth a word.
const SOON: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Looks at the service that commands go to.
pub(super) async fn checks(cx: &Context) -> Vec<Check> {
    let ServiceChoice::Url(url) = &cx.settings.service.value else {
        return vec![Check::ok("service", "the sample tenant is served by each command itself")];
    };
    let mut checks = Vec::new();
    let alive = match cx.client_with(Token::none()) {
        Ok(client) => client.alive().await,
        Err(error) => Err(error),
    };
    let time = match alive {
        Ok(time) => time,
        Err(error) if is_about_certificate(&error) => {
            return vec![Check::failed("certificate", &error)];
        }
        Err(error) => return vec![Check::failed("service", &error)],
    };
    checks.push(Check::ok("service", format!("{url} answers")));
    let by = match &cx.settings.ca_file {
        Some(file) => format!("signed by {}", file.value.display()),
        None => "signed by an authority that this machine trusts".to_owned(),
    };
    checks.push(Check::ok("certificate", by));
    checks.extend(time.map(|time| clocks(time, cx.clock.now())));
    let me = match cx.me().await {
        Ok(me) => me,
        Err(error) => {
            checks.push(Check::failed("sign-in", &error));
            return checks;
        }
    };
    checks.push(signed_in(me, cx.clock.now()));
    if me.rotations_owed > 0 {
        let number = usize::try_from(me.rotations_owed).unwrap_or(usize::MAX);
        checks.push(Check::warning(
            "rotation",
            format!("owed on {}: an old password still opens there", count(number, "device")),
            "`mmd device list --rotation owed` shows where",
        ));
    }
    // Others would be refused, and the refusal recorded.
    if me.roles.iter().any(|role| matches!(role, Role::Admin | Role::Auditor)) {
        checks.extend(kept(cx).await);
    }
    checks
}

/// A service says its time to the second.
fn clocks(theirs: Timestamp, ours: Timestamp) -> Check {
    let apart = ours.duration_since(theirs);
    if apart.abs() <= APART {
        return Check::ok("clock", "the service's clock and this one agree");
    }
    let ahead = if apart.is_positive() { "ahead of" } else { "behind" };
    Check::warning(
        "clock",
        format!("this clock is {} {ahead} the service's", span(apart.unsigned_abs())),
        "set it by the network: `timedatectl set-ntp true`, or your system's way",
    )
}

fn signed_in(me: &Me, now: Timestamp) -> Check {
    let roles: Vec<_> = me.roles.iter().map(|role| role.as_str()).collect();
    let who = format!("{} in {} ({})", me.user, me.tenant_name, roles.join(", "));
    match me.token_expires {
        Some(ends) if ends.duration_since(now) < SOON => Check::warning(
            "sign-in",
            format!("{who}; the token ends {}", relative(ends, now)),
            "an admin makes a new invite: `mmd team add UPN --invite`",
        ),
        _ => Check::ok("sign-in", who),
    }
}

/// The service's own warnings.
async fn kept(cx: &Context) -> Vec<Check> {
    let health = match cx.tenant().await {
        Ok(tenant) => tenant.health().await,
        Err(error) => Err(error),
    };
    match health {
        // An older service has nothing to say of itself.
        Err(error) if error.kind == crate::error::Kind::NotFound => Vec::new(),
        Err(error) => vec![Check::failed("service's health", &error)],
        Ok(health) if health.warnings.is_empty() => {
            vec![Check::ok("service's health", "nothing to look after")]
        }
        Ok(health) => health
            .warnings
            .into_iter()
            .map(|warning| Check::warning("service's health", warning.message, warning.hint))
            .collect(),
    }
}
