//! How to print: what was asked for, and what the streams are.

use std::{io::IsTerminal, str::FromStr};

use crate::{cli::settings::Environment, error::Error};

/// `--output`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people on a terminal, tabs in a pipe.
    #[default]
    Table,
    /// The documented JSON.
    Json,
    /// For spreadsheets.
    Csv,
}

impl FromStr for Format {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "table" => Ok(Format::Table),
            "json" => Ok(Format::Json),
            "csv" => Ok(Format::Csv),
            _ => Err(Error::usage(format!("`{text}` is no output format"))
                .hint("the formats are `table`, `json` and `csv`")),
        }
    }
}

/// `--color`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set or the terminal is dumb.
    #[default]
    Auto,
    /// Always, whatever the environment says.
    Always,
    /// Never.
    Never,
}

impl FromStr for ColorChoice {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "auto" => Ok(ColorChoice::Auto),
            "always" => Ok(ColorChoice::Always),
            "never" => Ok(ColorChoice::Never),
            _ => Err(Error::usage(format!("`{text}` is no colour choice"))
                .hint("the choices are `auto`, `always` and `never`")),
        }
    }
}

/// How to print.
#[derive(Debug, Clone, Default)]
pub struct OutputOptions {
    /// What standard output carries.
    pub format: Format,
    /// Without notes and hints.
    pub quiet: bool,
    /// When to colour.
    pub color: ColorChoice,
    /// `NO_COLOR` is set, or `TERM` is `dumb`.
    pub plain: bool,
    /// Standard output is a terminal.
    pub stdout_terminal: bool,
    /// Standard error is a terminal.
    pub stderr_terminal: bool,
    /// Columns of the terminal, where known.
    pub width: Option<u16>,
    /// The time of day is told in UTC, not in the machine's own zone.
    pub utc: bool,
}

impl OutputOptions {
    /// For the streams of this process.
    pub fn of_process(
        format: Format,
        quiet: bool,
        color: ColorChoice,
        environment: &Environment,
    ) -> Self {
        let stdout_terminal = std::io::stdout().is_terminal();
        Self {
            format,
            quiet,
            color,
            plain: environment.text("NO_COLOR").is_some()
                || environment.text("TERM") == Some("dumb"),
            stdout_terminal,
            stderr_terminal: std::io::stderr().is_terminal(),
            // Asked of the terminal itself; not known in a pipe, nor of a terminal without a size.
            width: comfy_table::Table::new().width().filter(|columns| *columns > 0),
            utc: false,
        }
    }

    pub(in crate::cli) fn stdout_color(&self) -> bool {
        self.colors(self.stdout_terminal)
    }

    pub(in crate::cli) fn stderr_color(&self) -> bool {
        self.colors(self.stderr_terminal)
    }

    fn colors(&self, terminal: bool) -> bool {
        match self.color {
            ColorChoice::Auto => terminal && !self.plain,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_follows_the_flag_then_the_environment_then_the_stream() {
        let options = |color, plain| OutputOptions {
            color,
            plain,
            stdout_terminal: true,
            ..OutputOptions::default()
        };
        for (color, plain, on_terminal, in_pipe) in [
            (ColorChoice::Auto, false, true, false),
            (ColorChoice::Auto, true, false, false),
            (ColorChoice::Always, true, true, true),
            (ColorChoice::Never, false, false, false),
        ] {
            let options = options(color, plain);
            assert_eq!(options.stdout_color(), on_terminal, "{color:?} {plain}");
            assert_eq!(options.stderr_color(), in_pipe, "{color:?} {plain}");
        }
    }

    #[test]
    fn formats_have_names() {
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        let error = "xml".parse::<Format>().unwrap_err();
        assert_eq!(error.message, "`xml` is no output format");
        assert_eq!("always".parse::<ColorChoice>().unwrap(), ColorChoice::Always);
    }
}
