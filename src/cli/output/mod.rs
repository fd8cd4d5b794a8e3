//! The only door to standard output and standard error.
//!
//! Standard output is data, standard error is talk. On a terminal data has a header, colour and
//! relative times; piped it has none of these, tabs, and RFC 3339. A reader that has gone away is
//! no error. All text is cleaned of control characters on its way out.

mod cell;
pub mod clean;
pub mod delivery;
mod details;
mod options;
mod paint;
mod problem;
mod progress;
mod table;

use std::{
    io::{ErrorKind, Write},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

pub use self::{
    cell::{Cell, Tone, relative, span},
    details::Details,
    options::{ColorChoice, Format, OutputOptions},
    progress::Progress,
    table::{Column, Table},
};
use self::{paint::Paint, paint::paint};
use crate::{
    cli::reach::Reach,
    clock::Clock,
    error::{Error, Result},
    secret::Secret,
};

/// What a verb has to say: for people, and the same as JSON.
#[derive(Debug, Clone)]
pub struct Report {
    view: View,
    json: Value,
}

#[derive(Debug, Clone)]
enum View {
    Table(Table),
    Details(Details),
    Text(String),
    Nothing,
}

impl Report {
    /// A table and its JSON view.
    pub fn table(table: Table, json: Value) -> Self {
        Self { view: View::Table(table), json }
    }

    /// Named values and their JSON view.
    pub fn details(details: Details, json: Value) -> Self {
        Self { view: View::Details(details), json }
    }

    /// Lines of text and their JSON view.
    pub fn text(text: impl Into<String>, json: Value) -> Self {
        Self { view: View::Text(text.into()), json }
    }

    /// A JSON view only: there is no data for people, only talk.
    pub fn json_only(json: Value) -> Self {
        Self { view: View::Nothing, json }
    }
}

/// Writes `text` to standard output as it is: for programs that ask this one, before there is an
/// [`Output`].
///
/// # Errors
/// When nobody reads it any more.
pub(in crate::cli) fn plainly(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

type Stream = Mutex<Box<dyn Write + Send>>;

/// The process's two streams, and how to use them.
pub struct Output {
    options: OutputOptions,
    clock: Arc<dyn Clock>,
    stdout: Stream,
    stderr: Stream,
    /// The reader of standard output has gone away.
    closed: AtomicBool,
    /// What the commands in hints need.
    reach: Reach,
}

impl Output {
    /// On the streams of this process.
    pub fn new(options: OutputOptions, clock: Arc<dyn Clock>) -> Self {
        Self::on(options, clock, Box::new(std::io::stdout()), Box::new(std::io::stderr()))
    }

    fn on(
        options: OutputOptions,
        clock: Arc<dyn Clock>,
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
    ) -> Self {
        let (stdout, stderr) = (Mutex::new(stdout), Mutex::new(stderr));
        let (closed, reach) = (AtomicBool::new(false), Reach::default());
        Self { options, clock, stdout, stderr, closed, reach }
    }

    /// From now on the commands in hints go where `reach` says.
    pub fn reaching(&mut self, reach: Reach) {
        self.reach = reach;
    }

    /// Where the commands go that are told here.
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// How this output was set up.
    pub fn options(&self) -> &OutputOptions {
        &self.options
    }

    /// True where programs read what is printed: standard error then holds an error alone.
    pub fn is_json(&self) -> bool {
        self.options.format == Format::Json
    }

    /// True once nobody reads standard output any more: long listings may stop.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Prints what a verb has found out.
    pub fn report(&self, report: &Report) -> Result<()> {
        let now = self.clock.now();
        let (terminal, color) = (self.options.stdout_terminal, self.options.stdout_color());
        if let View::Table(table) = &report.view
            && table.rows.is_empty()
            && self.options.format != Format::Json
        {
            // Nothing on standard output says as little as a command that did nothing.
            self.note(table.when_empty);
        }
        match (self.options.format, &report.view) {
            (Format::Json, _) => {
                let text = format!("{:#}\n", report.json);
                self.data(&clean::json(&text))
            }
            (Format::Csv, View::Table(table)) => self.data(&table.csv()),
            (Format::Csv, View::Details(details)) => self.data(&details.csv()),
            (Format::Table, View::Table(table)) if table.rows.is_empty() => Ok(()),
            (Format::Table, View::Table(table)) if terminal => {
                self.data(&table.for_people(now, color, self.options.width))
            }
            (Format::Table, View::Details(details)) if terminal => {
                self.data(&details.for_people(now, color))
            }
            (Format::Table, View::Table(table)) => self.data(&table.for_programs()),
            (Format::Table, View::Details(details)) => self.data(&details.for_programs()),
            (_, View::Text(text)) => {
                let text = clean::lines(text);
                self.data(&format!("{}\n", text.trim_end_matches('\n')))
            }
            (_, View::Nothing) => Ok(()),
        }
    }

    /// Prints lines of JSON exactly as they are; on a terminal what could steer it is escaped,
    /// which changes no value.
    pub fn bytes(&self, lines: &[u8]) -> Result<()> {
        if self.options.stdout_terminal {
            return self.data(&clean::json(&String::from_utf8_lossy(lines)));
        }
        self.raw(lines)
    }

    /// Prints help, or the version: our own words.
    pub fn help(&self, text: &str) -> Result<()> {
        self.data(text)
    }

    /// Says why a command line is none, in the words of its parser.
    pub fn complaint(&self, text: &str) {
        self.talk(text);
    }

    /// Prints a secret that was asked for by name, alone on its line and exactly as it is.
    pub fn secret(&self, secret: &Secret) -> Result<()> {
        self.data(&zeroize::Zeroizing::new(format!("{}\n", secret.expose())))
    }

    /// A point in time within what is told on standard error: the local clock and how far away on
    /// a terminal (`14:05 (2 h)`), RFC 3339 elsewhere.
    pub fn moment(&self, time: Timestamp) -> String {
        let now = self.clock.now();
        if !self.options.stderr_terminal {
            return match cell::is_far(time, now) {
                true => time.to_string(),
                false => format!("{time} ({})", relative(time, now)),
            };
        }
        // Read only here: the zone lies in a file.
        let zone = if self.options.utc { TimeZone::UTC } else { TimeZone::system() };
        cell::moment(time, now, &zone)
    }

    /// A word about what happens; not with `--quiet`.
    pub fn note(&self, text: &str) {
        if !self.options.quiet {
            self.talk(&format!("{}\n", clean::lines(&self.reach.told(text))));
        }
    }

    /// What a person has to do now for the command to go on; also with `--quiet`.
    pub fn tell(&self, text: &str) {
        self.talk(&format!("{}\n", clean::lines(text)));
    }

    /// A suggestion, with a command in backticks; not with `--quiet`.
    pub fn hint(&self, text: &str) {
        if !self.options.quiet {
            self.talk(&problem::hint_line(&self.reach.told(text), self.options.stderr_color()));
        }
    }

    /// How far a transfer of `total` bytes has come; seen only where a person looks at standard
    /// error, and not with `--quiet`.
    pub fn transfer(&self, what: &str, total: u64) -> Progress {
        match self.shows_progress() {
            true => Progress::transfer(&clean::line(what), total),
            false => Progress::unseen(),
        }
    }

    /// How far long work of `total` steps has come; seen where a transfer is.
    pub fn steps(&self, total: u64) -> Progress {
        if self.shows_progress() { Progress::steps(total) } else { Progress::unseen() }
    }

    fn shows_progress(&self) -> bool {
        self.options.stderr_terminal && !self.options.quiet
    }

    /// Something that a person should know even with `--quiet`.
    pub fn warn(&self, text: &str) {
        let label = paint(self.options.stderr_color(), Paint::Yellow, "warning:");
        self.talk(&format!("{label} {}\n", clean::line(&self.reach.told(text))));
    }

    /// An error, as its reader needs it; never silenced.
    pub fn error(&self, error: &Error) {
        let error = self.reach.hinted(error);
        self.talk(&match self.options.format {
            Format::Json => problem::for_programs(&error),
            Format::Table | Format::Csv => problem::for_people(&error, self.options.stderr_color()),
        });
    }

    /// Raw text for standard output.
    fn data(&self, text: &str) -> Result<()> {
        self.raw(text.as_bytes())
    }

    fn raw(&self, bytes: &[u8]) -> Result<()> {
        if self.is_closed() {
            return Ok(());
        }
        let mut stream = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        match stream.write_all(bytes).and_then(|()| stream.flush()) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => Err(Error::failed("standard output cannot be written").cause(error)),
            Ok(()) => Ok(()),
        }
    }

    /// Raw text for standard error. Where even that fails there is nobody left to tell.
    fn talk(&self, text: &str) {
        let mut stream = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
    }
}

#[cfg(test)]
pub(crate) mod tests;
