//! Where a browser comes back to after a sign-in: a loopback address that the provider knows.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// `http://HOST[:PORT][/PATH]` on this machine. Without a port any free one is taken: providers
/// leave it out of the comparison (RFC 8252, 7.3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    host: Host,
    /// The port, where the provider insists on one.
    pub port: Option<u16>,
    /// With its slash at the beginning, or empty.
    pub path: String,
}

/// The two names of this machine that a browser comes back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Host {
    Number,
    Name,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Host::Number => "127.0.0.1",
            Host::Name => "localhost",
        })
    }
}

impl RedirectUri {
    /// What works at `issuer` without a setting. The portal of Microsoft Entra ID registers
    /// `http://localhost`, and 127.0.0.1 not at all; elsewhere RFC 8252 (8.3) wants the number.
    pub fn default_of(issuer: &str) -> Self {
        let entra = issuer.starts_with("https://login.microsoftonline.");
        let host = if entra { Host::Name } else { Host::Number };
        Self { host, port: None, path: String::new() }
    }

    /// The whole address, at `port`.
    pub fn at(&self, port: u16) -> String {
        format!("http://{}:{port}{}", self.host, self.path)
    }
}

impl FromStr for RedirectUri {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            Error::usage(format!("`{text}` is no address to come back to: {why}"))
                .hint("write it as it is registered, like `http://localhost/callback`")
        };
        let url = reqwest::Url::parse(text).map_err(|error| wrong(&error.to_string()))?;
        let host = match url.host_str() {
            Some("127.0.0.1") => Host::Number,
            Some("localhost") => Host::Name,
            _ => return Err(wrong("its host has to be `localhost` or `127.0.0.1`")),
        };
        let odd = !url.username().is_empty() || url.query().is_some() || url.fragment().is_some();
        if url.scheme() != "http" || odd {
            return Err(wrong("it has `http`, a host and a path"));
        }
        // Compared to the letter by providers, and a URL library adds the slash of an empty path.
        let path = if url.path() == "/" && !text.ends_with('/') { "" } else { url.path() };
        Ok(Self { host, port: url.port(), path: path.to_owned() })
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => f.write_str(&self.at(port)),
            None => write!(f, "http://{}{}", self.host, self.path),
        }
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_as_it_was_registered() {
        for (text, at_9000) in [
            ("http://localhost", "http://localhost:9000"),
            ("http://127.0.0.1/", "http://127.0.0.1:9000/"),
            ("http://localhost/Callback", "http://localhost:9000/Callback"),
        ] {
            let uri: RedirectUri = text.parse().unwrap();
            assert_eq!((uri.to_string(), uri.at(9000)), (text.to_owned(), at_9000.to_owned()));
        }
        assert_eq!("http://localhost:8400/x".parse::<RedirectUri>().unwrap().port, Some(8400));
        let default = |issuer| RedirectUri::default_of(issuer).to_string();
        assert_eq!(default("https://login.microsoftonline.com/t/v2.0"), "http://localhost");
        assert_eq!(default("https://id.example.com"), "http://127.0.0.1");
    }

    #[test]
    fn only_this_machine_is_an_address_to_come_back_to() {
        for bad in [
            "",
            "localhost",
            "https://localhost/",
            "http://[::1]/",
            "http://example.com/",
            "http://localhost.example.com/",
            "http://localhost/?a=b",
            "http://user@localhost/",
        ] {
            assert_eq!(bad.parse::<RedirectUri>().unwrap_err().kind.exit(), 2, "{bad}");
        }
    }
}
