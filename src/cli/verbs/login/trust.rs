//! Whether to trust the service: by the system's authorities, by a file, by a fingerprint that was
//! told by other means, or by a person who has compared it.

use super::{Input, profile_name};
use crate::{
    cli::{context::Context, prompt::Question, settings::Source},
    client::{
        Client, Token,
        trust::{Fingerprint, Presented, presented},
    },
    error::{Error, Kind, Result},
};

/// What the service's certificate is trusted by.
#[derive(Debug, Default)]
pub(super) struct Trusted {
    /// The authority in PEM; none where the system knows it.
    pub(super) pem: Option<Vec<u8>>,
    /// True where it was not in a file before: it is saved with the profile.
    pub(super) is_new: bool,
}

/// Finds out by what the service is trusted. Nothing was sent to it before, and it was told
/// nothing.
///
/// # Errors
/// [`Kind::Unreachable`] when it is not trusted; the hints name the ways to do so.
pub(super) async fn establish(input: &Input, cx: &Context) -> Result<Trusted> {
    if let Some(wanted) = input.ca_fingerprint {
        let chain = chain(cx).await?;
        let found = chain.iter().find(|certificate| certificate.fingerprint() == wanted);
        let Some(found) = found else { return Err(another(&chain, wanted, cx)?) };
        return trusting(found, cx).await;
    }
    let pem = cx.ca_pem()?;
    let client = cx.client_with(Token::none());
    // Without any authority on this machine nobody is trusted.
    if let Ok(client) = &client
        && client.is_trusted().await?
    {
        return Ok(Trusted { pem, is_new: false });
    }
    if pem.is_some() {
        return Err(changed(&client?, cx));
    }
    // The last one that is sent signed all others, or is the service's own.
    let chain = chain(cx).await?;
    let last = chain.last().ok_or_else(|| Error::failed("the service shows no certificate"))?;
    let trusted = trusting(last, cx).await?;
    let shown = last.fingerprint();
    let why = match client {
        Ok(client) => client.untrusted(),
        Err(error) => Error::new(Kind::Unreachable, error.message),
    };
    if !cx.prompter.can_ask() {
        return Err(why.cause(format!("the authority that it shows is {shown}")).hint(
            "or, once you have compared that with what the service's admin tells you: \
                   `--ca-fingerprint SHA256:…`",
        ));
    }
    cx.output.warn(&why.message);
    cx.output.tell(&format!(
        "The authority that signed it has the fingerprint\n  {shown}\nCompare it with what the \
         service's admin tells you; on its machine `openssl x509 -noout -fingerprint -sha256 -in \
         DATA_DIR/tls/ca.pem` prints it. If it differs, somebody stands between."
    ));
    if cx.prompter.confirm(Question::new("Is it the same?", "--ca-fingerprint"))? {
        return Ok(trusted);
    }
    Err(why.hint("name the right one: `--ca-fingerprint SHA256:…`"))
}

async fn chain(cx: &Context) -> Result<Vec<Presented>> {
    // Whatever the system trusts: any authority will do to name the service.
    let origin = cx.service_url()?;
    presented(origin.as_str(), cx.timeout.unwrap_or(crate::client::TIMEOUT)).await
}

/// Trusts a certificate, if it is one that the service can be trusted by.
async fn trusting(certificate: &Presented, cx: &Context) -> Result<Trusted> {
    let pem = certificate.pem().into_bytes();
    let client = cx.client_trusting(Some(pem.clone()), Token::none(), None)?;
    if client.is_trusted().await? {
        return Ok(Trusted { pem: Some(pem), is_new: true });
    }
    Err(Error::new(
        Kind::Unreachable,
        format!("{} does not show the authority that signed its certificate", client.origin()),
    )
    .hint("name the file with that authority: `--ca-file FILE`"))
}

/// The fingerprint differs from the one that was given: in a script that is the end.
fn another(chain: &[Presented], wanted: Fingerprint, cx: &Context) -> Result<Error> {
    let shown: Vec<_> = chain.iter().map(|one| one.fingerprint().to_string()).collect();
    Ok(Error::new(
        Kind::Unreachable,
        format!("the certificate of {} is not the expected one", cx.service_url()?),
    )
    .cause(format!("expected {wanted}"))
    .cause(format!("it shows {}", shown.join(", ")))
    .hint("ask the service's admin for the fingerprint; if it differs, somebody stands between"))
}

/// The authority that was given, now or at an earlier sign-in, did not sign it: never a question.
fn changed(client: &Client, cx: &Context) -> Error {
    let error = client.untrusted();
    let of_profile = |source: &Source| matches!(source, Source::Profile(_));
    match &cx.settings.ca_file {
        Some(file) if of_profile(&file.source) => error
            .cause(format!("the profile `{}` trusts {}", profile_name(cx), file.value.display()))
            .hint(
                "if the service's admin has made a new authority, name it: `--ca-fingerprint \
                 SHA256:…`",
            ),
        _ => error,
    }
}
