//! `mmd route`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{GlobalLast, values};
use crate::{
    cli::verbs::{
        Verb,
        route::{Asking, Input},
    },
    domain::route::terms::{Asker, Kind, RequestType, Scope, Severity},
    error::{Error, Result},
};

/// Say where an issue goes, and why
///
/// Works offline, from the local decision table, and without a sign-in. TEXT is the issue in a
/// person's own words, English or Spanish; flags say what is known already and win over the text.
/// With neither, a short dialogue on a terminal asks. TEXT `-` is read from standard input.
///
/// The table is the one of `--table`, else `route.toml` in the config folder, else the built-in
/// one; `mmd route check` proves a table, and `man mmd-route` tells its format. With `--device` the
/// device's facts are used where the service is reachable; DEVICE is a name, a serial number or a
/// person, as for `mmd elevate`.
// Not `subcommand_precedence_over_arg`: a flag's value would be taken for a verb. Once TEXT has
// begun, no word of it is a verb; a word that is none begins TEXT. Tests hold both.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    override_usage = "mmd route [OPTIONS] [TEXT]\n       mmd route COMMAND",
    after_help = "Examples:
  mmd route \"the screen flickers since the driver update\"
  mmd route --issue service --severity A --as team
  mmd route \"no se puede imprimir\" --device MARTA-LT --json
  mmd route -- table            a text that is a command's name"
)]
pub struct Route {
    #[command(flatten)]
    asked: Asked,

    #[command(subcommand)]
    verb: Option<RouteVerb>,
}

// What is known of the issue.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Issue", global_last())]
struct Asked {
    /// The issue in a person's own words
    #[arg(value_name = "TEXT")]
    text: Vec<String>,

    /// What it is about
    #[arg(long, value_name = "KIND", value_parser = values::term::<Kind>())]
    issue: Option<Kind>,

    /// How many users are hit [default: one]
    #[arg(long, value_name = "SCOPE", value_parser = values::term::<Scope>())]
    scope: Option<Scope>,

    /// How bad it is [default: C]
    #[arg(long, value_name = "SEVERITY", value_parser = values::severity())]
    severity: Option<Severity>,

    /// What would be filed [default: incident]
    #[arg(long, value_name = "TYPE", value_parser = values::term::<RequestType>())]
    r#type: Option<RequestType>,

    /// Who asks [default: by the roles of the sign-in where `--device` is given, else team]
    #[arg(long, value_name = "WHO", value_parser = values::term::<Asker>())]
    r#as: Option<Asker>,

    /// The device that it is about
    #[arg(long, value_name = "DEVICE", value_parser = values::not_blank)]
    device: Option<String>,

    #[command(flatten)]
    table: Table,
}

#[derive(Debug, Default, PartialEq, Args)]
struct Table {
    /// Decide by this table, `built-in`, or `-` for standard input [default: route.toml in the
    /// config folder, else the built-in one]
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum RouteVerb {
    /// Show who answers for what, and how they are reached
    #[command(after_help = "Examples:
  mmd route roles
  mmd route roles --table route.toml")]
    Roles(Table),

    /// Show the decision table
    #[command(after_help = "Examples:
  mmd route table
  mmd route table --table route.toml --json")]
    Table(Table),

    /// Show what elevated access is for, or what is to be said of a plan
    #[command(after_help = "Examples:
  mmd route guidance
  mmd route guidance \"install the driver from the vendor's website\"")]
    Guidance {
        /// What is going to be done
        #[arg(value_name = "PLAN")]
        plan: Vec<String>,
    },

    /// Show which rules were tried for an issue, and why each did or did not fire
    #[command(after_help = "Examples:
  mmd route explain --issue service --scope several
  mmd route explain \"Outlook crashes\" --as desk")]
    Explain(Asked),

    /// Prove a table complete and free of rules that can never fire
    #[command(after_help = "Example:
  mmd route check route.toml")]
    Check {
        /// The table
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

impl Route {
    /// What to do.
    ///
    /// # Errors
    /// When an issue and a verb are there at once.
    pub fn verb(self) -> Result<Verb> {
        let Some(verb) = self.verb else {
            return Ok(Verb::Route(Input::Advise(self.asked.asking()?)));
        };
        let Asked { table: Table { table: before }, .. } = &self.asked;
        let before = before.clone();
        let only_table = Asked { table: Table { table: before.clone() }, ..Asked::default() };
        if self.asked != only_table {
            return Err(Error::usage("an issue stands before a command of `route`")
                .hint("put what belongs to a command behind it: `mmd route explain TEXT`")
                .hint("write a text in quotes, and in front of the flags: `mmd route \"TEXT\"`"));
        }
        let which = |behind: Option<PathBuf>| match (&before, behind) {
            (Some(_), Some(_)) => Err(Error::usage("`--table` is there twice")),
            (before, behind) => Ok(behind.or(before.clone())),
        };
        let no_table = |verb: &str, hint: &str| match before {
            Some(_) => Err(Error::usage(format!("`route {verb}` takes no `--table`")).hint(hint)),
            None => Ok(()),
        };
        Ok(Verb::Route(match verb {
            RouteVerb::Roles(table) => Input::Roles(which(table.table)?),
            RouteVerb::Table(table) => Input::Table(which(table.table)?),
            RouteVerb::Guidance { plan } => {
                no_table("guidance", "what elevated access is for is the same for every table")?;
                Input::Guidance(text(plan)?)
            }
            RouteVerb::Explain(asked) => {
                let asking = asked.asking()?;
                Input::Explain(Asking { table: which(asking.table.clone())?, ..asking })
            }
            RouteVerb::Check { file } => {
                no_table("check", "its table is FILE: `mmd route check FILE`")?;
                Input::Check(file)
            }
        }))
    }
}

impl Asked {
    fn asking(self) -> Result<Asking> {
        Ok(Asking {
            text: text(self.text)?,
            kind: self.issue,
            scope: self.scope,
            severity: self.severity,
            request: self.r#type,
            asker: self.r#as,
            device: self.device,
            table: self.table.table,
        })
    }
}

/// The words of a text that nobody put into quotes are one text all the same.
fn text(words: Vec<String>) -> Result<Option<String>> {
    if words.is_empty() {
        return Ok(None);
    }
    let text = words.join(" ");
    let says = |c: char| !c.is_whitespace() && !c.is_control();
    if !text.contains(says) {
        return Err(Error::usage("the text is blank")
            .hint("say what is wrong: `mmd route \"the screen flickers\"`"));
    }
    Ok(Some(text))
}
