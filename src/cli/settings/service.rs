//! Which service: one at a URL, or the embedded one.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Where the commands of this process go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServiceChoice {
    /// The sample tenant, served by this process.
    Embedded,
    /// A service at an origin.
    Url(ServiceUrl),
}

/// The origin of a service: `https://HOST[:PORT]`, without a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct ServiceUrl(String);

impl ServiceUrl {
    /// The origin, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ServiceUrl {
    type Err = Error;

    /// Takes what people paste: a slash at the end and the base path of the API are cut.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text.contains('@') {
            // Not repeated in the error: it may hold a password.
            return Err(Error::usage("a service URL must not carry a user or a password").hint(
                "a service URL looks like `https://mmd.example`; sign in with `mmd login URL`",
            ));
        }
        let wrong = || {
            Error::usage(format!("`{text}` is no service URL"))
                .hint("a service URL looks like `https://mmd.example`")
        };
        // The client's own parser, so that what passes here is what is called later.
        let url = reqwest::Url::parse(text).map_err(|error| wrong().cause(error))?;
        if url.scheme() == "http" {
            let secure = format!("https{}", text.get(4..).unwrap_or_default());
            return Err(Error::usage(format!("`{text}` is not encrypted")).hint(format!(
                "use `{secure}`; an authority of your own is named with `--ca-file`"
            )));
        }
        let path = url.path().trim_end_matches('/');
        let origin = path.is_empty() || path == "/support/odata/v1";
        if url.scheme() != "https" || !origin || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong());
        }
        // A URL's host may hold what a shell runs, and hints name it in commands.
        let odd = |c: char| !c.is_ascii_alphanumeric() && !"-._:[]".contains(c);
        if url.host_str().is_none_or(|host| host.contains(odd)) {
            return Err(wrong());
        }
        Ok(Self(url.origin().ascii_serialization()))
    }
}

impl fmt::Display for ServiceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ServiceUrl {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<ServiceUrl> for String {
    fn from(url: ServiceUrl) -> Self {
        url.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_paste_becomes_an_origin() {
        for (text, origin) in [
            ("https://mmd.example", "https://mmd.example"),
            (" https://MMD.example/ ", "https://mmd.example"),
            ("https://mmd.example:8443/support/odata/v1/", "https://mmd.example:8443"),
            ("https://mmd.example:443/support/odata/v1", "https://mmd.example"),
            ("https://127.0.0.1:9000", "https://127.0.0.1:9000"),
            ("https://[::1]:9000/", "https://[::1]:9000"),
        ] {
            assert_eq!(text.parse::<ServiceUrl>().unwrap().as_str(), origin);
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "mmd.example",
            "https://a;b",
            "https://$(b)",
            "https://a'b",
            "https://",
            "ftp://mmd.example",
            "https://mmd.example/odata/v1",
            "https://mmd.example/?x=1",
            "https://mmd.example/#x",
        ] {
            let error = text.parse::<ServiceUrl>().unwrap_err();
            assert_eq!(error.message, format!("`{text}` is no service URL"));
            assert_eq!(error.kind.exit(), 2);
        }
    }

    #[test]
    fn plain_http_is_refused_with_the_way_on() {
        let error = "http://mmd.example:80/".parse::<ServiceUrl>().unwrap_err();
        assert_eq!(error.message, "`http://mmd.example:80/` is not encrypted");
        assert!(error.hints[0].starts_with("use `https://mmd.example:80/`"), "{:?}", error.hints);
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        for text in ["https://user:hunter2@mmd.example", "https://user:hunter2@:bad"] {
            let error = text.parse::<ServiceUrl>().unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"));
        }
    }
}
