//! Names and texts inside the commands that are told as the next step.
//!
//! Such a command is pasted into a shell, and what it names may be anybody's text. This is the one
//! place that quotes: what cannot be shown goes first, because to take it out of a quoted word would
//! take the quotes apart.

use crate::cli::output::clean;

/// `text` as a shell takes it: cleaned, then quoted where it has to be.
pub fn quoted(text: &str) -> String {
    quote(&clean::lines(text))
}

fn quote(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.@:/+%,=".contains(c);
    // zsh puts the path of a program in the place of `=program`.
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('=') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A name as the last of a command's words, on one line.
pub fn word(name: &str) -> String {
    word_and(name, "")
}

/// A name, and the options `rest` of the command, which are written as they are. What begins with a
/// dash would be taken for a flag, quoted or not: it stands behind them.
pub fn word_and(name: &str, rest: &str) -> String {
    let name = clean::line(name);
    let words = match name.starts_with('-') {
        true => [rest, "--", &quote(&name)],
        false => ["", &quote(&name), rest],
    };
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `--flag VALUE` as a shell takes it.
pub fn option(flag: &str, value: &str) -> String {
    line(&given(flag, &clean::lines(value)))
}

/// `--flag VALUE` as words of a command: a single one where the value begins with a dash, which
/// would be taken for a flag.
pub fn given(flag: &str, value: &str) -> Vec<String> {
    match value.starts_with('-') {
        true => vec![format!("{flag}={value}")],
        false => vec![flag.to_owned(), value.to_owned()],
    }
}

/// `words` as a shell takes them.
pub fn line(words: &[String]) -> String {
    let one = |word: &String| match word.split_once('=') {
        Some((flag, value)) if word.starts_with("--") => {
            format!("{}={}", quoted(flag), quoted(value))
        }
        _ => quoted(word),
    };
    words.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// `1 device`, `3 devices`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_shell() {
        for (name, shown) in [
            ("MMD-0042", "MMD-0042"),
            ("ana@contoso.com", "ana@contoso.com"),
            ("front desk", "'front desk'"),
            ("it's", r"'it'\''s'"),
            ("-x", "-- -x"),
            ("- x", "-- '- x'"),
            ("\u{200b}-x", "-- -x"),
            ("=ls", "'=ls'"),
            ("a\u{1b}", "a"),
            ("a\u{1b}'c", "a"),
            ("a\u{7}' b", r"'a'\'' b'"),
            ("", "''"),
        ] {
            assert_eq!(word(name), shown);
        }
        assert_eq!(word_and("D1", "--reveal"), "D1 --reveal");
        assert_eq!(word_and("-D1", "--reveal"), "--reveal -- -D1");
        assert_eq!(option("--from", "ana"), "--from ana");
        assert_eq!(option("--from", "- a=b"), "--from='- a=b'");
        assert_eq!(option("--from", "--a=$(b)"), "--from='--a=$(b)'");
        assert_eq!(
            (count(1, "device"), count(0, "device")),
            ("1 device".into(), "0 devices".into())
        );
    }

    #[cfg(unix)]
    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config::with_cases(150))]
        #[test]
        fn whatever_was_typed_comes_out_of_a_shell_as_it_was_but_cleaned(
            name in odd::text(),
            value in odd::text(),
        ) {
            let (one, many) = (clean::line(&name).into_owned(), clean::lines(&value));
            // Whatever prints it cleans it once more: nothing is left to be taken out.
            let shown = word(&name);
            proptest::prop_assert_eq!(clean::line(&shown), shown.as_str());
            let option = option("--title", &value);
            proptest::prop_assert_eq!(clean::lines(&option), option.as_str());

            let told = odd::by_a_shell(&format!("mmd show {}", word_and(&name, &option)));
            let mut expected = vec!["show".to_owned()];
            let options = given("--title", &many);
            match one.starts_with('-') {
                true => expected.extend(options.into_iter().chain(["--".to_owned(), one])),
                false => expected.extend(std::iter::once(one).chain(options)),
            }
            proptest::prop_assert_eq!(told, expected);
        }
    }
}

/// Texts that a shell, a terminal or a parser of flags may stumble over.
#[cfg(all(test, unix))]
pub(in crate::cli) mod odd {
    use std::{
        io::Write,
        process::{Command, Stdio},
    };

    use proptest::prelude::*;

    const PIECES: [&str; 34] = [
        "-",
        "--",
        "--x; ",
        "- ",
        "--yes",
        "=",
        "\u{1b}",
        "\u{1b}[31m",
        "\u{1b}]0;",
        "\u{7}",
        "\u{9b}",
        "\0",
        "\r\n",
        "\n",
        "\t",
        " ",
        "'",
        "\"",
        "`",
        "\\",
        "$(touch F)",
        "${HOME}",
        "; touch F #",
        "!",
        "*",
        "~",
        "|",
        ">F",
        "\u{202e}",
        "\u{200b}",
        "\u{2028}",
        "é",
        "word",
        "--profile x",
    ];

    /// Such pieces in any order, some of it long.
    pub fn text() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            8 => proptest::sample::select(&PIECES[..]).prop_map(str::to_owned),
            1 => any::<char>().prop_map(String::from),
        ];
        (proptest::collection::vec(piece, 0..12), prop_oneof![20 => Just(1), 1 => Just(200)])
            .prop_map(|(pieces, times)| pieces.concat().repeat(times))
    }

    /// The words behind `mmd` in `line`, as `/bin/sh` reads them.
    pub fn by_a_shell(line: &str) -> Vec<String> {
        let empty = tempfile::tempdir().unwrap();
        let mut shell = Command::new("/bin/sh")
            .current_dir(empty.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let script = format!("mmd() {{ printf '%s\\0' \"$@\"; }}\n{line}\n");
        let mut stdin = shell.stdin.take().unwrap();
        // What it says may be long as well: nobody waits for the other.
        let writer = std::thread::spawn(move || stdin.write_all(script.as_bytes()));
        let said = shell.wait_with_output().unwrap();
        writer.join().unwrap().unwrap();
        assert!(said.status.success() && said.stderr.is_empty(), "{line:?}: {said:?}");
        let left = std::fs::read_dir(empty.path()).unwrap().count();
        assert_eq!(left, 0, "{line:?} has run something else");
        let text = String::from_utf8(said.stdout).unwrap();
        text.strip_suffix('\0').unwrap().split('\0').map(str::to_owned).collect()
    }
}
