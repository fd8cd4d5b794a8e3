//! Opens an address in the person's browser: `$BROWSER`, else what the system has for it.

use std::process::{Command, Stdio};

use super::settings::{Environment, scrub};

/// Opens `url`. False where no browser could be started; the person has the address anyway.
pub fn open(url: &str, environment: &Environment) -> bool {
    let named = environment.text("BROWSER");
    // Without a display the system's opener would start a browser in the terminal, over our words.
    let display = environment.text("DISPLAY").or(environment.text("WAYLAND_DISPLAY")).is_some();
    let system = cfg!(any(windows, target_os = "macos")) || display;
    let commands = match named {
        Some(list) => named_commands(list, url),
        None if system => open::commands(url),
        None => Vec::new(),
    };
    commands.into_iter().any(|mut command| {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        scrub(&mut command).spawn().is_ok()
    })
}

/// The commands of `$BROWSER`: a list with colons between, `%s` in each stands for the address,
/// which comes last where there is none. No shell reads them.
fn named_commands(list: &str, url: &str) -> Vec<Command> {
    let commands = list.split(':').map(|command| command.split_whitespace().collect::<Vec<_>>());
    commands
        .filter_map(|words| {
            let (program, args) = words.split_first()?;
            let mut command = Command::new(program);
            command.args(args.iter().map(|word| word.replace("%s", url)));
            if !args.iter().any(|word| word.contains("%s")) {
                command.arg(url);
            }
            Some(command)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_named_with_or_without_a_place_for_the_address() {
        let told = |list| -> Vec<Vec<String>> {
            let commands = named_commands(list, "https://id.example.com/?a=b&c=d");
            let words = |command: Command| {
                let args = command.get_args().map(|arg| arg.to_string_lossy().into_owned());
                std::iter::once(command.get_program().to_string_lossy().into_owned())
                    .chain(args)
                    .collect()
            };
            commands.into_iter().map(words).collect()
        };
        let url = "https://id.example.com/?a=b&c=d";
        assert_eq!(told("firefox"), [["firefox", url]]);
        assert_eq!(
            told("a --new-window %s:b -x"),
            [vec!["a", "--new-window", url], vec!["b", "-x", url]]
        );
        assert!(told(" : ").is_empty());
    }

    #[test]
    fn without_a_browser_nothing_is_opened() {
        assert!(!open("https://id.example.com", &Environment::default()));
        let nowhere = Environment::of([("BROWSER", "/nonexistent/browser")]).unwrap();
        assert!(!open("https://id.example.com", &nowhere));
    }
}
