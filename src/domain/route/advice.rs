//! From what was typed and understood to one piece of advice.

use jiff::{Timestamp, tz::TimeZone};

use super::{
    english,
    table::{Case, Contact, Rule, Table},
    terms::{Asker, Destination, Enrolled, Kind, RequestType, Ring, Scope, Severity},
    understand::Understanding,
};
use crate::domain::ticket::{Calendar, respond_by};

/// What is known of an issue; what is not known is taken from the text, or as the plainest case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// What it is about.
    pub kind: Option<Kind>,
    /// How many users' devices are hit.
    pub scope: Option<Scope>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// What would be filed.
    pub request: Option<RequestType>,
    /// Who asks; the escalation team where nobody says.
    pub asker: Option<Asker>,
    /// In the words of whoever has it.
    pub text: Option<String>,
    /// The device as it was typed.
    pub device: Option<String>,
    /// What the service knows of it.
    pub known: Option<Device>,
}

/// What the service knows of a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// Who made it.
    pub manufacturer: Option<String>,
    /// Its update ring.
    pub ring: Ring,
    /// False where the service does not know it.
    pub enrolled: bool,
}

/// What to do next, as a command of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// `mmd elevate`
    Elevate,
    /// `mmd escalate`, by who asks.
    Escalate,
    /// `mmd escalate`, which hands it over to the IT admin.
    HandOver,
}

/// Another reading of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it would be about.
    pub kind: Kind,
    /// Where it would go.
    pub destination: Destination,
    /// The words that say so.
    pub words: Vec<String>,
}

/// Where an issue goes, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advice {
    /// The case that was decided.
    pub case: Case,
    /// Where it goes.
    pub destination: Destination,
    /// What that is called here.
    pub name: String,
    /// False where the kind is a guess, or where a rule decides only because nobody knows the
    /// device: its name may be misspelt.
    pub certain: bool,
    /// The rule's id.
    pub rule: String,
    /// Where the framework says so.
    pub source: Option<String>,
    /// The table's name and version.
    pub table: String,
    /// Sentences.
    pub reasons: Vec<String>,
    /// What the desk does before.
    pub first: Option<String>,
    /// By whom the way leads.
    pub via: Option<String>,
    /// How the destination is reached.
    pub contact: Option<String>,
    /// By when Operations have answered, were it filed now.
    pub respond_by: Option<Timestamp>,
    /// Whether elevated access may help.
    pub elevation_may_help: bool,
    /// What to do next.
    pub next: Option<Step>,
    /// The readings of the text, best first.
    pub candidates: Vec<Candidate>,
}

/// The case that `facts` describe, with what `understanding` adds.
pub fn case(table: &Table, facts: &Facts, understanding: Option<&Understanding>) -> Case {
    let by_type = facts.request.and_then(RequestType::kind);
    let best = understanding.and_then(Understanding::best);
    let kind = facts.kind.or(best).or(by_type).unwrap_or(Kind::Local);
    let known = facts.known.as_ref();
    Case {
        kind,
        scope: facts.scope.or_else(|| Some(understanding?.scope.as_ref()?.0)).unwrap_or(Scope::One),
        severity: facts
            .severity
            .or_else(|| Some(understanding?.severity.as_ref()?.0))
            .unwrap_or(Severity::C),
        request: facts.request.unwrap_or(RequestType::Incident),
        asker: facts.asker.unwrap_or(Asker::Team),
        ring: known.map_or(Ring::Unknown, |device| device.ring),
        enrolled: match known {
            Some(Device { enrolled: false, .. }) => Enrolled::No,
            _ => Enrolled::Yes,
        },
        support: table.support,
    }
    .settled()
}

