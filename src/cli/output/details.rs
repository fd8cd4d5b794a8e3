//! One thing with its named values, for `show` verbs and deliveries.

use jiff::Timestamp;
use zeroize::Zeroizing;

use super::{cell::Cell, paint, paint::Paint, table::csv_line};

/// One thing with its named values.
#[derive(Debug, Clone, Default)]
pub struct Details {
    rows: Vec<(&'static str, Cell)>,
}

impl Details {
    /// Without values yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a value. `label` is written for people (`Valid until`); a pipe gets it in the form of
    /// the JSON members (`validUntil`).
    #[must_use]
    pub fn row(mut self, label: &'static str, value: impl Into<Cell>) -> Self {
        self.rows.push((label, value.into()));
        self
    }

    /// Labels to the left; further lines of a value are indented, so that no value can pass for
    /// another label.
    pub(super) fn for_people(&self, now: Timestamp, color: bool) -> Zeroizing<String> {
        let width = self.rows.iter().map(|(label, _)| label.len()).max().unwrap_or(0);
        let mut text = Zeroizing::new(String::new());
        for (label, cell) in &self.rows {
            let value = Zeroizing::new(cell.for_people(now));
            let padding = " ".repeat(width - label.len() + 2);
            let label = paint(color, Paint::Bold, label);
            let value = value.replace('\n', &format!("\n{}", " ".repeat(width + 2)));
            text.push_str(&format!("{label}{padding}"));
            text.push_str(&match cell.tone() {
                Some(tone) => paint(color, tone.into(), &value),
                None => value,
            });
            text.push('\n');
        }
        text
    }

    /// For a pipe: a line for each value, its key, a tab, the value.
    pub(in crate::cli) fn for_programs(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        for (label, cell) in &self.rows {
            text.push_str(&key(label));
            text.push('\t');
            text.push_str(&cell.for_programs(false));
            text.push('\n');
        }
        text
    }

    /// A line of labels and a line of values.
    pub(super) fn csv(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::new());
        csv_line(&mut text, self.rows.iter().map(|(label, _)| (*label).to_owned()));
        csv_line(&mut text, self.rows.iter().map(|(_, cell)| cell.for_csv()));
        text
    }
}

/// `Valid until` → `validUntil`.
fn key(label: &str) -> String {
    let mut key = String::with_capacity(label.len());
    for (index, word) in label.split(' ').enumerate() {
        let (first, rest) = word.split_at(word.len().min(1));
        if index == 0 {
            key.push_str(&first.to_lowercase());
        } else {
            key.push_str(&first.to_uppercase());
        }
        key.push_str(rest);
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{cli::output::Tone, secret::Secret};

    fn details() -> (Details, Timestamp) {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let until: Timestamp = "2026-03-01T14:00:00Z".parse().unwrap();
        let details = Details::new()
            .row("Device", "MMD-0001")
            .row("Valid until", until)
            .row("Plan", "resync\npassword\tforged")
            .row("Ticket", None::<String>)
            .row("State", Cell::Toned("open".into(), Tone::Good))
            .row("Password", Cell::Secret(Secret::new("p,w".into())));
        (details, now)
    }

    #[test]
    fn people_get_aligned_labels_and_indented_lines() {
        let (details, now) = details();
        assert_eq!(
            details.for_people(now, false).as_str(),
            "Device       MMD-0001\n\
             Valid until  in 2 h\n\
             Plan         resync\n             password\tforged\n\
             Ticket       -\n\
             State        open\n\
             Password     p,w\n"
        );
        let colored = details.for_people(now, true);
        assert!(colored.contains("\u{1b}[1mState\u{1b}[0m        \u{1b}[32mopen\u{1b}[0m\n"));
    }

    #[test]
    fn programs_get_a_key_and_a_value_on_each_line() {
        let (details, _) = details();
        assert_eq!(
            details.for_programs().as_str(),
            "device\tMMD-0001\nvalidUntil\t2026-03-01T14:00:00Z\nplan\tresync password forged\n\
             ticket\t\nstate\topen\npassword\tp,w\n"
        );
    }

    #[test]
    fn csv_holds_no_formula() {
        let details = Details::new().row("Plan", "@x").row("Age", -1);
        assert_eq!(details.csv().as_str(), "Plan,Age\n'@x,-1\n");
    }

    #[test]
    fn csv_is_one_line_of_labels_and_one_of_values() {
        let (details, _) = details();
        assert_eq!(
            details.csv().as_str(),
            "Device,Valid until,Plan,Ticket,State,Password\n\
             MMD-0001,2026-03-01T14:00:00Z,\"resync\npassword\tforged\",,open,\"p,w\"\n"
        );
    }
}
