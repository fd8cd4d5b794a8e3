//! Tenants.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{Outcome, id, micros};

/// An organisation whose devices are managed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its domain.
    pub domain: String,
    /// The partner's tenant where support is partner-led.
    pub partner_id: Option<Uuid>,
    /// True where nothing is real.
    pub sample: bool,
}

impl Tenant {
    /// What stands in `partnerId`.
    pub fn partner(&self) -> Uuid {
        self.partner_id.unwrap_or(self.id)
    }

    /// What stands in `isPartner`: whether support is partner-led.
    pub fn is_partner_led(&self) -> bool {
        self.partner_id.is_some()
    }

    /// Whether somebody who is of several tenants means this one by `name`: its name will do, too.
    pub fn is_meant_by(&self, name: &str) -> bool {
        self.is_called(name) || self.name.to_lowercase() == name.to_lowercase()
    }

    /// Whether `name` is its id or its domain, of which no two tenants have the same.
    pub fn is_called(&self, name: &str) -> bool {
        name.parse() == Ok(self.id) || self.domain.eq_ignore_ascii_case(name)
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<Tenant> {
    Ok(Tenant {
        id: id(&row.get::<_, String>(0)?),
        name: row.get(1)?,
        domain: row.get(2)?,
        partner_id: row.get::<_, Option<String>>(3)?.map(|text| id(&text)),
        sample: row.get(4)?,
    })
}

const COLUMNS: &str = "id, name, domain, partner_id, sample";

/// All tenants, oldest first.
pub fn all(c: &Connection) -> Outcome<Vec<Tenant>> {
    let mut statement =
        c.prepare(&format!("select {COLUMNS} from tenants order by created, id"))?;
    Ok(statement.query_map([], read)?.collect::<rusqlite::Result<_>>()?)
}

/// One tenant.
pub fn get(c: &Connection, tenant: Uuid) -> Outcome<Option<Tenant>> {
    Ok(c.prepare_cached(&format!("select {COLUMNS} from tenants where id = $1"))?
        .query_row([tenant.to_string()], read)
        .optional()?)
}

/// Adds a tenant.
pub fn insert(c: &Connection, tenant: &Tenant, now: Timestamp) -> Outcome<()> {
    c.execute(
        "insert into tenants (id, name, domain, partner_id, sample, created)
         values ($1, $2, $3, $4, $5, $6)",
        params![
            tenant.id.to_string(),
            tenant.name,
            tenant.domain,
            tenant.partner_id.map(|p| p.to_string()),
            tenant.sample,
            micros(now),
        ],
    )?;
    Ok(())
}

/// Writes a tenant's name, domain and partner.
pub fn update(c: &Connection, tenant: &Tenant) -> Outcome<()> {
    c.execute(
        "update tenants set name = $1, domain = $2, partner_id = $3 where id = $4",
        params![
            tenant.name,
            tenant.domain,
            tenant.partner_id.map(|p| p.to_string()),
            tenant.id.to_string(),
        ],
    )?;
    Ok(())
}
