//! `mmd escalate download ID [NAME…]`: what lies by a request, checked against what was attached.

use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use serde_json::json;
use uuid::Uuid;

use crate::{
    api::ticket::Attachment,
    cli::{
        context::Context,
        output::{Report, Table},
        prompt::unless_interrupted,
        verbs::words::word,
    },
    client::Tenant,
    domain::ticket::LONGEST_NAME,
    error::{Error, IoContext, Kind, Result},
};

/// Of which request, which files, and where to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its id.
    pub id: String,
    /// Names or ids of attachments; none means all.
    pub names: Vec<String>,
    /// `--dir`
    pub dir: PathBuf,
}

/// Downloads attachments; a file that is there already is not touched. What is wrong with one of them
/// keeps no other from being fetched; what would keep all of them ends it.
///
/// # Errors
/// For a name that nothing has, a file in the way, and bytes that are not those attached; behind
/// those that did arrive.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let tenant = cx.tenant().await?;
    let all = tenant.ticket_attachments(&input.id).await?;
    let wanted = wanted(all, &input)?;
    let targets = targets(&wanted, &input.dir)?;
    let mut table = Table::new(["File", "Bytes"], "nothing is attached");
    let (mut rows, mut fault) = (Vec::new(), None::<Error>);
    for (attachment, path) in wanted.iter().zip(&targets) {
        if let Err(error) = one(&tenant, &input.id, attachment, path, cx).await {
            let is_of_file = matches!(error.kind, Kind::Failed | Kind::NotFound);
            let (place, how) =
                (format!("at the attachment `{}`", attachment.name), error.to_string());
            fault = Some(match fault {
                None => error.cause(place),
                Some(first) => first.cause(format!("{place}: {how}")),
            });
            if is_of_file {
                continue;
            }
            break;
        }
        let bytes = i64::try_from(attachment.size).unwrap_or(i64::MAX);
        table.push([path.display().to_string().into(), bytes.into()]);
        rows.push(json!({ "attachment": attachment, "file": path }));
    }
    if !rows.is_empty() || fault.is_none() {
        cx.output.report(&Report::table(table, json!(rows)))?;
    }
    fault.map_or(Ok(()), Err)
}

fn wanted(all: Vec<Attachment>, input: &Input) -> Result<Vec<Attachment>> {
    let is =
        |known: &Attachment, name: &String| known.name == *name || known.id.to_string() == *name;
    if let Some(name) = input.names.iter().find(|name| !all.iter().any(|known| is(known, name))) {
        return Err(Error::not_found(format!("nothing called `{name}` is attached"))
            .hint(format!("`mmd escalate show {}` lists what is", word(&input.id))));
    }
    let asked = |known: &Attachment| input.names.iter().any(|name| is(known, name));
    Ok(all.into_iter().filter(|known| input.names.is_empty() || asked(known)).collect())
}

/// Where each goes: looked at before anything is written.
fn targets(wanted: &[Attachment], dir: &Path) -> Result<Vec<PathBuf>> {
    let mut targets: Vec<PathBuf> = Vec::new();
    for attachment in wanted {
        let name = &attachment.name;
        // The service takes no such name; what it says is not taken on trust.
        let last = Path::new(name).file_name().filter(|last| *last == name.as_str());
        let last = last.ok_or_else(|| Error::failed(format!("`{name}` is no name of a file")))?;
        // Two attachments may have one name: the later ones get their id before it.
        let plain = dir.join(last);
        let path = match targets.contains(&plain) {
            true => dir.join(distinct(&attachment.id, name)),
            false => plain,
        };
        if path.symlink_metadata().is_ok() {
            return Err(Error::usage(format!("`{}` is there already", path.display()))
                .hint("name another directory: `--dir DIR`"));
        }
        targets.push(path);
    }
    Ok(targets)
}

/// `ID-NAME`. Where no file can have so long a name, what stands before the extension is cut.
fn distinct(id: &Uuid, name: &str) -> String {
    let id = format!("{id}-");
    let room = LONGEST_NAME - id.len();
    if name.len() <= room {
        return id + name;
    }
    let dot = name.rfind('.').filter(|at| *at > 0 && name.len() - at < room);
    let (stem, extension) = name.split_at(dot.unwrap_or(name.len()));
    let cut = stem.floor_char_boundary(room - extension.len());
    id + &stem[..cut] + extension
}

