//! `mmd login --invite`: trades an invite for a token of one's own.
//!
//! The token is made here and only its hash leaves. It is saved, under the hash of the code, before
//! the code is spent: a store that does not work is found out in time, and after a lost answer the
//! same command sends the same pair, which the service answers the same.

use super::{
    Attempt, is_open,
    save::{New, SignedIn},
};
use crate::{
    api::session::RedeemInvite,
    cli::{prompt::Question, verbs::stdin},
    client::Token,
    domain::audit::{hash, hex},
    error::{Error, Kind, Result},
    secret::Secret,
};

/// What personal tokens begin with, so that they are known where they turn up.
const PREFIX: &str = "mmd_";

/// What the names of sign-ins under way begin with; no profile that `login` saves is called so by
/// accident.
const UNDER_WAY: &str = "login.";

/// Asks for the code, and trades it.
pub(super) async fn run(attempt: &Attempt<'_>) -> Result<SignedIn> {
    let Attempt { credentials, input, .. } = attempt;
    let client = attempt.client(Token::none())?;
    let code = code(attempt)?;
    let pending = format!("{UNDER_WAY}{}", &hash(code.expose().as_bytes())[..16]);
    let service = attempt.cx.service_url()?.as_str();
    // One that another service may have heard of is not for this one.
    let token = match credentials.read(Some(&pending), service)? {
        Some(token) => token.secret,
        None => {
            let token = new_token()?;
            credentials.save(&pending, service, &token, input.store)?;
            token
        }
    };
    let token_hash = hash(token.expose().as_bytes());
    let redeemed = match client.redeem(&RedeemInvite { code, token_hash }).await {
        Ok(redeemed) => redeemed,
        // It may have been heard: the token stays for the next try.
        Err(error) if is_open(&error) => {
            return Err(error.hint("run the same command again: the invite is not lost"));
        }
        Err(error) => {
            credentials.delete(&pending)?;
            return Err(refused(error));
        }
    };
    let kept = attempt.keep(New::Token(&token)).await;
    let mut signed_in = kept.map_err(|error| match is_open(&error) {
        true => error.hint("run the same command again: the invite is not lost"),
        false => error,
    })?;
    credentials.delete(&pending)?;
    signed_in.tenant = redeemed.tenant_id;
    signed_in.expires = Some(redeemed.expires);
    Ok(signed_in)
}

fn code(attempt: &Attempt<'_>) -> Result<Secret> {
    let typed = if attempt.input.way.is_some() && stdin::is_piped() {
        stdin::secret("the invite")?
    } else {
        let question = Question::new("Invite code", "--invite");
        attempt.cx.prompter.secret(question).map_err(|error| match error.kind {
            Kind::Usage => error
                .hint("hand the code over on standard input: `mmd login URL --invite < FILE`")
                .hint("or a token: `mmd login URL --with-token < FILE`"),
            _ => error,
        })?
    };
    Ok(Secret::new(typed.expose().trim().to_owned()))
}

fn new_token() -> Result<Secret> {
    let mut random = zeroize::Zeroizing::new([0; 32]);
    getrandom::fill(&mut *random)
        .map_err(|error| Error::failed("the system gives no random numbers").cause(error))?;
    let digits = zeroize::Zeroizing::new(hex(&*random));
    Ok(Secret::new(format!("{PREFIX}{}", *digits)))
}

