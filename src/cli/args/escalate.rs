//! `mmd escalate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    GlobalLast,
    values::{self, Linked},
};
use crate::{
    api::ticket::{Destination, Hours, Severity, TicketState, TicketType},
    cli::verbs::{
        Verb,
        escalate::{
            attach, create, download, drafts, edit, file,
            form::{ContactForm, Form},
            list, note, reply, resolve, resume, show,
            since::Since,
            take,
            text::Text,
            transfer, withdraw,
            written::Place,
        },
    },
    error::{Error, Result},
};

/// File a support request, follow it, work on it
///
/// What is missing is asked for on a terminal, severity first; in a script the error names the
/// flags. `--from` reads a request from TOML or JSON with the members of the published API; flags
/// win over it. The contact may stand in the profile:
/// `contact = { given_name = "…", surname = "…", email = "…", phone = "…" }`.
///
/// Severity A (critical) and B (moderate) are filed by an IT admin: from anybody else the request is
/// kept and handed over to one at once (exit 6). C (minimal) is filed by the escalation team.
/// Information and change requests are always C.
///
/// A request that could not be sent or was refused is kept as a draft: `mmd escalate resume`.
// A list of devices ends at a verb's word: it is no device's name here.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    subcommand_precedence_over_arg = true,
    override_usage = "mmd escalate [OPTIONS]\n       mmd escalate COMMAND",
    after_help = "Examples:
  mmd escalate
  mmd escalate --editor --severity C
  mmd escalate --from request.toml --attach trace.log
  mmd escalate --severity C --type Incident --title \"VPN drops\" \\
    --category Devices --subcategory Configuration/Policy \\
    --device MARTA-LT --description - < notes.txt
  mmd escalate list --state active"
)]
pub struct Escalate {
    #[command(flatten)]
    request: Request,

    #[command(subcommand)]
    verb: Option<EscalateVerb>,
}

// What is asked for.
#[derive(Debug, Default, PartialEq, Args)]
#[command(next_help_heading = "Request", global_last())]
struct Request {
    #[command(flatten)]
    core: Core,

    /// Devices that it is about
    #[arg(
        long = "device",
        value_name = "DEVICE",
        num_args = 1..,
        value_delimiter = ',',
        value_parser = values::empty_or_not_blank
    )]
    devices: Vec<String>,

    /// What it does to the business
    #[arg(long, value_name = "TEXT", value_parser = values::not_blank)]
    impact: Option<String>,

    /// When it was first noticed: a time, or how long ago
    #[arg(long, value_name = "TIME", value_parser = values::since)]
    since: Option<Since>,

    /// What was tried
    #[arg(long, value_name = "TEXT", value_parser = values::not_blank)]
    steps: Option<String>,

    /// How it is seen again
    #[arg(long, value_name = "TEXT", value_parser = values::not_blank)]
    repro: Option<String>,

    /// File to attach, 25 MiB at most
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,

    /// Elevation request that it comes from
    #[arg(long, value_name = "ID", value_parser = values::elevation)]
    elevation: Option<Linked>,

    /// Read the request from a file, TOML or JSON; `-` is standard input
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,

    /// Write it in the editor that `VISUAL` or `EDITOR` names
    #[arg(short, long)]
    editor: bool,
}

// What a request always has.
#[derive(Debug, Default, PartialEq, Args)]
struct Core {
    /// Critical, moderate or minimal
    #[arg(long, value_name = "SEVERITY", value_parser = values::severity())]
    severity: Option<Severity>,

    /// What is asked for
    #[arg(long = "type", value_name = "TYPE", value_parser = values::ticket_type())]
    ty: Option<TicketType>,

    /// One line
    #[arg(long, value_name = "TITLE", value_parser = values::not_blank)]
    title: Option<String>,

    /// What it is about; `-` is standard input
    #[arg(long, value_name = "TEXT", value_parser = values::not_blank)]
    description: Option<String>,

    /// Apps, Devices, Security, Other, or another word
    #[arg(long, value_name = "CATEGORY", value_parser = values::not_blank)]
    category: Option<String>,

    /// Best fit, else Other
    #[arg(long, value_name = "SUBCATEGORY", value_parser = values::not_blank)]
    subcategory: Option<String>,

    #[command(flatten)]
    contact: Contact,

    /// Hours that count for severity B
    #[arg(long, value_name = "HOURS", value_parser = values::hours())]
    hours: Option<Hours>,
}