/// What to do with an issue at `now`; `None` only for a table that was not checked.
pub fn advise(
    table: &Table,
    facts: &Facts,
    understanding: Option<&Understanding>,
    now: Timestamp,
) -> Option<Advice> {
    let case = case(table, facts, understanding);
    let rule = table.decide(&case)?;
    let by_type = facts.request.and_then(RequestType::kind);
    let typed = facts.kind.is_some() || (understanding.is_none() && by_type.is_some());
    let alarm = understanding.filter(|u| u.alarm().is_some() && case.kind != Kind::Security);
    let certain = match (typed, alarm) {
        (true, alarm) => alarm.is_none(),
        (false, _) => understanding.is_some_and(|understanding| understanding.certain),
    };
    let certain = certain && !rests_on_a_missing_device(table, &case, rule);
    let candidates = candidates(table, &case, understanding);
    let reached = reached(table, rule.to, facts);
    let (contact, missing) = contact(table, rule.to, reached.as_ref(), case.asker);
    // Of what nobody understands nobody knows what helps.
    let understood = typed || candidates.iter().any(|one| one.kind == case.kind);
    let many = case.scope != Scope::One && matches!(case.kind, Kind::Service | Kind::Microsoft);
    let elevation_may_help = rule.elevate
        && understood
        // It repairs one device on which something is broken, whoever asks.
        && case.request == RequestType::Incident
        && !many
        && alarm.is_none()
        && case.ring != Ring::Test
        // A cracked screen needs no administrator; a driver does.
        && (case.kind != Kind::Hardware || understanding.is_none_or(|u| u.driver));
    let step = match rule.to {
        // Whatever an own table says, such an incident is refused (`domain::ticket::may_support`).
        _ if case.ring == Ring::Test && case.request == RequestType::Incident => None,
        Destination::Operations => Some(Step::Escalate),
        // Severe issues of one user's Microsoft product are filed elsewhere.
        Destination::ItAdmin if case.kind != Kind::Microsoft || many => Some(Step::HandOver),
        Destination::SupportProvider | Destination::HardwareVendor if elevation_may_help => {
            Some(Step::Elevate)
        }
        _ => None,
    };
    let answers = matches!(step, Some(Step::Escalate | Step::HandOver))
        || rule.to == Destination::SecurityOperations;
    // Every next step is another's than the desk's (`framework.md`, people and duties).
    let (next, handed) = match step {
        Some(step) if case.asker == Asker::Desk => (None, Some(english::hand_on(&step))),
        Some(Step::HandOver) => (Some(Step::HandOver), Some(english::handed_over(case.severity))),
        step => (step, None),
    };
    let made_by = maker(facts).filter(|maker| table.maker(maker).is_some());
    let vendor = match (rule.to, made_by, reached.as_ref()) {
        (Destination::HardwareVendor, Some(maker), Some(Contact { name: Some(name), .. })) => {
            Some(english::vendor(name, maker))
        }
        _ => None,
    };
    let reasons = [
        because(rule, facts, &case, understanding, typed, &candidates),
        [vendor, missing, handed].into_iter().flatten().collect(),
    ];
    Some(Advice {
        destination: rule.to,
        name: name(rule.to, reached.as_ref()).to_owned(),
        certain,
        rule: rule.id.clone(),
        source: rule.source.clone(),
        table: table.label.clone(),
        reasons: reasons.concat(),
        first: rule.first.clone(),
        via: rule.via.clone(),
        contact,
        respond_by: answers.then(|| promised(case.severity, now)),
        elevation_may_help,
        next,
        candidates,
        case,
    })
}

/// By when Operations have answered what is filed at `now`. Without the service nobody knows the
/// tenant's time zone, nor what the filer will choose.
fn promised(severity: Severity, now: Timestamp) -> Timestamp {
    let calendar = Calendar { hours: severity.hours(None), zone: &TimeZone::UTC };
    respond_by(severity, &calendar, now)
}

fn name(destination: Destination, contact: Option<&Contact>) -> &str {
    let own = contact.and_then(|contact| contact.name.as_deref());
    own.unwrap_or_else(|| english::destination(destination))
}

