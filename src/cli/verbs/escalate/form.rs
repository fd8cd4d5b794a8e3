//! A support request in the making: every answer may still be missing.
//!
//! The same shape is read from a file, written into the editor's template and kept in a draft. Its
//! members are those of the published API; the names of the flags are taken too.

use std::path::PathBuf;

use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::since::Since;
use crate::{
    api::ticket::{Hours, NewContact, NewTicket, Severity, TicketType},
    cli::settings::Contact,
    domain::text::{is_blank, is_email},
    error::{Error, Result},
};

/// What was answered so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Form {
    /// `--severity`; a letter, a word, or the API's number.
    #[serde(alias = "Severity", with = "letter", skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// `--title`
    #[serde(alias = "Title", skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `--description`
    #[serde(alias = "Description", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `--type`
    #[serde(rename = "type", alias = "Type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<TicketType>,
    /// `--category`
    #[serde(alias = "Category", skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// `--subcategory`
    #[serde(alias = "Subcategory", skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// Who is to be reached.
    #[serde(alias = "Contact", skip_serializing_if = "ContactForm::is_empty")]
    pub contact: ContactForm,
    /// How many users or devices are hit.
    #[serde(
        alias = "UsersOrDevicesImpacted",
        alias = "users_or_devices_impacted",
        skip_serializing_if = "Option::is_none"
    )]
    pub users_or_devices_impacted: Option<u32>,
    /// `--impact`
    #[serde(
        alias = "BusinessImpact",
        alias = "business_impact",
        alias = "impact",
        skip_serializing_if = "Option::is_none"
    )]
    pub business_impact: Option<String>,
    /// `--since`
    #[serde(
        alias = "IssueFirstNoticed",
        alias = "issue_first_noticed",
        alias = "since",
        skip_serializing_if = "Option::is_none"
    )]
    pub issue_first_noticed: Option<Since>,
    /// Also seen on a device that is not managed.
    #[serde(
        alias = "IssueReproduced",
        alias = "issue_reproduced",
        skip_serializing_if = "Option::is_none"
    )]
    pub issue_reproduced: Option<bool>,
    /// The desk has been at it.
    #[serde(
        alias = "EndUserSupportEngaged",
        alias = "end_user_support_engaged",
        skip_serializing_if = "Option::is_none"
    )]
    pub end_user_support_engaged: Option<bool>,
    /// `--steps`
    #[serde(
        alias = "TroubleshootingSteps",
        alias = "troubleshooting_steps",
        alias = "steps",
        skip_serializing_if = "Option::is_none"
    )]
    pub troubleshooting_steps: Option<String>,
    /// `--repro`
    #[serde(
        alias = "ReproSteps",
        alias = "repro_steps",
        alias = "repro",
        skip_serializing_if = "Option::is_none"
    )]
    pub repro_steps: Option<String>,
    /// `--device`
    #[serde(alias = "@mmd.devices", alias = "Devices", skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// `--hours`
    #[serde(alias = "@mmd.hours", alias = "Hours", skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// `--elevation`
    #[serde(
        alias = "@mmd.elevation",
        alias = "Elevation",
        skip_serializing_if = "Option::is_none"
    )]
    pub elevation: Option<Uuid>,
    /// `--attach`
    #[serde(alias = "attachments", alias = "Attach", skip_serializing_if = "Vec::is_empty")]
    pub attach: Vec<PathBuf>,
}

/// Who is to be reached, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct ContactForm {
    /// `--given-name`
    #[serde(alias = "GivenName", alias = "given_name", skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    /// `--surname`
    #[serde(alias = "Surname", skip_serializing_if = "Option::is_none")]
    pub surname: Option<String>,
    /// `--email`
    #[serde(alias = "Email", skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// `--phone`
    #[serde(
        alias = "PhoneNumber",
        alias = "phone_number",
        alias = "phone",
        skip_serializing_if = "Option::is_none"
    )]
    pub phone_number: Option<String>,
}

impl ContactForm {
    /// True where nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What `over` says wins.
    fn under(self, over: Self) -> Self {
        Self {
            given_name: over.given_name.or(self.given_name),
            surname: over.surname.or(self.surname),
            email: over.email.or(self.email),
            phone_number: over.phone_number.or(self.phone_number),
        }
    }

