//! `mmd audit`.

use std::path::PathBuf;

use clap::Subcommand;

use super::values;
use crate::cli::verbs::{
    Local, Verb,
    audit::{export, list, verify, verify_file, who},
};

#[derive(Debug, Subcommand)]
#[command(defer = true)]
pub enum Audit {
    /// List the latest events of the audit trail
    #[command(after_help = "Examples:
  mmd audit list --device MARTA-LT
  mmd audit list --who ana@contoso.com --action password.viewed -n 200")]
    List {
        /// Only events of this device
        #[arg(long, value_name = "D", value_parser = values::not_blank)]
        device: Option<String>,
        /// Only events of this person, program (`app:NAME`) or device (`device:NAME`)
        #[arg(long, value_name = "U", value_parser = values::not_blank)]
        who: Option<String>,
        /// Only this action
        #[arg(long, value_name = "A", value_parser = values::not_blank)]
        action: Option<String>,
        /// How many
        #[arg(
            short = 'n',
            value_name = "N",
            default_value_t = 50,
            value_parser = clap::value_parser!(u32).range(1..=10_000)
        )]
        latest: u32,
    },

    /// Show who saw which password of a device, and when
    #[command(after_help = "Example:
  mmd audit who MARTA-LT")]
    Who {
        /// Its name
        #[arg(value_name = "DEVICE", value_parser = values::not_blank)]
        device: String,
    },

    /// Print events as they are stored, one JSON object a line
    #[command(after_help = "Examples:
  mmd audit export > trail.jsonl
  mmd audit export --after 12000 >> trail.jsonl")]
    Export {
        /// Begin behind this event
        #[arg(long, value_name = "SEQ", default_value_t = 0)]
        after: u64,
    },

    /// Print the signed head of the audit trail, to be kept elsewhere
    #[command(after_help = "Example:
  mmd audit head > head.json")]
    Head,

    /// Prove that nothing in the audit trail was changed, dropped or reordered
    ///
    /// Reads an export, or the whole trail from the service. A head that was kept elsewhere proves
    /// that nothing before it was rewritten since. A broken trail is exit code 1.
    ///
    /// FILE may also be the file of an audit sink. Where that has the trails of several tenants,
    /// each is verified by itself, the head's against the head, and `--json` prints `consistent`
    /// for all of them and a list `tenants`; one that is broken is exit code 1.
    #[command(after_help = "Examples:
  mmd audit verify --since-head head.json
  mmd audit verify trail.jsonl --since-head head.json
  mmd audit export | mmd audit verify -")]
    Verify {
        /// An export of the whole trail, or an audit sink's file; `-` is standard input
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// A head that was kept elsewhere
        #[arg(long, value_name = "FILE")]
        since_head: Option<PathBuf>,
    },
}

impl Audit {
    /// What to do.
    pub fn verb(self) -> Verb {
        match self {
            Audit::List { device, who, action, latest } => {
                Verb::AuditList(list::Input { device, who, action, latest })
            }
            Audit::Who { device } => Verb::AuditWho(who::Input { device }),
            Audit::Export { after } => Verb::AuditExport(export::Input { after }),
            Audit::Head => Verb::AuditHead,
            Audit::Verify { file: None, since_head } => {
                Verb::AuditVerify(verify::Input { since_head })
            }
            Audit::Verify { file: Some(file), since_head } => {
                Verb::Local(Local::AuditVerifyFile(verify_file::Input { file, since_head }))
            }
        }
    }
}
