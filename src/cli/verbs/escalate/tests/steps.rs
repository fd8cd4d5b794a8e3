//! What is done with a request that is there, and with drafts.

use super::*;

#[tokio::test]
async fn who_has_a_request_is_named_in_the_command_that_takes_it_from_them() {
    let home = tempfile::tempdir().unwrap();
    for (sentence, hints) in [
        (
            "This ticket is taken by olga@contoso.com.",
            vec![format!("by agreement: `mmd escalate take {ID} --from olga@contoso.com`")],
        ),
        ("This ticket lies with hardware-vendor: transfer it to operations first.", vec![]),
    ] {
        let fake = Fake::start(move |_, _| error(409, sentence)).await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Json), Scripted::silent());
        let taking = take::Input { id: ID.into(), from: None };
        let fault = take::run(taking, &cx).await.unwrap_err();
        assert_eq!((fault.kind, fault.hints), (Kind::Refused, hints), "{sentence}");
    }
}

#[tokio::test]
async fn the_way_back_from_resolved_is_named_where_the_caller_has_it() {
    let home = tempfile::tempdir().unwrap();
    let (now, late) = ("2026-02-28T12:00:00Z", "2026-02-28T11:59:59Z");
    for (severity, role, resolved, is_named) in [
        (4, "support", now, true),
        (4, "support", late, false),
        (2, "support", now, false),
        (2, "admin", now, true),
        (3, "operations", now, true),
        (3, "operations", late, false),
    ] {
        let fake = Fake::start(move |line, _| match line {
            "GET /me" => {
                let mut me = me(json!([]));
                me["roles"] = json!([role]);
                (200, me)
            }
            line if line.starts_with("POST ") => error(409, crate::api::messages::RESOLVED),
            _ => {
                let mut ticket = ticket(&json!({ "title": "t", "description": "d",
                    "type": "Incident", "category": "Apps", "subcategory": "Other",
                    "severity": severity }));
                ticket["state"] = json!("resolved");
                ticket["resolvedDateTime"] = json!(resolved);
                (200, ticket)
            }
        })
        .await;
        let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
        let file = home.path().join("a.log");
        std::fs::write(&file, "x").unwrap();
        let text = Some(super::text::Text::of("x".into()));
        let noted = note::run(note::Input { id: ID.into(), text }, &cx).await;
        let taken = take::run(take::Input { id: ID.into(), from: None }, &cx).await;
        let attached = attach::run(attach::Input { id: ID.into(), files: vec![file] }, &cx).await;
        for done in [noted, taken, attached] {
            let fault = done.unwrap_err();
            let hint = format!("`mmd escalate reactivate {ID}` takes it up again");
            let hints = if is_named { vec![hint] } else { vec![] };
            assert_eq!((fault.kind, fault.hints), (Kind::Refused, hints), "{severity} {role}");
        }
    }
}

#[tokio::test]
async fn an_admin_who_files_a_change_is_told_of_its_severity_in_the_words_of_the_flags() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|_, _| {
        (
            200,
            ticket(&json!({ "title": "t", "description": "d", "type": "ChangeRequest",
                "category": "Apps", "subcategory": "Other", "severity": 4 })),
        )
    })
    .await;
    let (cx, ..) = fake.context(home.path(), piped(Format::Table), Scripted::silent());
    let ty = Some(crate::api::ticket::TicketType::ChangeRequest);
    let filing = |severity| {
        let form = Form { ty, severity, ..Form::default() };
        file::run(file::Input { id: ID.into(), form, description_stdin: false }, &cx)
    };
    for severity in [None, Some(Severity::B)] {
        let fault = filing(severity).await.unwrap_err();
        assert_eq!(
            (fault.kind, &*fault.message),
            (Kind::Usage, "a change request is always severity C")
        );
        assert_eq!(fault.hints, ["add `--severity C`"]);
    }
    assert_eq!(fake.seen(), Vec::<String>::new());
    filing(Some(Severity::C)).await.unwrap();
}

