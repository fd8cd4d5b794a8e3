//! What callers write into a ticket, judged member by member: every fault is named at once, and
//! nothing is trimmed or mended.

use std::str::FromStr;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{
    api::{
        ErrorDetail,
        ticket::{EditTicket, FileTicket, NewContact, NewTicket, PutAdminContact, Severity},
    },
    domain::text::{is_blank, is_email},
    service::{input::Body, problem::Problem},
};

/// The longest line, in characters.
const LINE: usize = 500;
/// The longest word or name.
const NAME: usize = 200;
/// The longest text of several lines.
pub const TEXT: usize = 50_000;
/// The most devices that one ticket is about.
const DEVICES: usize = 100;

/// Reads the members of an object and gathers what is wrong with them.
struct Reader<'b> {
    members: &'b Map<String, Value>,
    prefix: &'static str,
    faults: Vec<ErrorDetail>,
}

/// Whether a text may have several lines.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Many,
}

impl<'b> Reader<'b> {
    fn new(members: &'b Map<String, Value>, prefix: &'static str) -> Self {
        Self { members, prefix, faults: Vec::new() }
    }

    /// Null stands for nothing.
    fn get(&self, name: &str) -> Option<&'b Value> {
        self.members.get(name).filter(|value| !value.is_null())
    }

    fn fault(&mut self, name: &str, code: &str, what: &str) {
        let target = format!("{}{name}", self.prefix);
        let message = format!("`{target}` {what}.");
        self.faults.push(ErrorDetail { code: code.to_owned(), message, target });
    }

    fn text(&mut self, name: &str, max: usize, lines: Lines) -> Option<String> {
        let Some(text) = self.get(name)?.as_str() else {
            self.fault(name, "wrongType", "must be a string");
            return None;
        };
        if text.chars().count() > max {
            self.fault(name, "tooLong", &format!("must not be longer than {max} characters"));
            return None;
        }
        let breaks = |c: &char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        if lines == Lines::One
            && let Some(at) = text.chars().position(|c| breaks(&c))
        {
            let code = text.chars().nth(at).map_or(0, u32::from);
            let what =
                format!("holds the control character U+{code:04X}, its character {}", at + 1);
            self.fault(name, "controlCharacter", &what);
            return None;
        }
        Some(text.to_owned())
    }

    /// A text that must be there; a blank one is not.
    fn required(&mut self, name: &str, max: usize, lines: Lines) -> String {
        let before = self.faults.len();
        match self.text(name, max, lines) {
            Some(text) if is_blank(&text) => {
                self.fault(name, "required", "must not be blank");
                String::new()
            }
            Some(text) => text,
            None => {
                if self.faults.len() == before {
                    self.fault(name, "required", "is missing");
                }
                String::new()
            }
        }
    }

    /// A text that may be absent, but is not blank where it is there.
    fn given(&mut self, name: &str, max: usize, lines: Lines) -> Option<String> {
        self.get(name)?;
        Some(self.required(name, max, lines))
    }

    fn word<T: FromStr<Err = String>>(&mut self, name: &str) -> Option<T> {
        let Some(text) = self.get(name)?.as_str() else {
            self.fault(name, "wrongType", "must be a string");
            return None;
        };
        match text.parse() {
            Ok(word) => Some(word),
            Err(why) => {
                self.fault(name, "unknown", &format!("does not fit: {why}"));
                None
            }
        }
    }

    fn severity(&mut self) -> Option<Severity> {
        let value = self.get("severity")?;
        let severity = value.as_i64().and_then(Severity::from_number);
        if severity.is_none() {
            let what = "must be the number 2 (A, critical), 3 (B, moderate) or 4 (C, minimal)";
            self.fault("severity", "outOfRange", what);
        }
        severity
    }

    fn bool(&mut self, name: &str) -> Option<bool> {
        let value = self.get(name)?;
        if !value.is_boolean() {
            self.fault(name, "wrongType", "must be true or false");
        }
        value.as_bool()
    }

    fn count(&mut self, name: &str) -> Option<u32> {
        let value = self.get(name)?;
        let count = value.as_i64().filter(|count| (0..=i64::from(i32::MAX)).contains(count));
        if count.is_none() {
            self.fault(name, "outOfRange", "must be a whole number from 0 to 2147483647");
        }
        count.and_then(|count| u32::try_from(count).ok())
    }

    fn time(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.get(name)?;
        let time = value.as_str().and_then(|text| text.parse().ok());
        if time.is_none() {
            self.fault(name, "malformed", "must be a time such as 2021-10-06T07:00:00Z");
        }
        time
    }

    fn guid(&mut self, name: &str) -> Option<Uuid> {
        let value = self.get(name)?;
        let guid = value.as_str().and_then(|text| text.parse().ok());
        if guid.is_none() {
            self.fault(name, "malformed", "must be the id of an elevation request");
        }
        guid
    }

    fn devices(&mut self, name: &str) -> Vec<String> {
        let Some(value) = self.get(name) else { return vec![] };
        let names = value.as_array().filter(|names| names.len() <= DEVICES).map(|names| {
            names.iter().map(|name| name.as_str().filter(|name| name.len() <= NAME)).collect()
        });
        let names: Option<Vec<&str>> = names.flatten();
        if names.is_none() {
            let what = format!("must be an array of at most {DEVICES} names");
            self.fault(name, "malformed", &what);
        }
        names.unwrap_or_default().into_iter().map(str::to_owned).collect()
    }

    fn contact(&mut self) -> Option<NewContact> {
        let Some(members) = self.get("contact")?.as_object() else {
            self.fault("contact", "wrongType", "must be an object");
            return None;
        };
        let mut inner = Reader::new(members, "contact.");
        let contact = NewContact {
            given_name: inner.required("givenName", NAME, Lines::One),
            surname: inner.required("surname", NAME, Lines::One),
            email: inner.email("email"),
            phone_number: inner.required("phoneNumber", NAME, Lines::One),
        };
        self.faults.append(&mut inner.faults);
        Some(contact)
    }

    fn email(&mut self, name: &str) -> String {
        let text = self.required(name, 254, Lines::One);
        if !is_blank(&text) && !is_email(&text) {
            self.fault(name, "malformed", "must be one e-mail address, such as `name@example.com`");
        }
        text
    }

    fn finish<T>(self, value: T) -> Result<T, Problem> {
        match self.faults.first() {
            None => Ok(value),
            Some(first) => {
                let message = first.message.clone();
                Err(Problem { details: self.faults, ..Problem::bad_request(message) })
            }
        }
    }
}