// Who is to be reached.
#[derive(Debug, Default, PartialEq, Args)]
struct Contact {
    /// First name of the contact [default: the profile's]
    #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
    given_name: Option<String>,

    /// Last name of the contact
    #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
    surname: Option<String>,

    /// E-mail address of the contact
    #[arg(long, value_name = "EMAIL", value_parser = values::not_blank)]
    email: Option<String>,

    /// Telephone number of the contact
    #[arg(long, value_name = "NUMBER", value_parser = values::not_blank)]
    phone: Option<String>,
}

#[derive(Debug, Subcommand)]
#[command(defer = true)]
enum EscalateVerb {
    /// List support requests, those of the last six months by default
    #[command(after_help = "Examples:
  mmd escalate list --state active --severity A
  mmd escalate list --mine --since 30d
  mmd escalate list --output csv > requests.csv")]
    List {
        /// Only those that are `active`, `resolved` or `awaiting-admin`
        #[arg(long, value_name = "STATE", value_parser = values::ticket_state())]
        state: Option<TicketState>,
        /// Only of this severity
        #[arg(long, value_name = "SEVERITY", value_parser = values::severity())]
        severity: Option<Severity>,
        /// Only of this type
        #[arg(long = "type", value_name = "TYPE", value_parser = values::ticket_type())]
        ty: Option<TicketType>,
        /// Only your own
        #[arg(long)]
        mine: bool,
        /// Filed since: a time, or how long ago [default: six months]
        #[arg(long, value_name = "TIME", value_parser = values::since)]
        since: Option<Since>,
    },

    /// Show one request: what happened, who acts next, and by when
    #[command(after_help = "Examples:
  mmd escalate show MMD-1465058-R5V8P
  mmd escalate show MMD-1465058-R5V8P --json")]
    Show {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
    },

    /// Add a note; it answers a request for action
    #[command(after_help = "Examples:
  mmd escalate note MMD-1465058-R5V8P \"it happens on Wi-Fi only\"
  mmd escalate note MMD-1465058-R5V8P - < trace.txt")]
    Note {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// What it says; `-` is standard input
        #[arg(value_name = "TEXT", value_parser = values::not_blank)]
        text: Option<String>,
    },

