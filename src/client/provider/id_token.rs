//! The checks of an ID token that came from the token endpoint itself (OpenID Connect Core,
//! 3.1.3.7): issuer, audience, party, end, nonce. TLS stands for its signature (number 6 there).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

use super::Asked;
use crate::{
    client::failure::plain,
    error::{Error, Kind, Result},
    secret::Secret,
};

/// How far the clocks of a provider's machines may be from each other, in seconds.
const SKEW: f64 = 60.0;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    nonce: Option<String>,
    // Whatever they are: only a new sign-in needs them.
    iat: Option<serde_json::Value>,
    auth_time: Option<serde_json::Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

/// Checks that `token` was made for this client and this sign-in. Its times are left to the
/// service, which judges the access token by a clock of its own: one that is off here must not
/// keep anybody out.
///
/// # Errors
/// When it was not.
pub(super) fn check(token: &Secret, asked: &Asked, nonce: Option<&str>) -> Result<()> {
    let wrong = |why: &str| {
        Error::failed(format!("the ID token of {} is not for this sign-in", plain(&asked.issuer)))
            .cause(why)
    };
    let claims = claims(token).ok_or_else(|| wrong("it cannot be read"))?;
    let audience = match claims.aud {
        Audience::One(one) => vec![one],
        Audience::Many(many) => many,
    };
    if claims.iss != asked.issuer {
        return Err(wrong("another provider has made it"));
    }
    let party = claims.azp.as_ref().unwrap_or(&asked.client_id);
    if !audience.contains(&asked.client_id) || party != &asked.client_id {
        return Err(wrong("it was made for another client"));
    }
    match nonce {
        Some(nonce) if claims.nonce.as_deref() != Some(nonce) => {
            Err(wrong("it was made for another request: the nonce differs"))
        }
        _ => Ok(()),
    }
}

/// Checks that the person has proved who they are within `since`, which is how long ago they were
/// asked to. Both times are the provider's own. A token that does not say when it was is left to
/// the service.
///
/// # Errors
/// [`Kind::SignIn`] when the provider has taken a session that its browser had before.
pub(super) fn check_fresh(token: &Secret, asked: &Asked, since: Duration) -> Result<()> {
    let time =
        |claim: Option<serde_json::Value>| claim.as_ref().and_then(serde_json::Value::as_f64);
    let times = claims(token).map(|claims| (time(claims.iat), time(claims.auth_time)));
    let Some((Some(made), Some(proved))) = times else { return Ok(()) };
    if made - proved <= since.as_secs_f64() + SKEW {
        return Ok(());
    }
    let issuer = plain(&asked.issuer);
    Err(Error::new(Kind::SignIn, "a new sign-in was needed, and the provider took an older one")
        .hint(format!("sign out of {issuer} in that browser, or use a private window; then again"))
        .hint("where no new one is needed, `mmd logout` first: then the older one will do"))
}

fn claims(token: &Secret) -> Option<Claims> {
    let mut parts = token.expose().split('.');
    let (_, payload) = (parts.next()?, parts.next()?);
    let bytes = zeroize::Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    serde_json::from_slice(&bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn told(claims: &Value, nonce: Option<&str>) -> Option<String> {
        let asked = Asked {
            issuer: "https://id.example.com".into(),
            client_id: "mmd".into(),
            scopes: vec![],
            resource: None,
        };
        let payload = URL_SAFE_NO_PAD.encode(claims.to_string());
        let token = Secret::new(format!("e30.{payload}.c2ln"));
        check(&token, &asked, nonce).err().map(|error| error.causes[0].clone())
    }

    #[test]
    fn an_older_session_of_the_browser_is_no_new_sign_in() {
        let fresh = |claims: &Value| {
            let asked = Asked {
                issuer: "https://id.example.com".into(),
                client_id: "mmd".into(),
                scopes: vec![],
                resource: None,
            };
            let mut whole = json!({ "iss": "https://id.example.com", "aud": "mmd" });
            whole.as_object_mut().unwrap().extend(claims.as_object().unwrap().clone());
            let token = format!("e30.{}.c2ln", URL_SAFE_NO_PAD.encode(whole.to_string()));
            check_fresh(&Secret::new(token), &asked, Duration::from_secs(30))
        };
        for good in [
            json!({ "iat": 1_000_030, "auth_time": 1_000_000 }),
            json!({ "iat": 1_000_090, "auth_time": 1_000_000 }),
            json!({ "iat": 1_000_000, "auth_time": 1_000_001 }),
            json!({ "iat": 1_000_030 }),
            json!({}),
        ] {
            assert!(fresh(&good).is_ok(), "{good}");
        }
        let error = fresh(&json!({ "iat": 1_000_091, "auth_time": 1_000_000 })).unwrap_err();
        assert_eq!(error.kind, Kind::SignIn);
        assert!(error.hints[0].contains("https://id.example.com"), "{error:?}");
    }

    #[test]
    fn an_id_token_is_for_this_provider_client_and_request() {
        let good = json!({ "iss": "https://id.example.com", "aud": "mmd", "nonce": "n" });
        assert_eq!(told(&good, Some("n")), None);
        assert_eq!(told(&good, None), None);
        let with = |name: &str, value: Value| {
            let mut claims = good.clone();
            claims[name] = value;
            told(&claims, Some("n"))
        };
        assert_eq!(with("aud", json!(["other", "mmd"])), None);
        assert_eq!(with("azp", json!("mmd")), None);
        let cause = |name, value| with(name, value).unwrap();
        assert!(cause("iss", json!("https://evil.example.com")).contains("another provider"));
        assert!(cause("aud", json!("other")).contains("another client"));
        assert!(cause("azp", json!("other")).contains("another client"));
        assert!(cause("nonce", json!("m")).contains("nonce"));
        assert!(cause("nonce", Value::Null).contains("nonce"));
        assert!(told(&json!({}), None).unwrap().contains("cannot be read"));
    }
}
