//! A request that somebody wrote down, as TOML or JSON: in a file, on standard input or in the
//! editor. What is wrong is named with its line.

use std::{
    fs::File,
    io::{Read, stdin},
    path::{Path, PathBuf},
};

use super::form::Form;
use crate::error::{Error, IoContext, Result};

/// More than any request has; attachments lie beside it.
const LIMIT: u64 = 1 << 20;

/// What errors call standard input.
const STDIN: &str = "standard input";

/// The members that a file may have, as the error for another one names them.
const MEMBERS: &str = "severity, title, description, type, category, subcategory, contact \
                       (givenName, surname, email, phoneNumber), devices, impact, since, steps, \
                       repro, hours, elevation, attach, usersOrDevicesImpacted, issueReproduced, \
                       endUserSupportEngaged";

/// Where a request is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `-`
    Stdin,
    /// A file.
    File(PathBuf),
}

impl Place {
    /// What was typed behind `--from`.
    pub fn of(path: PathBuf) -> Self {
        if path.as_os_str() == "-" { Place::Stdin } else { Place::File(path) }
    }

    fn shown(&self) -> String {
        match self {
            Place::Stdin => STDIN.to_owned(),
            Place::File(path) => format!("`{}`", path.display()),
        }
    }
}

/// Reads a request.
///
/// # Errors
/// [`Usage`](crate::error::Kind::Usage) for what is no request, with its line.
pub fn form(place: &Place) -> Result<Form> {
    let shown = place.shown();
    form_of(text(place, &shown)?, &shown)
}

/// The request that was read from standard input.
///
/// # Errors
/// As for [`form`].
pub fn stdin_form(bytes: &[u8]) -> Result<Form> {
    form_of(text_of(bytes.to_vec(), STDIN)?, STDIN)
}

fn form_of(text: String, shown: &str) -> Result<Form> {
    parse(&text).map_err(|cause| {
        let strange = cause.contains("unknown field");
        let error = Error::usage(format!("{shown} holds no request")).cause(cause);
        if strange { error.hint(format!("the members are {MEMBERS}")) } else { error }
    })
}

/// All of standard input as text, for a single answer.
///
/// # Errors
/// For what is no text, or too much of it.
pub fn stdin_text() -> Result<String> {
    text(&Place::Stdin, STDIN)
}

/// All of `stdin` as it came.
///
/// # Errors
/// When it cannot be read, or is longer than any request.
pub fn stdin_bytes(stdin: impl Read) -> Result<Vec<u8>> {
    readable(bounded(stdin), STDIN)
}

/// What [`stdin_bytes`] read, as text.
///
/// # Errors
/// For what is no text.
pub fn stdin_text_of(bytes: &[u8]) -> Result<String> {
    text_of(bytes.to_vec(), STDIN)
}

fn text(place: &Place, shown: &str) -> Result<String> {
    let bytes = match place {
        Place::Stdin => bounded(stdin().lock()),
        Place::File(path) => open(path).and_then(bounded),
    };
    text_of(readable(bytes, shown)?, shown)
}

fn readable(bytes: std::io::Result<Vec<u8>>, shown: &str) -> Result<Vec<u8>> {
    let bytes = bytes.or_failed(|| unreadable(shown)).map_err(|error| Error {
        // A file that is not there is a wrong answer, not a broken machine.
        kind: crate::error::Kind::Usage,
        ..error
    })?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::usage(unreadable(shown))
            .cause("it is larger than 1 MiB")
            .hint("put what is long into a file of its own: `--attach FILE`"));
    }
    Ok(bytes)
}

fn text_of(bytes: Vec<u8>, shown: &str) -> Result<String> {
    decode(bytes)
        .map_err(|cause| Error::usage(unreadable(shown)).cause(cause).hint("save it as UTF-8"))
}

fn unreadable(shown: &str) -> String {
    format!("{shown} cannot be read")
}

fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