fn refused(error: Error) -> Error {
    match error.kind {
        Kind::Forbidden => error.hint("ask an admin for a new one: `mmd team add UPN --invite`"),
        _ => error,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    };

    use serde_json::{Value, json};

    use super::*;
    use crate::cli::{
        credentials::{StoreKind, UNUSABLE},
        output::{Format, tests::piped},
        prompt::tests::{Answer, Scripted},
        settings::{Source, Sourced},
        verbs::{
            login::{FORBIDS_FILES, Input, WITHOUT_FILES, Way, profile_name, run, trust::Trusted},
            testing::{Fake, TENANT, error, me},
        },
    };

    fn input() -> Input {
        Input { store: StoreKind::File, ..Input::default() }
    }

    fn asked(code: &'static str) -> Scripted {
        Scripted::new([Answer::Secret(code)])
    }

    #[tokio::test]
    async fn after_a_lost_answer_the_same_pair_is_sent_and_only_what_works_is_saved() {
        let (lost, hashes) = (Arc::new(AtomicBool::new(true)), Arc::new(Mutex::new(Vec::new())));
        let (losing, kept) = (lost.clone(), hashes.clone());
        let fake = Fake::start(move |line, body: &Value| match line {
            "POST /invite/redeem" => {
                assert_eq!(body["code"], "ABC-DEF");
                kept.lock().unwrap().push(body["tokenHash"].as_str().unwrap().to_owned());
                match losing.swap(false, Ordering::SeqCst) {
                    true => error(500, "The service failed."),
                    false => {
                        let expires = "2026-05-30T12:00:00Z";
                        let upn = "ana@contoso.com";
                        (200, json!({ "upn": upn, "tenantId": TENANT, "expires": expires }))
                    }
                }
            }
            "GET /.well-known/oauth-protected-resource" => error(404, "There is nothing here."),
            _ => (200, me(json!([]))),
        })
        .await;
        let home = tempfile::tempdir().unwrap();
        let credentials = home.path().join("data/credentials");
        let files = || {
            let names = std::fs::read_dir(&credentials).unwrap().flatten();
            let mut names: Vec<_> =
                names.map(|entry| entry.file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };
        let (cx, ..) = fake.context(home.path(), piped(Format::Json), asked(" ABC-DEF\n"));
        let lost = run(input(), &cx).await.unwrap_err();
        assert_eq!(
            lost.hints.last().unwrap(),
            "run the same command again: the invite is not lost"
        );
        assert!(!cx.settings.dirs.config_file().exists(), "no profile yet");
        assert!(files().iter().any(|name| name.starts_with("login.")), "{:?}", files());

        let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), asked("ABC-DEF"));
        run(input(), &cx).await.unwrap();
        let hashes = hashes.lock().unwrap().clone();
        assert_eq!(hashes.len(), 2);
        assert_eq!(hashes[0], hashes[1], "the same pair");
        assert_eq!(files(), ["default.lock", "default.token", "lock"]);
        let saved = std::fs::read_to_string(credentials.join("default.token")).unwrap();
        let saved: Value = serde_json::from_str(&saved).unwrap();
        assert_eq!(saved["service"], fake.origin());
        let token = saved["token"].as_str().unwrap();
        assert_eq!(hash(token.as_bytes()), hashes[0], "only the hash was sent");
        assert!(!format!("{}{}", stdout.text(), stderr.text()).contains(token));
        let config = std::fs::read_to_string(cx.settings.dirs.config_file()).unwrap();
        assert_eq!(
            config,
            format!(
                "current = \"default\"\n\n[profiles.default]\nservice = \"{}\"\n\
                 tenant = \"{TENANT}\"\nca_file = \"{}\"\n",
                fake.origin(),
                home.path().join("ca.pem").display()
            )
        );
    }

    #[tokio::test]
    async fn a_refused_invite_leaves_nothing_behind() {
        let fake = Fake::start(|line, _| match line {
            "GET /.well-known/oauth-protected-resource" => error(404, "There is nothing here."),
            _ => error(403, "This invite is not valid, or no longer."),
        })
        .await;
        let home = tempfile::tempdir().unwrap();
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), asked("ABC"));
        let refused = run(input(), &cx).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Forbidden);
        let left = std::fs::read_dir(home.path().join("data/credentials")).unwrap().flatten();
        assert_eq!(left.map(|entry| entry.file_name()).collect::<Vec<_>>(), ["lock"]);
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        assert_eq!(run(input(), &cx).await.unwrap_err().kind, Kind::Usage);
    }

    #[tokio::test]
    async fn without_a_keyring_the_same_command_is_told_with_another_store() {
        let fake = Fake::start(|line, _| panic!("nobody expected {line}")).await;
        let home = tempfile::tempdir().unwrap();
        let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        if let Some(file) = &mut cx.settings.ca_file {
            (file.value, file.source) = ("ca.pem".into(), Source::Flag("--ca-file"));
        }
        let input = Input {
            url: Some("https://mmd.example.com".parse().unwrap()),
            way: Some(Way::Invite),
            ..Input::default()
        };
        let attempt = Attempt {
            cx: &cx,
            input: &input,
            credentials: cx.credentials().unwrap(),
            trusted: Trusted::default(),
            profile: profile_name(&cx),
        };
        let told = attempt.in_a_file(Error::failed(UNUSABLE), false);
        let command = "`mmd login https://mmd.example.com --ca-file ca.pem --invite --store file`";
        assert!(told.hints[0].starts_with(command), "{:?}", told.hints);
        assert!(told.hints[1].starts_with("`MMD_TOKEN`"), "{:?}", told.hints);
        assert!(attempt.in_a_file(Error::failed("no"), false).hints.is_empty());
        // Nobody is sent to what the service refuses.
        let told = attempt.in_a_file(Error::failed(UNUSABLE), true);
        assert_eq!(told.hints, [WITHOUT_FILES]);
        assert_eq!(told.causes, [FORBIDS_FILES]);
        cx.settings.profile =
            Some(Sourced { value: "my work".into(), source: Source::Flag("--profile") });
        cx.settings.tenant =
            Some(Sourced { value: "fabrikam.com".into(), source: Source::Flag("--tenant") });
        let attempt = Attempt {
            cx: &cx,
            input: &input,
            credentials: cx.credentials().unwrap(),
            trusted: Trusted::default(),
            profile: profile_name(&cx),
        };
        let told = attempt.in_a_file(Error::failed(UNUSABLE), false);
        let named = "--ca-file ca.pem --profile 'my work' --tenant fabrikam.com --invite";
        assert!(told.hints[0].contains(named), "{:?}", told.hints);
    }

    #[tokio::test]
    async fn a_token_that_was_redeemed_is_kept_whatever_follows() {
        let fake = Fake::start(|line, _| match line {
            "GET /.well-known/oauth-protected-resource" => error(404, "There is nothing here."),
            "POST /invite/redeem" => {
                let expires = "2026-05-30T12:00:00Z";
                let upn = "ana@contoso.com";
                (200, json!({ "upn": upn, "tenantId": TENANT, "expires": expires }))
            }
            _ => error(500, "The service failed."),
        })
        .await;
        let home = tempfile::tempdir().unwrap();
        let (cx, ..) = fake.context(home.path(), piped(Format::Json), asked("ABC-DEF"));
        let failed = run(input(), &cx).await.unwrap_err();
        let hint = "run the same command again: the invite is not lost";
        assert_eq!(failed.hints.last().unwrap(), hint);
        let left = std::fs::read_dir(home.path().join("data/credentials")).unwrap().flatten();
        let names: Vec<_> = left.map(|entry| entry.file_name().into_string().unwrap()).collect();
        assert!(names.iter().any(|name| name.starts_with("login.")), "{names:?}");
    }

    #[test]
    fn tokens_are_256_bits_behind_their_prefix() {
        let (one, other) = (new_token().unwrap(), new_token().unwrap());
        let digits = one.expose().strip_prefix("mmd_").unwrap();
        assert_eq!(digits.len(), 64);
        assert!(digits.chars().all(|c| c.is_ascii_hexdigit()));
        assert!(!one.matches(other.expose()));
    }
}
