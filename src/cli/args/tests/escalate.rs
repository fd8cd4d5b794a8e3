//! `mmd escalate` and `mmd team contacts`, as whole inputs.

use super::*;
use crate::{
    api::ticket::{Area, Destination, Hours, Severity, TicketState, TicketType},
    cli::verbs::{
        escalate::{
            attach, create, download, drafts, edit, file,
            form::{ContactForm, Form},
            list, note, reply, resolve, resume, show, take,
            text::Text,
            transfer, withdraw,
            written::Place,
        },
        team::contacts,
    },
};

const ID: &str = "MMD-1465058-R5V8P";

fn creating(form: Form) -> Verb {
    Verb::EscalateCreate(Box::new(create::Input { form, ..create::Input::default() }))
}

fn text(text: &str) -> Option<Text> {
    Some(Text::Typed(text.into()))
}

#[test]
fn a_request_is_filed_with_every_flag() {
    assert_eq!(verb("escalate"), creating(Form::default()));
    let line = "escalate --severity c --type change-request --title VPN  drops --description d \
                --category Devices --subcategory Hardware --given-name Ana --surname Ruiz \
                --email a@b --phone 1 --device D1,D2 --device D3 --impact i --since 2h --steps s \
                --repro r --hours all-day --attach a.log --attach b.log \
                --elevation 6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42";
    let form = Form {
        severity: Some(Severity::C),
        title: Some("VPN drops".into()),
        description: Some("d".into()),
        ty: Some(TicketType::ChangeRequest),
        category: Some("Devices".into()),
        subcategory: Some("Hardware".into()),
        contact: ContactForm {
            given_name: Some("Ana".into()),
            surname: Some("Ruiz".into()),
            email: Some("a@b".into()),
            phone_number: Some("1".into()),
        },
        devices: vec!["D1".into(), "D2".into(), "D3".into()],
        business_impact: Some("i".into()),
        issue_first_noticed: Some("2h".parse().unwrap()),
        troubleshooting_steps: Some("s".into()),
        repro_steps: Some("r".into()),
        hours: Some(Hours::AllDay),
        attach: vec!["a.log".into(), "b.log".into()],
        elevation: Some("6f9d3c1e-2b7a-4f0e-9a51-0d5c8f3b7e42".parse().unwrap()),
        ..Form::default()
    };
    assert_eq!(verb(line), creating(form));
    let devices = Form { devices: vec!["D1".into(), "D2".into()], ..Form::default() };
    assert_eq!(verb("escalate --device D1 D2"), creating(devices));
}

#[test]
fn a_request_comes_from_a_file_standard_input_or_the_editor() {
    let input = |input| Verb::EscalateCreate(Box::new(input));
    for (line, expected) in [
        (
            "escalate --from r.toml",
            create::Input { from: Some(Place::File("r.toml".into())), ..Default::default() },
        ),
        ("escalate --from -", create::Input { from: Some(Place::Stdin), ..Default::default() }),
        (
            "escalate --description -",
            create::Input { description_stdin: true, ..Default::default() },
        ),
        ("escalate -e", create::Input { editor: true, ..Default::default() }),
    ] {
        assert_eq!(verb(line), input(expected), "{line}");
    }
}

