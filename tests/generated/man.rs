//! A man page for each command, from the definitions that parse it.

use std::{collections::BTreeMap, fmt::Write as _};

use clap::{Arg, Command};
use clap_mangen::Man;

use crate::route_table;

/// Every page by its file's name.
pub fn pages(root: &Command) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    walk(root, &[], &mut pages);
    pages
}

fn walk(command: &Command, above: &[&str], pages: &mut BTreeMap<String, String>) {
    let path: Vec<_> = above.iter().copied().chain([command.get_name()]).collect();
    pages.insert(format!("{}.1", path.join("-")), page(command, &path));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        walk(inner, &path, pages);
    }
}

fn page(command: &Command, path: &[&str]) -> String {
    let name = path.join("-");
    let is_root = path.len() == 1;
    let mut named = command
        .clone()
        .mut_args(with_values)
        .mut_args(|arg| if arg.is_global_set() && !is_root { arg.hide(true) } else { arg })
        .mut_subcommands(|inner| if inner.get_name() == "help" { inner.hide(true) } else { inner })
        .bin_name(path.join(" "))
        .display_name(&name)
        .subcommand_help_heading("COMMANDS")
        .subcommand_value_name("command");
    if is_root {
        named = named.override_usage("mmd [OPTIONS] COMMAND");
    }
    let man = Man::new(named);
    let mut bytes = Vec::new();
    let written = man
        .render_name_section(&mut bytes)
        .and_then(|()| man.render_synopsis_section(&mut bytes))
        .and_then(|()| man.render_description_section(&mut bytes));
    written.expect("a vector takes everything");
    // Without a date: a page is as old as its version, and the same wherever it is made.
    let (title, version) = (name.to_uppercase(), env!("CARGO_PKG_VERSION"));
    let mut text = format!(".TH \"{title}\" \"1\" \"\" \"mmd {version}\" \"mmd manual\"\n");
    text.push_str(&String::from_utf8(bytes).expect("roff is UTF-8"));
    text.push_str(if is_root { MANNERS } else { GLOBAL });
    let mut bytes = Vec::new();
    if command.has_subcommands() {
        man.render_subcommands_section(&mut bytes).expect("a vector takes everything");
    }
    man.render_options_section(&mut bytes).expect("a vector takes everything");
    text.push_str(&String::from_utf8(bytes).expect("roff is UTF-8"));
    let mut text = in_bold(&text);
    if path == ["mmd", "route"] {
        text.push_str(&route_table::section());
    }
    text.push_str(&exit_status(path));
    text.push_str(&environment(is_root));
    text.push_str(&files(path));
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    text.push_str(&examples(&help));
    text.push_str(&see_also(command, path));
    text
}

const MANNERS: &str = ".PP
Data goes to standard output, everything else to standard error.
On a terminal tables have a header, colour and relative times;
in a pipe they have no header, tabs between their columns, and times in RFC 3339.
With \\fB\\-\\-json\\fR the data are JSON, and errors too.
Without a terminal nothing is ever asked:
a missing answer is an error that names its flag.
";

const GLOBAL: &str = ".PP
The global options of \\fBmmd\\fR(1) may be given as well.
";

/// The values that an argument may have, in the sentence about it: a list takes a screen.
fn with_values(arg: Arg) -> Arg {
    let possible = arg.get_possible_values();
    let shown: Vec<_> = possible.iter().filter(|value| !value.is_hide_set()).collect();
    let told = shown.iter().any(|value| value.get_help().is_some());
    if shown.is_empty() || told || !arg.get_action().takes_values() {
        return arg;
    }
    let values: Vec<_> = shown.iter().map(|value| format!("`{}`", value.get_name())).collect();
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    arg.help(format!("{help}: {}", values.join(", "))).hide_possible_values(true)
}

/// What stands in backticks is typed: bold, as man pages show it.
fn in_bold(text: &str) -> String {
    let mut bold = String::new();
    for line in text.lines() {
        match line.split('`').collect::<Vec<_>>() {
            parts if line.starts_with('.') || parts.len() % 2 == 0 => bold.push_str(line),
            parts => {
                for (index, part) in parts.iter().enumerate() {
                    match index % 2 {
                        0 => bold.push_str(part),
                        _ => {
                            let _ = write!(bold, "\\fB{part}\\fR");
                        }
                    }
                }
            }
        }
        bold.push('\n');
    }
    // A line that begins with a change of font and a dot would be no request: nothing to guard.
    bold
}

/// Exit codes and their meanings, as `mmd::error::Kind` has them.
pub const EXITS: [(u8, &str); 10] = [
    (0, "Done."),
    (1, "Anything else that failed."),
    (2, "Wrong usage or input, or an answer is missing and nobody can be asked."),
    (3, "Not signed in, or the sign-in has expired."),
    (4, "Signed in, but not allowed; a password was refused."),
    (5, "Not found."),
    (6, "Refused by a rule."),
    (7, "The service could not be reached or did not answer in time."),
    (8, "Not now: slow down, or the device has not confirmed the password yet."),
    (130, "Interrupted."),
];

/// The exit codes of what asks no service; `None` for all else.
fn offline_exits(path: &[&str]) -> Option<&'static [u8]> {
    match path {
        // These two may ask. With `--device` a service that does not answer is done without.
        ["mmd", "route"] | ["mmd", "route", "explain"] => Some(&[0, 1, 2, 130]),
        ["mmd", "route", ..] => Some(&[0, 1, 2]),
        // 6 is a `no` to what `--install` would change.
        ["mmd", "completions"] => Some(&[0, 1, 2, 6, 130]),
        _ => None,
    }
}

