use jiff::SignedDuration;

use super::*;
use crate::{clock::ManualClock, service::store::people};

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::new("2026-03-02T09:00:00Z".parse().unwrap()))
}

/// A service with a tenant, a member and an invite.
async fn service(dir: &Path) -> App {
    let app = open_or_make(dir, None);
    app.first_tenant(None).await.unwrap();
    app
}

fn open_or_make(dir: &Path, key_file: Option<&Path>) -> App {
    Service::open(Parts {
        data_dir: dir,
        origin: String::new(),
        settings: Settings::default(),
        clock: clock(),
        master_key_file: key_file,
        embedded: None,
    })
    .unwrap()
}

async fn count(app: &App, sql: &'static str) -> i64 {
    app.store.read(move |c| Ok(c.query_row(sql, [], |row| row.get(0))?)).await.unwrap()
}

#[tokio::test]
async fn a_running_service_comes_back_as_it_was_without_its_unused_codes() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new, file) =
        (dir.path().join("old"), dir.path().join("new"), dir.path().join("mmd.tar"));
    let app = service(&old).await;
    let attachment = format!("attachments/{}", Uuid::from_u128(7));
    fs::create_dir_all(old.join("attachments")).unwrap();
    fs::write(old.join(&attachment), "a log").unwrap();
    fs::write(old.join("attachments/arriving.part"), "half").unwrap();
    let made = make(&old, &file, true, None, clock()).await.unwrap();
    assert!(made.sealing_key);
    assert_eq!(
        count(&app, "select count(*) from audit where action = 'service.backedUp'").await,
        1
    );

    let sql = "insert into tokens (hash, tenant, upn_fold, id, created, expires, last_used)
        select x'01', tenant, upn_fold, 'one', 1, 9000000000000000, 1 from members";
    app.store.write(move |c| Ok(c.execute(sql, [])?)).await.unwrap();
    fs::remove_file(&file).unwrap();
    let made = make(&old, &file, true, None, clock()).await.unwrap();
    assert_eq!(count(&app, "select count(*) from tokens").await, 1);
    let later = clock();
    later.advance(SignedDuration::from_hours(30));
    assert_eq!(restore(&file, &new, None, later).await.unwrap(), made);
    assert_eq!(fs::read_to_string(new.join(&attachment)).unwrap(), "a log");
    assert_eq!(fs::read_dir(new.join("attachments")).unwrap().count(), 1);
    let back = open_or_make(&new, None);
    assert_eq!(back.head_key.to_bytes(), app.head_key.to_bytes());
    assert_eq!(
        count(&back, "select count(*) from audit where action = 'service.restored'").await,
        1
    );
    assert_eq!(count(&back, "select count(*) from invites").await, 0);
    assert_eq!(count(&back, "select count(*) from tokens").await, 0, "one may be revoked by now");
    let tenants = back.store.read(tenants::all).await.unwrap();
    let id = tenants[0].id;
    let members = back.store.read(move |c| people::members(c, id, 0, 100)).await.unwrap();
    assert_eq!(members.len(), 1);
    let left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_private_and_holds_the_key_only_where_that_was_asked_for() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let (old, new, file) =
        (dir.path().join("old"), dir.path().join("new"), dir.path().join("mmd.tar"));
    service(&old).await;
    make(&old, &file, false, None, clock()).await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let key = fs::read_to_string(old.join(SEALING_KEY)).unwrap();
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(key.trim().len()).any(|window| window == key.trim().as_bytes()));

    let error = restore(&file, &new, None, clock()).await.unwrap_err();
    assert_eq!(error.message, "the back-up does not hold the sealing key");
    assert!(!new.exists());
    let wrong = dir.path().join("wrong.key");
    fs::write(&wrong, "00".repeat(32)).unwrap();
    let error = restore(&file, &new, Some(&wrong), clock()).await.unwrap_err();
    assert!(error.message.contains("not the one"), "{error:?}");
    assert!(!new.exists());
    restore(&file, &new, Some(&old.join(SEALING_KEY)), clock()).await.unwrap();
    assert!(!new.join(SEALING_KEY).exists());
}

#[tokio::test]
async fn nothing_is_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let (old, file) = (dir.path().join("old"), dir.path().join("mmd.tar"));
    service(&old).await;
    make(&old, &file, true, None, clock()).await.unwrap();
    let before = fs::read(&file).unwrap();
    assert!(make(&old, &file, true, None, clock()).await.is_err());
    assert_eq!(fs::read(&file).unwrap(), before);
    let error = restore(&file, &old, None, clock()).await.unwrap_err();
    assert!(error.message.contains("is not empty"));
}

#[tokio::test]
async fn what_is_no_whole_backup_restores_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (old, new, file) =
        (dir.path().join("old"), dir.path().join("new"), dir.path().join("mmd.tar"));
    service(&old).await;
    make(&old, &file, true, None, clock()).await.unwrap();
    let whole = fs::read(&file).unwrap();
    let bad = dir.path().join("bad.tar");
    let cut = [
        0,
        100,
        2_000,
        whole.len() / 2,
        whole.len() - 4_096,
        whole.len() - 1_536,
        whole.len() - 3_072,
    ]
    .map(|at| whole[..at].to_vec());
    let mut stranger = Builder::new(File::create(dir.path().join("stranger.tar")).unwrap());
    let manifest =
        Manifest { format: FORMAT, made: clock().now(), version: "0".into(), sealing_key: true };
    append(&mut stranger, MANIFEST, &serde_json::to_vec(&manifest).unwrap()).unwrap();
    append(&mut stranger, "planted", b"x").unwrap();
    stranger.into_inner().unwrap();
    let stranger = fs::read(dir.path().join("stranger.tar")).unwrap();
    for bytes in cut.into_iter().chain([b"not a back-up".to_vec(), stranger]) {
        fs::write(&bad, &bytes).unwrap();
        let error = restore(&bad, &new, None, clock()).await.unwrap_err();
        assert!(error.message.contains("no whole back-up"), "{} bytes: {error:?}", bytes.len());
        assert!(!new.exists());
    }
    assert!(!dir.path().join("planted").exists());
}
