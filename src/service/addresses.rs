//! From where a call comes, also behind reverse proxies.

use std::net::{IpAddr, Ipv6Addr};

use axum::http::HeaderMap;
use ipnet::IpNet;

/// The most hops that are looked at.
const HOPS: usize = 32;

/// The address of whoever calls: the peer's, or, where the peer is one of the `trusted` proxies,
/// the right-most one in what they say that is not such a proxy. What lies left of it was said by
/// the caller, and may be anything. `None` where what they say cannot be read or contradicts
/// itself: then it is not known, and never the proxy's own, from which a program may be admitted.
pub fn caller(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> Option<IpAddr> {
    let peer = peer.to_canonical();
    let is_proxy = |address: &IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_proxy(&peer) {
        return Some(peer);
    }
    let walk = |hops: Vec<Option<IpAddr>>| {
        let mut last = peer;
        for hop in hops.into_iter().rev().take(HOPS) {
            last = hop?;
            if !is_proxy(&last) {
                break;
            }
        }
        Some(last)
    };
    let told = [values(headers, "x-forwarded-for", plain), values(headers, "forwarded", forwarded)];
    match told {
        [None, None] => Some(peer),
        [Some(hops), None] | [None, Some(hops)] => walk(hops),
        // A proxy sets one of the two, and passes on what the caller says in the other.
        [Some(one), Some(other)] => match (walk(one), walk(other)) {
            (one, other) if one == other => one,
            _ => None,
        },
    }
}

fn values(
    headers: &HeaderMap,
    name: &str,
    read: fn(&str) -> Option<IpAddr>,
) -> Option<Vec<Option<IpAddr>>> {
    headers.contains_key(name).then(|| {
        let lines = headers.get_all(name).iter().map(|value| value.to_str().unwrap_or("?"));
        lines.flat_map(|line| line.split(',')).map(|hop| read(hop.trim())).collect()
    })
}

/// An address, with a port or without.
fn plain(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.split(']').next());
    let address = bare.unwrap_or(text).parse::<IpAddr>().ok();
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|socket| socket.ip());
    address.or_else(with_port).map(|address| address.to_canonical())
}

/// RFC 7239: `for=192.0.2.7;proto=https`
fn forwarded(element: &str) -> Option<IpAddr> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        name.eq_ignore_ascii_case("for").then(|| plain(value.trim_matches('"')))?
    })
}

/// What failures are counted by: a host has a whole /64 of IPv6 addresses at hand.
pub fn counted_as(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let trusted: Vec<IpNet> =
            ["10.0.0.0/8", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let address = caller(peer.parse().unwrap(), &map, &trusted);
        address.map_or("unknown".into(), |address| address.to_string())
    }

    #[test]
    fn only_proxies_are_believed_and_only_what_they_added() {
        let xff = "x-forwarded-for";
        for (peer, headers, expected) in [
            ("192.0.2.1", &[(xff, "198.51.100.7")][..], "192.0.2.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &[(xff, "198.51.100.7")], "198.51.100.7"),
            ("::ffff:10.0.0.1", &[(xff, "198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[(xff, "1.1.1.1, 198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[(xff, "1.1.1.1, 198.51.100.7, 10.9.9.9")], "198.51.100.7"),
            ("10.0.0.1", &[(xff, "1.1.1.1"), (xff, "198.51.100.7:4711")], "198.51.100.7"),
            ("10.0.0.1", &[(xff, "1.1.1.1, nonsense")], "unknown"),
            ("10.0.0.1", &[(xff, "1.1.1.1, nonsense, 10.2.2.2")], "unknown"),
            ("10.0.0.1", &[(xff, "10.3.3.3")], "10.3.3.3"),
            ("fd00::1", &[("forwarded", "for=\"[2001:db8::7]:1\";proto=https")], "2001:db8::7"),
            ("10.0.0.1", &[("forwarded", "for=1.1.1.1, For=198.51.100.7")], "198.51.100.7"),
            ("10.0.0.1", &[("forwarded", "proto=https")], "unknown"),
            ("10.0.0.1", &[("forwarded", "for=unknown")], "unknown"),
            ("10.0.0.1", &[(xff, "nonsense, 198.51.100.7")], "198.51.100.7"),
            // Who says another thing in the other header gains nothing.
            ("10.0.0.1", &[("forwarded", "for=1.1.1.1"), (xff, "198.51.100.7")], "unknown"),
            ("10.0.0.1", &[("forwarded", "for=?"), (xff, "198.51.100.7")], "unknown"),
            (
                "10.0.0.1",
                &[("forwarded", "for=198.51.100.7"), (xff, "198.51.100.7")],
                "198.51.100.7",
            ),
        ] {
            assert_eq!(from(peer, headers), expected, "{peer} {headers:?}");
        }
    }

    #[test]
    fn a_host_cannot_multiply_itself_by_its_own_network() {
        assert_eq!(counted_as("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(counted_as("192.0.2.7"), "192.0.2.7");
    }
}