fn exit_status(path: &[&str]) -> String {
    let mut text = ".SH EXIT STATUS\n".to_owned();
    let offline = offline_exits(path);
    if path.len() > 1 && offline.is_none() {
        text.push_str(
            "0 when it is done; the others are told in \\fBmmd\\fR(1). The most likely:\n",
        );
    }
    for (code, meaning) in EXITS {
        let is_told = match offline {
            Some(codes) => codes.contains(&code),
            None => path.len() == 1 || (1..8).contains(&code),
        };
        if is_told {
            let _ = write!(text, ".TP 5\n\\fB{code}\\fR\n{}\n", escaped(meaning));
        }
    }
    if path == ["mmd", "route"] {
        text.push_str(
            ".PP\nAn advised command that is gone on with ends with an exit status of its own.\n",
        );
    }
    text
}

/// Variables and what they say.
pub const VARIABLES: [(&str, &str); 20] = [
    ("MMD_PROFILE", "The profile to use, as --profile."),
    ("MMD_SERVICE", "Address of the service, as --service."),
    ("MMD_TENANT", "The tenant, as --tenant."),
    ("MMD_CA_FILE", "Certificate authority of the service, as --ca-file."),
    ("MMD_TOKEN", "A token; beats every saved one. Child processes do not inherit it."),
    ("MMD_TOKEN_FILE", "A file with a token."),
    ("MMD_CLIENT_ID", "The id of a program that signs in by itself."),
    ("MMD_CLIENT_SECRET", "Its secret. Child processes do not inherit it."),
    ("MMD_CLIENT_SECRET_FILE", "A file with its secret."),
    ("MMD_MASTER_KEY_FILE", "The key that the service seals passwords with."),
    ("MMD_CONFIG_DIR", "Instead of the platform's directory for settings."),
    ("MMD_DATA_DIR", "Instead of the platform's directory for data."),
    ("MMD_CACHE_DIR", "Instead of the platform's directory for caches."),
    ("MMD_OUTPUT", "How to print data, as --output."),
    ("MMD_NO_INPUT", "Set to anything but 0 or false: never ask, as --no-input."),
    ("NO_COLOR", "Set to anything: no colour."),
    ("TERM", "No colour where it is dumb."),
    ("DISPLAY, WAYLAND_DISPLAY", "The desktop whose clipboard takes a password."),
    ("ZDOTDIR", "Where zsh keeps its startup files."),
    ("HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE", "As everywhere."),
];

fn environment(is_root: bool) -> String {
    if !is_root {
        return ".SH ENVIRONMENT\nThe variables of \\fBmmd\\fR(1); a flag beats a variable, and a \
                variable beats the profile.\n"
            .to_owned();
    }
    let mut text =
        ".SH ENVIRONMENT\nA flag beats a variable, and a variable beats the profile.\n".to_owned();
    for (name, meaning) in VARIABLES {
        let _ = write!(text, ".TP\n\\fB{name}\\fR\n{}\n", escaped(meaning));
    }
    text
}

fn files(path: &[&str]) -> String {
    let mut text = ".SH FILES\n".to_owned();
    let mut file = |name: &str, what: &str| {
        let _ = write!(text, ".TP\n\\fI{}\\fR\n{}\n", escaped(name), escaped(what));
    };
    match path {
        ["mmd", "serve", ..] => {
            file("DATA_DIR/mmd.db", "The database: everything but the keys.");
            file(
                "DATA_DIR/master.key",
                "The key that passwords are sealed with; keep it elsewhere.",
            );
            file("DATA_DIR/bootstrap-invite", "The invite of the first member, until it is used.");
            file("DATA_DIR/tls/ca.pem", "The certificate authority, for --ca-file.");
        }
        ["mmd", "route", ..] => {
            file(
                "~/.config/mmd/route.toml",
                "The organisation's own decision table: ROUTE.TOML in mmd-route(1).",
            );
            file("~/.config/mmd/config.toml", "Profiles: the service that --device asks.");
        }
        ["mmd", "agent", ..] => {
            file("STATE_DIR/", "The agent's key, its journal, and where its service is (0700).");
        }
        _ => {
            file("~/.config/mmd/config.toml", "Profiles, and which of them is current.");
            file("~/.local/share/mmd/credentials/", "Tokens that are kept in files (0600).");
            file("~/.local/share/mmd/embedded/", "The built-in sample tenant.");
            file(
                "~/.cache/mmd/names/",
                "Names for completion, a directory for each profile (0600).",
            );
        }
    }
    text
}

/// What stands in the help behind `Example:`, as it is typed.
fn examples(help: &str) -> String {
    let mut text = ".SH EXAMPLES\n".to_owned();
    let mut inside = false;
    for line in help.lines().filter(|line| !line.starts_with("Example")) {
        match (line.strip_prefix("  "), inside) {
            (Some(_), false) => text.push_str(".nf\n"),
            (None, true) => text.push_str(".fi\n.PP\n"),
            _ => {}
        }
        inside = line.starts_with("  ");
        text.push_str(&in_bold(&escaped(line.strip_prefix("  ").unwrap_or(line))));
    }
    if inside {
        text.push_str(".fi\n");
    }
    text
}

fn see_also(command: &Command, path: &[&str]) -> String {
    let mut pages: Vec<_> = (1..path.len()).map(|length| path[..length].join("-")).collect();
    let own = path.join("-");
    let inner = command.get_subcommands().filter(|inner| inner.get_name() != "help");
    pages.extend(inner.map(|inner| format!("{own}-{}", inner.get_name())));
    let list: Vec<_> = pages.iter().map(|page| format!("\\fB{}\\fR(1)", escaped(page))).collect();
    format!(".SH SEE ALSO\n{}\n", list.join(",\n"))
}

/// Text as roff takes it.
pub fn escaped(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('~', "\\(ti");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}