fn bounded(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// UTF-8, with or without its mark; what else it may be is named.
fn decode(bytes: Vec<u8>) -> Result<String, String> {
    match bytes.as_slice() {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => return Err("it is UTF-16, not UTF-8".to_owned()),
        [0, ..] | [_, 0, ..] => return Err("it is not UTF-8, maybe UTF-16".to_owned()),
        _ => {}
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = &error.as_bytes()[..valid];
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let byte = error.as_bytes()[valid];
        format!("line {line}: the byte 0x{byte:02X} is not UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads TOML or JSON, whichever it is.
///
/// # Errors
/// What is wrong, with its line.
pub fn parse(text: &str) -> Result<Form, String> {
    // No TOML begins with a brace.
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| json_fault(text, &error));
    }
    toml::from_str(text).map_err(|error| {
        let span = error.span();
        let at = span.as_ref().map_or(0, |span| span.start);
        // TOML's parser ends at the first such character, and would call it a wrong key.
        let around = span.map_or(at, |span| span.end);
        let what = strange(text, at, around + 1).unwrap_or_else(|| short(error.message()));
        // TOML's own dates and times come as maps.
        let bare = text[at..].starts_with(|c: char| c.is_ascii_digit());
        let what = match what.strip_prefix("an object stands") {
            Some(rest) if bare => format!("a date or time stands{rest}"),
            _ => what,
        };
        format!("line {}: {what}", line_of(text, at))
    })
}

fn json_fault(text: &str, error: &serde_json::Error) -> String {
    let starts: usize =
        text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let offset = (starts + error.column().saturating_sub(1)).min(text.len());
    // The parser stops at the first or at a later byte of such a character.
    let what = match error.is_data() {
        true => None,
        false => strange(text, offset, offset + 1),
    };
    let what = what.unwrap_or_else(|| {
        let said = error.to_string();
        short(said.rsplit_once(" at line ").map_or(said.as_str(), |(what, _)| what))
    });
    format!("line {}: {what}", error.line().max(1))
}

/// The first character between `from` and `to` that looks like a space and is none.
fn strange(text: &str, from: usize, to: usize) -> Option<String> {
    let (at, c) = text.char_indices().find(|&(at, c)| {
        at + c.len_utf8() > from && at < to && !c.is_ascii() && c.is_whitespace()
    })?;
    Some(format!("U+{:04X} at offset {at} looks like a space and is none here", u32::from(c)))
}

/// Without the long list of what would have been right, and without the parsers' own words.
fn short(message: &str) -> String {
    let known = message.starts_with("unknown field");
    let end = if known { message.find(", expected") } else { None };
    let message = message[..end.unwrap_or(message.len())].trim().replace('\n', ", ");
    if message.starts_with("EOF while parsing") {
        return "it ends in the middle".to_owned();
    }
    let Some((found, wanted)) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.rsplit_once(", expected "))
    else {
        return message;
    };
    let found = match found.split_once(' ') {
        Some(("string" | "integer" | "boolean", value)) => value.replace('`', ""),
        Some(("floating", value)) => value.trim_start_matches("point ").replace('`', ""),
        _ => match found {
            "sequence" => "a list".to_owned(),
            "map" => "an object".to_owned(),
            other => other.to_owned(),
        },
    };
    let wanted = match wanted {
        "a sequence" => "a list, `[…]`,",
        "a string" => "a text in quotes",
        "a boolean" => "`true` or `false`",
        "u32" => "a whole number",
        wanted if wanted.starts_with("struct ") => "an object",
        other => other,
    };
    format!("{found} stands where {wanted} is expected")
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or(text).matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::ticket::{Severity, TicketType};

    #[test]
    fn the_documented_body_is_a_request_and_so_is_the_same_in_toml() {
        let json = r#"{ "Title": " Deployment groups assignment", "description": "d",
            "type": "ChangeRequest", "category": "Devices", "subcategory": "Hardware",
            "severity": 4, "contact": { "GivenName": "Ana", "surname": "Ruiz",
            "email": "ana@contoso.com", "phoneNumber": "1" }, "issueReproduced": true,
            "issueFirstNoticed": "2026-02-28T09:00:00Z" }"#;
        let toml = "title = \" Deployment groups assignment\"\ndescription = 'd'\n\
            type = \"Change Request\"\ncategory = \"Devices\"\nsubcategory = \"Hardware\"\n\
            severity = \"C\"\nissueReproduced = true\nsince = 2026-02-28T09:00:00Z\n\
            [contact]\ngiven_name = \"Ana\"\nsurname = \"Ruiz\"\nemail = \"ana@contoso.com\"\n\
            phone = \"1\"\n";
        let form = parse(json).unwrap();
        assert_eq!(form.severity, Some(Severity::C));
        assert_eq!(form.ty, Some(TicketType::ChangeRequest));
        assert_eq!(form.title.as_deref(), Some(" Deployment groups assignment"));
        assert_eq!(parse(toml).unwrap(), form);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, fault) in [
            ("title = 'a'\n\ntitel = 'b'\n", "line 3: unknown field `titel`"),
            ("{\"title\": \"a\",\n \"titel\": 1}", "line 2: unknown field `titel`"),
            ("[contact]\nname = 'a'\n", "line 2: unknown field `name`"),
            ("{\"devices\": \"D1\"}", "line 1: \"D1\" stands where a list, `[…]`, is expected"),
            (
                "title = 'x'\ndevices = 'D1'",
                "line 2: \"D1\" stands where a list, `[…]`, is expected",
            ),
            (
                "{\"usersOrDevicesImpacted\": \"many\"}",
                "line 1: \"many\" stands where a whole number is expected",
            ),
            (
                "{\"usersOrDevicesImpacted\": -1}",
                "line 1: -1 stands where a whole number is expected",
            ),
            ("title = 1", "line 1: 1 stands where a text in quotes is expected"),
            (
                "title = 2026-03-01",
                "line 1: a date or time stands where a text in quotes is expected",
            ),
            (
                "[contact]\nsurname = 09:00:00",
                "line 2: a date or time stands where a text in quotes is expected",
            ),
            ("title = { a = 1 }", "line 1: an object stands where a text in quotes is expected"),
            (
                "issueReproduced = 'yes'",
                "line 1: \"yes\" stands where `true` or `false` is expected",
            ),
            ("{\"contact\": \"me\"}", "line 1: \"me\" stands where an object is expected"),
            ("{\"title\":\n", "line 2: it ends in the middle"),
            (
                "severity = 'high'",
                "line 1: `high` is not a severity: use A (critical), B (moderate) or C (minimal)",
            ),
            (
                "{\"severity\": 1}",
                "line 1: `1` is not a severity: use A (critical), B (moderate) or C (minimal)",
            ),
            (
                "\ntype = 'problem'",
                "line 2: `problem` is not a type: use Incident, RequestForInformation, \
                 ChangeRequest",
            ),
            (
                "{\n\u{202f}\u{202f}\"title\": \"a\"}",
                "line 2: U+202F at offset 2 looks like a space and is none here",
            ),
            (
                "title =\u{202f}'a'",
                "line 1: U+202F at offset 7 looks like a space and is none here",
            ),
            (
                "{\"title\":\u{a0}\"a\"}",
                "line 1: U+00A0 at offset 9 looks like a space and is none here",
            ),
            ("{\"title\": \"a\", \"title\": \"b\"}", "line 1: duplicate field `title`"),
            ("{\"title\": \"a\"", "line 1: it ends in the middle"),
        ] {
            assert_eq!(parse(text).unwrap_err(), fault, "{text:?}");
        }
        // Inside a string such a character is somebody's own.
        let own = parse("{\"title\": \"a\u{202f}b\"}").unwrap();
        assert_eq!(own.title.as_deref(), Some("a\u{202f}b"));
    }

    #[test]
    fn other_encodings_are_named() {
        let utf16: Vec<u8> =
            "\u{feff}title".encode_utf16().flat_map(|unit| unit.to_le_bytes()).collect();
        assert_eq!(decode(utf16).unwrap_err(), "it is UTF-16, not UTF-8");
        let bare: Vec<u8> = "title".encode_utf16().flat_map(|unit| unit.to_be_bytes()).collect();
        assert_eq!(decode(bare).unwrap_err(), "it is not UTF-8, maybe UTF-16");
        let latin = b"title = 'a'\ndescription = 'caf\xe9'\n".to_vec();
        assert_eq!(decode(latin).unwrap_err(), "line 2: the byte 0xE9 is not UTF-8");
        assert_eq!(decode("\u{feff}title".into()).unwrap(), "title");
    }

    #[test]
    fn a_file_that_is_not_there_is_a_wrong_answer() {
        let error = form(&Place::of("/nowhere/a.toml".into())).unwrap_err();
        assert_eq!(error.kind.exit(), 2);
        assert_eq!(error.message, "`/nowhere/a.toml` cannot be read");
        assert_eq!(Place::of("-".into()), Place::Stdin);
    }
}
