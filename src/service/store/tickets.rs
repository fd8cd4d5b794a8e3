//! Support requests, filed ones and those that wait for an admin.

use std::{fmt::Display, str::FromStr};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params, types::Value};
use uuid::Uuid;

use super::{Outcome, id, micros, people::fold, requests::Condition, time};
use crate::{
    api::ticket::{
        ActionOwner, Contact, Destination, Hours, Severity, Stage, Ticket as Wire, TicketState,
    },
    service::problem::Problem,
};

/// A ticket as it is kept.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// The wire's view of it, without annotations.
    pub wire: Wire,
    /// The tenant.
    pub tenant: Uuid,
    /// Who filed it, or wrote it where it waits.
    pub filer: String,
    /// The hours that count whenever its severity is B, which alone has a choice.
    pub chosen: Hours,
    /// True where it was closed because a request for action was not answered.
    pub closed: bool,
    /// Where it lies.
    pub destination: Destination,
    /// Who works on it.
    pub taken_by: Option<String>,
    /// When the customer was asked to act, while they have not answered.
    pub asked: Option<Timestamp>,
    /// From when on what is promised counts.
    pub promised: Timestamp,
    /// By when operations respond.
    pub respond_by: Option<Timestamp>,
    /// When they did.
    pub responded: Option<Timestamp>,
    /// By when they give the next news.
    pub update_by: Option<Timestamp>,
    /// The devices that it is about.
    pub devices: Vec<String>,
    /// The elevation request that it comes from.
    pub elevation: Option<Uuid>,
}

impl Ticket {
    /// True where it is a ticket, and does not wait to become one.
    pub fn is_filed(&self) -> bool {
        self.wire.state != TicketState::AwaitingAdmin
    }

    /// The hours that count.
    pub fn hours(&self) -> Hours {
        self.wire.severity.hours(Some(self.chosen))
    }

    /// True while it can be worked on.
    pub fn is_active(&self) -> bool {
        self.wire.state == TicketState::Active
    }

    /// True while operations have it.
    fn is_queued(&self) -> bool {
        self.is_active() && self.destination.is_served()
    }

    /// What operations owe next, and by when.
    pub fn due(&self) -> Option<Timestamp> {
        if !self.is_active() || self.wire.next_action_owner != ActionOwner::Microsoft {
            return None;
        }
        if self.responded.is_none() { self.respond_by } else { self.update_by }
    }

    /// How far it has come.
    pub fn stage(&self) -> Stage {
        match self.wire.state {
            TicketState::AwaitingAdmin => Stage::AwaitingAdmin,
            TicketState::Resolved if self.closed => Stage::Closed,
            TicketState::Resolved => Stage::Resolved,
            TicketState::Active if !self.destination.is_served() => Stage::Transferred,
            TicketState::Active if self.asked.is_some() => Stage::AwaitingCustomer,
            TicketState::Active if self.taken_by.is_some() => Stage::Taken,
            TicketState::Active => Stage::New,
        }
    }
}

/// A column that holds one of our own words.
fn word<T: FromStr<Err: Display>>(row: &Row<'_>, at: usize) -> rusqlite::Result<T> {
    let text: String = row.get(at)?;
    text.parse().map_err(|error: T::Err| {
        let kind = rusqlite::types::Type::Text;
        rusqlite::Error::FromSqlConversionFailure(at, kind, error.to_string().into())
    })
}

const TICKET: &str = "select t.id, t.tenant, t.filer, t.partner, t.title, t.description, t.type,
    t.category, t.subcategory, t.impacted, t.business_impact, t.noticed, t.reproduced, t.engaged,
    t.troubleshooting, t.repro, t.severity, t.hours, t.state, t.closed, t.destination, t.taken_by,
    t.next_owner, t.asked, t.created, t.resolved, t.respond_by, t.responded, t.update_by,
    t.contact_id, t.given_name, t.surname, t.email, t.phone, t.devices, t.elevation,
    t.promised";

