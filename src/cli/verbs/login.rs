//! `mmd login [URL]`: trades an invite for a token of one's own.
//!
//! The token is made here and only its hash leaves. It is saved, under the hash of the code, before
//! the code is spent: a store that does not work is found out in time, and after a lost answer the
//! same command sends the same pair, which the service answers the same.

use serde_json::json;

use super::{audit::kept, stdin, words::word};
use crate::{
    api::session::{Me, RedeemInvite, Redeemed},
    cli::{
        context::{Context, kept_in},
        credentials::{Credentials, StoreKind, TokenSource, UNUSABLE},
        output::Report,
        prompt::Question,
        settings::{Config, DEFAULT_PROFILE, Profile, ServiceChoice, ServiceUrl, Source},
    },
    client::Token,
    domain::audit::{hash, hex},
    error::{Error, IoContext, Kind, Result},
    secret::Secret,
};

/// What personal tokens begin with, so that they are known where they turn up.
const PREFIX: &str = "mmd_";

/// What the names of sign-ins under way begin with; no profile that `login` saves is called so by
/// accident.
const UNDER_WAY: &str = "login.";

/// Where, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The service; otherwise the profile's.
    pub url: Option<ServiceUrl>,
    /// `--invite`: the code may come from standard input.
    pub invite: bool,
    /// `--store`
    pub store: StoreKind,
}

/// Signs in, tries the token, and saves the profile.
///
/// # Errors
/// When a token is given already, the invite is not good, or nothing can keep the token.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let credentials = cx.credentials()?;
    refuse_given(&credentials, "login")?;
    // A wrong authority is told before a code is asked for.
    let client = cx.client_with(Token::none())?;
    let code = code(&input, cx)?;
    let pending = format!("{UNDER_WAY}{}", &hash(code.expose().as_bytes())[..16]);
    let no_keyring = |error| in_a_file(error, &input, cx);
    let token = match credentials.read(Some(&pending)).map_err(no_keyring)? {
        Some(token) => token.secret,
        None => {
            let token = new_token()?;
            credentials.save(&pending, &token, input.store).map_err(no_keyring)?;
            token
        }
    };
    let token_hash = hash(token.expose().as_bytes());
    let redeemed = match client.redeem(&RedeemInvite { code, token_hash }).await {
        Ok(redeemed) => redeemed,
        // It may have been heard: the token stays for the next try.
        Err(error) if matches!(error.kind, Kind::Unreachable | Kind::Failed | Kind::NotNow) => {
            return Err(error.hint("run the same command again: the invite is not lost"));
        }
        Err(error) => {
            credentials.delete(&pending)?;
            return Err(refused(error));
        }
    };
    // The invite is spent and the service holds the token good: it is kept before anything else
    // can fail.
    let profile = profile_name(cx);
    let source = credentials.save(&profile, &token, input.store).map_err(no_keyring)?;
    save(&profile, &redeemed, cx)?;
    credentials.delete(&pending)?;
    let me = cx.client_with(Token::known(token.clone()))?.me().await.map_err(|error| {
        let status = with_profile("mmd status", &profile);
        error.hint(format!("the sign-in is saved with profile `{profile}`: `{status}` tries it"))
    })?;
    report(&profile, &me, &redeemed, &source, cx)
}

/// A token from the environment beats whatever is saved, so signing in or out has no effect.
pub(super) fn refuse_given(credentials: &Credentials, verb: &str) -> Result<()> {
    let Some(given) = credentials.given() else { return Ok(()) };
    let variable = match given.source {
        TokenSource::EnvFile(_) => "MMD_TOKEN_FILE",
        _ => "MMD_TOKEN",
    };
    Err(Error::usage(format!("`{variable}` is set, and beats what `{verb}` works on"))
        .hint(format!("unset it first: `unset {variable}`")))
}

