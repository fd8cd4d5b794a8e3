//! What leaves the process, byte for byte.

use std::io;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::clock::ManualClock;

/// What an [`Output`] has written.
#[derive(Clone, Default)]
pub(crate) struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    /// Everything so far.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An output at noon on 1 March 2026, with what it writes to stdout and stderr.
pub(crate) fn captured(options: OutputOptions) -> (Output, Captured, Captured) {
    let (stdout, stderr) = (Captured::default(), Captured::default());
    let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let clock = Arc::new(ManualClock::new(noon));
    let output = Output::on(options, clock, Box::new(stdout.clone()), Box::new(stderr.clone()));
    (output, stdout, stderr)
}

/// On a terminal without colour.
pub(crate) fn terminal() -> OutputOptions {
    OutputOptions {
        stdout_terminal: true,
        stderr_terminal: true,
        plain: true,
        width: Some(80),
        utc: true,
        ..OutputOptions::default()
    }
}

/// In a pipe, in `format`.
pub(crate) fn piped(format: Format) -> OutputOptions {
    OutputOptions { format, ..OutputOptions::default() }
}

fn report() -> Report {
    let mut table = Table::new(["Device", "Seen"], "no devices");
    let seen: Timestamp = "2026-03-01T11:15:00Z".parse().unwrap();
    table.push(["MMD-1\u{1b}[2J".into(), seen.into()]);
    Report::table(table, json!([{"name": "MMD-1\u{1b}[2J\u{9b}", "seen": "2026-03-01T11:15:00Z"}]))
}

#[test]
fn one_report_in_every_form() {
    for (options, text) in [
        (terminal(), "Device  Seen\nMMD-1   45 min ago\n"),
        (piped(Format::Table), "MMD-1\t2026-03-01T11:15:00Z\n"),
        (piped(Format::Csv), "Device,Seen\nMMD-1,2026-03-01T11:15:00Z\n"),
        (
            piped(Format::Json),
            "[\n  {\n    \"name\": \"MMD-1\\u001b[2J\\u009b\",\n    \
             \"seen\": \"2026-03-01T11:15:00Z\"\n  }\n]\n",
        ),
    ] {
        let (output, stdout, stderr) = captured(options);
        output.report(&report()).unwrap();
        assert_eq!((stdout.text().as_str(), stderr.text().as_str()), (text, ""));
    }
}

#[test]
fn an_empty_table_is_said_and_is_no_data() {
    let report = Report::table(Table::new(["Device"], "no devices"), json!([]));
    for (options, out, err) in [
        (terminal(), "", "no devices\n"),
        (piped(Format::Table), "", "no devices\n"),
        (piped(Format::Csv), "Device\n", "no devices\n"),
        (piped(Format::Json), "[]\n", ""),
    ] {
        let (output, stdout, stderr) = captured(options);
        output.report(&report).unwrap();
        assert_eq!((stdout.text().as_str(), stderr.text().as_str()), (out, err));
    }
}

#[test]
fn text_ends_in_one_line_break() {
    let (output, stdout, _) = captured(terminal());
    output.report(&Report::text("one\u{7}\ntwo\n\n", json!(null))).unwrap();
    output.report(&Report::json_only(json!({}))).unwrap();
    assert_eq!(stdout.text(), "one\ntwo\n");
}

#[test]
fn a_secret_stands_alone() {
    for format in [Format::Table, Format::Json, Format::Csv] {
        let (output, stdout, stderr) = captured(piped(format));
        output.secret(&Secret::new("p\tw".into())).unwrap();
        assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("p\tw\n", ""));
    }
}

#[test]
fn quiet_silences_notes_and_hints_but_no_warning() {
    let say = |quiet| {
        let (output, stdout, stderr) = captured(OutputOptions { quiet, ..terminal() });
        output.note("working\u{1b}[2J");
        output.hint("run `mmd status`");
        output.warn("the token\nends soon");
        output.error(&Error::failed("no"));
        assert_eq!(stdout.text(), "");
        stderr.text()
    };
    assert_eq!(
        say(false),
        "working\nhint: run `mmd status`\nwarning: the token ends soon\nerror: no\n"
    );
    assert_eq!(say(true), "warning: the token ends soon\nerror: no\n");
}

#[test]
fn an_error_is_json_when_the_data_is() {
    let (output, stdout, stderr) = captured(piped(Format::Json));
    output.error(&Error::usage("`--ticket` is missing"));
    assert_eq!(stdout.text(), "");
    assert_eq!(
        stderr.text(),
        "{\"error\":{\"code\":\"usage\",\"message\":\"`--ticket` is missing\",\"hints\":[],\
         \"details\":null}}\n"
    );
}

struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn broken(kind: io::ErrorKind) -> Output {
    let clock = Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH));
    Output::on(piped(Format::Table), clock, Box::new(Broken(kind)), Box::new(Broken(kind)))
}

#[test]
fn a_reader_that_has_gone_away_is_no_error() {
    let output = broken(io::ErrorKind::BrokenPipe);
    assert!(!output.is_closed());
    output.report(&report()).unwrap();
    assert!(output.is_closed());
    output.report(&report()).unwrap();
    output.warn("nobody hears this");
}

#[test]
fn a_full_disk_is_an_error() {
    let error = broken(io::ErrorKind::StorageFull).report(&report()).unwrap_err();
    assert_eq!(error.message, "standard output cannot be written");
}
