//! Every sentence of the advice that is not a rule's own (those stand in the table): one place to
//! translate.

use super::{
    advice::Step,
    terms::{Asker, Destination, Kind, RequestType, Scope, Severity},
};

/// What a destination is called where the organisation gives it no name of its own.
pub fn destination(destination: Destination) -> &'static str {
    match destination {
        Destination::SupportProvider => "the support provider",
        Destination::ItAdmin => "the IT admin",
        Destination::Operations => "Operations",
        Destination::HardwareVendor => "the hardware vendor",
        Destination::UnifiedPremier => "the Unified or Premier contract",
        Destination::SecurityOperations => "security operations",
    }
}

/// A kind, in words for a menu.
pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Hardware => "hardware: the device itself, its driver or firmware",
        Kind::Service => "service: a policy, setting, app or update that the service deployed",
        Kind::Microsoft => "microsoft: a fault of Windows, Microsoft 365 Apps or the browser",
        Kind::Local => "local: line-of-business app, printer, VPN, network, account, share",
        Kind::Security => "security: a sign of compromise",
        Kind::Information => "information: a question or an announcement, nothing is broken",
        Kind::Change => "change: please alter something that works",
    }
}

/// How many are hit, in words for a menu.
pub fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::One => "one user",
        Scope::Several => "several users",
        Scope::All => "everybody",
    }
}

/// How bad it is, in words for a menu.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::A => "A: critical, the business stands still or loses money",
        Severity::B => "B: moderate, work goes on impaired, a group is not productive",
        Severity::C => "C: minimal, nobody's work is stopped",
    }
}

/// The questions of the dialogue.
pub const WHAT_IS_WRONG: &str = "What is wrong?";
/// Asked where the text left it open.
pub const WHICH_KIND: &str = "What is it?";
/// Asked where the answer changes the destination.
pub const HOW_MANY: &str = "Who is hit?";
/// Asked where the answer changes the destination.
pub const HOW_BAD: &str = "How bad is it?";

/// What was understood, and from which words.
pub fn understood(kind: Kind, words: &[String]) -> String {
    format!("Understood as {kind}, from: {}.", quoted(words))
}

/// Nothing was understood.
pub fn not_understood() -> String {
    "Nothing in the text says what kind of issue it is; it stays with the desk until that is known."
        .into()
}

/// The text leaves it open.
pub fn not_certain(others: &[(Kind, String)]) -> String {
    let others: Vec<_> = others.iter().map(|(kind, to)| format!("{kind} ({to})")).collect();
    match others.is_empty() {
        true => "The text is not clear enough to be certain.".into(),
        false => format!("Not certain; it may also be {}.", others.join(", ")),
    }
}

/// The flag says one thing, and the text smells of compromise.
pub fn but_compromise(kind: Kind, words: &[String]) -> String {
    format!(
        "`--issue {kind}` was taken, but the text speaks of {}: if there are signs of compromise, \
         they come first.",
        quoted(words)
    )
}

/// A value that the text gave.
pub fn hinted(what: &str, value: &str, words: &str) -> String {
    format!("Taken as {what} {value}, from: \"{words}\".")
}

/// A severity that was not taken as typed.
pub fn severity_follows(typed: Severity, severity: Severity, request: RequestType) -> String {
    match request {
        RequestType::Incident => {
            format!("Severity {severity}, not {typed}: signs of compromise are always {severity}.")
        }
        _ => format!("Severity {severity}, not {typed}: requests of type {request} are always C."),
    }
}

/// The service does not know the device.
pub fn unknown_device(name: &str) -> String {
    format!(
        "The service knows no device, serial number or person `{name}`; `mmd device list` shows \
         what it knows."
    )
}

/// Who asks was taken from the sign-in.
pub fn asked_as(asker: Asker) -> String {
    format!("asked as {asker}, by the roles of your sign-in; `--as` says otherwise")
}

/// Several devices may be meant.
pub fn several_devices(typed: &str, names: &[String]) -> String {
    let named: Vec<_> = names.iter().take(NAMES).map(String::as_str).collect();
    let more = match names.len().checked_sub(NAMES) {
        None | Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
    };
    format!("decided without a device: `{typed}` may be {}{more}", named.join(", "))
}

/// More devices are not named.
const NAMES: usize = 10;

/// Whose a step is that the desk must not take.
pub fn hand_on(step: &Step) -> String {
    let what = match step {
        Step::Elevate => "The support escalation team elevates",
        Step::Escalate => "The support escalation team files requests",
        Step::HandOver => return "The IT admin files it, not the desk: hand it to them.".into(),
    };
    format!("{what}, not the desk: hand it to them (an admin sees who they are: `mmd team list`).")
}