fn code(input: &Input, cx: &Context) -> Result<Secret> {
    let typed = if input.invite && stdin::is_piped() {
        stdin::secret("the invite")?
    } else {
        let asked = cx.prompter.secret(Question::new("Invite code", "--invite"));
        asked.map_err(|error| match error.kind {
            Kind::Usage => {
                error.hint("hand the code over on standard input: `mmd login URL --invite < FILE`")
            }
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

/// Without a keyring there are two ways on: the same command once more, but for the store, or a
/// token in the environment.
fn in_a_file(mut error: Error, input: &Input, cx: &Context) -> Error {
    if error.message != UNUSABLE {
        return error;
    }
    let mut command = "mmd login".to_owned();
    if let Some(url) = &input.url {
        command.push_str(&format!(" {}", word(url.as_str())));
    }
    // What the environment and the profile say, they say again.
    let typed = |source: &Source| matches!(source, Source::Flag(_));
    let settings = &cx.settings;
    if let Some(file) = settings.ca_file.as_ref().filter(|file| typed(&file.source)) {
        command.push_str(&format!(" --ca-file {}", word(&file.value.display().to_string())));
    }
    if let Some(profile) = settings.profile.as_ref().filter(|profile| typed(&profile.source)) {
        command.push_str(&format!(" --profile {}", word(&profile.value)));
    }
    if input.invite {
        command.push_str(" --invite");
    }
    error.hints = vec![
        format!("`{command} --store file` keeps the token in a file that only you can read"),
        "`MMD_TOKEN`, where you have a token already, works without signing in".to_owned(),
    ];
    error
}

fn profile_name(cx: &Context) -> String {
    let named = cx.settings.profile.as_ref().map(|profile| profile.value.clone());
    named.unwrap_or_else(|| DEFAULT_PROFILE.to_owned())
}

/// Saves the profile and makes it current.
fn save(name: &str, redeemed: &Redeemed, cx: &Context) -> Result<()> {
    let settings = &cx.settings;
    let ServiceChoice::Url(service) = settings.service.value.clone() else {
        return Err(Error::usage("no service is named").hint("run `mmd login URL`"));
    };
    let tenant = redeemed.tenant_id.to_string();
    if settings.tenant.as_ref().is_none_or(|known| known.value != tenant) {
        // The head that was kept is another trail's.
        kept::forget(&settings.dirs.data, name)?;
    }
    let ca_file = settings.ca_file.as_ref().map(|path| {
        std::path::absolute(&path.value)
            .or_failed(|| format!("`{}` has no absolute path", path.value.display()))
    });
    let of_profile = |source: &Source| matches!(source, Source::Profile(_));
    let client_id = settings.client_id.clone().filter(|id| of_profile(&id.source));
    let profile = Profile {
        service: Some(service),
        tenant: Some(tenant),
        ca_file: ca_file.transpose()?,
        client_id: client_id.map(|id| id.value),
        contact: settings.contact.clone().map(|contact| contact.value),
        delivery: settings.delivery.as_ref().map(|way| way.value),
    };
    Config::save_profile(&settings.dirs.config_file(), name, profile)
}

fn report(
    profile: &str,
    me: &Me,
    redeemed: &Redeemed,
    source: &TokenSource,
    cx: &Context,
) -> Result<()> {
    let ServiceChoice::Url(service) = &cx.settings.service.value else { return Ok(()) };
    cx.output.report(&Report::json_only(json!({
        "profile": profile,
        "service": service,
        "tenant": redeemed.tenant_id,
        "user": me.user,
        "roles": me.roles,
        "tokenSource": source.to_string(),
        "tokenExpires": redeemed.expires,
    })))?;
    let roles: Vec<_> = me.roles.iter().map(|role| role.as_str()).collect();
    cx.output.note(&format!(
        "signed in at {service} as {} ({}: {}), profile `{profile}`",
        me.user,
        me.tenant_name,
        roles.join(", ")
    ));
    cx.output.note(&format!(
        "the token is {}, and ends {}",
        kept_in(source),
        cx.output.moment(redeemed.expires)
    ));
    if let TokenSource::File(_) = source {
        cx.output.warn("whoever can read that file is signed in as you");
    }
    cx.output.hint(&format!("`{}` shows it again", with_profile("mmd status", profile)));
    Ok(())
}

/// `command` for the profile that was just saved.
fn with_profile(command: &str, profile: &str) -> String {
    match profile {
        DEFAULT_PROFILE => command.to_owned(),
        other => format!("{command} --profile {}", word(other)),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    };

    use serde_json::Value;

    use super::*;
    use crate::cli::{
        output::{Format, tests::piped},
        prompt::tests::{Answer, Scripted},
        settings::Sourced,
        verbs::testing::{Fake, TENANT, error, me},
    };

    fn input() -> Input {
        Input { url: None, invite: false, store: StoreKind::File }
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
        assert!(files()[1].starts_with("login."), "{:?}", files());

        let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), asked("ABC-DEF"));
        run(input(), &cx).await.unwrap();
        let hashes = hashes.lock().unwrap().clone();
        assert_eq!(hashes.len(), 2);
        assert_eq!(hashes[0], hashes[1], "the same pair");
        assert_eq!(files(), ["default.token", "lock"]);
        let token = std::fs::read_to_string(credentials.join("default.token")).unwrap();
        assert_eq!(hash(token.trim().as_bytes()), hashes[0], "only the hash was sent");
        assert!(!format!("{}{}", stdout.text(), stderr.text()).contains(token.trim()));
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
    async fn a_token_that_was_redeemed_is_kept_whatever_follows() {
        let fake = Fake::start(|line, _| match line {
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
        let hint = "the sign-in is saved with profile `default`: `mmd status` tries it";
        assert_eq!(failed.hints.last().unwrap(), hint);
        assert!(home.path().join("data/credentials/default.token").exists());
        assert!(cx.settings.dirs.config_file().exists());
    }

    #[tokio::test]
    async fn a_refused_invite_leaves_nothing_behind() {
        let fake = Fake::start(|_, _| error(403, "This invite is not valid, or no longer.")).await;
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
        let url = Some("https://mmd.example.com".parse().unwrap());
        let typed = Input { url, invite: true, store: StoreKind::Keyring };
        let told = in_a_file(Error::failed(UNUSABLE), &typed, &cx);
        let command = "`mmd login https://mmd.example.com --ca-file ca.pem --invite --store file`";
        assert!(told.hints[0].starts_with(command), "{:?}", told.hints);
        assert!(told.hints[1].starts_with("`MMD_TOKEN`"), "{:?}", told.hints);
        cx.settings.profile =
            Some(Sourced { value: "my work".into(), source: Source::Flag("--profile") });
        let told = in_a_file(Error::failed(UNUSABLE), &typed, &cx);
        let named = "--ca-file ca.pem --profile 'my work' --invite --store file`";
        assert!(told.hints[0].contains(named), "{:?}", told.hints);
        assert!(in_a_file(Error::failed("no"), &typed, &cx).hints.is_empty());
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
