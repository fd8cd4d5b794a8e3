//! The last head that was seen, kept on this machine for each profile: a service that cannot extend
//! it has lost or rewritten events.

use std::path::{Path, PathBuf};

use crate::{
    api::audit::{Event, Head},
    cli::{context::Context, files, settings::ServiceChoice},
    client::{AuditQuery, Tenant},
    domain::audit::{Broken, hash, head_is_signed},
    error::{Error, Result},
};

/// Compares the service's head with the one that was kept, and says where it does not fit. What
/// keeps it from being compared is no trouble of the command that was run.
pub(super) async fn look(tenant: &Tenant, cx: &Context) {
    match tenant.audit_head().await {
        Ok(head) => compare(tenant, &head, cx).await,
        Err(error) => tracing::debug!(%error, "the head was not compared"),
    }
}

/// As [`look`], with a head that is at hand.
pub(super) async fn compare(tenant: &Tenant, head: &Head, cx: &Context) {
    match extends(tenant, head, cx).await {
        Ok(None) => {}
        Ok(Some(broken)) => {
            cx.output
                .warn(&format!("the audit trail does not go on from where it was seen: {broken}"));
            cx.output
                .hint("`mmd audit verify` looks at all of it; tell whoever audits the service");
        }
        Err(error) => tracing::debug!(%error, "the head was not compared"),
    }
}

/// What is wrong with `head` after the one that was kept; a head that fits is kept in its place.
async fn extends(tenant: &Tenant, head: &Head, cx: &Context) -> Result<Option<Broken>> {
    let Some(kept) = load(cx)? else {
        if head_is_signed(head) {
            save(head, cx)?;
        }
        return Ok(None);
    };
    if let Some(broken) = contradicts(&kept, head) {
        return Ok(Some(broken));
    }
    if head.seq == kept.seq {
        return Ok(None);
    }
    // One event is enough to see that the chain goes on from there: it names the hash before it.
    let query = AuditQuery { after: Some(kept.seq), limit: Some(1), ..AuditQuery::default() };
    let next = tenant.audit_events(&query).await?.next().await?;
    let next: Option<Event> = next.and_then(|line| serde_json::from_slice(&line).ok());
    if next.is_none_or(|event| event.seq != kept.seq + 1 || event.prev != kept.hash) {
        return Ok(Some(Broken::Rewritten(kept.seq)));
    }
    save(head, cx)?;
    Ok(None)
}

/// What the two heads say without a look at any event.
pub(super) fn contradicts(kept: &Head, head: &Head) -> Option<Broken> {
    if !head_is_signed(head) {
        Some(Broken::Signature)
    } else if head.tenant != kept.tenant {
        Some(Broken::Tenant)
    } else if head.key != kept.key {
        Some(Broken::Key)
    } else if head.seq < kept.seq {
        Some(Broken::Short { head: kept.seq, found: head.seq })
    } else if head.seq == kept.seq && head.hash != kept.hash {
        Some(Broken::Rewritten(kept.seq))
    } else {
        None
    }
}

/// The head that was kept.
pub(super) fn load(cx: &Context) -> Result<Option<Head>> {
    let path = path(&cx.settings.dirs.data, &name(cx));
    let Some(bytes) = files::read_if_there(&path)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        Error::failed(format!("the kept head `{}` cannot be read", path.display())).cause(error)
    })
}

/// Keeps `head`.
pub(super) fn save(head: &Head, cx: &Context) -> Result<()> {
    let text = serde_json::to_vec(head)
        .map_err(|error| Error::failed("the head cannot be kept").cause(error))?;
    files::write_private(&path(&cx.settings.dirs.data, &name(cx)), &text)
}

/// Forgets the head of `profile`: from now on it stands for another trail.
///
/// # Errors
/// When the file cannot be removed.
pub fn forget(data_dir: &Path, profile: &str) -> Result<()> {
    files::remove_if_there(&path(data_dir, profile)).map(drop)
}

fn path(data_dir: &Path, name: &str) -> PathBuf {
    data_dir.join("heads").join(format!("{name}.json"))
}