/// The body of operation 11.
pub fn new_ticket(body: &Body) -> Result<NewTicket, Problem> {
    let mut read = Reader::new(&body.0, "");
    // Severity is asked first: it decides who files.
    let severity = read.severity();
    if severity.is_none() && read.faults.is_empty() {
        read.fault("severity", "required", "is missing: send 2 (A), 3 (B) or 4 (C)");
    }
    let ty = read.word("type");
    if ty.is_none() && !read.faults.iter().any(|fault| fault.target == "type") {
        read.fault("type", "required", "is missing");
    }
    let contact = read.contact();
    if contact.is_none() && !read.faults.iter().any(|fault| fault.target == "contact") {
        read.fault("contact", "required", "is missing");
    }
    let title = read.required("title", LINE, Lines::One);
    let description = read.required("description", TEXT, Lines::Many);
    let category = read.required("category", NAME, Lines::One);
    let subcategory = read.required("subcategory", NAME, Lines::One);
    let nobody = || NewContact {
        given_name: String::new(),
        surname: String::new(),
        email: String::new(),
        phone_number: String::new(),
    };
    let new = NewTicket {
        title,
        description,
        // What stands in for a fault never leaves this function.
        ty: ty.unwrap_or(crate::api::ticket::TicketType::Incident),
        category,
        subcategory,
        severity: severity.unwrap_or(Severity::C),
        contact: contact.unwrap_or_else(nobody),
        users_or_devices_impacted: read.count("usersOrDevicesImpacted"),
        business_impact: read.text("businessImpact", TEXT, Lines::Many),
        issue_first_noticed: read.time("issueFirstNoticed"),
        issue_reproduced: read.bool("issueReproduced"),
        end_user_support_engaged: read.bool("endUserSupportEngaged"),
        troubleshooting_steps: read.text("troubleshootingSteps", TEXT, Lines::Many),
        repro_steps: read.text("reproSteps", TEXT, Lines::Many),
        devices: read.devices("@mmd.devices"),
        hours: read.word("@mmd.hours"),
        elevation: read.guid("@mmd.elevation"),
    };
    read.finish(new)
}

