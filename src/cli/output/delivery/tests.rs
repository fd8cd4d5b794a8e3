//! What each delivery writes, byte for byte, and that nothing else shows the password.

use std::cell::RefCell;

use jiff::Timestamp;
use serde_json::json;

use super::*;
use crate::{
    cli::{
        output::{
            OutputOptions,
            tests::{captured, piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
    },
    secret::Secret,
};

const PASSWORD: &str = "Kf7%mQ2-xT9:aB4+";
const OTHER: &str = "Zz8!oldoldold234";

fn delivered(status: &str) -> Delivered {
    let until: Timestamp = "2026-03-01T14:00:00Z".parse().unwrap();
    Delivered {
        request: json!({"id": "7b1e", "deviceName": "MMD-1", "deep": [{"password": PASSWORD}]}),
        device: "MMD-1".into(),
        account: ".\\mmdadmin".into(),
        password: Some(Secret::new(PASSWORD.into())),
        candidates: match status {
            "PasswordSucceeded" => Vec::new(),
            _ => vec![Secret::new(OTHER.into())],
        },
        status: status.into(),
        generation: Some(7),
        valid_until: Some(until),
        by_number: false,
        confirmed: Some(7),
        closing: "closing it rotates the password at once".into(),
    }
}

#[derive(Default)]
struct Fake(RefCell<Vec<String>>);

impl Clipboard for Fake {
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn hold(&self, secret: &Secret) -> Result<()> {
        self.0.borrow_mut().push(secret.expose().into());
        Ok(())
    }
}

struct NoDesktop;

impl Clipboard for NoDesktop {
    fn check(&self) -> Result<()> {
        Ok(())
    }

    fn hold(&self, _: &Secret) -> Result<()> {
        Err(Error::failed("the password could not be copied"))
    }
}

/// stdout and stderr of one delivery.
fn delivery(
    how: Option<Delivery>,
    delivered: &Delivered,
    options: OutputOptions,
) -> (String, String) {
    let (output, stdout, stderr) = captured(options);
    let key = Scripted::new([Answer::Key]);
    let nobody = Scripted::silent();
    let prompter = if output.options().stdout_terminal { &key } else { &nobody };
    hand_over(how, delivered, &output, prompter, &Fake::default()).unwrap();
    (stdout.text(), stderr.text())
}

const REVEAL: Option<Delivery> = Some(Delivery::Way(Way::Reveal));
const COPY: Option<Delivery> = Some(Delivery::Way(Way::Copy));
const CLOSING: &str = "closing it rotates the password at once\n";
const ON_TERMINAL: &str = "Device       MMD-1\nAccount      .\\mmdadmin\n\
    Status       PasswordSucceeded\nGeneration   7\nValid until  in 2 h\nRequest      7b1e\n";

#[test]
fn without_a_delivery_everything_but_the_password_is_said() {
    let (out, err) = delivery(None, &delivered("PasswordSucceeded"), terminal());
    assert_eq!(out, ON_TERMINAL);
    assert_eq!(
        err,
        format!(
            "hint: the password is shown only when it is asked for: `mmd elevate password MMD-1 \
             --copy`, `--reveal`, `--qr`, `--phonetic` or `--field password`\n{CLOSING}"
        )
    );
}

#[test]
fn a_copy_says_where_it_is_and_for_how_long() {
    let (output, stdout, stderr) = captured(terminal());
    let clipboard = Fake::default();
    let done = delivered("PasswordSucceeded");
    hand_over(COPY, &done, &output, &Scripted::new([]), &clipboard).unwrap();
    assert_eq!(*clipboard.0.borrow(), [PASSWORD]);
    assert_eq!(stdout.text(), ON_TERMINAL);
    assert_eq!(
        stderr.text(),
        format!("the password is in the clipboard and is cleared from it in 45 s\n{CLOSING}")
    );
}

#[test]
fn a_copy_that_fails_shows_nothing_instead() {
    let (output, stdout, stderr) = captured(terminal());
    let done = delivered("PasswordSucceeded");
    hand_over(COPY, &done, &output, &Scripted::new([]), &NoDesktop).unwrap_err();
    assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("", ""));
}

#[test]
fn revealed_on_a_terminal_it_stands_on_a_screen_of_its_own() {
    let (out, err) = delivery(REVEAL, &delivered("PasswordSucceeded"), terminal());
    let screen = format!(
        "\u{1b}[?1049h\u{1b}[2J\u{1b}[H.\\mmdadmin on MMD-1\n\n{PASSWORD}\n\n\
         press any key to take it off the screen \u{1b}[2J\u{1b}[H\u{1b}[?1049l"
    );
    assert_eq!(out, format!("{ON_TERMINAL}{screen}"));
    assert_eq!(err, CLOSING);
}

#[test]
fn an_earlier_password_says_which_one_is_confirmed() {
    let mut earlier = delivered("PasswordSucceeded");
    (earlier.generation, earlier.by_number) = (Some(6), true);
    let note = "this is an earlier password; generation 7 is the confirmed one\n";
    let (out, err) = delivery(COPY, &earlier, terminal());
    assert!(out.contains("Status       superseded\n"), "{out}");
    assert!(err.contains(note), "{err}");
    // Programs get the word of the service.
    let (out, err) = delivery(REVEAL, &earlier, piped(Format::Table));
    assert!(out.contains("status\tPasswordSucceeded\n"), "{out}");
    assert!(err.contains(note), "{err}");
    earlier.generation = Some(7);
    assert!(!delivery(COPY, &earlier, terminal()).1.contains(note));
}

#[test]
fn a_password_in_doubt_stands_above_what_else_may_open_the_device() {
    let (out, _) = delivery(REVEAL, &delivered("PasswordPending"), terminal());
    assert!(out.contains(&format!("MMD-1\n\n{PASSWORD}\nor {OTHER}\n\npress any key")), "{out}");
}

#[test]
fn ctrl_c_takes_it_off_the_screen_too() {
    let (output, stdout, _) = captured(terminal());
    let prompter = Scripted::new([Answer::Interrupt]);
    let done = delivered("PasswordSucceeded");
    let error = hand_over(REVEAL, &done, &output, &prompter, &Fake::default()).unwrap_err();
    assert_eq!(error.kind, Kind::Interrupted);
    assert!(stdout.text().ends_with("\u{1b}[2J\u{1b}[H\u{1b}[?1049l"));
}

#[test]
fn revealed_in_a_pipe_it_is_plain_details() {
    let (out, err) = delivery(REVEAL, &delivered("PasswordPending"), piped(Format::Table));
    assert_eq!(
        out,
        format!(
            "device\tMMD-1\naccount\t.\\mmdadmin\npassword\t{PASSWORD}\ncandidate\t{OTHER}\n\
             status\tPasswordPending\ngeneration\t7\nvalidUntil\t2026-03-01T14:00:00Z\n\
             request\t7b1e\n"
        )
    );
    assert_eq!(
        err,
        format!(
            "warning: the device has not confirmed this password yet; if it fails, try the \
             candidates in their order\n{CLOSING}"
        )
    );
}

#[test]
fn a_terminal_that_may_not_ask_gets_it_plainly() {
    let (output, stdout, _) = captured(terminal());
    let nobody = Scripted::silent();
    let done = delivered("PasswordSucceeded");
    hand_over(REVEAL, &done, &output, &nobody, &Fake::default()).unwrap();
    assert!(stdout.text().contains(&format!("Password     {PASSWORD}\n")));
    assert!(!stdout.text().contains('\u{1b}'));
}

#[test]
fn json_holds_the_password_only_when_it_was_asked_for() {
    let request = json!({"id": "7b1e", "deviceName": "MMD-1", "deep": [{}]});
    let pending = delivered("PasswordPending");
    let parsed = |how| {
        let (out, _) = delivery(how, &pending, piped(Format::Json));
        serde_json::from_str::<serde_json::Value>(&out).unwrap()
    };
    assert_eq!(
        parsed(REVEAL),
        json!({
            "request": request,
            "account": ".\\mmdadmin",
            "password": PASSWORD,
            "candidates": [OTHER],
            "status": "PasswordPending",
            "generation": 7,
            "validUntil": "2026-03-01T14:00:00Z",
        })
    );
    for how in [None, COPY] {
        assert_eq!(
            parsed(how),
            json!({
                "request": request,
                "account": ".\\mmdadmin",
                "candidates": [],
                "status": "PasswordPending",
                "generation": 7,
                "validUntil": "2026-03-01T14:00:00Z",
            })
        );
    }
}

#[test]
fn a_password_that_may_not_open_comes_with_a_way_on() {
    let (_, err) = delivery(COPY, &delivered("PasswordPending"), terminal());
    assert!(
        err.contains(
            "warning: the device has not confirmed this password yet; if it fails, \
             `mmd elevate password MMD-1 --reveal` shows the 1 other(s) to try\n"
        ),
        "{err}"
    );
}

#[test]
fn a_drawing_or_a_spelling_in_a_pipe_follows_the_details() {
    let done = delivered("PasswordSucceeded");
    let (out, _) = delivery(Some(Delivery::Way(Way::Phonetic)), &done, piped(Format::Table));
    assert!(out.starts_with("device\tMMD-1\n"));
    assert!(out.ends_with("15  4  four\n16  +  plus\n"), "{out}");
    let (out, _) = delivery(Some(Delivery::Way(Way::Qr)), &done, piped(Format::Table));
    assert!(out.contains('▀') && !out.contains(PASSWORD));
}

#[test]
fn a_field_stands_alone_in_every_format() {
    let done = delivered("PasswordSucceeded");
    for (name, value) in [
        ("password", PASSWORD),
        ("account", ".\\mmdadmin"),
        ("device", "MMD-1"),
        ("validUntil", "2026-03-01T14:00:00Z"),
        ("generation", "7"),
        ("status", "PasswordSucceeded"),
        ("request", "7b1e"),
    ] {
        let field = Delivery::Field(name.parse().unwrap());
        assert_eq!(field.reads_password(), name == "password");
        for options in [terminal(), piped(Format::Table), piped(Format::Json)] {
            assert_eq!(
                delivery(Some(field), &done, options),
                (format!("{value}\n"), String::new())
            );
        }
    }
    let error = "pasword".parse::<Field>().unwrap_err();
    assert_eq!(error.message, "`pasword` is no field of a delivery");
}

#[test]
fn a_script_is_never_handed_a_guess() {
    let (output, stdout, _) = captured(piped(Format::Table));
    let field = Some(Delivery::Field(Field::Password));
    let pending = delivered("PasswordPending");
    let nobody = Scripted::silent();
    let error = hand_over(field, &pending, &output, &nobody, &Fake::default()).unwrap_err();
    assert_eq!((error.kind, stdout.text().as_str()), (Kind::NotNow, ""));
    let mut none = delivered("PasswordSucceeded");
    none.valid_until = None;
    let field = Some(Delivery::Field(Field::ValidUntil));
    let error = hand_over(field, &none, &output, &nobody, &Fake::default()).unwrap_err();
    assert_eq!(error.message, "there is no `validUntil` here");
}

#[test]
fn only_what_was_asked_for_shows_the_password() {
    let done = delivered("PasswordPending");
    for how in [None, COPY] {
        for options in [terminal(), piped(Format::Table), piped(Format::Csv), piped(Format::Json)] {
            let (out, err) = delivery(how, &done, options);
            assert!(![PASSWORD, OTHER].iter().any(|secret| (out.clone() + &err).contains(secret)));
        }
    }
}
