//! `mmd serve tenant`: on the machine of the service, on its data directory.

pub mod add;
pub mod list;
pub mod set;

use std::path::PathBuf;

use serde_json::{Value, json};

use super::serve;
use crate::{
    cli::output::{Details, Table},
    error::Result,
    service::{App, store::tenants::Tenant},
};

/// Where the service keeps everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// `--data-dir`
    pub data_dir: PathBuf,
    /// `MMD_MASTER_KEY_FILE`
    pub master_key_file: Option<PathBuf>,
}

impl Place {
    fn service(&self) -> Result<App> {
        serve::at_rest(&self.data_dir, self.master_key_file.as_deref())
    }
}

/// `{"id", "name", "domain", "partnerId", "isPartner", "sample"}`
fn view(tenant: &Tenant) -> Value {
    json!({
        "id": tenant.id,
        "name": tenant.name,
        "domain": tenant.domain,
        "partnerId": tenant.partner(),
        "isPartner": tenant.is_partner_led(),
        "sample": tenant.sample,
    })
}

fn lead(tenant: &Tenant) -> String {
    match tenant.partner_id {
        Some(partner) => format!("partner {partner}"),
        None => "customer".to_owned(),
    }
}

fn details(tenant: &Tenant) -> Details {
    Details::new()
        .row("Tenant", tenant.id.to_string())
        .row("Name", tenant.name.as_str())
        .row("Domain", tenant.domain.as_str())
        .row("Led by", lead(tenant))
}

fn table(tenants: &[Tenant]) -> Table {
    let mut table = Table::new(["Tenant", "Name", "Domain", "Led by"], "no tenants");
    for tenant in tenants {
        table.push([
            tenant.id.to_string().into(),
            tenant.name.as_str().into(),
            tenant.domain.as_str().into(),
            lead(tenant).into(),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_shown_whole() {
        let tenant = Tenant {
            id: uuid::Uuid::from_u128(1),
            name: "Fabrikam".into(),
            domain: "fabrikam.com".into(),
            partner_id: Some(uuid::Uuid::from_u128(2)),
            sample: false,
        };
        let whole = json!({
            "id": "00000000-0000-0000-0000-000000000001",
            "name": "Fabrikam",
            "domain": "fabrikam.com",
            "partnerId": "00000000-0000-0000-0000-000000000002",
            "isPartner": true,
            "sample": false,
        });
        assert_eq!(view(&tenant), whole);
        let own = Tenant { partner_id: None, ..tenant };
        assert_eq!(view(&own)["partnerId"], view(&own)["id"]);
        assert_eq!((lead(&own), &view(&own)["isPartner"]), ("customer".into(), &json!(false)));
    }
}
