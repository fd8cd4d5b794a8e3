//! What is filed, handed over or kept, and what is asked first.

use super::*;

#[tokio::test]
async fn with_every_answer_given_one_request_is_sent_and_no_draft_stays() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    create::run(input(whole()), &cx).await.unwrap();
    assert_eq!(fake.seen(), ["POST /tickets"]);
    let mut expected = ticket(&json!({
        "title": "VPN drops", "description": "every hour", "type": "Incident",
        "category": "Devices", "subcategory": "Configuration/Policy", "severity": 4,
    }));
    expected.as_object_mut().unwrap().remove("@odata.context");
    assert_eq!(
        json_of(&stdout),
        json!({ "ticket": expected, "respondBy": "2026-03-01T20:00:00Z" })
    );
    assert_eq!(
        stderr.text(),
        format!(
            "{ID} is filed: first response by 2026-03-01 20:00 UTC (in 8 h), news every 48 h\n\
             hint: `mmd escalate show {ID}` follows it\n"
        )
    );
    none_left(&cx);
}

#[tokio::test]
async fn where_nobody_can_be_asked_nothing_is_sent_and_what_was_typed_is_kept() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let form = Form { severity: None, title: None, ..whole() };
    let error = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str()),
        (Kind::Usage, "`--severity` and `--title` are missing, and there is no terminal to ask on")
    );
    let kept = draft(&cx);
    assert_eq!(kept.form.description.as_deref(), Some("every hour"));
    assert_eq!(error.details.unwrap()["draft"], kept.id);
    assert!(error.hints.last().unwrap().contains(&format!("mmd escalate resume {}", kept.id)));
    assert_eq!((fake.seen(), stdout.text()), (vec![], String::new()));
    let error = create::run(Input::default(), &cx).await.unwrap_err();
    assert!(error.message.starts_with("`--severity`, `--type`, "), "{}", error.message);
    assert_eq!(draft(&cx), kept, "nothing was typed, so nothing is kept");
}

#[tokio::test]
async fn a_time_that_was_said_from_now_is_kept_as_the_moment_whatever_keeps_it_from_being_sent() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let said = || Form { issue_first_noticed: Some("2h".parse().unwrap()), ..whole() };
    let moment = Some("2026-03-01T10:00:00Z".parse().unwrap());
    let bad = home.path().join("bad.json");
    std::fs::write(&bad, "{\"titel\": 1}").unwrap();
    let from = Some(super::written::Place::File(bad));
    let editor = "sh -c '(echo since = \\\"2h\\\"; cat \"$1\") > $1.new; mv $1.new \"$1\"' editor";
    let names = [("EDITOR", editor.as_ref()), ("MMD_DATA_DIR", home.path().as_os_str())];
    cx.environment = crate::cli::settings::Environment::of(names).unwrap();
    let gone = Form { attach: vec!["/nowhere/a.log".into()], ..whole() };
    for input in [
        input(Form { title: None, ..said() }),
        input(Form { attach: gone.attach.clone(), ..said() }),
        Input { from, ..input(said()) },
        #[cfg(unix)]
        Input { editor: true, ..input(gone) },
    ] {
        create::run(input, &cx).await.unwrap_err();
        let kept = draft(&cx);
        assert_eq!(kept.form.issue_first_noticed, moment);
        draft::Drafts::of(&cx).discard(&kept.id).unwrap();
    }
    create::keep(input(said()), crate::error::Error::usage("not signed in"), &cx);
    assert_eq!(draft(&cx).form.issue_first_noticed, moment);
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hand_over_says_what_is_kept_and_who_is_being_told_and_is_no_draft() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| {
        let message = "An admin files severity A.";
        (
            403,
            json!({ "error": { "code": "403", "message": message, "details": [
                { "code": "rule", "message": message, "target": "severity" },
                { "code": "kept", "message": "It is kept.", "target": ID },
                { "code": "notifying", "message": "Ida Admin, +34 1", "target": "ida@contoso.com" },
                { "code": "notifying", "message": "bob@contoso.com", "target": "bob@contoso.com" },
            ] } }),
        )
    })
    .await;
    let (cx, stdout, _) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
    let form = Form { severity: Some(Severity::A), ..whole() };
    let fault = create::run(input(form), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Refused);
    assert_eq!(
        fault.details,
        Some(json!({
            "kept": { "id": ID, "state": "awaitingAdmin", "severity": 2 },
            "notifying": [
                { "address": "ida@contoso.com", "who": "Ida Admin, +34 1" },
                { "address": "bob@contoso.com", "who": "bob@contoso.com" },
            ],
            "call": [],
        }))
    );
    assert_eq!(
        fault.hints[..3],
        [
            "a notice goes to: Ida Admin, +34 1 <ida@contoso.com>",
            "a notice goes to: bob@contoso.com",
            "a notice can be late, or fail: where it is urgent, call them",
        ]
    );
    assert!(fault.hints[3].contains(&format!("mmd escalate file {ID}")));
    assert_eq!(stdout.text(), "");
    none_left(&cx);
}

