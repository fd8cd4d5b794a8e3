//! What is done on the service's own machine, by whoever can read its data directory: another
//! invite for an admin, and tenants.

use jiff::Timestamp;
use rusqlite::Connection;
use serde_json::json;
use uuid::Uuid;

use super::{
    Service,
    endpoints::team,
    problem::Problem,
    settings::is_domain,
    store::{
        Outcome,
        audit::{By, Record},
        people,
        tenants::{self, Tenant},
    },
};
use crate::{
    api::device::OneTimeCode,
    domain::text::is_blank,
    error::{Error, Kind, Result},
};

/// A tenant that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// Its name.
    pub name: String,
    /// Its domain, by which it can be named as well.
    pub domain: String,
    /// Who leads its support.
    pub lead: Lead,
    /// The first member; by default `admin@` and the domain.
    pub admin: Option<String>,
}

/// What is to be different about a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChange {
    /// Its name.
    pub name: Option<String>,
    /// Its domain.
    pub domain: Option<String>,
    /// Who leads its support.
    pub lead: Option<Lead>,
}

/// Who leads a tenant's support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lead {
    /// The tenant itself.
    Customer,
    /// A partner: another tenant here by id or domain, or one elsewhere by id.
    Partner(String),
}

impl Service {
    /// A new invite for the member `upn` of a tenant, or for the one who has been its admin for the
    /// longest; and for whom it is.
    ///
    /// # Errors
    /// When there is no such tenant or member.
    pub async fn admin_invite(
        &self,
        tenant: Option<String>,
        upn: Option<String>,
    ) -> Result<(String, OneTimeCode)> {
        let now = self.clock.now();
        let lifetime = self.settings.sign_in.invite_lifetime;
        let work = move |c: &Connection| {
            let tenant = match tenant {
                Some(name) => called(c, &name)?,
                None => tenants::all(c)?
                    .into_iter()
                    .next()
                    .ok_or_else(|| Problem::not_found("There is no tenant yet."))?,
            };
            let upn = match upn {
                Some(upn) => upn,
                None => people::first_admin(c, tenant.id)?
                    .ok_or_else(|| Problem::not_found("There is no admin who could be invited."))?,
            };
            let code = team::invite(c, tenant.id, &upn, &By::system(), now, lifetime, true)?;
            Ok((upn, code))
        };
        self.store.write(work).await.map_err(told)
    }

    /// All tenants, oldest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        self.store.read(tenants::all).await.map_err(told)
    }

    /// Adds a tenant, with its bootstrap member.
    ///
    /// # Errors
    /// When the domain is another tenant's, or the partner is not known.
    pub async fn add_tenant(&self, new: NewTenant) -> Result<Tenant> {
        let now = self.clock.now();
        self.store.write(move |c| add(c, new, now)).await.map_err(told)
    }

    /// Changes a tenant. Returns it as it is now, and whether anything was changed.
    ///
    /// # Errors
    /// As [`add_tenant`](Self::add_tenant), and when there is no such tenant.
    pub async fn set_tenant(&self, name: String, change: TenantChange) -> Result<(Tenant, bool)> {
        let now = self.clock.now();
        self.store.write(move |c| set(c, &name, change, now)).await.map_err(told)
    }
}

/// What the store's problem is to whoever sits at this machine.
fn told(problem: Problem) -> Error {
    let kind = match problem.status.as_u16() {
        400 => Kind::Usage,
        404 => Kind::NotFound,
        403 | 409 => Kind::Refused,
        _ => Kind::Failed,
    };
    Error::new(kind, problem.message)
}

fn called(c: &Connection, name: &str) -> Outcome<Tenant> {
    let found = tenants::all(c)?.into_iter().find(|tenant| tenant.is_called(name));
    found.ok_or_else(|| Problem::not_found(format!("There is no tenant `{name}`.")))
}

/// Whether `tenant` is the partner of `partner`, or of its partner, and so on.
fn leads_to(c: &Connection, partner: Uuid, tenant: Uuid) -> Outcome<bool> {
    let all = tenants::all(c)?;
    let next = |id: &Uuid| all.iter().find(|known| known.id == *id)?.partner_id;
    // Bounded: older data may hold a circle.
    let mut chain = std::iter::successors(Some(partner), next).take(all.len() + 1);
    Ok(chain.any(|id| id == tenant))
}