/// The file appears under its name once it is whole and right.
async fn one(
    tenant: &Tenant,
    id: &str,
    attachment: &Attachment,
    path: &Path,
    cx: &Context,
) -> Result<()> {
    let mut download = tenant.download(id, attachment).await?;
    let part = path.with_file_name(format!(".{}.part", attachment.id));
    let cannot = || format!("the file `{}` cannot be written", path.display());
    let mut file = create(&part).or_failed(cannot)?;
    let bar = cx.output.transfer(&attachment.name, attachment.size);
    let written = unless_interrupted(async {
        let mut there = 0;
        while let Some(piece) = download.next().await? {
            file.write_all(&piece).or_failed(cannot)?;
            there += piece.len() as u64;
            bar.reach(there);
        }
        file.sync_data().or_failed(cannot)?;
        appear(&part, path).or_failed(cannot)
    })
    .await;
    bar.finish();
    // After a rename there is nothing left to remove.
    let _ = std::fs::remove_file(&part);
    written
}

/// Gives `part` its name. Unlike a rename, a link does not replace what has come there meanwhile; a
/// file system without links is looked at first.
fn appear(part: &Path, path: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(part, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) if path.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => std::fs::rename(part, path),
        Ok(()) => Ok(()),
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    // Somebody's log may hold what others must not read.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attachment(name: &str) -> Attachment {
        Attachment {
            id: Uuid::new_v4(),
            name: name.into(),
            size: 1,
            sha256: String::new(),
            created_date_time: Default::default(),
            sender: "ana@contoso.com".into(),
        }
    }

    #[test]
    fn a_file_stays_in_its_directory_and_replaces_nothing() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["../x", "/etc/passwd", "..", "a/b", ""] {
            assert!(targets(&[attachment(name)], dir.path()).is_err(), "{name}");
        }
        let both = [attachment("a.log"), attachment("a.log")];
        let found = targets(&both, dir.path()).unwrap();
        assert_eq!(found[0], dir.path().join("a.log"));
        assert_eq!(found[1], dir.path().join(format!("{}-a.log", both[1].id)));
        std::fs::write(&found[0], "mine").unwrap();
        assert_eq!(targets(&both, dir.path()).unwrap_err().kind.exit(), 2);
    }

    #[test]
    fn a_long_name_that_two_have_is_cut_before_its_extension_and_between_characters() {
        let dir = tempfile::tempdir().unwrap();
        // The last two have no extension, or none that is shorter than a name.
        for (name, end) in [
            (format!("{}.log", "x".repeat(251)), "x.log"),
            (format!("x{}.log", "é".repeat(125)), "é.log"),
            ("é".repeat(127), "é"),
            (format!("a.{}", "x".repeat(253)), "x"),
        ] {
            let both = [attachment(&name), attachment(&name)];
            let found = targets(&both, dir.path()).unwrap();
            assert_eq!(found[0], dir.path().join(&name));
            let other = found[1].file_name().unwrap().to_str().unwrap();
            assert!([254, 255].contains(&other.len()), "{other}");
            let cut = other.strip_prefix(&format!("{}-", both[1].id)).unwrap();
            assert_eq!(cut.chars().next(), name.chars().next());
            assert!(cut.ends_with(end), "{other}");
            std::fs::write(&found[1], "x").unwrap();
        }
    }

    #[test]
    fn what_came_there_meanwhile_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (part, path) = (dir.path().join(".x.part"), dir.path().join("a.log"));
        std::fs::write(&part, "theirs").unwrap();
        std::fs::write(&path, "mine").unwrap();
        let error = appear(&part, &path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
        std::fs::remove_file(&path).unwrap();
        appear(&part, &path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "theirs");
    }

    #[test]
    fn a_name_that_nothing_has_is_told() {
        let input = |names: &[&str]| Input {
            id: "MMD-1".into(),
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            dir: ".".into(),
        };
        let all = || vec![attachment("a"), attachment("b")];
        assert_eq!(wanted(all(), &input(&[])).unwrap().len(), 2);
        assert_eq!(wanted(all(), &input(&["b"])).unwrap()[0].name, "b");
        assert_eq!(wanted(all(), &input(&["c"])).unwrap_err().kind.exit(), 5);
    }
}
