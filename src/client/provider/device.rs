//! The device authorization grant (RFC 8628), for machines without a browser.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use oauth2::{DeviceCodeErrorResponseType, RequestTokenError, StandardDeviceAuthorizationResponse};
use tokio::sync::Notify;

use super::{Fresh, Provider, Tokens, refusal};
use crate::error::{Error, Kind, Result};

/// How often in a row a provider may fail to answer before it is given up.
const FAILURES: u32 = 5;

/// The longest time that a code is awaited, whatever the provider says.
const LONGEST: Duration = Duration::from_hours(24);

/// How to wait between two questions; tests do not.
pub type Waits = fn(Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>>;

/// A sign-in that is finished on another machine.
pub struct DeviceCode {
    answer: StandardDeviceAuthorizationResponse,
    fresh: Fresh,
    at: Instant,
}

impl DeviceCode {
    /// What the person types.
    pub fn user_code(&self) -> &str {
        self.answer.user_code().secret()
    }

    /// Where they type it.
    pub fn address(&self) -> &str {
        self.answer.verification_uri().as_str()
    }

    /// Where there is nothing left to type, if the provider has such an address.
    pub fn complete_address(&self) -> Option<&str> {
        self.answer.verification_uri_complete().map(|uri| uri.secret().as_str())
    }

    /// How long they have.
    pub fn expires_in(&self) -> Duration {
        self.answer.expires_in()
    }
}

impl Provider {
    /// Asks for a code. Neither `prompt` nor `max_age` belongs to RFC 8628: providers that know
    /// them from OpenID Connect ask anew, others leave them out. What the ID token says then tells.
    ///
    /// # Errors
    /// When the provider has no such flow, or blocks it: then the default one is named.
    pub async fn device_code(&self, fresh: Fresh) -> Result<DeviceCode> {
        let issuer = &self.asked.issuer;
        if self.metadata.device_authorization_endpoint.is_none() {
            return Err(refusal::by_default_flow(Error::new(
                Kind::Refused,
                format!("{issuer} has no sign-in by a device code"),
            )));
        }
        let request = self
            .oauth
            .exchange_device_code()
            .map_err(|error| refusal::of_setting(&error, issuer))?;
        let mut request = request.add_scopes(self.scopes());
        if let Some(resource) = self.asked.resource.as_deref() {
            request = request.add_extra_param("resource", resource);
        }
        if fresh == Fresh::Yes {
            // Not 0, which means `prompt=login` to OpenID Connect, and is lost with it.
            request = request.add_extra_param("prompt", "login").add_extra_param("max_age", "1");
        }
        let (http, at) = (self.http.door(), Instant::now());
        let answer = request.request_async(&http).await;
        let answer =
            answer.map_err(|error| refusal::by_default_flow(refusal::of_tokens(error, issuer)))?;
        Ok(DeviceCode { answer, fresh, at })
    }

    /// Waits until the person has signed in, refused, or let the code expire. Pending answers are
    /// asked again after the provider's interval (5 s where it names none), 5 s later for good
    /// after each `slow_down`.
    ///
    /// # Errors
    /// As the provider says; also when it has not answered five times in a row.
    pub async fn await_device(&self, code: &DeviceCode, waits: Waits) -> Result<Tokens> {
        let issuer = &self.asked.issuer;
        // The library goes on asking, whatever keeps it from being answered.
        let (failures, given_up) = (AtomicU32::new(0), Notify::new());
        let last = std::sync::Mutex::new(None);
        let http = async |request| {
            let answer = self.http.send(request).await;
            match &answer {
                Ok(_) => failures.store(0, Ordering::Relaxed),
                Err(error) => {
                    *last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                        Some(error.clone());
                    if failures.fetch_add(1, Ordering::Relaxed) + 1 >= FAILURES {
                        given_up.notify_one();
                    }
                }
            }
            answer
        };
        let mut request = self.oauth.exchange_device_access_token(&code.answer);
        if let Some(resource) = self.asked.resource.as_deref() {
            request = request.add_extra_param("resource", resource);
        }
        let asking = request.request_async(&http, waits, None);
        // The library looks at the clock on the wall, and only after each wait: those grow.
        let end = tokio::time::Instant::from_std(code.at + code.expires_in().min(LONGEST));
        let answer = tokio::select! {
            answer = asking => answer,
            () = tokio::time::sleep_until(end) => return Err(expired()),
            () = given_up.notified() => {
                let last = last.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
                return Err(last.unwrap_or_else(|| Error::failed("the sign-in was given up")));
            }
        };
        match answer {
            Ok(response) => {
                let tokens = self.checked(response, None)?;
                self.check_fresh(&tokens, code.fresh, code.at)?;
                Ok(tokens)
            }
            Err(RequestTokenError::ServerResponse(told)) => {
                let description = told.error_description().map(String::as_str);
                Err(match told.error() {
                    DeviceCodeErrorResponseType::ExpiredToken => expired(),
                    other => {
                        let error = refusal::told(other.as_ref(), description, issuer);
                        refusal::by_default_flow(error)
                    }
                })
            }
            Err(error) => Err(refusal::of_polling(error, issuer)),
        }
    }
}

fn expired() -> Error {
    Error::new(Kind::SignIn, "the code has expired before anybody used it")
        .hint("ask for another: `mmd login URL --device-code`")
}