fn read(row: &Row<'_>) -> rusqlite::Result<Ticket> {
    let at = |column: usize| row.get::<_, Option<i64>>(column).map(|micros| micros.map(time));
    let severity: i64 = row.get(16)?;
    let asked = at(23)?;
    let devices: String = row.get(34)?;
    let noticed: Option<String> = row.get(11)?;
    let (state, owner): (String, String) = (row.get(18)?, row.get(22)?);
    Ok(Ticket {
        wire: Wire {
            title: row.get(4)?,
            description: row.get(5)?,
            is_partner: row.get(3)?,
            ty: word(row, 6)?,
            category: row.get(7)?,
            subcategory: row.get(8)?,
            compromise_indicator: None,
            users_or_devices_impacted: row.get(9)?,
            related_alerts: None,
            business_impact: row.get(10)?,
            issue_first_noticed: noticed.and_then(|time| time.parse().ok()),
            issue_reproduced: row.get(12)?,
            end_user_support_engaged: row.get(13)?,
            troubleshooting_steps: row.get(14)?,
            next_action_owner: match owner.as_str() {
                "Customer" => ActionOwner::Customer,
                _ => ActionOwner::Microsoft,
            },
            next_action_time: asked.map(crate::domain::ticket::answer_by),
            repro_steps: row.get(15)?,
            id: row.get(0)?,
            severity: Severity::from_number(severity)
                .ok_or(rusqlite::Error::IntegralValueOutOfRange(16, severity))?,
            state: match state.as_str() {
                "resolved" => TicketState::Resolved,
                "awaitingAdmin" => TicketState::AwaitingAdmin,
                _ => TicketState::Active,
            },
            created_date_time: time(row.get(24)?),
            resolved_date_time: at(25)?,
            contact: Contact {
                id: id(&row.get::<_, String>(29)?),
                given_name: row.get(30)?,
                surname: row.get(31)?,
                email: row.get(32)?,
                phone_number: row.get(33)?,
                preferred_language_id: String::new(),
            },
            emails: vec![],
            attachments: vec![],
            notes: vec![],
            stage: None,
            respond_by: None,
            update_by: None,
            overdue: None,
            hours: None,
            destination: None,
            taken_by: None,
            filed_by: None,
            devices: None,
            links: None,
            admin_contact: None,
        },
        tenant: id(&row.get::<_, String>(1)?),
        filer: row.get(2)?,
        chosen: word(row, 17)?,
        closed: row.get(19)?,
        destination: word(row, 20)?,
        taken_by: row.get(21)?,
        asked,
        promised: at(36)?.unwrap_or(time(row.get(24)?)),
        respond_by: at(26)?,
        responded: at(27)?,
        update_by: at(28)?,
        devices: serde_json::from_str(&devices).unwrap_or_default(),
        elevation: row.get::<_, Option<String>>(35)?.map(|text| id(&text)),
    })
}

/// One ticket, or one request that waits.
pub fn get(c: &Connection, tenant: Uuid, ticket: &str) -> Outcome<Option<Ticket>> {
    Ok(c.prepare_cached(&format!("{TICKET} from tickets t where t.tenant = $1 and t.id = $2"))?
        .query_row(params![tenant.to_string(), ticket], read)
        .optional()?)
}

/// Whether the id is taken, in any tenant.
pub fn is_taken(c: &Connection, ticket: &str) -> Outcome<bool> {
    Ok(c.prepare_cached("select exists (select 1 from tickets where id = $1)")?
        .query_row([ticket], |row| row.get(0))?)
}

/// The column behind a property of `$filter` and `$orderby`.
pub fn column(property: &str) -> Option<&'static str> {
    Some(match property {
        "title" => "t.title",
        "description" => "t.description",
        "isPartner" => "t.partner",
        "type" => "t.type",
        "category" => "t.category",
        "subcategory" => "t.subcategory",
        "compromiseIndicator" | "relatedAlerts" => "null",
        "usersOrDevicesImpacted" => "t.impacted",
        "businessImpact" => "t.business_impact",
        "issueFirstNoticed" => "t.noticed_at",
        "issueReproduced" => "t.reproduced",
        "endUserSupportEngaged" => "t.engaged",
        "troubleshootingSteps" => "t.troubleshooting",
        "nextActionOwner" => "t.next_owner",
        // 48 hours, as `domain::ticket::ANSWER_WITHIN` has it; a test holds them together.
        "nextActionTime" => "(t.asked + 172800000000)",
        "reproSteps" => "t.repro",
        "id" => "t.id",
        "severity" => "t.severity",
        "state" => "t.state",
        "createdDateTime" => "t.created",
        "resolvedDateTime" => "t.resolved",
        _ => return None,
    })
}

