//! The wanted team as CSV (RFC 4180), with a header.

use csv::{ReaderBuilder, StringRecord, Writer};

use super::{Faults, Placed, Row};
use crate::{
    api::team::WantedMember,
    cli::verbs::words::count,
    error::{Error, Result},
};

/// The columns, in the order of `export`.
const COLUMNS: [&str; 5] = ["upn", "displayName", "roles", "until", "oid"];

/// Which column stands where.
struct Header {
    width: usize,
    at: [Option<usize>; 5],
}

impl Header {
    fn read(record: &StringRecord, faults: &mut Faults) -> Self {
        let mut at = [None; 5];
        for (index, name) in record.iter().enumerate() {
            let known = COLUMNS.iter().position(|known| known.eq_ignore_ascii_case(name.trim()));
            match known {
                Some(column) if at[column].is_none() => at[column] = Some(index),
                Some(column) => {
                    faults.add("line 1", format!("the column `{}` stands twice", COLUMNS[column]));
                }
                None => {
                    let shown: String = name.chars().take(80).collect();
                    let separated = if name.contains([';', '\t']) {
                        ": columns are separated by commas"
                    } else {
                        ""
                    };
                    let known = COLUMNS.join(", ");
                    let what = format!("there is no column `{shown}`{separated} (known: {known})");
                    faults.add("line 1", what);
                }
            }
        }
        for (column, required) in [(0, "upn"), (2, "roles")] {
            if at[column].is_none() {
                faults.add("line 1", format!("the column `{required}` is missing"));
            }
        }
        Self { width: record.len(), at }
    }

    fn field<'r>(&self, record: &'r StringRecord, column: usize) -> Option<&'r str> {
        record.get(self.at[column]?).map(str::trim)
    }
}

/// Reads every row, and goes on behind a fault. What spreadsheets leave is passed over: a first line
/// that names the separator, and rows without a word.
pub fn parse(whole: &str, faults: &mut Faults) -> Vec<Placed> {
    // The line break stays, so that lines keep their numbers.
    let text = whole.strip_prefix("sep=,").filter(|rest| rest.starts_with(['\r', '\n']));
    let text = text.unwrap_or(whole);
    // A row with a field too many or too few is told by its line below.
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = match reader.headers() {
        Ok(record) => Header::read(record, faults),
        Err(error) => {
            faults.add("line 1", error.to_string());
            return vec![];
        }
    };
    if !faults.0.is_empty() {
        return vec![];
    }
    let mut rows = Vec::new();
    let mut last = String::from("line 1");
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                faults.add(&last, error.to_string());
                break;
            }
        };
        let place = format!("line {}", record.position().map_or(0, |at| line(text, at)));
        last.clone_from(&place);
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        if record.len() != header.width {
            let (found, width) = (record.len(), header.width);
            faults.add(
                &place,
                format!("{} where the header has {width} columns", count(found, "field")),
            );
            continue;
        }
        let field = |column| header.field(&record, column);
        let roles = field(2).unwrap_or_default().split([';', ',']).map(str::trim);
        let row = Row {
            upn: field(0).unwrap_or_default(),
            roles: roles.filter(|word| !word.is_empty()).collect(),
            display_name: field(1),
            until: field(3),
            oid: field(4),
        };
        rows.extend(row.check(&place, faults));
    }
    // The reader takes an open quotation for closed at the end of the file.
    if text.matches('"').count() % 2 == 1 {
        faults.add(&last, "a quotation mark is not closed: is the file cut off?");
    }
    rows
}

/// The line on which a record begins: the reader names the blank ones before it.
fn line(text: &str, at: &csv::Position) -> u64 {
    let begun = usize::try_from(at.byte()).ok().and_then(|byte| text.as_bytes().get(byte..));
    let blank = begun.unwrap_or_default().iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    at.line() + blank.filter(|byte| **byte == b'\n').map(|_| 1).sum::<u64>()
}

/// The team as CSV; [`parse`] reads the same from it.
///
/// # Errors
/// None that a buffer in memory could have.
pub fn to_csv(team: &[WantedMember]) -> Result<Vec<u8>> {
    let wrong = |error: csv::Error| Error::failed("the team cannot be written as CSV").cause(error);
    let mut writer = Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(wrong)?;
    for member in team {
        let text = |value: &Option<Option<String>>| value.clone().flatten().unwrap_or_default();
        let roles: Vec<_> = member.roles.iter().map(|role| role.as_str()).collect();
        let until = member.until.flatten().map(|end| end.to_string()).unwrap_or_default();
        let fields = [
            member.upn.clone(),
            text(&member.display_name),
            roles.join(";"),
            until,
            text(&member.oid),
        ];
        writer.write_record(fields).map_err(wrong)?;
    }
    writer
        .into_inner()
        .map_err(|error| Error::failed("the team cannot be written as CSV").cause(error.error()))
}
