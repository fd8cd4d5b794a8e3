//! The one place that reads the environment.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    path::PathBuf,
    process::Command,
};

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// Variables that carry a secret: read once, kept from every child process.
const SECRETS: [&str; 2] = ["MMD_TOKEN", "MMD_CLIENT_SECRET"];

/// Variables that carry anything else.
const KNOWN: [&str; 21] = [
    "MMD_PROFILE",
    "MMD_SERVICE",
    "MMD_TENANT",
    "MMD_CA_FILE",
    "MMD_TOKEN_FILE",
    "MMD_CLIENT_ID",
    "MMD_CLIENT_SECRET_FILE",
    "MMD_MASTER_KEY_FILE",
    "MMD_CONFIG_DIR",
    "MMD_DATA_DIR",
    "MMD_CACHE_DIR",
    "MMD_OUTPUT",
    "MMD_NO_INPUT",
    "NO_COLOR",
    "TERM",
    "VISUAL",
    "EDITOR",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "ZDOTDIR",
    "BROWSER",
];

/// What the process was given, read once at its start. An empty value counts as unset.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    values: BTreeMap<&'static str, OsString>,
    token: Option<Secret>,
    client_secret: Option<Secret>,
}

impl Environment {
    /// Of this process.
    pub fn read() -> Result<Self> {
        Self::of(std::env::vars_os())
    }

    /// Of these variables; names that mean nothing to us are left out.
    pub fn of<N: AsRef<OsStr>, V: Into<OsString>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self> {
        let mut environment = Self::default();
        for (name, value) in variables {
            let (name, value) = (name.as_ref(), value.into());
            if value.is_empty() {
                continue;
            }
            if let Some(known) = KNOWN.into_iter().find(|known| name == *known) {
                let path = known.ends_with("_FILE") || known.ends_with("_DIR");
                if known.starts_with("MMD_") && !path && value.to_str().is_none() {
                    return Err(Error::usage(format!("`{known}` is not Unicode")));
                }
                environment.values.insert(known, value);
            } else if name == SECRETS[0] {
                environment.token = Some(secret(SECRETS[0], value)?);
            } else if name == SECRETS[1] {
                environment.client_secret = Some(secret(SECRETS[1], value)?);
            }
        }
        Ok(environment)
    }

    /// A variable as text; `None` when it is unset or empty. Ours are known to be Unicode, of
    /// others (`TERM`) what is not says nothing to us.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).and_then(|value| value.to_str())
    }

    /// A variable as a path; `None` when it is unset or empty.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.values.get(name).map(PathBuf::from)
    }

    /// `MMD_TOKEN`.
    pub fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }

    /// The variable that says who calls, and so beats what `login` has saved.
    pub fn given(&self) -> Option<&'static str> {
        let file = |name: &'static str| self.values.contains_key(name).then_some(name);
        let token = self.token.as_ref().map(|_| "MMD_TOKEN").or_else(|| file("MMD_TOKEN_FILE"));
        let secret = self.client_secret.as_ref().map(|_| "MMD_CLIENT_SECRET");
        token.or(secret).or_else(|| file("MMD_CLIENT_SECRET_FILE"))
    }

    /// `MMD_CLIENT_SECRET`, else the contents of `MMD_CLIENT_SECRET_FILE`.
    pub fn client_secret(&self) -> Result<Option<Secret>> {
        match (&self.client_secret, self.path("MMD_CLIENT_SECRET_FILE")) {
            (Some(secret), _) => Ok(Some(secret.clone())),
            (None, Some(path)) => secret_file("MMD_CLIENT_SECRET_FILE", &path).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// Keeps the secret variables from a child process; for every child that we start. They stay in
/// the environment of this process as the system shows it to its owner: whoever put them there
/// chose that, and a file (`MMD_TOKEN_FILE`) or standard input avoids it.
pub fn scrub(command: &mut Command) -> &mut Command {
    for name in SECRETS {
        command.env_remove(name);
    }
    command
}

/// Reads the file that a variable names; spaces and line breaks round the secret are not part of
/// it.
pub(crate) fn secret_file(variable: &str, path: &std::path::Path) -> Result<Secret> {
    let sentence = || format!("the file of `{variable}` cannot be read");
    let text = zeroize::Zeroizing::new(
        std::fs::read_to_string(path).map_err(|error| Error::usage(sentence()).cause(error))?,
    );
    let secret = Secret::new(text.trim().to_owned());
    if secret.is_empty() {
        return Err(Error::usage(sentence()).cause(format!("`{}` is empty", path.display())));
    }
    Ok(secret)
}

fn secret(name: &str, value: OsString) -> Result<Secret> {
    // The value itself must not stand in the error.
    let text = value.into_string().map_err(|_| Error::usage(format!("`{name}` is not Unicode")))?;
    Ok(Secret::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_variables_that_are_not_empty_count() {
        let environment = Environment::of([
            ("MMD_SERVICE", "https://mmd.example"),
            ("MMD_TENANT", ""),
            ("PATH", "/bin"),
            ("MMD_TOKEN", "mmd_secret"),
        ])
        .unwrap();
        assert_eq!(environment.text("MMD_SERVICE"), Some("https://mmd.example"));
        assert_eq!(environment.text("MMD_TENANT"), None);
        assert_eq!(environment.text("PATH"), None);
        assert!(environment.token().unwrap().matches("mmd_secret"));
        assert!(!format!("{environment:?}").contains("mmd_secret"));
    }

    #[test]
    fn a_client_secret_comes_from_the_variable_or_its_file() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("secret");
        std::fs::write(&path, " from-file\n").unwrap();
        let file = ("MMD_CLIENT_SECRET_FILE", path.to_str().unwrap());
        let from_file = Environment::of([file]).unwrap();
        assert!(from_file.client_secret().unwrap().unwrap().matches("from-file"));
        let both = Environment::of([file, ("MMD_CLIENT_SECRET", "from-variable")]).unwrap();
        assert!(both.client_secret().unwrap().unwrap().matches("from-variable"));

        std::fs::write(&path, "\n").unwrap();
        let error = from_file.client_secret().unwrap_err();
        assert_eq!(error.kind.exit(), 2);
        assert_eq!(error.message, "the file of `MMD_CLIENT_SECRET_FILE` cannot be read");
    }

    #[test]
    fn the_variable_that_says_who_calls_is_named() {
        let given = |names: &[&str]| {
            Environment::of(names.iter().map(|&name| (name, "x"))).unwrap().given()
        };
        assert_eq!(given(&["MMD_CLIENT_ID", "MMD_TENANT", "MMD_SERVICE"]), None);
        let all = ["MMD_CLIENT_SECRET_FILE", "MMD_CLIENT_SECRET", "MMD_TOKEN_FILE", "MMD_TOKEN"];
        for end in 1..=all.len() {
            assert_eq!(given(&all[..end]), Some(all[end - 1]));
        }
    }

    #[test]
    fn children_do_not_inherit_secrets() {
        let mut command = Command::new("true");
        let removed: Vec<_> = scrub(&mut command).get_envs().collect();
        assert_eq!(
            removed,
            [(OsStr::new("MMD_CLIENT_SECRET"), None), (OsStr::new("MMD_TOKEN"), None)]
        );
    }
}
