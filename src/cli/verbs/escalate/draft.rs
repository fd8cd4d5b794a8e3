//! Requests that were not sent, or of which nobody knows: nothing that was typed is lost.
//!
//! A draft is a file (0600) of the data directory, below its profile. It keeps the key under which
//! the request was or will be sent: however often it is sent again, it is filed once.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{attachments, editor, form::Form};
use crate::{
    cli::{
        context::Context,
        files,
        settings::{DEFAULT_PROFILE, ServiceChoice, Source},
        verbs::words::{count, word},
    },
    error::{Error, Kind, Result},
};

/// The most drafts of one profile. None is ever dropped for another: what is one too many is said
/// to be, while whoever typed it still has it.
const MOST: usize = 10_000;

/// More drafts than this are worth a word.
const MANY: usize = 100;

/// How long a service knows the key of a write (`design.md`, The service), with an hour to spare.
pub const KEY_HOLDS: Duration = Duration::from_secs(23 * 3600);

/// A request that is not known to be filed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Its name: the first letters of the key.
    pub id: String,
    /// What the service knows the filing by, once it has filed or handed it over. What it has
    /// refused may be sent under it again, corrected.
    pub key: Uuid,
    /// When it was begun.
    pub created: Timestamp,
    /// When it was first sent. It may have been filed, whatever was answered: of several attempts
    /// only the last one's answer is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Timestamp>,
    /// The titles that it has been sent under: what was filed has one of them, whatever was changed
    /// afterwards.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent_titles: Vec<String>,
    /// Why it was not filed, in a sentence.
    pub reason: String,
    /// What was typed.
    pub form: Form,
}

impl Draft {
    /// A draft that was just begun.
    pub fn new(form: Form, now: Timestamp) -> Self {
        let key = Uuid::new_v4();
        let id = key.simple().to_string()[..8].to_owned();
        let (sent, sent_titles, reason) = (None, Vec::new(), "not sent".to_owned());
        Self { id, key, created: now, sent, sent_titles, reason, form }
    }

    /// Notes that it is sent under `title`; nobody knows yet what becomes of it.
    pub fn sending(&mut self, title: &str, now: Timestamp) {
        self.sent.get_or_insert(now);
        if !self.sent_titles.iter().any(|known| known == title) {
            self.sent_titles.push(title.to_owned());
        }
    }

    /// The command that takes it up again.
    pub fn resume_command(&self) -> String {
        format!("`mmd escalate resume {}`", word(&self.id))
    }
}

/// The drafts of one profile.
#[derive(Debug, Clone)]
pub struct Drafts {
    dir: PathBuf,
}