#[tokio::test]
async fn a_show_awaits_an_answer_only_where_one_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    for (stage, state, hint) in [
        (
            "awaitingCustomer",
            "active",
            "the filer's answer is awaited: the filer gives it by `mmd escalate note",
        ),
        ("transferred", "active", "adds a word"),
        ("awaitingAdmin", "awaitingAdmin", "files it, for an admin"),
    ] {
        let fake = Fake::start(move |line, _| match line {
            "GET /me" => (200, me(json!([]))),
            line if line.contains("/notes") || line.contains("/timeline") => rows(json!([])),
            line if line.contains("/attachments") => rows(json!([])),
            _ => {
                let mut ticket = ticket(&json!({ "title": "t", "description": "d", "severity": 4,
                    "type": "Incident", "category": "Apps", "subcategory": "Other" }));
                ticket["nextActionOwner"] = json!("Customer");
                ticket["@mmd.state"] = json!(stage);
                ticket["state"] = json!(state);
                (200, ticket)
            }
        })
        .await;
        let (cx, stdout, stderr) =
            fake.context(home.path(), piped(Format::Table), Scripted::silent());
        show::run(show::Input { id: ID.into() }, &cx).await.unwrap();
        assert!(stderr.text().contains(hint), "{stage}: {}", stderr.text());
        // Operations read it, too: whose answer it is must not depend on who looks.
        let waits = stdout.text().contains("state\tawaits the filer\n");
        assert_eq!(waits, stage == "awaitingCustomer", "{}", stdout.text());
    }
}

#[tokio::test]
async fn an_edit_says_whether_anything_was_changed() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, body| {
        let mut now = ticket(&json!({
            "title": "t", "description": "It drops.", "type": "incident", "category": "Apps",
            "subcategory": "VPN", "severity": 4,
        }));
        if let ("PATCH", Some(new)) = (&line[..5], body.get("description")) {
            now["description"] = new.clone();
        }
        (200, now)
    })
    .await;
    for (description, done) in
        [("It drops.", "as it was: nothing was changed"), ("Again.", "changed")]
    {
        let (cx, _, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
        let input = edit::Input {
            id: ID.into(),
            description: Some(super::text::Text::of(description.into())),
            severity: None,
            contact: form::ContactForm::default(),
            hours: None,
        };
        edit::run(input, &cx).await.unwrap();
        assert!(stderr.text().contains(&format!("{ID} is {done}\n")), "{}", stderr.text());
    }
}

#[tokio::test]
async fn drafts_are_listed_and_dropped() {
    let (home, fake) = (tempfile::tempdir().unwrap(), Fake::start(service).await);
    let (cx, stdout, stderr) = fake.context(home.path(), terminal(), Scripted::silent());
    let listing = || drafts::Input { discard: None };
    drafts::run(listing(), &cx).await.unwrap();
    assert_eq!(stderr.text(), "no drafts\n");
    let mut one = draft::Draft::new(whole(), "2026-03-01T11:00:00Z".parse().unwrap());
    one.id = "3f9a01c2".into();
    one.reason = "interrupted".into();
    draft::Drafts::of(&cx).keep(&one).unwrap();
    drafts::run(listing(), &cx).await.unwrap();
    assert_eq!(
        stdout.text(),
        "Id        Title      Severity  Begun    Why\n\
         3f9a01c2  VPN drops  C         1 h ago  interrupted\n"
    );
    let hint = "`mmd escalate resume ID` takes one up, `mmd escalate drafts --discard ID` drops it";
    assert!(stderr.text().contains(hint), "{}", stderr.text());
    drafts::run(drafts::Input { discard: Some("3f9".into()) }, &cx).await.unwrap();
    none_left(&cx);
    assert_eq!(fake.seen(), Vec::<String>::new());
}