    /// Attach files, 25 MiB at most each
    #[command(after_help = "Example:
  mmd escalate attach MMD-1465058-R5V8P trace.log screen.png")]
    Attach {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// Files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },

    /// Download what is attached; nothing is replaced
    #[command(after_help = "Examples:
  mmd escalate download MMD-1465058-R5V8P
  mmd escalate download MMD-1465058-R5V8P trace.log --dir /tmp")]
    Download {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// Names or ids of attachments [default: all]
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Where to
        #[arg(long, value_name = "DIR", default_value = ".", hide_default_value = true)]
        dir: PathBuf,
    },

    /// Correct the description, the contact, the hours, or an incident's severity
    #[command(after_help = "Examples:
  mmd escalate edit MMD-1465058-R5V8P --phone \"+34 600 000 000\"
  mmd escalate edit MMD-1465058-R5V8P --description - < better.txt")]
    Edit {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// What it is about; `-` is standard input
        #[arg(long, value_name = "TEXT", value_parser = values::not_blank)]
        description: Option<String>,
        /// Critical, moderate or minimal; of incidents only
        #[arg(long, value_name = "SEVERITY", value_parser = values::severity())]
        severity: Option<Severity>,
        #[command(flatten)]
        contact: Contact,
        /// Hours that count for severity B
        #[arg(long, value_name = "HOURS", value_parser = values::hours())]
        hours: Option<Hours>,
    },

    /// Resolve a request
    #[command(after_help = "Example:
  mmd escalate resolve MMD-1465058-R5V8P -m \"gone since the restart\"")]
    Resolve(Worded),

    /// Take a resolved request up again, within 24 hours
    #[command(after_help = "Example:
  mmd escalate reactivate MMD-1465058-R5V8P -m \"it is back\"")]
    Reactivate(Worded),

    /// Hand a request to another destination
    #[command(after_help = "Example:
  mmd escalate transfer MMD-1465058-R5V8P --to hardware-vendor \\
    -m \"the battery swells\"")]
    Transfer {
        #[command(flatten)]
        request: Worded,
        /// Where it goes
        #[arg(long, value_name = "DESTINATION", value_parser = values::destination())]
        to: Destination,
    },

    /// List what has to be worked on, what is overdue first
    #[command(after_help = "Example:
  mmd escalate queue")]
    Queue,

    /// Take a request to work on it
    #[command(after_help = "Examples:
  mmd escalate take MMD-1465058-R5V8P
  mmd escalate take MMD-1465058-R5V8P --from olga@contoso.com")]
    Take {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// Who has it now; without it a request that somebody has stays theirs
        #[arg(long, value_name = "UPN", value_parser = values::not_blank)]
        from: Option<String>,
    },

    /// Answer a request as operations
    #[command(after_help = "Examples:
  mmd escalate reply MMD-1465058-R5V8P \"the policy is rolled back\"
  mmd escalate reply MMD-1465058-R5V8P \"please restart and report\" \\
    --request-action")]
    Reply {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        /// What it says; `-` is standard input
        #[arg(value_name = "TEXT", value_parser = values::not_blank)]
        text: Option<String>,
        /// The filer has to act next, within 48 hours
        #[arg(long)]
        request_action: bool,
    },

    /// File a request that was handed over to an admin, as it stands or corrected
    #[command(after_help = "Examples:
  mmd escalate file MMD-1465058-R5V8P
  mmd escalate file MMD-1465058-R5V8P --severity C")]
    File {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
        #[command(flatten)]
        core: Core,
    },

    /// Drop a request that waits for an admin; one that is filed is resolved instead
    #[command(after_help = "Example:
  mmd escalate withdraw MMD-1465058-R5V8P")]
    Withdraw {
        /// Id of the request
        #[arg(value_name = "ID", value_parser = values::ticket)]
        id: String,
    },

    /// Lower the severity by one level, because a commitment was not kept
    #[command(after_help = "Example:
  mmd escalate lower MMD-1465058-R5V8P -m \"nobody could be reached\"")]
    Lower(Worded),

    /// List what was typed and not filed
    ///
    /// A draft is kept on this machine, for its profile, until it is filed or dropped by you.
    #[command(after_help = "Examples:
  mmd escalate drafts
  mmd escalate drafts --discard 3f9a01c2
  mmd escalate drafts | cut -f1 | xargs -n1 mmd escalate drafts --discard")]
    Drafts {
        /// Drop this one
        #[arg(long, value_name = "ID", value_parser = values::not_blank)]
        discard: Option<String>,
    },

    /// Take up a draft: change it, and send it
    ///
    /// However often a draft is sent, it is filed once. Files of `--attach` come to those that the
    /// draft has; `--detach` takes one out, also one that is not there any more. An empty value takes
    /// out the devices or the elevation request: `--device ""`, `--elevation ""`.
    #[command(after_help = "Examples:
  mmd escalate resume
  mmd escalate resume 3f9a01c2 --severity C --yes
  mmd escalate resume 3f9a01c2 --editor
  mmd escalate resume 3f9a01c2 --detach trace.log
  mmd escalate resume 3f9a01c2 --elevation \"\"")]
    Resume {
        /// Id of the draft, or how it begins [default: the only one]
        #[arg(value_name = "ID", value_parser = values::not_blank)]
        id: Option<String>,
        /// File that goes no more with it: its path or name
        #[arg(long, value_name = "FILE")]
        detach: Vec<PathBuf>,
        #[command(flatten)]
        request: Box<Request>,
    },
}

// A request, and a word on it.
#[derive(Debug, Args)]
struct Worded {
    /// Id of the request
    #[arg(value_name = "ID", value_parser = values::ticket)]
    id: String,

    /// Kept as a note; `-` is standard input
    #[arg(short = 'm', long, value_name = "TEXT", value_parser = values::not_blank)]
    message: Option<String>,
}

