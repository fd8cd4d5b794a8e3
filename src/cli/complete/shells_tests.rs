use super::*;

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn names(names: &[(&str, Option<&str>)]) -> Completion {
    let name =
        |(value, about): &(&str, Option<&str>)| Candidate::new(*value, about.map(Into::into));
    Completion::Names(names.iter().map(name).collect())
}

const BREAKS: &str = " \t\n\"'@><=;|&(:";

#[test]
fn bash_gets_what_stands_behind_its_break_with_backslashes() {
    for (line, name, printed) in [
        ("mmd elevate ana@con", "ana@contoso.com", "@contoso.com"),
        ("mmd elevate fr", "FRONT DESK", "FRONT\\ DESK"),
        ("mmd elevate \"fr", "FRONT DESK", "FRONT DESK"),
        ("mmd --profile=w", "--profile=work", "work"),
        ("mmd elevate $", "$(reboot)", "\\$\\(reboot\\)"),
    ] {
        let asked = asked(Shell::Bash, &words(&[line, BREAKS])).unwrap();
        let answer = super::printed(&asked, &names(&[(name, Some("about"))]));
        assert_eq!(answer, format!("names\n{printed}\n"), "{line}");
    }
}

#[test]
fn the_other_shells_hand_over_words() {
    for shell in [Shell::Zsh, Shell::Fish, Shell::PowerShell] {
        let full = asked(shell, &words(&["2", "mmd", "elevate", "MAR"])).unwrap();
        assert_eq!((full.before, full.word), (words(&["elevate"]), "MAR".into()));
        // An empty word may be lost on the way.
        let empty = asked(shell, &words(&["2", "mmd", "elevate"])).unwrap();
        assert_eq!((empty.before, empty.word), (words(&["elevate"]), String::new()));
        for odd in [&[][..], &["x"], &["-1"], &["99999999999999999999"]] {
            assert_eq!(asked(shell, &words(odd)), None);
        }
        assert_eq!(asked(shell, &words(&["7"])).unwrap().before, Vec::<String>::new());
    }
}

#[test]
fn each_shell_is_answered_in_its_own_form() {
    let completion = names(&[("a:b c", Some("one, two")), ("plain", None)]);
    for (shell, text) in [
        (Shell::Zsh, "names\na\\:b c:one, two\nplain\n"),
        (Shell::Fish, "names\na:b c\tone, two\nplain\n"),
        (Shell::PowerShell, "names\n'a:b c'\ta:b c\tone, two\nplain\tplain\tplain\n"),
    ] {
        let asked = asked(shell, &words(&["1", "mmd"])).unwrap();
        assert_eq!(printed(&asked, &completion), text);
        assert_eq!(printed(&asked, &Completion::Files), "files\n");
    }
}

#[test]
fn a_script_calls_the_program_by_its_name() {
    for (name, shell) in SHELLS {
        let script = shell.script("mmd");
        assert!(script.contains(&format!("mmd {COMMAND} {name}")), "{name}");
        assert!(!script.contains('@') || shell != Shell::Fish, "{name}");
        assert!(!script.contains("@NAME@") && !script.contains("/mmd"), "{name}");
        assert_eq!(name.parse(), Ok(shell));
    }
}