/// The body of an edit; members that cannot be edited are refused, not passed over.
pub fn edit(body: &Body) -> Result<EditTicket, Problem> {
    let mut read = Reader::new(&body.0, "");
    let editable = ["description", "severity", "contact", "@mmd.hours"];
    for name in body.0.keys().filter(|name| !editable.contains(&name.as_str())) {
        let what = "cannot be edited: description, severity and contact can";
        read.fault(name, "notEditable", what);
    }
    if body.0.is_empty() {
        read.fault("description", "required", "or `severity` or `contact` is needed");
    }
    let edit = EditTicket {
        description: read.given("description", TEXT, Lines::Many),
        severity: read.severity(),
        contact: read.contact(),
        hours: read.word("@mmd.hours"),
    };
    read.finish(edit)
}

/// The body that files a waiting request.
pub fn corrections(body: &Body) -> Result<FileTicket, Problem> {
    let mut read = Reader::new(&body.0, "");
    let corrections = FileTicket {
        title: read.given("title", LINE, Lines::One),
        description: read.given("description", TEXT, Lines::Many),
        ty: read.word("type"),
        category: read.given("category", NAME, Lines::One),
        subcategory: read.given("subcategory", NAME, Lines::One),
        severity: read.severity(),
        contact: read.contact(),
        hours: read.word("@mmd.hours"),
    };
    read.finish(corrections)
}

/// The text that goes with a step, where one does.
pub fn word(body: &Body) -> Result<Option<String>, Problem> {
    let mut read = Reader::new(&body.0, "");
    let text = read.given("text", TEXT, Lines::Many);
    read.finish(text)
}

/// A text that has to be there.
pub fn text(body: &Body) -> Result<String, Problem> {
    let mut read = Reader::new(&body.0, "");
    let text = read.required("text", TEXT, Lines::Many);
    read.finish(text)
}

/// The body that sets an admin contact.
pub fn admin_contact(body: &Body) -> Result<PutAdminContact, Problem> {
    let mut read = Reader::new(&body.0, "");
    let contact = PutAdminContact {
        name: read.required("name", NAME, Lines::One),
        email: read.email("email"),
        phone_number: read.required("phoneNumber", NAME, Lines::One),
    };
    read.finish(contact)
}

/// A word of ours that has to be there.
pub fn required_word<T: FromStr<Err = String>>(body: &Body, name: &str) -> Result<T, Problem> {
    let mut read = Reader::new(&body.0, "");
    let word = read.word(name);
    if word.is_none() && read.faults.is_empty() {
        read.fault(name, "required", "is missing");
    }
    read.finish(())?;
    word.ok_or_else(Problem::internal)
}

/// A flag that may be absent.
pub fn flag(body: &Body, name: &str) -> Result<bool, Problem> {
    let mut read = Reader::new(&body.0, "");
    let flag = read.bool(name);
    read.finish(flag.unwrap_or(false))
}
