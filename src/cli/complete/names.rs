//! The names that completion offers, as files that are searched without being read whole.
//!
//! A directory for each profile, a file (0600) for each list, a line for each name: the name in
//! lower case, as it is written, and a few words about it, separated by tabs and sorted by their
//! bytes. A prefix is found by halving the file: in 100,000 names after some twenty short reads.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use super::engine::Candidate;
use crate::{
    cli::{
        files,
        settings::{SAMPLE, ServiceChoice, Settings, Source, check_name},
    },
    durable,
};

/// The most names that one list keeps, and the longest, in bytes.
const MOST: usize = 500_000;
const VALUE: usize = 200;

/// More bytes than a line has: a name twice, of which lower case may be longer, and the words.
const LINE: u64 = 1024;

/// The largest file: 100,000 devices by names and serial numbers of 64 characters take 40 MB.
const BYTES: u64 = 64 << 20;

/// A line of the file is read in few pieces.
const BUFFER: usize = 512;

/// What there are names of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// Devices by their names and serial numbers.
    Devices,
    /// People who use devices.
    People,
    /// The caller's open requests, by device and id.
    Requests,
    /// Members of the team.
    Members,
}

impl List {
    /// Every list.
    pub const ALL: [List; 4] = [List::Devices, List::People, List::Requests, List::Members];

    fn file(self) -> &'static str {
        match self {
            List::Devices => "devices",
            List::People => "people",
            List::Requests => "requests",
            List::Members => "members",
        }
    }
}

/// The names of one profile.
#[derive(Debug, Clone)]
pub struct Names {
    dir: PathBuf,
}

impl Names {
    /// Of the profile that counts; none where a service is named that no profile is signed in to,
    /// for those names would be offered elsewhere.
    pub fn of(settings: &Settings) -> Option<Self> {
        let profile = match (&settings.profile, &settings.service.value) {
            // It becomes a directory.
            (Some(profile), _) if check_name(&profile.value).is_err() => return None,
            (Some(profile), _) => profile.value.as_str(),
            (None, ServiceChoice::Embedded) => SAMPLE,
            (None, ServiceChoice::Url(_)) => return None,
        };
        Some(Self::at(&settings.dirs.cache, profile))
    }

    /// As [`Names::of`]; none where a flag or the environment names a tenant, for a profile's names
    /// are those of the profile's own tenant.
    pub fn in_use(settings: &Settings) -> Option<Self> {
        let elsewhere = settings
            .tenant
            .as_ref()
            .is_some_and(|tenant| matches!(tenant.source, Source::Flag(_) | Source::Env(_)));
        if elsewhere { None } else { Self::of(settings) }
    }

    /// Of `profile`, below the directory `cache`.
    pub fn at(cache: &Path, profile: &str) -> Self {
        Self { dir: cache.join("names").join(profile) }
    }

    /// Where they lie.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Replaces a list. What could not stand on a line of its own is left out.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn save(&self, list: List, names: impl IntoIterator<Item = Candidate>) -> io::Result<()> {
        let mut lines: Vec<_> = names.into_iter().take(MOST).filter_map(line).collect();
        lines.sort_unstable();
        lines.dedup();
        let mut size = 0;
        lines.retain(|line| {
            size += line.len() as u64;
            size <= BYTES
        });
        files::private_dir(&self.dir).map_err(io::Error::other)?;
        durable::replace_soon(&self.dir.join(list.file()), lines.concat().as_bytes())
    }

    /// Changes a list that is there; one that is not stays unknown.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn change(&self, list: List, change: impl FnOnce(&mut Vec<Candidate>)) -> io::Result<()> {
        if self.age(list, SystemTime::now()).is_none() {
            return Ok(());
        }
        let mut names = self.beginning(list, "", MOST)?;
        change(&mut names);
        self.save(list, names)
    }

    /// At most `most` names that begin with `prefix`, case aside, in order. A list that is not
    /// there has none, and neither has what was never saved here: a pipe, a file that is too large.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn beginning(&self, list: List, prefix: &str, most: usize) -> io::Result<Vec<Candidate>> {
        let path = self.dir.join(list.file());
        // Before it is opened: a pipe would wait for who writes to it.
        let length = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Ok(known) if !known.is_file() || known.len() > BYTES => return Ok(Vec::new()),
            known => known?.len(),
        };
        let mut reader = BufReader::with_capacity(BUFFER, File::open(path)?);
        let prefix = prefix.to_lowercase();
        let start = first_not_before(&mut reader, length, prefix.as_bytes())?;
        reader.seek(SeekFrom::Start(start))?;
        let (mut found, mut line) = (Vec::new(), Vec::new());
        for _ in 0..most {
            if read_line(&mut reader, &mut line)? == 0 || !line.starts_with(prefix.as_bytes()) {
                break;
            }
            found.extend(candidate(&line));
        }
        Ok(found)
    }

    /// How long ago a list was saved; none when it is not there.
    pub fn age(&self, list: List, now: SystemTime) -> Option<Duration> {
        let saved = fs::metadata(self.dir.join(list.file())).ok()?.modified().ok()?;
        Some(now.duration_since(saved).unwrap_or_default())
    }

    /// Removes every name of the profile.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn forget(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// The offset of the first line that is not sorted before `prefix`.
fn first_not_before(file: &mut BufReader<File>, length: u64, prefix: &[u8]) -> io::Result<u64> {
    // Every line that begins before `low` is sorted before; none that begins at `high` or later is.
    let (mut low, mut high) = (0, length);
    let mut line = Vec::new();
    while low < high {
        let middle = low + (high - low) / 2;
        let mut start = middle;
        if middle > low {
            // The middle of a line, but for chance: the next one is looked at.
            file.seek(SeekFrom::Start(middle - 1))?;
            start = middle - 1 + read_line(file, &mut line)? as u64;
        } else {
            file.seek(SeekFrom::Start(start))?;
        }
        let read = if start < high { read_line(file, &mut line)? } else { 0 };
        if read == 0 {
            high = middle;
        } else if line.as_slice() < prefix {
            low = start + read as u64;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

/// Reads a line with its break, and returns its length; what has none within reason is no list.
fn read_line(file: &mut BufReader<File>, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    let read = file.take(LINE).read_until(b'\n', line)?;
    if read as u64 == LINE && !line.ends_with(b"\n") {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(read)
}

/// A line of the file, with its break.
fn line(name: Candidate) -> Option<String> {
    let Candidate { value, about } = name;
    let about: String = about.unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
    let about: String = about.chars().take(60).collect();
    if value.is_empty() || value.len() > VALUE || value.chars().any(char::is_control) {
        return None;
    }
    Some(format!("{}\t{value}\t{about}\n", value.to_lowercase()))
}

fn candidate(line: &[u8]) -> Option<Candidate> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let mut parts = line.split('\t').skip(1);
    let (value, about) = (parts.next()?, parts.next()?);
    Some(Candidate::new(value, (!about.is_empty()).then(|| about.to_owned())))
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
