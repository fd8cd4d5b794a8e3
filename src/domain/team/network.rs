//! Where a program may call from.

use std::{net::IpAddr, str::FromStr};

use ipnet::{IpNet, Ipv4Net};

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
    text.parse::<IpNet>().ok().or_else(one).map(|network| canonical(network.trunc())).ok_or_else(
        || format!("`{text}` is no network: write `10.1.0.0/16`, `2001:db8::/32` or an address"),
    )
}

/// Callers of IPv4 are looked at as such, however they come: so is a network of them that is
/// written in the mapped form.
fn canonical(network: IpNet) -> IpNet {
    let IpNet::V6(v6) = network else { return network };
    let prefix = v6.prefix_len().checked_sub(96);
    let mapped = v6.addr().to_ipv4_mapped().zip(prefix);
    let v4 = mapped.and_then(|(address, prefix)| Ipv4Net::new(address, prefix).ok());
    v4.map_or(network, IpNet::V4)
}