#[test]
fn the_verbs_of_escalate() {
    let id = || ID.to_owned();
    let resolving = |text| resolve::Input { id: id(), text };
    for (line, expected) in [
        ("list", Verb::EscalateList(list::Input::default())),
        (
            "list --state awaiting-admin --severity b --type incident --mine --since 30d",
            Verb::EscalateList(list::Input {
                state: Some(TicketState::AwaitingAdmin),
                severity: Some(Severity::B),
                ty: Some(TicketType::Incident),
                mine: true,
                since: Some("30d".parse().unwrap()),
            }),
        ),
        ("show ID", Verb::EscalateShow(show::Input { id: id() })),
        ("note ID", Verb::EscalateNote(note::Input { id: id(), text: None })),
        ("note ID -", Verb::EscalateNote(note::Input { id: id(), text: Some(Text::Stdin) })),
        ("note ID a  b", Verb::EscalateNote(note::Input { id: id(), text: text("a b") })),
        (
            "attach ID a b",
            Verb::EscalateAttach(attach::Input { id: id(), files: vec!["a".into(), "b".into()] }),
        ),
        (
            "download ID a.log --dir /tmp",
            Verb::EscalateDownload(download::Input {
                id: id(),
                names: vec!["a.log".into()],
                dir: "/tmp".into(),
            }),
        ),
        (
            "edit ID --phone 2 --severity A --description - --hours support-hours",
            Verb::EscalateEdit(edit::Input {
                id: id(),
                description: Some(Text::Stdin),
                severity: Some(Severity::A),
                contact: ContactForm { phone_number: Some("2".into()), ..Default::default() },
                hours: Some(Hours::SupportHours),
            }),
        ),
        ("resolve ID", Verb::EscalateResolve(resolving(None))),
        ("resolve ID -m done", Verb::EscalateResolve(resolving(text("done")))),
        ("reactivate ID --message back", Verb::EscalateReactivate(resolving(text("back")))),
        (
            "transfer ID --to hardware-vendor",
            Verb::EscalateTransfer(transfer::Input {
                id: id(),
                to: Destination::HardwareVendor,
                text: None,
            }),
        ),
        ("queue", Verb::EscalateQueue),
        ("take ID", Verb::EscalateTake(take::Input { id: id(), from: None })),
        (
            "take ID --from o@b",
            Verb::EscalateTake(take::Input { id: id(), from: Some("o@b".into()) }),
        ),
        (
            "reply ID text --request-action",
            Verb::EscalateReply(reply::Input {
                id: id(),
                text: text("text"),
                request_action: true,
            }),
        ),
        (
            "file ID --severity B --description -",
            Verb::EscalateFile(Box::new(file::Input {
                id: id(),
                form: Form { severity: Some(Severity::B), ..Form::default() },
                description_stdin: true,
            })),
        ),
        ("withdraw ID", Verb::EscalateWithdraw(withdraw::Input { id: id() })),
        ("lower ID", Verb::EscalateLower(resolving(None))),
        ("lower ID -m late", Verb::EscalateLower(resolving(text("late")))),
        (
            "resume 3f --detach a.log --detach /b",
            Verb::EscalateResume(Box::new(resume::Input {
                id: Some("3f".into()),
                detach: vec!["a.log".into(), "/b".into()],
                change: create::Input::default(),
            })),
        ),
        ("show mmd-1465058-r5v8p", Verb::EscalateShow(show::Input { id: id() })),
        ("drafts", Verb::EscalateDrafts(drafts::Input { discard: None })),
        ("drafts --discard 3f", Verb::EscalateDrafts(drafts::Input { discard: Some("3f".into()) })),
        (
            "resume",
            Verb::EscalateResume(Box::new(resume::Input {
                id: None,
                detach: vec![],
                change: create::Input::default(),
            })),
        ),
        (
            "resume 3f --title t --editor",
            Verb::EscalateResume(Box::new(resume::Input {
                id: Some("3f".into()),
                detach: vec![],
                change: create::Input {
                    form: Form { title: Some("t".into()), ..Form::default() },
                    editor: true,
                    ..create::Input::default()
                },
            })),
        ),
    ] {
        let line = format!("escalate {}", line.replace("ID", ID));
        assert_eq!(verb(&line), expected, "{line}");
    }
}

#[test]
fn contacts_stand_by_for_an_area() {
    let set = contacts::set::Input {
        area: Area::AppPackaging,
        given_name: Some("Ana".into()),
        surname: Some("Ruiz".into()),
        email: Some("a@b".into()),
        phone: Some("1".into()),
    };
    for (line, expected) in [
        ("team contacts list", Verb::TeamContactsList),
        (
            "team contacts set app-packaging --given-name Ana --surname Ruiz --email a@b --phone 1",
            Verb::TeamContactsSet(set),
        ),
        (
            "team contacts remove Other",
            Verb::TeamContactsRemove(contacts::remove::Input { area: Area::Other }),
        ),
    ] {
        assert_eq!(verb(line), expected, "{line}");
    }
}

#[test]
fn what_is_no_request_is_refused_with_the_words_that_are() {
    let severity = "is not a severity: use A (critical), B (moderate) or C (minimal)";
    let high = format!("invalid value 'high' for '--severity <SEVERITY>': `high` {severity}");
    let one = format!("invalid value '1' for '--severity <SEVERITY>': `1` {severity}");
    for (line, sentence) in [
        ("escalate --severity high", high.as_str()),
        ("escalate --severity 1", one.as_str()),
        (
            "escalate --type problem",
            "invalid value 'problem' for '--type <TYPE>': `problem` is not a type: use Incident, \
             RequestForInformation, ChangeRequest",
        ),
        ("escalate --title t list", "flags of `escalate` stand before a command of `escalate`"),
        ("escalate --device D1 list", "flags of `escalate` stand before a command of `escalate`"),
        (
            "escalate --from - --description -",
            "`--from -` and `--description -` both read standard input",
        ),
        ("escalate lst", "unrecognized subcommand 'lst'"),
        ("escalate transfer X", "the following required arguments were not provided"),
        ("escalate attach X", "the following required arguments were not provided"),
    ] {
        assert_eq!(refused(line), sentence, "{line}");
    }
}

#[test]
fn an_empty_value_takes_devices_and_the_elevation_out_of_a_draft_and_of_nothing_else() {
    let parsed = |args: &[&str]| {
        let line = ["mmd", "escalate"].iter().chain(args).map(Into::into).collect::<Vec<_>>();
        crate::cli::args::parse(&line).unwrap().verb(&Environment::default())
    };
    for (flag, cleared) in [
        ("--device", create::Cleared { devices: true, elevation: false }),
        ("--elevation", create::Cleared { devices: false, elevation: true }),
    ] {
        let change = create::Input { cleared, ..Default::default() };
        assert_eq!(
            parsed(&["resume", flag, ""]).unwrap(),
            Verb::EscalateResume(Box::new(resume::Input { id: None, detach: vec![], change }))
        );
        let error = parsed(&[flag, ""]).unwrap_err();
        assert_eq!((error.kind.exit(), error.message), (2, format!("`{flag}` is empty")));
        assert!(error.hints[0].contains(&format!("mmd escalate resume ID {flag} ''")));
    }
    let error = parsed(&["resume", "--device", "", "--device", "D1"]).unwrap_err();
    assert_eq!(error.message, "one `--device` is empty, and another names a device");
}
