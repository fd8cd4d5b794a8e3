//! Which addresses a sink may be reached at.
//!
//! A name is resolved here, what it resolves to is judged, and exactly that is connected to: a
//! name that answers differently the next time gains nothing.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use tokio::net::{TcpStream, lookup_host};

use crate::error::{Error, Result};

/// Why 0 is refused as a port (RFC 6335, 6).
pub const NO_PORT: &str = "nothing can be reached at port 0";

/// True for an address of the public internet (the registries of RFC 6890 for the rest).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    !(a == 0
        || v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_multicast()
        || v4.is_documentation()
        || a == 100 && b & 0xc0 == 64
        || a == 192 && b == 0 && c == 0
        || a == 192 && b == 88 && c == 99
        || a == 198 && b & 0xfe == 18
        || a >= 240)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let [a, b, c, d, e, f, g, h] = v6.segments();
    let last = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    // Addresses that carry a v4 address are what that one is.
    if let Some(v4) = v6.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    if [a, b, c, d, e, f] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return is_public_v4(last(g, h));
    }
    if a == 0x2002 {
        return is_public_v4(last(b, c));
    }
    // Only global unicast is public at all, and not all of it.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && b < 0x200)
        && !(a == 0x2001 && b == 0xdb8)
        && !(a == 0x3fff && b < 0x1000)
}

/// What of `addresses` may be connected to, or why nothing may.
pub fn allowed(
    host: &str,
    addresses: Vec<SocketAddr>,
    allow_private: bool,
) -> io::Result<Vec<SocketAddr>> {
    if addresses.is_empty() {
        return Err(io::Error::new(io::ErrorKind::NotFound, format!("`{host}` has no address")));
    }
    if !allow_private && !addresses.iter().all(|address| is_public(address.ip())) {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("`{host}` lies at an address that is not public, and `allow_private` is off"),
        ));
    }
    Ok(addresses)
}

/// Judges what the configuration says of a server in `host` and `port`, before anything is
/// connected to; gives the host without brackets, and its port, or `usual` where none is named.
///
/// # Errors
/// For a host that holds a port, a port that there is none, and an address that is not allowed.
pub fn server(
    host: &str,
    port: Option<u16>,
    usual: u16,
    allow_private: bool,
) -> Result<(String, u16)> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let literal = bare.parse().ok();
    if literal.is_none() && bare.contains(':') {
        return Err(Error::usage("`host`: a port does not belong into it")
            .hint(format!("write the port as a member of its own, such as `port = {usual}`")));
    }
    if port == Some(0) {
        return Err(Error::usage(format!("`port`: {NO_PORT}")));
    }
    if !allow_private && literal.is_some_and(|address| !is_public(address)) {
        return Err(Error::usage(format!("`host`: the address {bare} is not public"))
            .hint("set `allow_private = true` for a server in your own network"));
    }
    Ok((bare.to_owned(), port.unwrap_or(usual)))
}

/// The addresses of `host` that may be connected to.
pub async fn resolve(host: &str, port: u16, allow_private: bool) -> io::Result<Vec<SocketAddr>> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = lookup_host((bare, port)).await?.collect();
    allowed(host, found, allow_private)
}

/// A connection to `host`, by the first of its addresses that answers.
pub async fn connect(host: &str, port: u16, allow_private: bool) -> io::Result<TcpStream> {
    let addresses = resolve(host, port, allow_private).await?;
    let stream = TcpStream::connect(&*addresses).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_public() {
        for public in [
            "8.8.8.8",
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.32.0.1",
            "193.0.0.1",
            "223.255.255.1",
            "2606:4700::1111",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for closed in [
            "127.0.0.1",
            "127.255.0.3",
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "198.18.0.1",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1",
            "2002:7f00:1::1",
            "2002:a00:1::1",
            "2001:0:1::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
        ] {
            assert!(!is_public(closed.parse().unwrap()), "{closed}");
        }
    }

    #[test]
    fn a_name_with_one_closed_address_is_refused_whole() {
        let at = |text: &str| SocketAddr::new(text.parse().unwrap(), 443);
        let mixed = vec![at("8.8.8.8"), at("::ffff:127.0.0.1")];
        let refused = allowed("rebind.example.com", mixed.clone(), false).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        assert_eq!(allowed("rebind.example.com", mixed.clone(), true).unwrap(), mixed);
        assert_eq!(allowed("h", vec![], true).unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[tokio::test]
    async fn names_and_literals_of_this_machine_are_refused_when_they_are_connected_to() {
        for host in ["localhost", "127.0.0.1", "[::1]", "::ffff:127.0.0.1", "0.0.0.0"] {
            let refused = connect(host, 9, false).await.unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{host}: {refused}");
        }
    }
}