/// Which tickets a list holds, and in which order.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// What they fulfil; its parameters begin at `$2`.
    pub condition: Condition,
    /// What follows `order by`; empty for the newest first.
    pub order: String,
    /// Only those of this filer.
    pub filer: Option<String>,
    /// How many are skipped.
    pub skip: u32,
    /// How many are read.
    pub top: u32,
}

/// Filed tickets, as they are wanted.
///
/// The page is found in an index first, and only its rows are read whole: a description is long,
/// and a hundred thousand of them are not looked at for a word in a title. They are read by their
/// place in the table, which takes one search less than by their id.
pub fn list(c: &Connection, tenant: Uuid, wanted: &Wanted) -> Outcome<Vec<Ticket>> {
    let mut values = vec![Value::Text(tenant.to_string())];
    values.extend(wanted.condition.values.iter().cloned());
    let mut narrowed = match wanted.condition.sql.as_str() {
        "" => String::new(),
        sql => format!(" and ({sql})"),
    };
    if let Some(filer) = &wanted.filer {
        values.push(Value::Text(fold(filer)));
        narrowed.push_str(&format!(" and t.filer_fold = ${}", values.len()));
    }
    let order = match wanted.order.as_str() {
        "" => "t.created desc, t.id",
        order => &format!("{order}, t.id"),
    };
    values.push(Value::Integer(wanted.top.into()));
    values.push(Value::Integer(wanted.skip.into()));
    let (top, skip) = (values.len() - 1, values.len());
    let mut statement = c.prepare_cached(&format!(
        "{TICKET} from (select t.rowid as place from tickets t
             where t.tenant = $1 and t.filed = 1{narrowed}
             order by {order} limit ${top} offset ${skip}) page
         join tickets t on t.rowid = page.place order by {order}"
    ))?;
    let rows = statement.query_map(rusqlite::params_from_iter(values), read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Active tickets that operations have, the longest due first; those on which they wait last.
pub fn queue(c: &Connection, tenant: Uuid, skip: u32, top: u32) -> Outcome<Vec<Ticket>> {
    let mut statement = c.prepare_cached(&format!(
        "{TICKET} from (select t.rowid as place from tickets t
             where t.tenant = $1 and t.queued = 1
             order by t.due, t.severity, t.id limit $2 offset $3) page
         join tickets t on t.rowid = page.place order by t.due, t.severity, t.id"
    ))?;
    let rows = statement.query_map(params![tenant.to_string(), top, skip], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Requests that wait for an admin, the most severe first and of those the longest waiting: all, or
/// those of one writer.
pub fn waiting(
    c: &Connection,
    tenant: Uuid,
    filer: Option<&str>,
    skip: u32,
    top: u32,
) -> Outcome<Vec<Ticket>> {
    let mut statement = c.prepare_cached(&format!(
        "{TICKET} from tickets t
         where t.tenant = $1 and t.filed = 0 and ($2 is null or t.filer_fold = $2)
         order by t.severity, t.created, t.id limit $3 offset $4"
    ))?;
    let filer = filer.map(fold);
    let rows = statement.query_map(params![tenant.to_string(), filer, top, skip], read)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// How many requests of a writer wait for an admin.
pub fn waiting_of(c: &Connection, tenant: Uuid, filer: &str) -> Outcome<u32> {
    Ok(c.prepare_cached(
        "select count(*) from tickets where tenant = $1 and filed = 0 and filer_fold = $2",
    )?
    .query_row(params![tenant.to_string(), fold(filer)], |row| row.get(0))?)
}

/// The tickets that come from an elevation request, oldest first.
pub fn of_elevation(c: &Connection, tenant: Uuid, elevation: Uuid) -> Outcome<Vec<String>> {
    let mut statement = c.prepare_cached(
        "select id from tickets where elevation = $1 and tenant = $2 order by created, id limit 50",
    )?;
    let key = params![elevation.to_string(), tenant.to_string()];
    let rows = statement.query_map(key, |row| row.get(0))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Active tickets on which the customer was asked to act at `before` or earlier, with their
/// tenants, the longest first.
pub fn asked_before(c: &Connection, before: Timestamp) -> Outcome<Vec<(Uuid, String)>> {
    let mut statement = c.prepare_cached(
        "select tenant, id from tickets where state = 'active' and asked is not null
             and asked <= $1 order by asked, id limit 500",
    )?;
    let rows = statement
        .query_map([micros(before)], |row| Ok((id(&row.get::<_, String>(0)?), row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Adds a ticket, or a request that waits.
pub fn insert(c: &Connection, ticket: &Ticket) -> Outcome<()> {
    let wire = &ticket.wire;
    let devices = serde_json::to_string(&ticket.devices).map_err(|_| Problem::internal())?;
    c.prepare_cached(
        "insert into tickets (id, tenant, filed, filer, filer_fold, partner, title, description,
             type, category, subcategory, impacted, business_impact, noticed, noticed_at,
             reproduced, engaged, troubleshooting, repro, severity, hours, state, destination,
             next_owner, created, respond_by, queued, due, contact_id, given_name, surname, email, phone,
             devices, elevation, promised)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18,
             $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35,
             $36)",
    )?
    .execute(params![
        wire.id,
        ticket.tenant.to_string(),
        ticket.is_filed(),
        ticket.filer,
        fold(&ticket.filer),
        wire.is_partner,
        wire.title,
        wire.description,
        wire.ty.as_str(),
        wire.category,
        wire.subcategory,
        wire.users_or_devices_impacted,
        wire.business_impact,
        wire.issue_first_noticed.map(|time| time.to_string()),
        wire.issue_first_noticed.map(micros),
        wire.issue_reproduced,
        wire.end_user_support_engaged,
        wire.troubleshooting_steps,
        wire.repro_steps,
        wire.severity.number(),
        ticket.chosen.as_str(),
        wire.state.as_str(),
        ticket.destination.as_str(),
        wire.next_action_owner.as_str(),
        micros(wire.created_date_time),
        ticket.respond_by.map(micros),
        ticket.is_queued(),
        ticket.due().map_or(i64::MAX, micros),
        wire.contact.id.to_string(),
        wire.contact.given_name,
        wire.contact.surname,
        wire.contact.email,
        wire.contact.phone_number,
        devices,
        ticket.elevation.map(|id| id.to_string()),
        micros(ticket.promised),
    ])?;
    Ok(())
}

/// Writes down what has changed about a ticket.
pub fn save(c: &Connection, ticket: &Ticket) -> Outcome<()> {
    let wire = &ticket.wire;
    let changed = c
        .prepare_cached(
            "update tickets set filed = $1, title = $2, description = $3, type = $4,
                 category = $5, subcategory = $6, severity = $7, hours = $8, state = $9,
                 closed = $10, destination = $11, taken_by = $12, next_owner = $13, asked = $14,
                 created = $15, resolved = $16, respond_by = $17, responded = $18,
                 update_by = $19, queued = $20, due = $21, given_name = $22, surname = $23,
                 email = $24, phone = $25, promised = $26
             where id = $27",
        )?
        .execute(params![
            ticket.is_filed(),
            wire.title,
            wire.description,
            wire.ty.as_str(),
            wire.category,
            wire.subcategory,
            wire.severity.number(),
            ticket.chosen.as_str(),
            wire.state.as_str(),
            ticket.closed,
            ticket.destination.as_str(),
            ticket.taken_by,
            wire.next_action_owner.as_str(),
            ticket.asked.map(micros),
            micros(wire.created_date_time),
            wire.resolved_date_time.map(micros),
            ticket.respond_by.map(micros),
            ticket.responded.map(micros),
            ticket.update_by.map(micros),
            ticket.is_queued(),
            ticket.due().map_or(i64::MAX, micros),
            wire.contact.given_name,
            wire.contact.surname,
            wire.contact.email,
            wire.contact.phone_number,
            micros(ticket.promised),
            wire.id,
        ])?;
    if changed == 1 { Ok(()) } else { Err(Problem::internal()) }
}

/// Drops a request that waits, with all that lies by it.
pub fn remove_waiting(c: &Connection, ticket: &str) -> Outcome<()> {
    let removed = c.execute("delete from tickets where id = $1 and filed = 0", [ticket])?;
    if removed == 1 { Ok(()) } else { Err(Problem::internal()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_know_how_long_an_answer_may_take() {
        let within = crate::domain::ticket::ANSWER_WITHIN.as_micros();
        assert_eq!(column("nextActionTime"), Some(format!("(t.asked + {within})").as_str()));
    }
}