    /// The whole contact, once nothing is missing.
    pub fn whole(&self) -> Option<NewContact> {
        Some(NewContact {
            given_name: said(&self.given_name)?,
            surname: said(&self.surname)?,
            email: said(&self.email)?,
            phone_number: said(&self.phone_number)?,
        })
    }
}

impl From<&Contact> for ContactForm {
    fn from(contact: &Contact) -> Self {
        Self {
            given_name: contact.given_name.clone(),
            surname: contact.surname.clone(),
            email: contact.email.clone(),
            phone_number: contact.phone.clone(),
        }
    }
}

impl Form {
    /// What `over` says wins; its files come to those already there.
    #[must_use]
    pub fn under(self, over: Form) -> Form {
        let mut attach = self.attach;
        attach.extend(over.attach);
        attach.dedup();
        Form {
            severity: over.severity.or(self.severity),
            title: over.title.or(self.title),
            description: over.description.or(self.description),
            ty: over.ty.or(self.ty),
            category: over.category.or(self.category),
            subcategory: over.subcategory.or(self.subcategory),
            contact: self.contact.under(over.contact),
            users_or_devices_impacted: over
                .users_or_devices_impacted
                .or(self.users_or_devices_impacted),
            business_impact: over.business_impact.or(self.business_impact),
            issue_first_noticed: over.issue_first_noticed.or(self.issue_first_noticed),
            issue_reproduced: over.issue_reproduced.or(self.issue_reproduced),
            end_user_support_engaged: over
                .end_user_support_engaged
                .or(self.end_user_support_engaged),
            troubleshooting_steps: over.troubleshooting_steps.or(self.troubleshooting_steps),
            repro_steps: over.repro_steps.or(self.repro_steps),
            devices: if over.devices.is_empty() { self.devices } else { over.devices },
            hours: over.hours.or(self.hours),
            elevation: over.elevation.or(self.elevation),
            attach,
        }
    }

    /// Fills in the contact of the profile, and what follows from a rule: only incidents are more
    /// severe than C (`framework.md`, Severity).
    #[must_use]
    pub fn settled(mut self, contact: Option<&Contact>) -> Form {
        if let Some(contact) = contact {
            self.contact = ContactForm::from(contact).under(self.contact);
        }
        match (self.severity, self.ty) {
            (None, Some(TicketType::RequestForInformation | TicketType::ChangeRequest)) => {
                self.severity = Some(Severity::C);
            }
            (Some(Severity::A | Severity::B), None) => self.ty = Some(TicketType::Incident),
            _ => {}
        }
        self
    }

    /// Turns a time that was said from `now`, or on the clock of this place, into the moment that was
    /// meant: however much later and wherever it is sent, it is the same one. What is none is left to
    /// [`Form::ticket`].
    #[must_use]
    pub fn dated(mut self, now: Timestamp) -> Form {
        if let Some(since) = &mut self.issue_first_noticed
            && let Ok(time) = since.at(now, &TimeZone::system())
        {
            *since = Since::At(time);
        }
        self
    }

