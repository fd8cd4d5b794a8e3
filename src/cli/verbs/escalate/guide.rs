//! The framework's words for who files a request: what a severity means and what it asks of them
//! (`framework.md`, Severity), and which categories are known.

use std::fmt::Write as _;

use jiff::Timestamp;

use crate::{
    api::ticket::{Hours, Severity, TicketType},
    cli::output::{relative, span},
};

/// What makes it that severe.
fn situation(severity: Severity) -> &'static str {
    match severity {
        Severity::A => "significant loss or degradation of the business as a whole",
        Severity::B => "work goes on impaired, one group is no longer productive",
        Severity::C => "a minor impediment, work goes on",
    }
}

/// What it asks of who files it.
fn asked(severity: Severity) -> &'static str {
    match severity {
        Severity::A => "to be there every day until it is solved, else lowered to B",
        Severity::B => "to stay engaged urgently, else lowered to C",
        Severity::C => "to be reachable",
    }
}

fn who(severity: Severity) -> &'static str {
    match severity {
        Severity::A | Severity::B => "an IT admin files it; from others it is handed over to one",
        Severity::C => "the escalation team or an IT admin files it",
    }
}

/// `first response within 4 h, news every 24 h`
pub fn promise(severity: Severity) -> String {
    let length = |span: jiff::SignedDuration| self::span(span.unsigned_abs());
    format!("first response within {}, {}", length(severity.response()), news(severity))
}

/// `news every 24 h`; days are said in hours, as the framework says them.
pub fn news(severity: Severity) -> String {
    format!("news every {} h", severity.update().as_hours())
}

/// `2026-03-01 10:16 UTC (in 8 h)`
pub fn moment(time: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", time.strftime("%Y-%m-%d %H:%M UTC"), relative(time, now))
}

/// One line for a menu, short enough for a narrow terminal.
pub fn severity_line(severity: Severity) -> String {
    let line = match severity {
        Severity::A => "significant loss or degradation of the business",
        Severity::B => "work goes on impaired, a group is not productive",
        Severity::C => "a minor impediment, work goes on",
    };
    format!("{severity} {}: {line}", severity.word())
}

/// What there is to know before one is chosen.
pub fn severities() -> String {
    let mut text = String::new();
    for severity in Severity::ALL {
        let [first, promise, asked, who] = severity_lines(severity);
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{first}\n   {promise}\n   {who}\n   asked of you: {asked}");
    }
    text.trim_end().to_owned()
}

/// All about a severity, a sentence a line.
pub fn severity_lines(severity: Severity) -> [String; 4] {
    [
        format!("{severity} ({}): {}", severity.word(), situation(severity)),
        promise(severity),
        asked(severity).to_owned(),
        who(severity).to_owned(),
    ]
}

/// One line for a menu.
pub fn type_line(ty: TicketType) -> &'static str {
    match ty {
        TicketType::Incident => "Incident: something is broken",
        TicketType::RequestForInformation => "Request for information: a question, an announcement",
        TicketType::ChangeRequest => "Change request: please alter something that works",
    }
}

/// One line for a menu.
pub fn hours_line(hours: Hours) -> &'static str {
    match hours {
        Hours::AllDay => "Every day, 24 hours: you stay engaged at the weekend too",
        Hours::SupportHours => "Support hours: 24 hours, Monday to Friday",
    }
}

/// The known pairs of category and subcategory (`mmd-api.md`); any other is accepted.
pub const PAIRS: [(&str, &str); 7] = [
    ("Devices", "Hardware"),
    ("Devices", "Configuration/Policy"),
    ("Devices", "Deployment groups assignment"),
    ("Devices", "Windows Upgrade/Update"),
    ("Apps", "Other"),
    ("Security", "Other"),
    ("Other", "Other"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_severity_is_told_with_what_it_promises_and_asks() {
        assert_eq!(
            Severity::ALL.map(promise),
            [
                "first response within 1 h, news every 8 h",
                "first response within 4 h, news every 24 h",
                "first response within 8 h, news every 48 h"
            ]
        );
        for severity in Severity::ALL {
            let line = severity_line(severity);
            assert!(line.len() < 76 && line.starts_with(severity.letter()), "{line}");
        }
        let all = severities();
        assert!(all.contains("asked of you: to be there every day until it is solved"), "{all}");
        assert!(all.lines().all(|line| line.len() < 80), "{all}");
    }
}