/// The profile; a service without one is known by its address.
fn name(cx: &Context) -> String {
    match (&cx.settings.profile, &cx.settings.service.value) {
        (Some(profile), _) => profile.value.clone(),
        (None, ServiceChoice::Embedded) => "sample".to_owned(),
        (None, ServiceChoice::Url(url)) => {
            format!("at-{}", &hash(url.as_str().as_bytes())[..16])
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;
    use jiff::Timestamp;
    use uuid::Uuid;

    use serde_json::json;

    use super::*;
    use crate::{
        cli::{
            output::{Format, tests::piped},
            prompt::tests::Scripted,
            settings::{Source, Sourced},
            verbs::testing::Fake,
        },
        domain::audit::sign_head,
    };

    fn head(key: u8, tenant: u128, seq: u64, hash: &str) -> Head {
        let key = SigningKey::from_bytes(&[key; 32]);
        let tenant = Uuid::from_u128(tenant);
        sign_head(&key, tenant, seq, hash.to_owned(), Timestamp::UNIX_EPOCH, 0)
    }

    /// The trail `hashes`, told by a service whose event 3 names `prev` as the hash before it.
    async fn told(home: &Path, head: Head, prev: &'static str) -> String {
        let fake = Fake::start(move |line, _| match line.starts_with("GET /audit/head") {
            true => (200, json!(head)),
            false => {
                assert_eq!(line, "GET /audit/events?after=2&limit=1");
                let time = "2026-03-01T12:00:00Z";
                let tenant = Uuid::from_u128(42);
                let event = json!({ "seq": 3, "time": time, "tenant": tenant, "who": "a@b",
                    "action": "x.y", "result": "done", "prev": prev });
                (200, event)
            }
        })
        .await;
        let (mut cx, _, stderr) = fake.context(home, piped(Format::Table), Scripted::silent());
        // The service's address is another in each run of a test; the profile is the same.
        cx.settings.profile = Some(Sourced { value: "work".into(), source: Source::Default });
        let tenant = cx.tenant().await.unwrap();
        look(&tenant, &cx).await;
        stderr.text()
    }

    #[tokio::test]
    async fn a_trail_that_does_not_go_on_from_the_kept_head_is_told_each_time() {
        let home = tempfile::tempdir().unwrap();
        assert_eq!(told(home.path(), head(1, 42, 2, "aa"), "").await, "", "kept now");
        assert_eq!(told(home.path(), head(1, 42, 2, "aa"), "").await, "", "nothing new");
        for _ in 0..2 {
            let rewritten = told(home.path(), head(1, 42, 3, "bb"), "cc").await;
            assert!(
                rewritten.contains("event 2 is not the one that the head covers"),
                "{rewritten}"
            );
        }
        assert_eq!(told(home.path(), head(1, 42, 3, "bb"), "aa").await, "", "it goes on");
        let cut = told(home.path(), head(1, 42, 2, "aa"), "").await;
        assert!(cut.contains("the head covers 3 events, but only 2 are there"), "{cut}");
        forget(&home.path().join("data"), "work").unwrap();
        assert_eq!(told(home.path(), head(1, 42, 2, "aa"), "").await, "", "another trail");
    }

    #[test]
    fn heads_alone_show_what_was_cut_or_rewritten() {
        let kept = head(1, 1, 5, "aa");
        for (now, broken) in [
            (head(1, 1, 5, "aa"), None),
            (head(1, 1, 6, "bb"), None),
            (head(1, 1, 4, "cc"), Some(Broken::Short { head: 5, found: 4 })),
            (head(1, 1, 5, "cc"), Some(Broken::Rewritten(5))),
            (head(2, 1, 6, "bb"), Some(Broken::Key)),
            (head(1, 2, 6, "bb"), Some(Broken::Tenant)),
            (Head { seq: 9, ..head(1, 1, 6, "bb") }, Some(Broken::Signature)),
        ] {
            assert_eq!(contradicts(&kept, &now), broken);
        }
    }
}
