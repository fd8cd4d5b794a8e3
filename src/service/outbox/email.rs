//! Mail to the people who are to be told: one message for each of them, so that a mailbox that is
//! full holds up nobody else.
//!
//! A message holds ids, states, names and times, and names the command that shows the rest. Its
//! `Message-ID` follows from the notice's id: a repeat is the same message.

use std::{net::SocketAddr, time::SystemTime};

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Envelope,
    message::{
        Mailbox,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, CertificateStore, Tls, TlsParameters},
        extension::ClientId,
    },
};
use serde_json::Value;

use super::{
    address,
    http::{self, quoted},
    secrets::SecretFile,
    settings::{EmailTarget, Reach, SmtpTls},
};
use crate::{
    domain::delivery::Failure,
    error::{Error, Result},
    service::store::deliveries::Parcel,
};

/// An SMTP server.
pub struct Email {
    host: String,
    port: u16,
    implicit: bool,
    from: Mailbox,
    login: Option<(String, SecretFile)>,
    tls: TlsParameters,
    reach: Reach,
}

impl Email {
    /// Checks the server's name, the sender, and that the password can be read.
    pub fn open(target: &EmailTarget, reach: &Reach) -> Result<Self> {
        let implicit = target.tls == SmtpTls::Implicit;
        let usual = if implicit { 465 } else { 587 };
        let (host, port) = address::server(&target.host, target.port, usual, reach.allow_private)?;
        if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/') {
            return Err(Error::usage("`host`: this is no name of a server"));
        }
        let mut from: Mailbox = target.from.parse().map_err(|error| {
            Error::usage("`from`: this is no sender; write `name@domain`").cause(error)
        })?;
        from.email = in_dns(from.email);
        let login = match (&target.username, &target.password_file) {
            (Some(name), Some(path)) => {
                let file = SecretFile::new("password_file", path);
                file.read()?;
                Some((name.clone(), file))
            }
            (None, None) => None,
            _ => return Err(Error::usage("`username` and `password_file` go together")),
        };
        let tls = tls(&host, reach)?;
        Ok(Self { host, port, implicit, from, login, tls, reach: reach.clone() })
    }

    /// Mails a notice to its addressee.
    pub async fn deliver(&self, parcel: &Parcel) -> Result<(), Failure> {
        let message = self.message(parcel)?;
        let addresses = address::resolve(&self.host, self.port, self.reach.allow_private).await;
        let addresses = addresses.map_err(|error| Failure::again(quoted(&error.to_string())))?;
        let mut last = Failure::again("the server has no address");
        let limit = http::timeout(&self.reach);
        for address in addresses {
            let transport = self.transport(address)?;
            let sent = tokio::time::timeout(limit, transport.send(message.clone())).await;
            match sent {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(error)) if needs_utf8(&error) => return Err(beyond(message.envelope())),
                Ok(Err(error)) if error.status().is_none() => last = failure(&error),
                Ok(Err(error)) => return Err(failure(&error)),
                Err(_) => last = Failure::again(format!("no answer within {} s", limit.as_secs())),
            }
        }
        Err(last)
    }

    /// Connects to the address that was judged, and checks the certificate for the name.
    fn transport(
        &self,
        address: SocketAddr,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, Failure> {
        let tls = match self.implicit {
            true => Tls::Wrapper(self.tls.clone()),
            false => Tls::Required(self.tls.clone()),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
                .port(address.port())
                .hello_name(ClientId::Domain(self.from.email.domain().to_owned()))
                .timeout(Some(http::timeout(&self.reach)))
                .tls(tls);
        if let Some((name, file)) = &self.login {
            let password = file.read().map_err(|error| Failure::again(error.message))?;
            let password = password.expose().to_owned();
            builder = builder.credentials(Credentials::new(name.clone(), password));
        }
        Ok(builder.build())
    }

    fn message(&self, parcel: &Parcel) -> Result<Message, Failure> {
        let address: Address = parcel
            .recipient
            .trim()
            .parse()
            .map_err(|_| Failure::dead("the addressee is no e-mail address"))?;
        let domain = self.from.email.domain();
        let created = u64::try_from(parcel.created.as_second()).unwrap_or(0);
        let subject = word(&parcel.subject);
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, in_dns(address)))
            .subject(format!("Support request {subject} {}", phrase(&parcel.event)))
            .date(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(created))
            .message_id(Some(format!("<{}@{domain}>", parcel.notice)))
            // All mail of one request is one conversation.
            .references(format!("<{subject}@{domain}>"))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(text(parcel))
            .map_err(|_| Failure::dead("the message cannot be put together"))
    }
}