    /// The flags of the required answers that are missing, in the order in which they are asked.
    pub fn missing(&self) -> Vec<&'static str> {
        let contact = &self.contact;
        let answers = [
            (self.severity.is_some(), "--severity"),
            (self.ty.is_some(), "--type"),
            (said(&self.title).is_some(), "--title"),
            (said(&self.description).is_some(), "--description"),
            (said(&self.category).is_some(), "--category"),
            (said(&self.subcategory).is_some(), "--subcategory"),
            (said(&contact.given_name).is_some(), "--given-name"),
            (said(&contact.surname).is_some(), "--surname"),
            (said(&contact.email).is_some(), "--email"),
            (said(&contact.phone_number).is_some(), "--phone"),
        ];
        answers.into_iter().filter(|(there, _)| !there).map(|(_, flag)| flag).collect()
    }

    /// True where nobody has typed anything that would be lost: a choice or two is none.
    pub fn is_empty(&self) -> bool {
        let chosen = Self {
            severity: self.severity,
            ty: self.ty,
            contact: self.contact.clone(),
            ..Self::default()
        };
        *self == chosen
    }

    /// What is sent.
    ///
    /// # Errors
    /// For what is missing, a time that is none, U+0000, which no service takes, or an address that
    /// no mail can be sent to.
    pub fn ticket(&self, now: Timestamp) -> Result<NewTicket> {
        let missing = || {
            let flags = self.missing().join("`, `");
            Error::usage(format!("`{flags}` is missing"))
        };
        self.refuse_nul()?;
        let address = said(&self.contact.email).filter(|address| !is_email(address));
        if let Some(wrong) = address {
            return Err(Error::usage(format!("`--email`: `{wrong}` is no e-mail address"))
                .cause("an address looks like `name@example.com`"));
        }
        let noticed = self.issue_first_noticed.as_ref();
        Ok(NewTicket {
            title: said(&self.title).ok_or_else(missing)?,
            description: said(&self.description).ok_or_else(missing)?,
            ty: self.ty.ok_or_else(missing)?,
            category: said(&self.category).ok_or_else(missing)?,
            subcategory: said(&self.subcategory).ok_or_else(missing)?,
            severity: self.severity.ok_or_else(missing)?,
            contact: self.contact.whole().ok_or_else(missing)?,
            users_or_devices_impacted: self.users_or_devices_impacted,
            business_impact: self.business_impact.clone(),
            issue_first_noticed: noticed
                .map(|since| since.at(now, &TimeZone::system()))
                .transpose()?,
            issue_reproduced: self.issue_reproduced,
            end_user_support_engaged: self.end_user_support_engaged,
            troubleshooting_steps: self.troubleshooting_steps.clone(),
            repro_steps: self.repro_steps.clone(),
            devices: self.devices.clone(),
            hours: self.hours,
            elevation: self.elevation,
        })
    }

    fn refuse_nul(&self) -> Result<()> {
        let contact = &self.contact;
        let texts = [
            (&self.title, "--title"),
            (&self.description, "--description"),
            (&self.category, "--category"),
            (&self.subcategory, "--subcategory"),
            (&contact.given_name, "--given-name"),
            (&contact.surname, "--surname"),
            (&contact.email, "--email"),
            (&contact.phone_number, "--phone"),
            (&self.business_impact, "--impact"),
            (&self.troubleshooting_steps, "--steps"),
            (&self.repro_steps, "--repro"),
        ];
        let devices = self.devices.iter().map(|device| (device.as_str(), "--device"));
        let texts = texts.into_iter().filter_map(|(text, flag)| Some((text.as_deref()?, flag)));
        match texts.chain(devices).find(|(text, _)| text.contains('\0')) {
            Some((_, flag)) => Err(Error::usage(format!("`{flag}` holds U+0000"))
                .cause("no service keeps that character")),
            None => Ok(()),
        }
    }
}

/// The text, unless it is blank: the service takes a blank required string for a missing one.
fn said(text: &Option<String>) -> Option<String> {
    text.as_ref().filter(|text| !is_blank(text)).cloned()
}

/// A severity as people write it; the number of the published API is read too.
mod letter {
    use std::fmt;

    use super::{Deserializer, Serializer, Severity, de};