fn partner_of(c: &Connection, tenant: Uuid, lead: &Lead) -> Outcome<Option<Uuid>> {
    let Lead::Partner(name) = lead else { return Ok(None) };
    let here = tenants::all(c)?.into_iter().find(|known| known.is_called(name));
    let partner = here.map(|known| known.id).or_else(|| name.parse().ok());
    match partner {
        Some(partner) if partner == tenant => {
            Err(Problem::bad_request("A tenant is not its own partner."))
        }
        Some(partner) if leads_to(c, partner, tenant)? => Err(Problem::bad_request(format!(
            "`{name}` has this tenant for its partner: one leads the other, not both."
        ))),
        Some(partner) => Ok(Some(partner)),
        None => Err(Problem::not_found(format!(
            "There is no tenant `{name}`: a partner from elsewhere is named by its id."
        ))),
    }
}

/// Text that says something, on one line.
fn checked(what: &str, text: &str) -> Outcome<String> {
    let fits =
        !is_blank(text) && text.chars().count() <= 200 && !text.chars().any(char::is_control);
    match fits {
        true => Ok(text.trim().to_owned()),
        false => Err(Problem::bad_request(format!("The {what} must be one line of text."))),
    }
}

/// Who names a tenant must not mean another one by it.
fn checked_name(c: &Connection, tenant: Uuid, text: &str) -> Outcome<String> {
    let name = checked("name", text)?;
    if name.parse::<Uuid>().is_ok() {
        return Err(Problem::bad_request("The name must not be an id."));
    }
    match tenants::all(c)?.into_iter().find(|other| other.id != tenant && other.is_called(&name)) {
        Some(other) => {
            Err(Problem::conflict(format!("`{name}` is the domain of the tenant {}.", other.id)))
        }
        None => Ok(name),
    }
}

/// A domain names one tenant only, since tenants are called by it.
fn checked_domain(c: &Connection, tenant: Uuid, text: &str) -> Outcome<String> {
    let domain = checked("domain", text)?;
    if !is_domain(&domain) {
        return Err(Problem::bad_request("The domain must look like `contoso.com`."));
    }
    let mut others = tenants::all(c)?.into_iter().filter(|other| other.id != tenant);
    match others.find(|other| other.is_meant_by(&domain)) {
        Some(other) => {
            let message = format!("`{domain}` names the tenant {} already.", other.id);
            Err(Problem::conflict(message))
        }
        None => Ok(domain),
    }
}

fn add(c: &Connection, new: NewTenant, now: Timestamp) -> Outcome<Tenant> {
    let id = Uuid::new_v4();
    let tenant = Tenant {
        id,
        name: checked_name(c, id, &new.name)?,
        domain: checked_domain(c, id, &new.domain)?,
        partner_id: partner_of(c, id, &new.lead)?,
        sample: false,
    };
    tenants::insert(c, &tenant, now)?;
    let by = By::system();
    let detail = json!({
        "name": tenant.name, "domain": tenant.domain, "partnerId": tenant.partner_id,
    });
    Record::new(&by, "tenant.added").detail(detail).append(c, id, now)?;
    let admin = new.admin.unwrap_or_else(|| format!("admin@{}", tenant.domain));
    team::add_bootstrap(c, id, &admin, &by, now)?;
    Ok(tenant)
}

fn set(
    c: &Connection,
    name: &str,
    change: TenantChange,
    now: Timestamp,
) -> Outcome<(Tenant, bool)> {
    let before = called(c, name)?;
    let mut tenant = before.clone();
    if let Some(name) = &change.name {
        tenant.name = checked_name(c, tenant.id, name)?;
    }
    if let Some(domain) = &change.domain {
        tenant.domain = checked_domain(c, tenant.id, domain)?;
    }
    if let Some(lead) = &change.lead {
        tenant.partner_id = partner_of(c, tenant.id, lead)?;
    }
    if tenant == before {
        return Ok((tenant, false));
    }
    tenants::update(c, &tenant)?;
    let detail = json!({
        "name": tenant.name, "domain": tenant.domain, "partnerId": tenant.partner_id,
    });
    Record::new(&By::system(), "tenant.changed").detail(detail).append(c, tenant.id, now)?;
    Ok((tenant, true))
}