impl Drafts {
    /// Those of the profile that counts; without one, those of the service; before there is any, those
    /// of the profile that the first sign-in makes.
    pub fn of(cx: &Context) -> Self {
        let settings = &cx.settings;
        let place = match (&settings.profile, &settings.service.value) {
            (Some(profile), _) => profile.value.clone(),
            (None, ServiceChoice::Embedded) if settings.service.source == Source::Default => {
                DEFAULT_PROFILE.to_owned()
            }
            (None, ServiceChoice::Embedded) => crate::cli::settings::SAMPLE.to_owned(),
            // No profile has a name that begins with a mark.
            (None, ServiceChoice::Url(url)) => {
                let host = url.as_str().trim_start_matches("https://");
                format!("_{}", host.replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "_"))
            }
        };
        Self { dir: settings.dirs.data.join("drafts").join(place) }
    }

    /// Keeps `draft`, durably; returns how many there are with it.
    ///
    /// # Errors
    /// When the data directory cannot be written, or there are too many drafts already.
    pub fn keep(&self, draft: &Draft) -> Result<usize> {
        let path = self.path(&draft.id);
        let others = self.files()?.into_iter().filter(|other| *other != path).count();
        if others >= MOST {
            return Err(Error::failed(format!("there are {others} drafts already")).hint(
                "`mmd escalate drafts` lists them, `mmd escalate drafts --discard ID` drops one",
            ));
        }
        files::write_private(&path, &bytes(draft)?)?;
        Ok(others + 1)
    }

    /// Keeps `draft` against the end of this process, not of the machine's power: it is replaced
    /// or removed as soon as the service has answered, and must not make anybody wait.
    ///
    /// # Errors
    /// When the data directory cannot be written.
    pub fn note(&self, draft: &Draft) -> Result<()> {
        files::private_dir(&self.dir)?;
        files::write_private_quickly(&self.path(&draft.id), &bytes(draft)?)
    }

    /// All of them, the newest first; what is no draft is passed over.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub fn all(&self) -> Result<Vec<Draft>> {
        let mut all: Vec<_> = self.files()?.iter().filter_map(|path| read(path)).collect();
        all.sort_by(|a: &Draft, b| b.created.cmp(&a.created).then_with(|| a.id.cmp(&b.id)));
        Ok(all)
    }

    fn files(&self) -> Result<Vec<PathBuf>> {
        let entries = match fs::read_dir(&self.dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => {
                return Err(Error::failed(format!(
                    "the drafts in `{}` cannot be read",
                    self.dir.display()
                ))
                .cause(error));
            }
        };
        let files = entries.flatten().map(|entry| entry.path());
        Ok(files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect())
    }

    /// The one whose id begins with `text`; without a text, the only one there is.
    ///
    /// # Errors
    /// [`Kind::NotFound`] where there is none, [`Kind::Usage`] where there are several.
    pub fn one(&self, text: Option<&str>) -> Result<Draft> {
        let mut all = self.all()?;
        if let Some(text) = text {
            all.retain(|draft| draft.id.starts_with(&text.to_ascii_lowercase()));
        }
        match (<[_; 1]>::try_from(all), text) {
            (Ok([one]), _) => Ok(one),
            (Err(none), None) if none.is_empty() => {
                Err(Error::not_found("there are no drafts").hint("`mmd escalate` begins a request"))
            }
            (Err(none), Some(text)) if none.is_empty() => {
                Err(Error::not_found(format!("there is no draft `{text}`"))
                    .hint("`mmd escalate drafts` lists them"))
            }
            (Err(several), _) => {
                let sentence = match text {
                    None => "several drafts are there, and none is named".to_owned(),
                    Some(text) => format!("several drafts begin with `{text}`"),
                };
                let mut error = Error::usage(sentence);
                error.causes.extend(several.iter().take(5).map(|draft| {
                    let title = draft.form.title.as_deref().unwrap_or("no title yet");
                    format!("{}: {title}", draft.id)
                }));
                Err(error.hint("name one by its id: `mmd escalate resume ID`"))
            }
        }
    }

    /// Removes one; true when it was there.
    ///
    /// # Errors
    /// When the data directory cannot be written.
    pub fn discard(&self, id: &str) -> Result<bool> {
        files::remove_if_there(&self.path(id))
    }

    fn path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.json"))
    }
}

/// Says under an error where the request lies now; where it could not be kept, that too.
pub fn kept(error: Error, draft: Draft, cx: &Context) -> Error {
    kept_and(error, draft, cx, with_draft)
}

/// The same for a draft that is of no more use: the error itself says what is left to do.
pub fn left(error: Error, draft: Draft, cx: &Context) -> Error {
    kept_and(error, draft, cx, |error, draft| error.detail("draft", draft.id.as_str()))
}

fn kept_and(
    error: Error,
    mut draft: Draft,
    cx: &Context,
    told: impl Fn(Error, &Draft) -> Error,
) -> Error {
    // What could not be read of what was written in the editor belongs to it, and is something.
    if draft.form.is_empty() && !editor::path_of(&cx.settings.dirs.data, &draft.id).exists() {
        return error;
    }
    draft.reason.clone_from(&error.message);
    // It may be taken up in another directory.
    for path in &mut draft.form.attach {
        *path = attachments::absolute(path);
    }
    let files = draft.form.attach.len();
    // A draft is JSON, in which there is no other path.
    draft.form.attach.retain(|path| path.to_str().is_some());
    let error = match files - draft.form.attach.len() {
        0 => error,
        dropped => error.cause(format!(
            "the draft is kept without {}, the path of which is not UTF-8",
            count(dropped, "file")
        )),
    };
    match Drafts::of(cx).keep(&draft) {
        Ok(number) => {
            if number > MANY {
                cx.output.warn(&format!(
                    "{number} drafts are kept: `mmd escalate drafts` lists them, \
                     `mmd escalate drafts --discard ID` drops one"
                ));
            }
            told(error, &draft)
        }
        Err(fault) => {
            let error = error.cause(format!("and it could not be kept as a draft: {fault}"));
            fault.hints.into_iter().fold(error, Error::hint)
        }
    }
}

