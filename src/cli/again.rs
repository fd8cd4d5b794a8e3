//! A sign-in that has run out is offered again on a terminal, while the verb waits for its token;
//! it then goes on with what was typed.
//!
//! The verb's request for a token and the person at the terminal meet here: the request comes from
//! beneath the HTTP client, the questions need the whole [`Context`]. One task serves both in turn.

use tokio::sync::{Mutex, mpsc, oneshot};

use super::{context::Context, prompt::unless_interrupted, verbs::login};
use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// What is asked of the person: why, and where the new token goes.
struct Request {
    why: Error,
    fresh: bool,
    answer: oneshot::Sender<Result<Secret>>,
}

/// Asks for a new sign-in. Copies ask the same person.
#[derive(Clone)]
pub struct Asker(mpsc::UnboundedSender<Request>);

impl Asker {
    /// A new token from a new sign-in, which is offered because of `why`. With `fresh` the person
    /// proves who they are, whatever session their browser has.
    ///
    /// # Errors
    /// `why`, when they do not want to.
    pub async fn ask(&self, why: Error, fresh: bool) -> Result<Secret> {
        let (answer, answered) = oneshot::channel();
        match self.0.send(Request { why: why.clone(), fresh, answer }) {
            Ok(()) => answered.await.unwrap_or(Err(why)),
            Err(_) => Err(why),
        }
    }
}

/// Both ends of the offer.
pub struct Again {
    asker: Asker,
    requests: Mutex<mpsc::UnboundedReceiver<Request>>,
}

impl Default for Again {
    fn default() -> Self {
        let (sender, receiver) = mpsc::unbounded_channel();
        Self { asker: Asker(sender), requests: Mutex::new(receiver) }
    }
}

impl Again {
    /// The end that asks.
    pub fn asker(&self) -> Asker {
        self.asker.clone()
    }
}

/// Runs `verb`, and serves its requests for a new sign-in.
///
/// # Errors
/// Those of the verb.
pub async fn served<T>(cx: &Context, verb: impl Future<Output = Result<T>>) -> Result<T> {
    let mut requests = cx.again.requests.lock().await;
    tokio::pin!(verb);
    loop {
        let request = tokio::select! {
            result = &mut verb => return result,
            Some(request) = requests.recv() => request,
        };
        // The verb's own watch sleeps meanwhile: it hears of an interrupt by the answer.
        let signed_in = login::again(cx, request.why, request.fresh);
        let token = unless_interrupted(signed_in).await;
        // A verb that does not wait any more has no use for it; it is saved.
        let _ = request.answer.send(token);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        cli::{
            credentials::StoreKind,
            output::{Format, tests::piped},
            prompt::tests::{Answer, Scripted},
            verbs::testing::{Fake, TENANT, error, me},
        },
        error::Kind,
    };

    async fn service() -> Fake {
        Fake::start(|line, _: &Value| match line {
            "GET /.well-known/oauth-protected-resource" => error(404, "There is nothing here."),
            "POST /invite/redeem" => {
                let expires = "2026-05-30T12:00:00Z";
                (200, json!({ "upn": "ana@contoso.com", "tenantId": TENANT, "expires": expires }))
            }
            _ => (200, me(json!([]))),
        })
        .await
    }

    fn why() -> Error {
        Error::new(Kind::SignIn, "the sign-in has run out")
    }

    #[tokio::test]
    async fn a_verb_goes_on_with_the_token_of_a_new_sign_in() {
        let (fake, home) = (service().await, tempfile::tempdir().unwrap());
        let answers = Scripted::new([Answer::Confirm(true), Answer::Secret("ABC-DEF")]);
        let (cx, _, stderr) = fake.context(home.path(), piped(Format::Table), answers);
        let credentials = cx.credentials().unwrap();
        let old = Secret::new("old".into());
        credentials.save("default", fake.origin(), &old, StoreKind::File).unwrap();
        let asker = cx.again.asker();
        let token = served(&cx, asker.ask(why(), false)).await.unwrap();
        let kept = credentials.read(Some("default"), fake.origin()).unwrap().unwrap();
        assert!(kept.secret.matches(token.expose()), "it lies where the old one lay");
        assert!(!token.matches("old"));
        let told = stderr.text();
        assert!(told.contains("warning: the sign-in has run out"), "{told}");
        assert!(told.contains("signed in as ana@contoso.com"), "{told}");
        assert!(!cx.settings.dirs.config_file().exists(), "which profile is current stays");
    }

    #[tokio::test]
    async fn who_does_not_want_to_sign_in_again_is_told_why_it_ended() {
        let (fake, home) = (service().await, tempfile::tempdir().unwrap());
        let answers = Scripted::new([Answer::Confirm(false)]);
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), answers);
        let asker = cx.again.asker();
        let refused = served(&cx, asker.ask(why(), false)).await.unwrap_err();
        assert_eq!(refused.message, "the sign-in has run out");
        assert!(fake.seen().is_empty(), "nothing was sent");
    }
}