#[tokio::test]
async fn what_could_not_be_sent_is_kept_in_a_file_and_named() {
    let (home, out) = (tempfile::tempdir().unwrap(), Arc::new(Mutex::new(true)));
    let away = out.clone();
    let fake = Fake::start(move |_, _| match *away.lock().unwrap() {
        true => error(500, "The service failed to answer this request."),
        false => (204, json!(null)),
    })
    .await;
    let prompter = || Scripted::new([Answer::Text("# 1 it is back")]);
    let (cx, ..) = fake.context(home.path(), terminal(), prompter());
    let noting = || note::Input { id: ID.into(), text: None };
    let fault = note::run(noting(), &cx).await.unwrap_err();
    let kept = |cx: &Context| -> Vec<_> {
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    let files = kept(&cx);
    assert_eq!(files.len(), 1, "{files:?}");
    assert_eq!(std::fs::read_to_string(&files[0]).unwrap(), "# 1 it is back");
    let hint = fault.hints.last().unwrap();
    assert!(hint.contains(&files[0].display().to_string()), "{hint}");
    *out.lock().unwrap() = false;
    let (cx, ..) = fake.context(home.path(), terminal(), prompter());
    note::run(noting(), &cx).await.unwrap();
    assert_eq!(kept(&cx), files, "nothing more is kept after a success");
}

#[cfg(unix)]
#[tokio::test]
async fn what_the_editor_left_goes_once_it_is_sent() {
    let home = tempfile::tempdir().unwrap();
    for (status, left) in [(500, 1), (204, 0)] {
        let fake = Fake::start(move |_, _| match status {
            204 => (204, json!(null)),
            status => error(status, "The service failed to answer this request."),
        })
        .await;
        let dir = home.path().join(status.to_string());
        std::fs::create_dir(&dir).unwrap();
        let (mut cx, ..) = fake.context(&dir, terminal(), Scripted::new([]));
        let editor = "sh -c 'echo \"# mine\" >> \"$1\"' editor";
        let names = [("EDITOR", editor.as_ref()), ("MMD_DATA_DIR", dir.as_os_str())];
        cx.environment = crate::cli::settings::Environment::of(names).unwrap();
        let noting = note::Input { id: ID.into(), text: None };
        assert_eq!(note::run(noting, &cx).await.is_ok(), status == 204);
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), left, "{status}");
        for file in files {
            assert_eq!(std::fs::read_to_string(file).unwrap(), "# mine");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn an_editor_that_fails_leaves_what_was_typed_and_no_bare_template() {
    let fake = Fake::start(|line, _| panic!("nobody expected {line}")).await;
    for (editor, left) in
        [("false", None), ("sh -c 'echo mine > \"$1\"; exit 1' e", Some("mine\n"))]
    {
        let home = tempfile::tempdir().unwrap();
        let (mut cx, ..) = fake.context(home.path(), terminal(), Scripted::new([]));
        let names = [("EDITOR", std::ffi::OsStr::new(editor))];
        cx.environment = crate::cli::settings::Environment::of(names).unwrap();
        let noting = note::Input { id: ID.into(), text: None };
        let error = note::run(noting, &cx).await.unwrap_err();
        let entries = std::fs::read_dir(cx.settings.dirs.data.join("drafts")).unwrap();
        let texts = entries.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let texts: Vec<_> = texts.collect();
        assert_eq!(texts, left.into_iter().collect::<Vec<_>>(), "{editor}");
        assert_eq!(error.hints.len(), usize::from(left.is_some()), "{:?}", error.hints);
    }
}

#[tokio::test]
async fn a_list_goes_back_six_months_and_shows_what_waits_first() {
    let home = tempfile::tempdir().unwrap();
    let fake = Fake::start(|line, _| {
        let mut waiting = ticket(&json!({
            "title": "all down", "description": "d", "type": "Incident", "category": "Devices",
            "subcategory": "Hardware", "severity": 2,
        }));
        waiting["state"] = json!("awaitingAdmin");
        waiting["@mmd.state"] = json!("awaitingAdmin");
        match line.starts_with("GET /tickets/handOvers") {
            true => rows(json!([waiting])),
            false => rows(json!([])),
        }
    })
    .await;
    let (cx, stdout, stderr) = fake.context(home.path(), piped(Format::Csv), Scripted::silent());
    list::run(list::Input::default(), &cx).await.unwrap();
    assert_eq!(
        fake.seen(),
        [
            "GET /tickets/handOvers",
            "GET /tickets?%24filter=createdDateTime+ge+2025-08-30T12%3A00%3A00Z\
             &%24orderby=createdDateTime+desc"
        ]
    );
    assert_eq!(
        stdout.text(),
        format!(
            "Id,Sev,Type,State,Title,By,Filed,Due\n\
             {ID},A,Incident,awaits an admin,all down,ana@contoso.com,2026-03-01T12:00:00Z,\
             2026-03-01T20:00:00Z\n"
        )
    );
    assert!(stderr.text().contains(&format!("mmd escalate file {ID}")));
}