/// Programs that answer mail leave ours alone (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn tls(host: &str, reach: &Reach) -> Result<TlsParameters> {
    let cannot = |error: lettre::transport::smtp::Error| {
        Error::failed("TLS to the mail server cannot be set up").caused_by(&error)
    };
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(pem) = http::authorities(reach)? {
        builder = builder.certificate_store(CertificateStore::None);
        let certificate = Certificate::from_pem(&pem).map_err(cannot)?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map_err(cannot)
}

/// The server's refusal, as far as it says something; sign-in refusals pass once the password is
/// right.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    use std::error::Error as _;
    let cause = error.source().map(|cause| format!(": {}", quoted(&cause.to_string())));
    let cause = cause.unwrap_or_default();
    let Some(code) = error.status() else {
        return Failure::again(format!("no mail server{cause}"));
    };
    let code = u16::from(code);
    match error.is_permanent() && !matches!(code, 530 | 534 | 535 | 538) {
        true => Failure::dead(format!("the mail server refused it with {code}{cause}")),
        false => Failure::again(format!("the mail server answered {code}{cause}")),
    }
}

/// Whether an address has letters beyond ASCII and the server has no SMTPUTF8 (RFC 6531), which such
/// addresses need. The library tells of it in words alone; a test with a real server holds us to them.
fn needs_utf8(error: &lettre::transport::smtp::Error) -> bool {
    use std::error::Error as _;
    error.is_client() && error.source().is_some_and(|why| why.to_string().contains("SMTPUTF8"))
}

/// The address with its domain as DNS has it (RFC 5890, A-labels), which every server takes: what is
/// left beyond ASCII stands before the `@`.
fn in_dns(address: Address) -> Address {
    let domain = idna::domain_to_ascii(address.domain()).ok();
    let in_dns = domain.and_then(|domain| Address::new(address.user(), domain).ok());
    in_dns.unwrap_or(address)
}

/// That failure: an addressee stays as they are, the sender's address is ours to change.
fn beyond(envelope: &Envelope) -> Failure {
    let needs = "has letters beyond ASCII, and the mail server has no SMTPUTF8, which they need";
    match envelope.to().iter().all(|to| to.user().is_ascii()) {
        true => Failure::again(format!("the sender's address {needs}")),
        false => Failure::dead(format!("the addressee's address {needs}")),
    }
}

/// What happened, as the subject line ends.
fn phrase(event: &str) -> &str {
    match event {
        "ticket.created" => "was filed",
        "ticket.assigned" => "was taken",
        "ticket.resolved" => "is resolved",
        "ticket.reactivated" => "is active again",
        "ticket.transferred" => "was transferred",
        "ticket.handedOver" => "waits for an admin",
        "ticket.severityAsked" => "is to be raised by an admin",
        "ticket.actionRequested" => "waits for your answer",
        "ticket.note" => "has a new note",
        "ticket.closed" => "is closed",
        _ => "has changed",
    }
}

/// An id for a header: nothing that could end a line or begin an address.
fn word(text: &str) -> String {
    let known = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.chars().filter(known).take(64).collect()
}

fn text(parcel: &Parcel) -> String {
    let subject = word(&parcel.subject);
    let mut lines =
        vec![format!("Support request {subject} {}.", phrase(&parcel.event)), String::new()];
    let data: Value = serde_json::from_str(&parcel.data).unwrap_or_default();
    for (name, value) in data.as_object().into_iter().flatten() {
        let value = match value {
            Value::String(text) => quoted(text),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Array(items) if items.iter().all(Value::is_string) => {
                let items: Vec<_> = items.iter().filter_map(Value::as_str).map(quoted).collect();
                items.join(", ")
            }
            _ => continue,
        };
        lines.push(format!("  {}: {value}", quoted(name)));
    }
    lines.extend([
        String::new(),
        "The whole request, and what comes next:".to_owned(),
        String::new(),
        format!("  mmd escalate show {subject}"),
        String::new(),
    ]);
    if let Some((what, command)) = asked_of_admins(&parcel.event, &subject, &data) {
        lines.extend([what.to_owned(), String::new(), command, String::new()]);
    }
    lines.join("\r\n")
}