/// The way on, in words and for programs.
fn with_draft(error: Error, draft: &Draft) -> Error {
    let error = error.detail("draft", draft.id.as_str());
    let way = match error.kind {
        Kind::Unreachable | Kind::NotNow | Kind::SignIn | Kind::Interrupted | Kind::Failed => {
            "sends it"
        }
        _ => "takes it up again",
    };
    error.hint(format!(
        "nothing typed is lost: it is draft {}, and {} {way}",
        draft.id,
        draft.resume_command()
    ))
}

fn bytes(draft: &Draft) -> Result<Vec<u8>> {
    serde_json::to_vec_pretty(draft)
        .map_err(|error| Error::failed("the draft cannot be written").cause(error))
}

fn read(path: &Path) -> Option<Draft> {
    let mut draft: Draft = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    if draft.sent.is_some() && draft.sent_titles.is_empty() {
        // Kept before the titles were: the one it has is the one it was sent under.
        draft.sent_titles.extend(draft.form.title.clone());
    }
    Some(draft)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::verbs::escalate::form::tests::whole;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn drafts_are_private_files_and_the_newest_comes_first() {
        let home = tempfile::tempdir().unwrap();
        let drafts = Drafts { dir: home.path().join("drafts/work") };
        assert_eq!(drafts.all().unwrap(), []);
        assert_eq!(drafts.one(None).unwrap_err().kind, Kind::NotFound);
        let (old, new) = (Draft::new(whole(), at(1)), Draft::new(whole(), at(2)));
        drafts.keep(&old).unwrap();
        assert_eq!(drafts.one(None).unwrap(), old);
        drafts.note(&new).unwrap();
        assert_eq!(drafts.all().unwrap(), [new.clone(), old.clone()]);
        assert_eq!(drafts.one(Some(&old.id[..6])).unwrap(), old);
        assert_eq!(drafts.one(None).unwrap_err().kind, Kind::Usage);
        assert_eq!(drafts.one(Some("../../x")).unwrap_err().kind, Kind::NotFound);
        for draft in [&old, &new] {
            files::check_private(&drafts.path(&draft.id)).unwrap();
            assert!(drafts.discard(&draft.id).unwrap());
        }
        assert!(!drafts.discard(&old.id).unwrap());
    }

    #[test]
    fn no_draft_makes_room_for_another_and_one_too_many_is_said_to_be() {
        let home = tempfile::tempdir().unwrap();
        let drafts = Drafts { dir: home.path().to_owned() };
        let first = Draft::new(whole(), at(0));
        assert_eq!(drafts.keep(&first).unwrap(), 1);
        assert_eq!(drafts.keep(&first).unwrap(), 1, "it is the same one");
        for second in 1..=MANY {
            let draft = Draft::new(whole(), at(i64::try_from(second).unwrap()));
            drafts.note(&draft).unwrap();
        }
        let next = Draft::new(whole(), at(1_000));
        assert_eq!(drafts.keep(&next).unwrap(), MANY + 2);
        assert_eq!(drafts.one(Some(&first.id)).unwrap(), first);

        for number in MANY + 2..MOST {
            fs::write(drafts.path(&format!("x{number}")), "{}").unwrap();
        }
        let error = drafts.keep(&Draft::new(whole(), at(2_000))).unwrap_err();
        assert_eq!(error.message, format!("there are {MOST} drafts already"));
        assert!(error.hints[0].contains("`mmd escalate drafts --discard ID`"), "{:?}", error.hints);
        // What is there already is kept as it is now.
        assert_eq!(drafts.keep(&next).unwrap(), MOST);
    }

    #[test]
    fn a_draft_knows_when_it_was_first_sent_and_under_which_titles() {
        let mut draft = Draft::new(whole(), at(1));
        for (title, second) in [("a", 2), ("b", 3), ("a", 4)] {
            draft.sending(title, at(second));
        }
        assert_eq!(draft.sent, Some(at(2)), "the first time counts");
        assert_eq!(draft.sent_titles, ["a", "b"]);
    }
}
