//! Rows of the same kind: for people with header, colour and relative times; piped without
//! header, separated by tabs; as CSV with header and proper quoting.

use comfy_table::{
    Attribute, CellAlignment, Color, ColumnConstraint, ContentArrangement, Width,
    presets::NOTHING as PLAIN,
};
use jiff::Timestamp;

use super::cell::{Cell, Tone};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Shown on a terminal and as the first line of CSV.
    pub header: &'static str,
    /// True where a word of it is not broken while others can give way.
    pub whole: bool,
}

/// A column that is not broken takes no more of the width than this.
const WHOLE: u16 = 24;

/// Between two columns.
const GAP: u16 = 2;

/// Rows of the same kind.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// Each with as many cells as there are columns.
    pub rows: Vec<Vec<Cell>>,
    /// What a person is told on standard error when there are no rows.
    pub when_empty: &'static str,
}

impl Table {
    /// A table without rows.
    pub fn new<const N: usize>(headers: [&'static str; N], when_empty: &'static str) -> Self {
        let columns = headers.into_iter().map(|header| Column { header, whole: false }).collect();
        Self { columns, rows: Vec::new(), when_empty }
    }

    /// Keeps the words of the columns with these headers in one piece on a narrow terminal.
    #[must_use]
    pub fn whole(mut self, headers: &[&str]) -> Self {
        for column in &mut self.columns {
            column.whole = headers.contains(&column.header);
        }
        self
    }

    /// Adds a row.
    pub fn push<const N: usize>(&mut self, cells: [Cell; N]) {
        debug_assert_eq!(N, self.columns.len(), "a row has a cell for every column");
        self.rows.push(cells.into());
    }

    /// For a terminal of `width` columns.
    pub(super) fn for_people(&self, now: Timestamp, color: bool, width: Option<u16>) -> String {
        let mut table = comfy_table::Table::new();
        table.load_style(PLAIN);
        if color {
            table.enforce_styling();
        } else {
            table.force_no_tty();
        }
        if let Some(width) = width {
            table.set_width(width).set_content_arrangement(ContentArrangement::Dynamic);
        }
        table.set_header(self.columns.iter().enumerate().map(|(index, column)| {
            let cell = comfy_table::Cell::new(column.header).add_attribute(Attribute::Bold);
            // A header stands over its numbers.
            match self.rows.first().and_then(|row| row.get(index)) {
                Some(Cell::Number(_)) => cell.set_alignment(CellAlignment::Right),
                _ => cell,
            }
        }));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| person_cell(cell, now)));
        }
        let last = self.columns.len().saturating_sub(1);
        let widths = table.column_max_content_widths();
        for (index, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, if index == last { 0 } else { GAP }));
            if self.columns.get(index).is_some_and(|column| column.whole) {
                let width = widths.get(index).copied().unwrap_or(WHOLE).min(WHOLE);
                let width = Width::Fixed(width + GAP);
                column.set_constraint(ColumnConstraint::LowerBoundary(width));
            }
        }
        let mut text = table.trim_fmt();
        text.push('\n');
        text
    }

    /// For a pipe: no header, tabs, RFC 3339.
    pub(super) fn for_programs(&self) -> String {
        let mut text = String::new();
        for row in &self.rows {
            let cells: Vec<_> = row.iter().map(|cell| cell.for_programs(false)).collect();
            text.push_str(&cells.join("\t"));
            text.push('\n');
        }
        text
    }

    /// RFC 4180 with `\n` at the end of lines, which every reader takes.
    pub(super) fn csv(&self) -> String {
        let mut text = String::new();
        csv_line(&mut text, self.columns.iter().map(|column| column.header.to_owned()));
        for row in &self.rows {
            csv_line(&mut text, row.iter().map(Cell::for_csv));
        }
        text
    }
}

fn person_cell(cell: &Cell, now: Timestamp) -> comfy_table::Cell {
    // One line each: a forged line break must not look like another row.
    let text = cell.for_people(now).replace(['\n', '\t'], " ");
    let shown = comfy_table::Cell::new(text);
    let shown = match cell.tone() {
        None => shown,
        Some(Tone::Good) => shown.fg(Color::Green),
        Some(Tone::Warn) => shown.fg(Color::Yellow),
        Some(Tone::Bad) => shown.fg(Color::Red),
        Some(Tone::Dim) => shown.add_attribute(Attribute::Dim),
    };
    match cell {
        Cell::Number(_) => shown.set_alignment(CellAlignment::Right),
        _ => shown,
    }
}

/// One line of CSV; a field is quoted when it has to be.
pub(super) fn csv_line(text: &mut String, fields: impl IntoIterator<Item = String>) {
    for (index, field) in fields.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        let edge = field.starts_with(' ') || field.ends_with(' ');
        if edge || field.contains([',', '"', '\n', '\t']) {
            text.push('"');
            text.push_str(&field.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&field);
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> (Table, Timestamp) {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let mut table = Table::new(["Device", "State", "Age", "Seen"], "no devices");
        let seen: Timestamp = "2026-03-01T10:00:00Z".parse().unwrap();
        table.push([
            "MMD-0001".into(),
            Cell::Toned("failed".into(), Tone::Bad),
            12.into(),
            seen.into(),
        ]);
        table.push(["a, \"b\"\n\u{1b}[31mc".into(), Cell::Empty, 3.into(), Cell::Empty]);
        (table, now)
    }

    #[test]
    fn people_get_a_header_and_relative_times() {
        let (table, now) = table();
        insta::assert_snapshot!(table.for_people(now, false, Some(80)), @r#"
        Device    State   Age  Seen
        MMD-0001  failed   12  2 h ago
        a, "b" c  -         3  -
        "#);
    }

    #[test]
    fn colour_marks_the_header_and_what_needs_attention() {
        let (table, now) = table();
        let text = table.for_people(now, true, Some(80));
        assert!(text.starts_with("\u{1b}[1mDevice"), "{text:?}");
        assert!(text.contains("failed"), "{text:?}");
        assert!(!text.contains("\u{1b}[31mc"), "{text:?}");
    }

    #[test]
    fn a_narrow_terminal_wraps_instead_of_cutting() {
        let mut table = Table::new(["Id", "Plan"], "none");
        table.push([1.into(), "resync the clock of the machine".into()]);
        insta::assert_snapshot!(table.for_people(Timestamp::UNIX_EPOCH, false, Some(20)), @r"
        Id  Plan
         1  resync the clock
            of the machine
        ");
    }

    #[test]
    fn programs_get_tabs_and_exact_times() {
        let (table, _) = table();
        assert_eq!(
            table.for_programs(),
            "MMD-0001\tfailed\t12\t2026-03-01T10:00:00Z\na, \"b\" c\t\t3\t\n"
        );
    }

    #[test]
    fn csv_holds_no_formula() {
        let mut table = Table::new(["Title", "Age"], "none");
        table.push(["=1+1,2".into(), (-3).into()]);
        assert_eq!(table.csv(), "Title,Age\n\"'=1+1,2\",-3\n");
    }

    #[test]
    fn csv_quotes_what_needs_it() {
        let (table, _) = table();
        assert_eq!(
            table.csv(),
            "Device,State,Age,Seen\nMMD-0001,failed,12,2026-03-01T10:00:00Z\n\
             \"a, \"\"b\"\"\nc\",,3,\n"
        );
    }
}