#[tokio::test]
async fn on_a_terminal_severity_is_asked_first_and_with_what_it_asks() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let prompter = Scripted::new([
        Answer::Select(2),
        Answer::Select(0),
        Answer::Text("VPN drops"),
        Answer::Text("every hour"),
        Answer::Select(7),
        Answer::Text("Apps"),
        Answer::Text("Other"),
        Answer::Text("MARTA-LT, LAB-2"),
        Answer::Text("Ana"),
        Answer::Text("Ruiz"),
        Answer::Text("ana@contoso.com"),
        Answer::Text("1"),
    ]);
    let (cx, stdout, stderr) = fake.context(home.path(), terminal(), prompter);
    create::run(Input::default(), &cx).await.unwrap();
    assert_eq!(fake.seen(), ["GET /me", "POST /tickets"]);
    assert!(stderr.text().starts_with("A (critical): "), "{}", stderr.text());
    assert!(stderr.text().contains("\nseverity C: first response within 8 h, news every 48 h\n"));
    assert!(stdout.text().contains(ID));
}

#[tokio::test]
async fn who_may_not_file_is_told_before_anything_is_typed() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, _| match line {
        "GET /me" => {
            let mut desk = me(json!([]));
            desk["roles"] = json!(["desk"]);
            (200, desk)
        }
        _ => panic!("nobody expected {line}"),
    })
    .await;
    let (cx, ..) = fake.context(home.path(), terminal(), Scripted::new([Answer::Select(2)]));
    let fault = create::run(Input::default(), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Forbidden);
    assert_eq!(fault.message, "severity C is filed by who has the role `support` or `admin`");

    let typed = [Answer::Select(0), Answer::Text("all down"), Answer::Interrupt];
    let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::new(typed));
    let fault = create::run(Input::default(), &cx).await.unwrap_err();
    assert_eq!(fault.kind, Kind::Interrupted);
    assert!(stderr.text().contains("handed over to one at once"), "{}", stderr.text());
    let kept = draft::Drafts::of(&cx).all().unwrap();
    assert_eq!(kept[0].form.title.as_deref(), Some("all down"), "what was typed is kept");
}

#[tokio::test]
async fn a_vanished_file_and_a_rule_are_told_before_anything_is_sent() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    for (form, message) in [
        (
            Form { attach: vec!["/nowhere/a.log".into()], ..whole() },
            "the attachment `/nowhere/a.log` cannot be read",
        ),
        (
            Form {
                severity: Some(Severity::B),
                ty: Some(crate::api::ticket::TicketType::ChangeRequest),
                ..whole()
            },
            "a change request is always severity C",
        ),
        (
            Form { hours: Some(crate::api::ticket::Hours::AllDay), ..whole() },
            "the hours of severity C are always `support-hours`",
        ),
    ] {
        let fault = create::run(input(form), &cx).await.unwrap_err();
        assert_eq!((fault.kind, fault.message.as_str()), (Kind::Usage, message));
    }
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn flags_beside_a_file_that_cannot_be_read_are_a_draft() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let bad = home.path().join("bad.json");
    std::fs::write(&bad, "{\"titel\": 1}").unwrap();
    let from = Some(super::written::Place::File(bad));
    let fault = create::run(Input { from: from.clone(), ..input(whole()) }, &cx).await.unwrap_err();
    assert!(fault.message.ends_with("bad.json` holds no request"), "{}", fault.message);
    let kept = draft(&cx);
    assert_eq!((&kept.form, &fault.details.unwrap()["draft"]), (&whole(), &json!(kept.id)));
    // A file alone lies where it lay.
    create::run(Input { from, ..Input::default() }, &cx).await.unwrap_err();
    assert_eq!(draft(&cx), kept);
    resume::run(resume::Input { id: None, detach: vec![], change: Input::default() }, &cx)
        .await
        .unwrap();
    none_left(&cx);

    // Nor is there an editor here: what was typed is no file of its own then.
    let editor = Input { editor: true, ..input(whole()) };
    let fault = create::run(editor, &cx).await.unwrap_err();
    assert!(fault.hints.last().unwrap().contains("mmd escalate resume"), "{:?}", fault.hints);
    assert_eq!(draft(&cx).form, whole());
}

