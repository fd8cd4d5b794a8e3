//! `mmd serve`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use ipnet::IpNet;

use super::{tenant::ServeTenant, values};
use crate::{
    cli::{
        settings::{Dirs, Environment},
        verbs::{
            Local, Verb, admin_invite, backup,
            serve::{self, LogFormat},
        },
    },
    error::{Error, Result},
};

/// Where the service listens, where nobody says.
const LISTEN: &str = "127.0.0.1:8443";

/// Run the service
///
/// Answers the published API over HTTPS, by default with a certificate authority of its own in the
/// data directory. The first start leaves an invite for the first member in
/// `DATA_DIR/bootstrap-invite`.
#[derive(Debug, Args)]
#[command(
    disable_help_subcommand = true,
    after_help = "Examples:
  mmd serve --data-dir /var/lib/mmd --listen 0.0.0.0:8443 \\
    --public-url https://mmd.example.com
  mmd serve --data-dir /var/lib/mmd --config /etc/mmd/mmd.toml
  mmd serve --data-dir /tmp/sample --sample --ready-file /tmp/sample/ready
  mmd serve admin-invite --data-dir /var/lib/mmd
  mmd serve tenant list --data-dir /var/lib/mmd"
)]
pub struct Serve {
    #[command(flatten)]
    run: Run,

    #[command(subcommand)]
    verb: Option<ServeVerb>,
}

#[derive(Debug, Default, PartialEq, Args)]
struct Run {
    /// Settings of the service, with the sinks of notices and of the audit trail (TOML)
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where to listen [default: 127.0.0.1:8443]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,

    /// The address that clients use
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,

    /// Where everything is kept [default: `service` in the data directory of `mmd`]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,

    /// Make the sample tenant in an empty data directory, and play its devices
    #[arg(long)]
    sample: bool,

    /// Write this file once requests are answered
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    /// The first member [default: admin@ and the tenant's domain]
    #[arg(long, value_name = "UPN", value_parser = values::upn)]
    admin: Option<String>,

    /// Certificate chain, in PEM, instead of one of its own
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,

    /// The certificate's key, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,

    /// Believe what the reverse proxies of this network say of addresses; may be repeated
    #[arg(long, value_name = "CIDR")]
    behind_proxy: Vec<IpNet>,

    /// Form of the log [default: text]
    #[arg(long, value_name = "FORMAT", value_parser = values::log_format())]
    log_format: Option<LogFormat>,
}

#[derive(Debug, Subcommand)]
enum ServeVerb {
    /// Print another one-time invite for an admin, on the machine of the service
    ///
    /// Of the first tenant; `--tenant` names another one by id or domain.
    #[command(after_help = "Examples:
  mmd serve admin-invite --data-dir /var/lib/mmd
  mmd serve admin-invite --data-dir /var/lib/mmd --tenant fabrikam.com")]
    AdminInvite {
        /// Where the service keeps everything
        #[arg(long, value_name = "DIR")]
        data_dir: PathBuf,
        /// For this member [default: who has been an admin for the longest]
        #[arg(long, value_name = "UPN", value_parser = values::upn)]
        member: Option<String>,
    },

    /// Make a back-up in one file, while the service runs
    #[command(after_help = "Examples:
  mmd serve backup --data-dir /var/lib/mmd /backup/mmd-2026-11-01.tar
  mmd serve backup --data-dir /var/lib/mmd --include-key mmd-with-key.tar")]
    Backup {
        /// The back-up to make; a file that is there is not overwritten
        file: PathBuf,
        /// Where the service keeps everything
        #[arg(long, value_name = "DIR")]
        data_dir: PathBuf,
        /// Put the sealing key in: who reads the back-up then has every password
        #[arg(long)]
        include_key: bool,
    },

    /// Restore a back-up into an empty data directory
    ///
    /// Every device counts as unconfirmed until its next contact, and every invite and token has
    /// ended: people sign in anew. What was changed since the back-up was made is undone.
    #[command(after_help = "Example:
  mmd serve restore --data-dir /var/lib/mmd /backup/mmd-2026-11-01.tar")]
    Restore {
        /// The back-up
        file: PathBuf,
        /// An empty directory, or one that is made
        #[arg(long, value_name = "DIR")]
        data_dir: PathBuf,
    },

    /// Add and change tenants, on the machine of the service
    #[command(subcommand, disable_help_subcommand = true)]
    Tenant(ServeTenant),
}

impl Serve {
    /// What to do.
    ///
    /// # Errors
    /// When flags of the service stand before a verb, or there is no place for its data.
    pub fn verb(
        self,
        environment: &Environment,
        verbose: bool,
        tenant: Option<String>,
    ) -> Result<Verb> {
        let master_key_file = environment.path("MMD_MASTER_KEY_FILE");
        if let Some(verb) = self.verb {
            if self.run != Run::default() {
                return Err(Error::usage("flags of `serve` stand before a command of `serve`")
                    .hint("put them behind it: `mmd serve admin-invite --data-dir DIR`"));
            }
            return Ok(Verb::Local(match verb {
                ServeVerb::AdminInvite { data_dir, member } => {
                    let input = admin_invite::Input { data_dir, tenant, member, master_key_file };
                    Local::AdminInvite(input)
                }
                ServeVerb::Backup { file, data_dir, include_key } => {
                    Local::Backup(backup::Input { file, data_dir, include_key, master_key_file })
                }
                ServeVerb::Restore { file, data_dir } => Local::Restore(backup::Input {
                    file,
                    data_dir,
                    include_key: false,
                    master_key_file,
                }),
                ServeVerb::Tenant(verb) => verb.verb(master_key_file)?,
            }));
        }
        let Run {
            config,
            listen,
            public_url,
            data_dir,
            sample,
            ready_file,
            admin,
            tls_cert,
            tls_key,
            behind_proxy,
            log_format,
        } = self.run;
        let data_dir = match data_dir {
            Some(dir) => dir,
            None => Dirs::of(environment)?.data.join("service"),
        };
        Ok(Verb::Local(Local::Serve(serve::Input {
            config,
            listen: listen.unwrap_or_else(|| LISTEN.to_owned()),
            public_url,
            data_dir,
            sample,
            ready_file,
            admin,
            tls: tls_cert.zip(tls_key),
            behind_proxy,
            master_key_file,
            log_format: log_format.unwrap_or_default(),
            verbose,
        })))
    }
}
