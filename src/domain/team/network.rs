//! Where a program may call from.

use std::{net::IpAddr, str::FromStr};

use ipnet::IpNet;

/// Networks; none at all means anywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<IpNet>);

impl Networks {
    /// Reads `10.1.0.0/16`, `2001:db8::/32`, or a single address. Bits behind the prefix are cut.
    ///
    /// # Errors
    /// A sentence that names what is none.
    pub fn parse<T: AsRef<str>>(texts: &[T]) -> Result<Self, String> {
        texts.iter().map(|text| network(text.as_ref())).collect::<Result<_, _>>().map(Self)
    }

    /// True for a caller at `address`. Where networks are named, a caller whose address is not known
    /// is none of theirs.
    pub fn admit(&self, address: Option<&str>) -> bool {
        if self.0.is_empty() {
            return true;
        }
        let address = address.and_then(|text| IpAddr::from_str(text).ok());
        // A listener on IPv6 sees callers of IPv4 in the mapped form.
        let address = address.map(|address| address.to_canonical());
        address.is_some_and(|address| self.0.iter().any(|network| network.contains(&address)))
    }

    /// As they are written.
    pub fn texts(&self) -> Vec<String> {
        self.0.iter().map(IpNet::to_string).collect()
    }
}

/// One network as it is written, normalised.
fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse::<IpNet>().ok().or_else(one).map(|network| network.trunc()).ok_or_else(|| {
        format!("`{text}` is no network: write `10.1.0.0/16`, `2001:db8::/32` or an address")
    })
}