/// Whether another rule would decide were the device enrolled.
fn rests_on_a_missing_device(table: &Table, case: &Case, rule: &Rule) -> bool {
    let enrolled = Case { enrolled: Enrolled::Yes, ..*case };
    case.enrolled == Enrolled::No && table.decide(&enrolled).is_none_or(|other| other.id != rule.id)
}

/// Who made the device.
fn maker(facts: &Facts) -> Option<&str> {
    facts.known.as_ref()?.manufacturer.as_deref()
}

fn candidates(table: &Table, case: &Case, understanding: Option<&Understanding>) -> Vec<Candidate> {
    let readings = understanding.map(|u| u.candidates.as_slice()).unwrap_or_default();
    readings
        .iter()
        .filter_map(|reading| {
            let request = match case.kind {
                Kind::Information | Kind::Change => RequestType::Incident,
                _ => case.request,
            };
            let case = Case { kind: reading.kind, request, ..*case }.settled();
            let destination = table.decide(&case)?.to;
            Some(Candidate { kind: reading.kind, destination, words: reading.words.clone() })
        })
        .collect()
}

fn because(
    rule: &Rule,
    facts: &Facts,
    case: &Case,
    understanding: Option<&Understanding>,
    typed: bool,
    candidates: &[Candidate],
) -> Vec<String> {
    // A name that was mistyped decides the rest.
    let unknown = facts.known.as_ref().filter(|device| !device.enrolled);
    let mut reasons: Vec<_> =
        unknown.map(|device| english::unknown_device(&device.name)).into_iter().collect();
    reasons.push(rule.because.clone());
    if let Some(understanding) = understanding {
        match (typed, understanding.candidates.first()) {
            (false, None) => reasons.push(english::not_understood()),
            (false, Some(best)) => {
                reasons.push(english::understood(best.kind, &best.words));
                if !understanding.certain {
                    let others = candidates.iter().skip(1).take(2);
                    let others: Vec<_> =
                        others.map(|one| (one.kind, one.destination.to_string())).collect();
                    reasons.push(english::not_certain(&others));
                }
            }
            (true, _) => {}
        }
        if let (true, Some(alarm)) = (case.kind != Kind::Security, understanding.alarm())
            && let Some(kind) = facts.kind
        {
            reasons.push(english::but_compromise(kind, &alarm.words));
        }
        if let (None, Some((scope, words))) = (facts.scope, &understanding.scope) {
            reasons.push(english::hinted("scope", &scope.to_string(), words));
        }
        if let (None, Some((severity, words))) = (facts.severity, &understanding.severity)
            && *severity == case.severity
        {
            reasons.push(english::hinted("severity", &severity.to_string(), words));
        }
    }
    if let Some(severity) = facts.severity.filter(|severity| *severity != case.severity) {
        reasons.push(english::severity_follows(severity, case.severity, case.request));
    }
    reasons
}

/// What the table says of a destination.
fn reached(table: &Table, destination: Destination, facts: &Facts) -> Option<Contact> {
    match destination {
        Destination::HardwareVendor => table.vendor(maker(facts)),
        _ => table.contacts.get(&destination).cloned(),
    }
}

/// How a destination is reached, or the sentence that says that nobody knows.
fn contact(
    table: &Table,
    destination: Destination,
    reached: Option<&Contact>,
    asker: Asker,
) -> (Option<String>, Option<String>) {
    let shown = reached.and_then(Contact::line);
    // Those two are reached without: by staying where one is, and by `mmd escalate`.
    let needless = matches!(destination, Destination::SupportProvider | Destination::Operations);
    if shown.is_some() || needless {
        return (shown, None);
    }
    let admin = table.contacts.get(&Destination::ItAdmin).and_then(Contact::line);
    let next_best = english::next_best(destination, admin.as_deref(), asker);
    (None, Some(english::no_contact(name(destination, reached), &next_best)))
}
