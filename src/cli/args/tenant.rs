//! `mmd serve tenant`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::values;
use crate::{
    cli::verbs::{Local, tenant},
    error::{Error, Result},
    service::administration::{Lead, NewTenant, TenantChange},
};

/// What is done to tenants on the machine of the service.
#[derive(Debug, Subcommand)]
pub enum ServeTenant {
    /// Add a tenant
    ///
    /// Its first member gets the roles `admin` and `support`; `mmd serve admin-invite`
    /// prints the invite. A service that runs knows the tenant at once.
    #[command(after_help = "Examples:
  mmd serve tenant add Contoso --domain contoso.com --data-dir /var/lib/mmd
  mmd serve tenant add Fabrikam --domain fabrikam.com \\
    --partner contoso.com --data-dir /var/lib/mmd")]
    Add {
        /// Its name
        #[arg(value_name = "NAME", value_parser = values::not_blank)]
        name: String,
        /// Its domain, by which it can be named as well
        #[arg(long, value_name = "DOMAIN", value_parser = values::not_blank)]
        domain: String,
        /// The first member [default: admin@ and the domain]
        #[arg(long, value_name = "UPN", value_parser = values::upn)]
        admin: Option<String>,
        #[command(flatten)]
        lead: LeadBy,
        #[command(flatten)]
        place: Place,
    },

    /// List the tenants
    #[command(after_help = "Examples:
  mmd serve tenant list --data-dir /var/lib/mmd
  mmd serve tenant list --data-dir /var/lib/mmd --json | jq -r '.[].id'")]
    List {
        #[command(flatten)]
        place: Place,
    },

    /// Change a tenant's name, domain, or who leads its support
    #[command(after_help = "Examples:
  mmd serve tenant set fabrikam.com --partner contoso.com \\
    --data-dir /var/lib/mmd
  mmd serve tenant set fabrikam.com --customer-led --data-dir /var/lib/mmd")]
    Set {
        /// Its id or domain
        #[arg(value_name = "TENANT", value_parser = values::not_blank)]
        tenant: String,
        /// Its name from now on
        #[arg(long, value_name = "NAME", value_parser = values::not_blank)]
        name: Option<String>,
        /// Its domain from now on
        #[arg(long, value_name = "DOMAIN", value_parser = values::not_blank)]
        domain: Option<String>,
        #[command(flatten)]
        lead: LeadBy,
        #[command(flatten)]
        place: Place,
    },
}

/// Who leads a tenant's support.
#[derive(Debug, Args)]
pub struct LeadBy {
    /// Partner-led support: the partner's tenant, by id or domain
    #[arg(long, value_name = "TENANT", value_parser = values::not_blank)]
    partner: Option<String>,

    /// Customer-led support, which is what a new tenant gets
    #[arg(long, conflicts_with = "partner")]
    customer_led: bool,
}

/// Where the service keeps everything.
#[derive(Debug, Args)]
pub struct Place {
    /// Where the service keeps everything
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

impl LeadBy {
    fn lead(self) -> Option<Lead> {
        match (self.partner, self.customer_led) {
            (Some(partner), _) => Some(Lead::Partner(partner)),
            (None, true) => Some(Lead::Customer),
            (None, false) => None,
        }
    }
}

impl ServeTenant {
    /// What to do.
    ///
    /// # Errors
    /// When there is nothing to change.
    pub fn verb(self, master_key_file: Option<PathBuf>) -> Result<Local> {
        let at = |place: Place| tenant::Place { data_dir: place.data_dir, master_key_file };
        Ok(match self {
            ServeTenant::Add { name, domain, admin, lead, place } => {
                let lead = lead.lead().unwrap_or(Lead::Customer);
                let new = NewTenant { name, domain, lead, admin };
                Local::TenantAdd(tenant::add::Input { place: at(place), new })
            }
            ServeTenant::List { place } => Local::TenantList(at(place)),
            ServeTenant::Set { tenant, name, domain, lead, place } => {
                let change = TenantChange { name, domain, lead: lead.lead() };
                if change == TenantChange::default() {
                    return Err(Error::usage("nothing is to be changed")
                        .hint("say what: `--name`, `--domain`, `--partner` or `--customer-led`"));
                }
                Local::TenantSet(tenant::set::Input { place: at(place), tenant, change })
            }
        })
    }
}
