//! Where files lie: the platform's own places, or those that the environment names.

use std::path::{Path, PathBuf};

use super::Environment;
use crate::error::{Error, Result};

/// Our directories; none of them has to exist yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    /// `MMD_CONFIG_DIR`, else `mmd` in the platform's place for settings.
    pub config: PathBuf,
    /// `MMD_DATA_DIR`, else `mmd` in the platform's place for data.
    pub data: PathBuf,
    /// `MMD_CACHE_DIR`, else `mmd` in the platform's place for what can be made again.
    pub cache: PathBuf,
}

impl Dirs {
    /// As the environment says.
    pub fn of(environment: &Environment) -> Result<Self> {
        Ok(Self {
            config: one(environment, "MMD_CONFIG_DIR", dirs::config_dir)?,
            data: one(environment, "MMD_DATA_DIR", dirs::data_dir)?,
            cache: one(environment, "MMD_CACHE_DIR", dirs::cache_dir)?,
        })
    }

    /// The config file.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// All in one place; for tests.
    pub fn within(home: &Path) -> Self {
        Self { config: home.join("config"), data: home.join("data"), cache: home.join("cache") }
    }
}

fn one(
    environment: &Environment,
    variable: &str,
    platform: impl FnOnce() -> Option<PathBuf>,
) -> Result<PathBuf> {
    environment.path(variable).or_else(|| platform().map(|dir| dir.join("mmd"))).ok_or_else(|| {
        Error::failed("this account has no home directory")
            .hint(format!("set `{variable}` to a directory of its own"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_each_directory() {
        let environment = Environment::of([
            ("MMD_CONFIG_DIR", "/c"),
            ("MMD_DATA_DIR", "/d"),
            ("MMD_CACHE_DIR", "/e"),
        ])
        .unwrap();
        let dirs = Dirs::of(&environment).unwrap();
        assert_eq!(dirs.config_file(), Path::new("/c/config.toml"));
        assert_eq!((dirs.data.as_path(), dirs.cache.as_path()), (Path::new("/d"), Path::new("/e")));
    }

    #[test]
    fn the_platform_has_a_place_otherwise() {
        let dir = one(&Environment::default(), "MMD_DATA_DIR", || Some("/data".into())).unwrap();
        assert_eq!(dir, Path::new("/data/mmd"));
        let error = one(&Environment::default(), "MMD_DATA_DIR", || None).unwrap_err();
        assert_eq!(error.hints, ["set `MMD_DATA_DIR` to a directory of its own"]);
    }
}
