//! Files beside a request.

use super::*;

// Other systems have no such names.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_whose_name_is_not_utf_8_is_refused_before_anything_is_sent_and_the_rest_is_kept() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let bad = home.path().join(OsStr::from_bytes(b"bad\xff.txt"));
    let good = home.path().join("good.txt");
    for path in [&bad, &good] {
        std::fs::write(path, "x").unwrap();
    }
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let files = || vec![good.clone(), bad.clone()];
    let fault =
        attach::run(attach::Input { id: ID.into(), files: files() }, &cx).await.unwrap_err();
    let words = "bad\u{fffd}.txt` must be UTF-8, and is not";
    assert_eq!(fault.kind, Kind::Usage);
    assert!(fault.message.ends_with(words), "{}", fault.message);

    let form = Form { attach: files(), ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Usage);
    assert!(fault.message.ends_with(words), "{}", fault.message);
    assert!(!fault.hints.iter().any(|hint| hint.contains("--detach")), "{:?}", fault.hints);
    let without = "the draft is kept without 1 file, the path of which is not UTF-8";
    assert_eq!(fault.causes, [without]);
    assert_eq!(draft(&cx).form, Form { attach: vec![good], ..whole() });
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn one_attachment_that_is_refused_keeps_no_other_back_and_programs_get_an_error_alone() {
    let home = tempfile::tempdir().unwrap();
    let sent = Arc::new(AtomicUsize::new(0));
    let fake = Fake::start(move |line, body| match line.contains("/attachments") {
        true if sent.fetch_add(1, Ordering::SeqCst) == 1 => (
            201,
            json!({ "@odata.context": "c", "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42",
                    "name": "b.log", "size": 1, "sha256": "00", "sender": "ana@contoso.com",
                    "createdDateTime": "2026-03-01T12:00:00Z" }),
        ),
        true => error(400, "The attachment is not welcome."),
        false => service(line, body),
    })
    .await;
    let files: Vec<_> = ["a.log", "b.log", "c.log"].map(|name| home.path().join(name)).into();
    for path in &files {
        std::fs::write(path, "x").unwrap();
    }
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let form = Form { attach: files, ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    let attached = fake.seen().iter().filter(|line| line.contains("/attachments")).count();
    assert_eq!(attached, 3, "{:?}", fake.seen());
    assert_eq!(fault.message, "The attachment is not welcome.");
    assert!(fault.causes[0].ends_with("a.log`"), "{:?}", fault.causes);
    assert!(fault.causes[1].ends_with("c.log`: The attachment is not welcome."));
    assert_eq!(fault.causes[2], format!("the ticket {ID} is filed"));
    assert_eq!(fault.details.unwrap()["ticket"], ID);
    assert_eq!((json_of(&stdout)["ticket"]["id"].as_str(), stderr.text()), (Some(ID), "".into()));
    let arrived = json!([{
        "id": "6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42", "name": "b.log", "size": 1, "sha256": "00",
        "sender": "ana@contoso.com", "createdDateTime": "2026-03-01T12:00:00Z",
    }]);
    assert_eq!(json_of(&stdout)["ticket"]["attachments"], arrived);
    none_left(&cx);
}

#[tokio::test]
async fn a_file_that_was_changed_while_it_was_sent_is_told_of_and_a_copy_is_advised() {
    let home = tempfile::tempdir().unwrap();
    let sentence = "What arrived is not what was sent: its SHA-256 differs.";
    let fake = Fake::start(move |_, _| {
        let (status, mut body) = error(400, sentence);
        body["error"]["details"] =
            json!([{ "code": "differs", "target": "sha256", "message": sentence }]);
        (status, body)
    })
    .await;
    let file = home.path().join("growing.log");
    std::fs::write(&file, "x").unwrap();
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let files = vec![file.clone()];
    let fault = attach::run(attach::Input { id: ID.into(), files }, &cx).await.unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (Kind::Usage, sentence));
    let place = format!("at the attachment `{}`", file.display());
    assert_eq!(fault.causes, ["the file was changed while it was sent", &place]);
    let hint = format!("copy it, and attach the copy: `mmd escalate attach {ID} FILE`");
    assert_eq!(fault.hints, [hint]);
}

#[tokio::test]
async fn one_attachment_that_does_not_arrive_keeps_no_other_back() {
    let home = tempfile::tempdir().unwrap();
    let id = |last: usize| format!("6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e4{last}");
    let (long, right) = (format!("{}.log", "x".repeat(251)), "\"x\"");
    let name = long.clone();
    let fake = Fake::start(move |line, _| {
        if line.contains("/attachments/") {
            return (200, json!("x"));
        }
        let sums = ["", right, right].map(|text| {
            let sum = <sha2::Sha256 as sha2::Digest>::digest(text);
            crate::domain::audit::hex(&sum)
        });
        let names = ["bad.log", name.as_str(), name.as_str()];
        rows(
            (0..3)
                .map(|at| {
                    json!({
                        "id": id(at), "name": names[at], "size": 3, "sha256": sums[at],
                        "sender": "ana@contoso.com", "createdDateTime": "2026-03-01T12:00:00Z",
                    })
                })
                .collect(),
        )
    })
    .await;
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let dir = home.path().join("fetched");
    std::fs::create_dir(&dir).unwrap();
    let fetch = download::Input { id: ID.into(), names: vec![], dir: dir.clone() };
    let fault = download::run(fetch, &cx).await.unwrap_err();
    assert_eq!((fault.kind, &*fault.message), (Kind::Failed, "bad.log is not what was attached"));
    assert_eq!(fault.causes.last().unwrap(), "at the attachment `bad.log`");
    let fetched = json_of(&stdout);
    let files: Vec<_> = fetched.as_array().unwrap().iter().map(|row| &row["file"]).collect();
    assert_eq!((files.len(), files[0]), (2, &json!(dir.join(long))));
    for file in files {
        assert_eq!(std::fs::read_to_string(file.as_str().unwrap()).unwrap(), right);
    }
    assert_eq!(std::fs::read_dir(dir).unwrap().count(), 2, "nothing is left of the first one");
}
