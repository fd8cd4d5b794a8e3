//! `mmd completions SHELL`.

use serde_json::json;

use crate::{
    cli::{
        args,
        complete::shells::Shell,
        output::{Format, Output, Report},
    },
    error::Result,
};

/// Prints the script of `shell`.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(shell: Shell, output: &Output) -> Result<()> {
    let script = shell.script(args::command().get_name());
    match output.options().format {
        Format::Json => {
            let view = json!({ "shell": shell.name(), "file": shell.file(), "script": script });
            output.report(&Report::json_only(view))
        }
        Format::Table | Format::Csv => output.help(&script),
    }
}