/// What becomes of a request that its writer may not file.
pub fn handed_over(severity: Severity) -> String {
    match severity {
        Severity::A | Severity::B => {
            "`mmd escalate` keeps it and hands it over to an IT admin, who files it.".into()
        }
        Severity::C => "At severity C `mmd escalate` would file it past the IT admin. At B it is \
                        kept and handed over, and the IT admin may file it as C."
            .into(),
    }
}

/// The text is a kind's name and nothing else.
pub fn taken_as_kind(kind: Kind) -> String {
    format!("`{kind}` was taken as `--issue {kind}`")
}

/// Which vendor, where the organisation names one for the device's maker.
pub fn vendor(name: &str, manufacturer: &str) -> String {
    format!("The vendor is {name}: the device was made by {}.", manufacturer.trim_end_matches('.'))
}

/// Stands where a contact is known but by its name or hours.
pub const NO_CONTACT: &str = "no contact is set";

/// The destination has no contact in the organisation's table.
pub fn no_contact(who: &str, next_best: &str) -> String {
    format!("No contact is set for {who}: {next_best}.")
}

/// Whom to ask instead.
pub fn next_best(destination: Destination, admin: Option<&str>, asker: Asker) -> String {
    let admins = match admin {
        Some(contact) => format!("the IT admin ({contact})"),
        None => "an IT admin (`mmd team contacts list`)".into(),
    };
    // Who would be asked asks.
    if asker == Asker::Admin && destination != Destination::SecurityOperations {
        return "set it in `route.toml`, as `man mmd-route` tells".into();
    }
    match destination {
        Destination::SecurityOperations => {
            format!("telephone the tenant's Security contact, or {admins}")
        }
        Destination::HardwareVendor => format!("ask {admins}, who owns this route"),
        Destination::UnifiedPremier => format!("ask {admins} for the contract"),
        _ => "`mmd team contacts list` shows whom the tenant names".into(),
    }
}

/// A severity with its promise.
pub fn promise(severity: Severity) -> String {
    let (response, update) = (severity.response().as_hours(), severity.update().as_hours());
    let hours = match severity {
        Severity::A => "every day, 24 h",
        Severity::B => "24 h, Monday to Friday, or every day where you choose so",
        Severity::C => "24 h, Monday to Friday",
    };
    format!("{severity}: first response within {response} h, updates every {update} h ({hours})")
}

/// What is asked of who files.
pub fn asked(severity: Severity) -> &'static str {
    match severity {
        Severity::A => {
            "an accurate contact, and continuous engagement every day until it is solved, else it becomes B"
        }
        Severity::B => "an accurate contact, and urgent engagement, else it becomes C",
        Severity::C => "an accurate contact",
    }
}

/// Whether elevated access may help.
pub fn elevation(may_help: bool, destination: Destination) -> &'static str {
    match (may_help, destination) {
        (_, Destination::SecurityOperations) => "no: do not elevate this device",
        (true, _) => "may help",
        (false, _) => "does not help here",
    }
}

/// More of a word is not told again.
const WORD: usize = 40;

/// A word that says nothing may have been meant as a command.
pub fn taken_as_text(word: &str) -> String {
    let more = if word.chars().nth(WORD).is_some() { "…" } else { "" };
    let word: String = word.chars().take(WORD).collect();
    format!(
        "`{word}{more}` was taken as the text of an issue; the commands of `route` are `roles`, `table`, \
         `guidance`, `explain` and `check`"
    )
}

/// Who answers for what (`framework.md`, people and duties): the role, its name in `mmd`, its
/// duties.
pub const ROLES: [(&str, &str, &str); 7] = [
    (
        "Support provider",
        "everyone on the desk",
        "All user support from first contact to resolution: Windows, Microsoft 365 Apps, browser, devices, printers, drivers, VPN, line-of-business apps; meets the agreed service levels",
    ),
    (
        "Desk (tier 1, tier 2)",
        "team role desk",
        "Sees devices, routes issues, hands over what needs the escalation team",
    ),
    (
        "Support escalation team",
        "team role support",
        "The few who may elevate and escalate; files severity C",
    ),
    (
        "IT admin",
        "team role admin",
        "Decides who is on the escalation team; files severity A and B; escalates what hits several users; routes hardware issues to the vendor; keeps the service's policies from being changed",
    ),
    (
        "Operations",
        "team role operations",
        "Runs the service; answers support requests within the severity's times; fixes what the service itself deployed",
    ),
    (
        "Security operations",
        "destination security-operations",
        "Watches all enrolled devices around the clock; takes signs of compromise",
    ),
    ("Auditor", "team role auditor", "Reads everything but passwords; changes nothing"),
];

/// `"a", "b"`.
fn quoted(words: &[String]) -> String {
    let words: Vec<_> = words.iter().map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}
