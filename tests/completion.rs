//! Completion as each shell does it: the real shell loads the real script, and a line is completed
//! as if somebody had pressed the tab key.

mod common;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use mmd::cli::complete::{
    LIMIT,
    engine::Candidate,
    names::{List, Names},
    shells::Shell,
};

/// A scratch home with a profile, whose service is not there, and with names.
struct Home(tempfile::TempDir);

impl Home {
    fn new(devices: impl IntoIterator<Item = String>) -> Self {
        let home = Self(tempfile::tempdir().expect("a directory"));
        let config = home.path("config/mmd");
        fs::create_dir_all(&config).expect("a directory");
        let profile = "current = \"work\"\n[profiles.work]\nservice = \"https://127.0.0.1:1\"\n";
        fs::write(config.join("config.toml"), profile).expect("a config file");
        let names = home.names();
        let name = |name: String| Candidate::new(name, Some("Latitude".into()));
        names.save(List::Devices, devices.into_iter().map(name)).expect("names");
        let marta = Candidate::new("marta.lopez@contoso.com", Some("MARTA-LT".into()));
        names.save(List::People, [marta]).expect("names");
        home
    }

    fn names(&self) -> Names {
        Names::at(&self.path("cache/mmd"), "work")
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// A command in this home that finds our program, and nothing else of this machine's owner.
    fn command(&self, program: &str) -> Command {
        let own = Path::new(env!("CARGO_BIN_EXE_mmd")).parent().expect("a directory");
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", self.0.path())
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("XDG_CACHE_HOME", self.path("cache"))
            .env("XDG_DATA_HOME", self.path("data"))
            .env("PATH", format!("{}:/usr/bin:/bin", own.display()))
            .env("LC_ALL", "C.UTF-8")
            .env("TERM", "xterm")
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    /// The lines that `script` prints in `shell`.
    fn lines(&self, shell: &str, args: &[&str], script: &str) -> Vec<String> {
        let output = self.command(shell).args(args).arg(script).output().expect("it runs");
        told(&output)
    }
}

fn told(output: &Output) -> Vec<String> {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.is_empty(), "nothing is ever complained of: {errors}");
    let text = String::from_utf8(output.stdout.clone()).expect("UTF-8");
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

fn is_there(shell: &str) -> bool {
    let there = Command::new(shell).arg("--version").output().is_ok_and(|o| o.status.success());
    if !there {
        common::missing(shell);
    }
    there
}

fn a_few() -> Home {
    Home::new(["MARTA-LT", "MARCO-LT", "OLU-LT", "FRONT DESK"].map(str::to_owned))
}

fn script(shell: Shell) -> String {
    format!("{}/completions/{}", env!("CARGO_MANIFEST_DIR"), shell.file())
}

/// What `shell` on a pseudo-terminal has made of `line` at a press of the tab key, and what it has
/// listed. `setup` makes it say `ready`, and `<<LINE>>` at Control-G. zsh is the terminal.
fn at_the_key(home: &Home, shell: &str, setup: &str, line: &str) -> String {
    let text = r#"
zmodload zsh/zpty zsh/zselect
zpty -b shell "$1"
await() { # PATTERN
    local piece all=
    repeat 3000; do
        if zpty -r -t shell piece; then
            all+=$piece
            [[ $all == *$~1* ]] && break
        else
            zselect -t 1
        fi
    done
    print -r -- $all
}
zpty -w shell "$2"
await '*ready*' >/dev/null
zpty -w -n shell "$3"$'\t'
zselect -t 10
zpty -w -n shell $'\a'
await '*<<*>>*'
zpty -d shell
"#;
    let args = ["-f", "-c", text, "zsh", shell, setup, line];
    let output = home.command("zsh").args(args).output().expect("zsh");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn bash_completes_verbs_devices_and_people() {
    if !is_there("bash") || !is_there("zsh") {
        return;
    }
    let home = a_few();
    let setup = format!(
        "PS1=; bind 'set enable-bracketed-paste off'; source {}; \
         bind -x '\"\\C-g\": printf \"<<%s>>\\n\" \"$READLINE_LINE\"'; echo rea\"\"dy",
        script(Shell::Bash)
    );
    for (line, completed) in [
        ("mmd elevate olu", "<<mmd elevate OLU-LT >>"),
        ("mmd elevate marta.l", "<<mmd elevate marta.lopez@contoso.com >>"),
        ("mmd elevate marta.lopez@con", "<<mmd elevate marta.lopez@contoso.com >>"),
        ("mmd elevate fr", "<<mmd elevate FRONT\\ DESK >>"),
        ("mmd elevate 'fr", "<<mmd elevate 'FRONT DESK' >>"),
        ("mmd audit ver", "<<mmd audit verify >>"),
        ("mmd status --prof", "<<mmd status --profile >>"),
        ("mmd status --profile=w", "<<mmd status --profile=work >>"),
        ("mmd audit verify .con", "<<mmd audit verify .con>>"),
        ("mmd audit verify conf", "<<mmd audit verify config/>>"),
        ("mmd device show nothing", "<<mmd device show nothing>>"),
    ] {
        let told = at_the_key(&home, "bash --norc --noprofile -i", &setup, line);
        assert!(told.contains(completed), "{line}: {told:?}");
    }
}

/// Words are handed over as they stand before the cursor, whatever bash has cut them into.
#[test]
fn bash_lists_every_name_that_begins_like_the_word() {
    if !is_there("bash") {
        return;
    }
    let home = a_few();
    let text = format!(
        "source {}; COMP_LINE='mmd elevate mar-LT'; COMP_POINT=15; _mmd; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        script(Shell::Bash)
    );
    let listed = home.lines("bash", &["-c"], &text);
    assert_eq!(listed, ["MARCO-LT", "MARTA-LT", "marta.lopez@contoso.com"]);
}

#[test]
fn bash_knows_the_script_by_the_name_of_the_program() {
    if !is_there("bash") {
        return;
    }
    let home = a_few();
    let text = format!("source {}\ncomplete -p mmd", script(Shell::Bash));
    assert_eq!(home.lines("bash", &["-c"], &text), ["complete -o nosort -F _mmd mmd"]);
}

#[test]
fn fish_completes_verbs_devices_and_people() {
    if !is_there("fish") {
        return;
    }
    let home = a_few();
    for (line, expected) in [
        (
            "mmd elevate mar",
            &["MARCO-LT\tLatitude", "MARTA-LT\tLatitude", "marta.lopez@contoso.com\tMARTA-LT"][..],
        ),
        ("mmd elevate marta.lopez@con", &["marta.lopez@contoso.com\tMARTA-LT"]),
        (
            "mmd audit ver",
            &["verify\tProve that nothing in the audit trail was changed, dropped or reordered"],
        ),
        ("mmd --profile work device show OL", &["OLU-LT\tLatitude"]),
        ("mmd device show nothing", &[]),
    ] {
        let text = format!("source {}\ncomplete -C '{line}'", script(Shell::Fish));
        assert_eq!(home.lines("fish", &["--no-config", "-c"], &text), expected, "{line}");
    }
}

#[test]
fn fish_completes_words_with_quotes_and_backslashes_and_paths_behind_a_flag() {
    if !is_there("fish") {
        return;
    }
    let home = Home::new(["Lab PC 1", "Lab PC 12", "Lab PC 2", "'odd"].map(str::to_owned));
    for file in ["table.toml", "table one.toml", "table o'clock.toml"] {
        fs::write(home.path(file), "").expect("a file");
    }
    for (line, expected) in [
        (r"mmd elevate la", &["Lab PC 1", "Lab PC 12", "Lab PC 2"][..]),
        (r"mmd elevate Lab\ PC\ ", &["Lab PC 1", "Lab PC 12", "Lab PC 2"]),
        (r"mmd elevate Lab\ PC\ 1", &["Lab PC 1", "Lab PC 12"]),
        (r"mmd elevate 'Lab PC 1", &["Lab PC 1", "Lab PC 12"]),
        (r#"mmd elevate "Lab PC 2"#, &["Lab PC 2"]),
        (r"mmd elevate \'o", &["'odd"]),
        (r"mmd elevate -- ", &["'odd", "Lab PC 1", "Lab PC 12", "Lab PC 2"]),
        (r"mmd elevate -- list ", &[]),
        (r"mmd route --table=table.", &["--table=table.toml"]),
        (r"mmd route --table=table\ on", &["--table=table one.toml"]),
        (r"mmd route --table table\ on", &["table one.toml"]),
        (r"mmd route --table 'table on", &["table one.toml"]),
        (r#"mmd route --table "table o'"#, &["table o'clock.toml"]),
        (r"mmd route --table con", &["config/"]),
    ] {
        let quoted = line.replace('\\', "\\\\").replace('\'', "\\'");
        let text = format!("source {}\ncomplete -C '{quoted}'", script(Shell::Fish));
        let lines = home.lines("fish", &["--no-config", "-c"], &text);
        let names: Vec<_> =
            lines.iter().map(|line| line.split('\t').next().unwrap_or_default()).collect();
        // People are listed as well where nothing was typed.
        let names: Vec<_> = names.into_iter().filter(|name| !name.contains('@')).collect();
        assert_eq!(names, expected, "{line}");
    }
}

#[test]
fn zsh_completes_verbs_devices_and_people() {
    if !is_there("zsh") {
        return;
    }
    let home = a_few();
    let setup = format!(
        "PS1=; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; LISTMAX=1000; \
         source {}; bindkey '^I' complete-word; show() {{ print -r -- \"<<$BUFFER>>\" }}; \
         zle -N show; bindkey '^G' show; print rea\"\"dy",
        script(Shell::Zsh)
    );
    let zsh = "zsh -f -i";
    for (line, completed) in [
        ("mmd elevate olu", "<<mmd elevate OLU-LT >>"),
        ("mmd elevate marta.l", "<<mmd elevate marta.lopez@contoso.com >>"),
        ("mmd elevate fr", "<<mmd elevate FRONT\\ DESK >>"),
        ("mmd audit ver", "<<mmd audit verify >>"),
        ("mmd status --prof", "<<mmd status --profile >>"),
        ("mmd status --profile=w", "<<mmd status --profile=work >>"),
        ("mmd audit verify conf", "<<mmd audit verify config/>>"),
    ] {
        let told = at_the_key(&home, zsh, &setup, line);
        assert!(told.contains(completed), "{line}: {told:?}");
    }
    let listed = at_the_key(&home, zsh, &setup, "mmd elevate mar");
    assert!(listed.contains("MARCO-LT") && listed.contains("MARTA-LT"), "{listed:?}");
}

#[test]
fn zsh_finds_the_script_on_its_path() {
    if !is_there("zsh") {
        return;
    }
    let home = a_few();
    let dir = format!("{}/completions", env!("CARGO_MANIFEST_DIR"));
    let text =
        format!("fpath=({dir} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[mmd]");
    assert_eq!(home.lines("zsh", &["-f", "-c"], &text), ["_mmd"]);
}

/// PowerShell is no part of Debian: brackets and quotes are counted, and its question is asked.
#[test]
fn powershell_is_answered_with_what_it_inserts_lists_and_tells() {
    let text = fs::read_to_string(script(Shell::PowerShell)).expect("the script");
    for (open, close) in [('{', '}'), ('(', ')'), ('[', ']')] {
        let count = |c| text.chars().filter(|d| *d == c).count();
        assert_eq!(count(open), count(close));
    }
    assert_eq!(text.matches('"').count() % 2, 0);
    let home = a_few();
    let output = home
        .command("mmd")
        .args(["__complete", "powershell", "2", "mmd", "elevate", "fr"])
        .output()
        .expect("mmd");
    assert_eq!(told(&output), ["names", "'FRONT DESK'\tFRONT DESK\tLatitude"]);
}

#[test]
fn a_hundred_thousand_devices_give_two_hundred_candidates() {
    let home = Home::new((0..100_000).map(|number| format!("MMD-{number:06}")));
    for (word, expected) in [("", LIMIT), ("mmd-", LIMIT), ("mmd-0999", 100), ("mmd-099999", 1)] {
        let output = home
            .command("mmd")
            .args(["__complete", "fish", "3", "mmd", "device", "show", word])
            .output()
            .expect("mmd");
        let lines = told(&output);
        assert_eq!((lines[0].as_str(), lines.len() - 1), ("names", expected), "{word}");
    }
}

#[test]
fn whatever_is_wrong_nothing_is_said() {
    let home = a_few();
    let config = home.path("config/mmd/config.toml");
    for (name, text) in [("no TOML", "= ="), ("no such profile", "current = \"gone\"\n")] {
        fs::write(&config, text).expect("a config file");
        let output = home
            .command("mmd")
            .args(["__complete", "fish", "2", "mmd", "elevate", "M"])
            .output()
            .expect("mmd");
        assert!(output.status.success(), "{name}");
        assert_eq!(told(&output), ["names"], "{name}");
    }
    for args in [&[][..], &["nushell", "1"], &["bash"], &["fish", "x", "mmd"]] {
        let output = home.command("mmd").arg("__complete").args(args).output().expect("mmd");
        assert!(output.status.success() && told(&output).is_empty(), "{args:?}");
    }
}