#[tokio::test]
async fn what_came_by_standard_input_is_kept_whatever_is_wrong_beside_or_within_it() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let gather = |input: Input, stdin: &str| {
        let begun = draft::Draft::new(Form::default(), cx.clock.now());
        create::gathered(begun, input, stdin.as_bytes(), &cx)
    };
    let bad = home.path().join("bad.toml");
    std::fs::write(&bad, "titel = 'a'").unwrap();
    let described = Input { description_stdin: true, ..Input::default() };
    let beside = Input { from: Some(super::written::Place::File(bad)), ..described.clone() };
    let fault = gather(beside, "It drops\nagain.\n").unwrap_err();
    assert!(fault.message.ends_with("bad.toml` holds no request"), "{}", fault.message);
    let kept = draft(&cx);
    assert_eq!(kept.form.description.as_deref(), Some("It drops\nagain."));
    draft::Drafts::of(&cx).discard(&kept.id).unwrap();

    // A request with one wrong member, and a description with a character that cannot be sent.
    let texts = || -> Vec<_> {
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    };
    let from = Input { from: Some(super::written::Place::Stdin), ..Input::default() };
    let wrong = "title = 'a'\ntitel = 'b'\n";
    for (input, typed) in [(from.clone(), wrong), (described, "a\0b\n")] {
        let fault = gather(input, typed).unwrap_err();
        let [path] = texts().try_into().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), typed);
        crate::cli::files::check_private(&path).unwrap();
        let hint = fault.hints.last().unwrap();
        assert!(hint.contains(&path.display().to_string()), "{hint}");
        std::fs::remove_file(path).unwrap();
    }
    none_left(&cx);
    // Where nothing came, nothing is kept.
    let blank = Input { description_stdin: true, ..Input::default() };
    assert_eq!(gather(blank, "\n").unwrap_err().hints, [] as [String; 0]);
    assert!(texts().is_empty());
    let read = gather(Input { form: whole(), ..from }, "title = 'other'\nhours = 'all-day'");
    let read = read.unwrap().form;
    assert_eq!(read, Form { hours: Some(crate::api::ticket::Hours::AllDay), ..whole() });
}

#[cfg(unix)]
#[tokio::test]
async fn what_an_editor_did_not_get_sent_is_a_draft_and_no_bare_template_is_left() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (mut cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let data = cx.settings.dirs.data.clone();
    let edited = || -> Vec<_> {
        let entries = std::fs::read_dir(data.join("drafts")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.filter(|path| path.is_file()).collect()
    };
    let titled = || Form { title: Some("by flag".into()), ..Form::default() };
    let saves = |title: &str, severity: &str, code: i32| {
        format!(
            "sh -c 'printf \"title = \\\"{title}\\\"\\nseverity = \\\"{severity}\\\"\\n\" > \"$1\"; exit {code}' e"
        )
    };
    // What the editor does, what flags gave, the exit code, the draft's title, and whether a file is
    // left that cannot be read.
    for (editor, form, exit, title, lies) in [
        ("false".to_owned(), titled(), 1, Some("by flag"), false),
        ("false".to_owned(), Form::default(), 1, None, false),
        (saves("edited", "Z", 0), titled(), 2, Some("by flag"), true),
        (saves("edited", "Z", 0), Form::default(), 2, Some(""), true),
        (saves("edited", "Z", 1), titled(), 1, Some("by flag"), true),
        (saves("edited", "B", 1), titled(), 1, Some("edited"), false),
        ("rm".to_owned(), titled(), 1, Some("by flag"), false),
        ("sh -c 'rm \"$1\"; exit 1' e".to_owned(), titled(), 1, Some("by flag"), false),
    ] {
        cx.environment =
            crate::cli::settings::Environment::of([("EDITOR", std::ffi::OsStr::new(&editor))])
                .unwrap();
        let error = create::run(Input { editor: true, ..input(form) }, &cx).await.unwrap_err();
        assert_eq!(error.kind.exit(), exit, "{editor}: {error:?}");
        let drafts = draft::Drafts::of(&cx).all().unwrap();
        let titles: Vec<_> =
            drafts.iter().map(|draft| draft.form.title.as_deref().unwrap_or_default()).collect();
        assert_eq!(titles, title.into_iter().collect::<Vec<_>>(), "{editor}");
        let files = edited();
        assert_eq!(files.len(), usize::from(lies), "{editor}: {files:?}");
        let named = error.hints.iter().any(|hint| hint.contains("edit-"));
        assert_eq!(named, lies, "{editor}: {:?}", error.hints);
        assert!(!error.message.contains("edit-") || lies, "{editor}: {}", error.message);
        if let [path] = files.as_slice() {
            assert!(std::fs::read_to_string(path).unwrap().contains("edited"));
            // The next time it is opened as it was left.
            let editor = "sed -i -e s/Z/B/";
            let names = [("EDITOR", std::ffi::OsStr::new(editor))];
            cx.environment = crate::cli::settings::Environment::of(names).unwrap();
            let change = Input { editor: true, ..Input::default() };
            let again = resume::Input { id: None, detach: vec![], change };
            resume::run(again, &cx).await.unwrap_err();
            assert_eq!(draft(&cx).form.title.as_deref(), Some("edited"));
            assert_eq!(edited(), [] as [std::path::PathBuf; 0]);
        }
        for draft in draft::Drafts::of(&cx).all().unwrap() {
            draft::Drafts::of(&cx).discard(&draft.id).unwrap();
        }
    }
    assert_eq!(fake.seen(), Vec::<String>::new());
}
