//! Which delivery: the flag, else on a terminal what the profile says or a menu, else none.

use std::path::Path;

use super::{Delivery, HOLD_FOR, Way};
use crate::{
    cli::{
        files,
        output::{Format, Output},
        prompt::{Prompter, Question},
    },
    error::{Error, Result},
};

/// The file of the data directory that keeps the last choice, which is no secret.
const LAST: &str = "delivery";

/// Chooses before anything is read: giving up at the menu leaves no view behind.
///
/// `None` means: hand over everything but the password. A script gets a password only by a flag,
/// whatever a profile says.
pub fn choose(
    flag: Option<Delivery>,
    profile: Option<Way>,
    output: &Output,
    prompter: &dyn Prompter,
    data_dir: &Path,
) -> Result<Option<Delivery>> {
    let options = output.options();
    match flag {
        Some(Delivery::Way(way @ (Way::Qr | Way::Phonetic))) if options.format != Format::Table => {
            Err(Error::usage(format!("`--{way}` is for people, and the output is for programs"))
                .hint("use `--reveal`, or leave out `--json`, `--output` and `MMD_OUTPUT`"))
        }
        Some(flag) => Ok(Some(flag)),
        None if options.format != Format::Table || !options.stdout_terminal => Ok(None),
        None if !prompter.can_ask() => Ok(None),
        None => {
            let way = profile.map_or_else(|| ask(prompter, &data_dir.join(LAST)), Ok)?;
            Ok(Some(Delivery::Way(way)))
        }
    }
}

fn ask(prompter: &dyn Prompter, last: &Path) -> Result<Way> {
    let start = Way::ALL.iter().position(|way| Some(*way) == remembered(last));
    let items = Way::ALL.map(|way| match way {
        Way::Copy => format!("Copy to the clipboard, cleared in {} s", HOLD_FOR.as_secs()),
        Way::Reveal => "Reveal until a key is pressed".into(),
        Way::Qr => "QR code".into(),
        Way::Phonetic => "Spell it, to read it aloud".into(),
    });
    let question = Question::new("How do you want the password?", "--copy");
    let index = prompter.select(question, &items, start.unwrap_or(0))?;
    let way = Way::ALL[index.min(Way::ALL.len() - 1)];
    // A convenience: where it cannot be kept, the menu starts at the top again.
    let _ = files::write_private(last, way.to_string().as_bytes());
    Ok(way)
}

fn remembered(last: &Path) -> Option<Way> {
    let text = files::read_if_there(last).ok()??;
    Way::ALL.into_iter().find(|way| way.to_string().as_bytes() == text.trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{
        output::{
            delivery::Field,
            tests::{captured, piped, terminal},
        },
        prompt::tests::{Answer, Scripted},
    };

    #[test]
    fn a_terminal_gets_a_menu_that_starts_at_the_last_choice() {
        let home = tempfile::tempdir().unwrap();
        let (output, ..) = captured(terminal());
        for (answer, start) in [(1, 0), (3, 1), (3, 3)] {
            let prompter = Scripted::new([Answer::Select(answer)]);
            let way = choose(None, None, &output, &prompter, home.path()).unwrap();
            assert_eq!(way, Some(Delivery::Way(Way::ALL[answer])));
            assert_eq!(
                prompter.asked(),
                [format!(
                    "How do you want the password?: Copy to the clipboard, cleared in 45 s | \
                     Reveal until a key is pressed | QR code | Spell it, to read it aloud [{start}]"
                )]
            );
        }
        assert_eq!(std::fs::read(home.path().join("delivery")).unwrap(), b"phonetic");
    }

    #[test]
    fn flag_then_profile_then_menu_and_never_a_guess_in_a_script() {
        let home = tempfile::tempdir().unwrap();
        let flag = Some(Delivery::Field(Field::Account));
        let copy = Some(Way::Copy);
        for (options, flag, profile, chosen) in [
            (terminal(), flag, copy, flag),
            (terminal(), None, copy, Some(Delivery::Way(Way::Copy))),
            (piped(Format::Table), None, copy, None),
            (piped(Format::Json), None, copy, None),
            (piped(Format::Table), flag, copy, flag),
        ] {
            let (output, ..) = captured(options);
            let prompter = Scripted::new([]);
            assert_eq!(choose(flag, profile, &output, &prompter, home.path()).unwrap(), chosen);
        }
        let (output, ..) = captured(terminal());
        let nobody = Scripted::silent();
        assert_eq!(choose(None, copy, &output, &nobody, home.path()).unwrap(), None);
    }

    #[test]
    fn a_drawing_does_not_go_with_json() {
        let (output, ..) = captured(piped(Format::Json));
        for way in [Way::Qr, Way::Phonetic] {
            let flag = Some(Delivery::Way(way));
            let error = choose(flag, None, &output, &Scripted::silent(), Path::new("/"));
            assert_eq!(error.unwrap_err().kind.exit(), 2);
        }
    }
}
