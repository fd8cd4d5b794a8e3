//! The config file: profiles, and which of them is current.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{contact::Contact, redirect::RedirectUri, service::ServiceUrl};
use crate::{
    cli::{files, output::delivery::Way},
    error::{Error, Result},
};

/// The name of the embedded sample, which is never saved.
pub const SAMPLE: &str = "sample";

/// `config.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The profile that counts when none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    /// By name.
    #[serde(default)]
    pub profiles: BTreeMap<String, Profile>,
}

/// `[profiles.NAME]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The origin of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<ServiceUrl>,
    /// The tenant, where a person has roles in several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The authority that the service's certificate comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// The client id for the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Where the browser comes back to after a sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<RedirectUri>,
    /// How a password is delivered on a terminal without a flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Way>,
    /// The contact that support requests name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

impl Config {
    /// Reads `path`; a file that is not there is an empty one.
    pub fn load(path: &Path) -> Result<Self> {
        let sentence = || format!("the config file `{}` cannot be used", path.display());
        let Some(bytes) = files::read_if_there(path)? else {
            return Ok(Self::default());
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::usage(sentence()).cause("it is not UTF-8"))?;
        let config: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map(|span| {
                let before = text.get(..span.start).unwrap_or_default();
                format!("line {}: ", before.matches('\n').count() + 1)
            });
            let line = line.unwrap_or_default();
            Error::usage(sentence()).cause(format!("{line}{}", error.message()))
        })?;
        for name in config.profiles.keys() {
            check_name(name).map_err(|error| Error::usage(sentence()).cause(error.message))?;
        }
        Ok(config)
    }

    /// Changes the file at `path` whole; two processes that do so at once lose nothing. Comments
    /// are not kept.
    pub fn update<T>(path: &Path, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        let _lock = files::Lock::take(&path.with_extension("lock"))?;
        let mut config = Self::load(path)?;
        let result = change(&mut config)?;
        let text = toml::to_string(&config)
            .map_err(|error| Error::failed("the settings cannot be written").cause(error))?;
        files::write_private(path, text.as_bytes())?;
        Ok(result)
    }

    /// Saves one profile beside the others and makes it current.
    pub fn save_profile(path: &Path, name: &str, profile: Profile) -> Result<()> {
        check_name(name)?;
        Self::update(path, |config| {
            config.profiles.insert(name.to_owned(), profile);
            config.current = Some(name.to_owned());
            Ok(())
        })
    }
}

/// Profile names are file names too: letters, digits, `-`, `_` and `.`, not first a mark.
pub fn check_name(name: &str) -> Result<()> {
    let mark = |c: char| matches!(c, '-' | '_' | '.');
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || mark(c));
    if name.is_empty() || name.len() > 64 || name.starts_with(mark) || !letters {
        return Err(Error::usage(format!("`{name}` is no name for a profile"))
            .hint("a name has letters, digits, `-`, `_` and `.`, and starts with no mark"));
    }
    if name == SAMPLE {
        return Err(Error::usage("the profile `sample` is the built-in sample tenant")
            .hint("choose another name with `--profile`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        (home, path)
    }

    #[test]
    fn a_whole_file_is_read() {
        let (_home, path) = file(
            "current = \"work\"\n[profiles.work]\nservice = \"https://mmd.example/\"\n\
             tenant = \"contoso\"\nca_file = \"/etc/ca.pem\"\nclient_id = \"abc\"\n\
             redirect_uri = \"http://localhost/cb\"\n\
             contact = { given_name = \"Marta\", phone = \"1\" }\ndelivery = \"copy\"\n",
        );
        let profile = Profile {
            service: Some("https://mmd.example".parse().unwrap()),
            tenant: Some("contoso".into()),
            ca_file: Some("/etc/ca.pem".into()),
            client_id: Some("abc".into()),
            redirect_uri: Some("http://localhost/cb".parse().unwrap()),
            delivery: Some(Way::Copy),
            contact: Some(Contact {
                given_name: Some("Marta".into()),
                phone: Some("1".into()),
                ..Contact::default()
            }),
        };
        let profiles = BTreeMap::from([("work".into(), profile)]);
        assert_eq!(Config::load(&path).unwrap(), Config { current: Some("work".into()), profiles });
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, cause) in [
            ("\n[profiles.a]\nservise = \"x\"\n", "line 3: unknown field `servise`"),
            ("colour = true\n", "line 1: unknown field `colour`"),
            ("[profiles.a]\nservice = \"http://a.b\"\n", "line 2: `http://a.b` is not encrypted"),
            ("[profiles.a]\ncontact = { name = \"x\" }\n", "line 2: unknown field `name`"),
            ("[profiles.a]\ndelivery = \"fax\"\n", "line 2: unknown variant `fax`"),
            ("[profiles.sample]\n", "the profile `sample` is the built-in sample tenant"),
            ("[profiles.\"../x\"]\n", "`../x` is no name for a profile"),
            ("[profiles\n", "line 1: "),
        ] {
            let (_home, path) = file(text);
            let error = Config::load(&path).unwrap_err();
            assert_eq!(error.kind.exit(), 2);
            assert!(error.causes[0].starts_with(cause), "{text}: {:?}", error.causes);
        }
    }

    #[test]
    fn saving_a_profile_keeps_the_others() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("mmd/config.toml");
        assert_eq!(Config::load(&path).unwrap(), Config::default());
        let profile =
            |url: &str| Profile { service: Some(url.parse().unwrap()), ..Profile::default() };
        Config::save_profile(&path, "one", profile("https://one.example")).unwrap();
        Config::save_profile(&path, "two", profile("https://two.example")).unwrap();
        assert_eq!(
            std::fs::read_to_string(&path).unwrap(),
            "current = \"two\"\n\n[profiles.one]\nservice = \"https://one.example\"\n\n\
             [profiles.two]\nservice = \"https://two.example\"\n"
        );
        files::check_private(&path).unwrap();
        assert!(Config::save_profile(&path, "sample", Profile::default()).is_err());
    }
}
