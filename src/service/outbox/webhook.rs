//! Signed HTTP requests, as Standard Webhooks 1.0 has them.
//!
//! `webhook-id` is the notice's id: the same for every attempt, so that a receiver can drop a
//! repeat. `webhook-signature` holds `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`;
//! two of them, with a space between, while a second secret is configured.

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use reqwest::{Url, header};
use sha2::Sha256;

use super::{
    http::{self, Http},
    secrets::SecretFile,
    settings::{Reach, WebhookTarget},
};
use crate::{domain::delivery::Failure, error::Result, service::store::deliveries::Parcel};

/// A receiver of signed requests.
pub struct Webhook {
    http: Http,
    url: Url,
    secrets: Vec<SecretFile>,
}

impl Webhook {
    /// Checks the target, and that its secrets can be read.
    pub fn open(target: &WebhookTarget, reach: &Reach) -> Result<Self> {
        let url = http::target("url", &target.url, reach)?;
        let next = target.next_secret_file.as_deref();
        let secrets: Vec<_> = [
            Some(SecretFile::new("secret_file", &target.secret_file)),
            next.map(|path| SecretFile::new("next_secret_file", path)),
        ]
        .into_iter()
        .flatten()
        .collect();
        for secret in &secrets {
            secret.signing_key()?;
        }
        Ok(Self { http: Http::new(reach)?, url, secrets })
    }

    /// Posts a notice.
    pub async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<(), Failure> {
        self.post(&parcel.notice.to_string(), body(parcel).into_bytes(), now).await
    }

    /// Posts `body` under the id by which a repeat is known.
    pub async fn post(&self, id: &str, body: Vec<u8>, now: Timestamp) -> Result<(), Failure> {
        let seconds = now.as_second();
        let mut signatures = Vec::new();
        for secret in &self.secrets {
            let key = secret.signing_key().map_err(|error| Failure::again(error.message))?;
            signatures.push(signature(&key, id, seconds, &body)?);
        }
        let request = self
            .http
            .client()
            .post(self.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signatures.join(" "))
            .body(body);
        let answer = self.http.send(request, now).await?;
        if answer.status.is_success() { Ok(()) } else { Err(answer.failure_that_passes()) }
    }
}

/// The body: what happened, when, and the notice's data as it was stored. The same for every
/// attempt.
fn body(parcel: &Parcel) -> String {
    format!(
        r#"{{"type":{},"timestamp":{},"data":{}}}"#,
        serde_json::Value::from(parcel.event.as_str()),
        serde_json::Value::from(parcel.created.to_string()),
        parcel.data
    )
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
fn signature(key: &[u8], id: &str, seconds: i64, body: &[u8]) -> Result<String, Failure> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .map_err(|_| Failure::again("the signing secret is of no use"))?;
    mac.update(format!("{id}.{seconds}.").as_bytes());
    mac.update(body);
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    /// The example that the reference libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_the_one_that_the_reference_libraries_make() {
        let key = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signed = signature(&key, id, 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn the_body_is_type_timestamp_and_the_stored_data() {
        let parcel = Parcel {
            id: Uuid::from_u128(1),
            notice: Uuid::from_u128(2),
            event: "ticket.created".into(),
            tenant: Uuid::from_u128(3),
            subject: "MMD-1".into(),
            data: r#"{"b":1,"a":2}"#.into(),
            recipient: String::new(),
            created: "2026-03-02T09:00:00Z".parse().unwrap(),
            attempts: 0,
            since: Timestamp::UNIX_EPOCH,
            again: false,
            overtaken_by: vec![],
        };
        let expected =
            r#"{"type":"ticket.created","timestamp":"2026-03-02T09:00:00Z","data":{"b":1,"a":2}}"#;
        assert_eq!(body(&parcel), expected);
    }
}