impl Escalate {
    /// What to do.
    ///
    /// # Errors
    /// When flags of a request stand before a verb, or two things come from standard input.
    pub fn verb(self) -> Result<Verb> {
        let Some(verb) = self.verb else {
            let input = self.request.input()?;
            let cleared =
                [(input.cleared.devices, "--device"), (input.cleared.elevation, "--elevation")];
            if let Some((_, flag)) = cleared.into_iter().find(|(cleared, _)| *cleared) {
                return Err(Error::usage(format!("`{flag}` is empty")).hint(format!(
                    "leave it out; `mmd escalate resume ID {flag} ''` takes it out of a draft"
                )));
            }
            return Ok(Verb::EscalateCreate(Box::new(input)));
        };
        if self.request != Request::default() {
            return Err(Error::usage("flags of `escalate` stand before a command of `escalate`")
                .hint("put the flags of a command behind it: `mmd escalate edit ID --phone …`"));
        }
        Ok(match verb {
            EscalateVerb::List { state, severity, ty, mine, since } => {
                Verb::EscalateList(list::Input { state, severity, ty, mine, since })
            }
            EscalateVerb::Show { id } => Verb::EscalateShow(show::Input { id }),
            EscalateVerb::Note { id, text } => {
                Verb::EscalateNote(note::Input { id, text: text.map(Text::of) })
            }
            EscalateVerb::Attach { id, files } => Verb::EscalateAttach(attach::Input { id, files }),
            EscalateVerb::Download { id, names, dir } => {
                Verb::EscalateDownload(download::Input { id, names, dir })
            }
            EscalateVerb::Edit { id, description, severity, contact, hours } => {
                let description = description.map(Text::of);
                let contact = contact.form();
                Verb::EscalateEdit(edit::Input { id, description, severity, contact, hours })
            }
            EscalateVerb::Resolve(worded) => Verb::EscalateResolve(worded.input()),
            EscalateVerb::Reactivate(worded) => Verb::EscalateReactivate(worded.input()),
            EscalateVerb::Transfer { request, to } => {
                let resolve::Input { id, text } = request.input();
                Verb::EscalateTransfer(transfer::Input { id, to, text })
            }
            EscalateVerb::Queue => Verb::EscalateQueue,
            EscalateVerb::Take { id, from } => Verb::EscalateTake(take::Input { id, from }),
            EscalateVerb::Reply { id, text, request_action } => {
                Verb::EscalateReply(reply::Input { id, text: text.map(Text::of), request_action })
            }
            EscalateVerb::File { id, core } => {
                let (form, stdin) = core.form();
                let description_stdin = stdin;
                Verb::EscalateFile(Box::new(file::Input { id, form, description_stdin }))
            }
            EscalateVerb::Withdraw { id } => Verb::EscalateWithdraw(withdraw::Input { id }),
            EscalateVerb::Lower(worded) => Verb::EscalateLower(worded.input()),
            EscalateVerb::Drafts { discard } => Verb::EscalateDrafts(drafts::Input { discard }),
            EscalateVerb::Resume { id, detach, request } => {
                let change = request.input()?;
                Verb::EscalateResume(Box::new(resume::Input { id, detach, change }))
            }
        })
    }
}

impl Request {
    fn input(self) -> Result<create::Input> {
        let (core, description_stdin) = self.core.form();
        let cleared = create::Cleared {
            devices: self.devices.iter().any(String::is_empty),
            elevation: self.elevation == Some(Linked::Nothing),
        };
        if cleared.devices && self.devices.len() > 1 {
            return Err(Error::usage("one `--device` is empty, and another names a device")
                .hint("leave out one of them: an empty one takes out all"));
        }
        let form = Form {
            devices: if cleared.devices { Vec::new() } else { self.devices },
            business_impact: self.impact,
            issue_first_noticed: self.since,
            troubleshooting_steps: self.steps,
            repro_steps: self.repro,
            attach: self.attach,
            elevation: match self.elevation {
                Some(Linked::To(id)) => Some(id),
                Some(Linked::Nothing) | None => None,
            },
            ..core
        };
        let from = self.from.map(Place::of);
        if description_stdin && from == Some(Place::Stdin) {
            return Err(Error::usage("`--from -` and `--description -` both read standard input")
                .hint("put one of them into a file: `--from FILE`"));
        }
        Ok(create::Input { form, cleared, from, description_stdin, editor: self.editor })
    }
}

impl Core {
    /// The form, and whether the description stands on standard input.
    fn form(self) -> (Form, bool) {
        let stdin = self.description.as_deref() == Some("-");
        let form = Form {
            severity: self.severity,
            ty: self.ty,
            title: self.title,
            description: self.description.filter(|_| !stdin),
            category: self.category,
            subcategory: self.subcategory,
            contact: self.contact.form(),
            hours: self.hours,
            ..Form::default()
        };
        (form, stdin)
    }
}

impl Contact {
    fn form(self) -> ContactForm {
        ContactForm {
            given_name: self.given_name,
            surname: self.surname,
            email: self.email,
            phone_number: self.phone,
        }
    }
}

impl Worded {
    fn input(self) -> resolve::Input {
        resolve::Input { id: self.id, text: self.message.map(Text::of) }
    }
}