/// What an admin is asked to do, and by which command, where the event asks for something.
fn asked_of_admins(event: &str, subject: &str, data: &Value) -> Option<(&'static str, String)> {
    match event {
        "ticket.handedOver" => Some((
            "An admin files it, as it stands or corrected:",
            format!("  mmd escalate file {subject}"),
        )),
        "ticket.severityAsked" => {
            let wanted = word(data["wanted"].as_str()?);
            let command = format!("  mmd escalate edit {subject} --severity {wanted}");
            Some(("An admin chooses the severity:", command))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn parcel(subject: &str, recipient: &str, data: &str) -> Parcel {
        Parcel {
            id: Uuid::from_u128(1),
            notice: Uuid::from_u128(2),
            event: "ticket.resolved".into(),
            tenant: Uuid::from_u128(3),
            subject: subject.into(),
            data: data.into(),
            recipient: recipient.into(),
            created: "2026-03-02T09:00:00Z".parse().unwrap(),
            attempts: 0,
            since: Timestamp::UNIX_EPOCH,
            again: false,
            overtaken_by: vec![],
        }
    }

    fn email() -> Email {
        let target = EmailTarget {
            host: "smtp.example.com".into(),
            port: None,
            tls: SmtpTls::StartTls,
            from: "Support <mmd@example.com>".into(),
            username: None,
            password_file: None,
        };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let dir = tempfile::tempdir().unwrap();
        let ca_file = dir.path().join("ca.pem");
        let key = rcgen::generate_simple_self_signed(vec!["smtp.example.com".to_owned()]).unwrap();
        std::fs::write(&ca_file, key.cert.pem()).unwrap();
        Email::open(&target, &Reach { ca_file: Some(ca_file), ..Reach::default() }).unwrap()
    }

    #[test]
    fn a_message_is_whole_and_the_same_for_every_attempt() {
        let data = r#"{"state":"resolved","severity":"C","by":"ana@example.com","nested":{"x":1}}"#;
        let parcel = parcel("MMD-1465058-R5V8P", "sam@example.com", data);
        let sent = || String::from_utf8(email().message(&parcel).unwrap().formatted()).unwrap();
        assert_eq!(
            sent(),
            "From: Support <mmd@example.com>\r\n\
             To: sam@example.com\r\n\
             Subject: Support request MMD-1465058-R5V8P is resolved\r\n\
             Date: Mon, 02 Mar 2026 09:00:00 +0000\r\n\
             Message-ID: <00000000-0000-0000-0000-000000000002@example.com>\r\n\
             References: <MMD-1465058-R5V8P@example.com>\r\n\
             Auto-Submitted: auto-generated\r\n\
             Content-Type: text/plain; charset=utf-8\r\n\
             Content-Transfer-Encoding: 7bit\r\n\
             \r\n\
             Support request MMD-1465058-R5V8P is resolved.\r\n\
             \r\n  state: resolved\r\n  severity: C\r\n  by: ana@example.com\r\n\
             \r\n\
             The whole request, and what comes next:\r\n\
             \r\n  mmd escalate show MMD-1465058-R5V8P\r\n"
        );
        assert_eq!(sent(), sent());
    }

    #[test]
    fn an_admin_is_told_the_command_that_is_asked_of_them() {
        let ends = |event: &str, data: &str| {
            let event = event.to_owned();
            let text = text(&Parcel { event, ..parcel("MMD-1465058-R5V8P", "a@b", data) });
            text.lines().rev().take(2).map(str::to_owned).collect::<Vec<_>>().join("")
        };
        let file = "  mmd escalate file MMD-1465058-R5V8P";
        assert_eq!(ends("ticket.handedOver", "{}"), file);
        let edit = "  mmd escalate edit MMD-1465058-R5V8P --severity A";
        assert_eq!(ends("ticket.severityAsked", r#"{"wanted":"A"}"#), edit);
        let show = "  mmd escalate show MMD-1465058-R5V8P";
        assert_eq!(ends("ticket.severityAsked", "{}"), show);
        assert_eq!(ends("ticket.created", r#"{"wanted":"A"}"#), show);
    }

    #[test]
    fn nothing_that_is_sent_can_begin_a_header() {
        let email = email();
        for recipient in ["sam@example.com\r\nBcc: eve@evil.example", "sam", "", "a@b, c@d"] {
            let refused = email.message(&parcel("MMD-1", recipient, "{}")).unwrap_err();
            assert_eq!(refused, Failure::dead("the addressee is no e-mail address"));
        }
        let data = r#"{"by":"eve\r\nBcc: x@evil.example\r\n\r\nread this"}"#;
        let nasty = parcel("MMD-1\r\nBcc: x@evil.example", "sam@example.com", data);
        let sent = String::from_utf8(email.message(&nasty).unwrap().formatted()).unwrap();
        assert!(sent.lines().all(|line| !line.starts_with("Bcc:")), "{sent}");
        assert_eq!(sent.matches("\r\n\r\n").count(), 4, "{sent}");
    }
}