    pub(super) fn serialize<S: Serializer>(
        severity: &Option<Severity>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match severity {
            Some(severity) => to.serialize_some(severity.letter()),
            None => to.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Severity>, D::Error> {
        from.deserialize_any(Words)
    }

    struct Words;

    impl de::Visitor<'_> for Words {
        type Value = Option<Severity>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a severity: A (critical), B (moderate) or C (minimal)")
        }

        fn visit_str<E: de::Error>(self, word: &str) -> Result<Self::Value, E> {
            match word.trim() {
                "" => Ok(None),
                word => word.parse().map(Some).map_err(E::custom),
            }
        }

        fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
            self.visit_str(&number.to_string())
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Kind;

    pub(crate) fn whole() -> Form {
        serde_json::from_value(json!({
            "severity": "C",
            "title": "VPN drops",
            "description": "every hour",
            "type": "Incident",
            "category": "Devices",
            "subcategory": "Configuration/Policy",
            "contact": { "givenName": "Ana", "surname": "Ruiz", "email": "ana@contoso.com",
                         "phoneNumber": "+34 600" },
        }))
        .unwrap()
    }

    #[test]
    fn flags_win_over_what_lies_beneath_and_files_add_up() {
        let flags = Form {
            title: Some("VPN is gone".into()),
            contact: ContactForm { email: Some("desk@contoso.com".into()), ..Default::default() },
            attach: vec!["b.log".into()],
            ..Form::default()
        };
        let below = Form { attach: vec!["a.log".into()], ..whole() };
        let form = below.under(flags);
        assert_eq!(form.title.as_deref(), Some("VPN is gone"));
        assert_eq!(form.description.as_deref(), Some("every hour"));
        let contact = &form.contact;
        assert_eq!(
            (contact.given_name.as_deref(), contact.email.as_deref()),
            (Some("Ana"), Some("desk@contoso.com"))
        );
        assert_eq!(form.attach, [PathBuf::from("a.log"), PathBuf::from("b.log")]);
    }

    #[test]
    fn what_is_missing_is_named_by_its_flag_and_blank_is_missing() {
        assert_eq!(whole().missing(), Vec::<&str>::new());
        assert_eq!(
            Form::default().missing(),
            [
                "--severity",
                "--type",
                "--title",
                "--description",
                "--category",
                "--subcategory",
                "--given-name",
                "--surname",
                "--email",
                "--phone"
            ]
        );
        for nothing in [" \n", "\u{200b}\u{feff}"] {
            let blank = Form { title: Some(nothing.into()), ..whole() };
            assert_eq!(blank.missing(), ["--title"], "{nothing:?}");
        }
    }

    #[test]
    fn a_rule_answers_what_it_decides_and_the_profile_knows_whom_to_call() {
        let contact = Contact {
            given_name: Some("Ana".into()),
            surname: Some("Ruiz".into()),
            email: Some("ana@contoso.com".into()),
            phone: Some("1".into()),
        };
        let of = |severity, ty| {
            let form = Form { severity, ty, ..Form::default() }.settled(Some(&contact));
            assert_eq!(form.contact.email.as_deref(), Some("ana@contoso.com"));
            (form.severity, form.ty)
        };
        let change = Some(TicketType::ChangeRequest);
        assert_eq!(of(None, change), (Some(Severity::C), change));
        assert_eq!(of(Some(Severity::A), None), (Some(Severity::A), Some(TicketType::Incident)));
        assert_eq!(of(Some(Severity::C), None), (Some(Severity::C), None));
        assert_eq!(of(None, Some(TicketType::Incident)).0, None);
        let own = whole().settled(Some(&Contact { phone: Some("2".into()), ..contact }));
        assert_eq!(own.contact.phone_number.as_deref(), Some("+34 600"));
    }

    #[test]
    fn texts_are_sent_as_they_are_but_for_a_zero() {
        let odd = " <b>it's</b>\u{1b}[31m \u{202e}x\ty ";
        let form = Form { title: Some(odd.into()), ..whole() };
        assert_eq!(form.ticket(Timestamp::UNIX_EPOCH).unwrap().title, odd);
        let form = Form { repro_steps: Some("a\0b".into()), ..whole() };
        let error = form.ticket(Timestamp::UNIX_EPOCH).unwrap_err();
        assert_eq!((error.kind, error.message.as_str()), (Kind::Usage, "`--repro` holds U+0000"));
    }

    #[test]
    fn an_address_that_no_mail_reaches_is_refused_before_anything_is_sent() {
        for wrong in ["a..b@c.de", "a@-b-.co", "a@b.c."] {
            let contact = ContactForm { email: Some(wrong.into()), ..whole().contact };
            let form = Form { contact, ..whole() };
            let error = form.ticket(Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!(error.message, format!("`--email`: `{wrong}` is no e-mail address"));
            assert_eq!(error.kind, Kind::Usage);
        }
    }

    #[test]
    fn a_draft_is_written_as_it_is_read() {
        let form = Form { hours: Some(Hours::AllDay), ..whole() };
        let text = serde_json::to_value(&form).unwrap();
        assert_eq!(text["severity"], "C");
        assert_eq!(serde_json::from_value::<Form>(text).unwrap(), form);
    }
}
