//! Which addresses may be asked: public ones, and those an administrator permits by name.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// IPv4 networks that are not public: network, length of its prefix, what it is.
const CLOSED_V4: &[([u8; 4], u32, &str)] = &[
    ([0, 0, 0, 0], 8, "this network"),
    ([10, 0, 0, 0], 8, "a private network"),
    ([100, 64, 0, 0], 10, "shared by a provider (CGNAT)"),
    ([127, 0, 0, 0], 8, "this machine"),
    ([169, 254, 0, 0], 16, "link-local"),
    ([172, 16, 0, 0], 12, "a private network"),
    ([192, 0, 0, 0], 24, "reserved for protocols"),
    ([192, 0, 2, 0], 24, "documentation"),
    ([192, 31, 196, 0], 24, "reserved (AS112)"),
    ([192, 52, 193, 0], 24, "reserved (AMT)"),
    ([192, 88, 99, 0], 24, "reserved (6to4 relays)"),
    ([192, 168, 0, 0], 16, "a private network"),
    ([192, 175, 48, 0], 24, "reserved (AS112)"),
    ([198, 18, 0, 0], 15, "for benchmarks"),
    ([198, 51, 100, 0], 24, "documentation"),
    ([203, 0, 113, 0], 24, "documentation"),
    // A public address, but only the metadata service and agent of one cloud, asked from inside it.
    ([168, 63, 129, 16], 32, "a metadata service"),
    ([224, 0, 0, 0], 4, "multicast"),
    ([240, 0, 0, 0], 4, "reserved or broadcast"),
];

/// IPv6 networks inside `2000::/3`, the only one that is public, that are not.
const CLOSED_V6: &[([u16; 2], u32, &str)] = &[
    ([0x2001, 0x0000], 23, "reserved for protocols (Teredo, ORCHID and others)"),
    ([0x2001, 0x0db8], 32, "documentation"),
    ([0x2002, 0x0000], 16, "6to4, which hides an IPv4 address"),
    ([0x2620, 0x004f], 32, "reserved (AS112)"),
    ([0x3fff, 0x0000], 20, "documentation"),
];

/// Why an address is not to be asked: what it belongs to. None for a public one.
#[must_use]
pub fn closed(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(v4) => {
            let bits = v4.to_bits();
            CLOSED_V4.iter().find(|(net, len, _)| same(bits, u32::from_be_bytes(*net), *len)).map(|n| n.2)
        }
        IpAddr::V6(v6) => closed_v6(v6),
    }
}

fn closed_v6(address: Ipv6Addr) -> Option<&'static str> {
    let [first, second, ..] = address.segments();
    if first & 0xe000 != 0x2000 {
        return Some(match address {
            Ipv6Addr::LOCALHOST => "this machine",
            Ipv6Addr::UNSPECIFIED => "no address",
            _ if address.to_ipv4().is_some() => "an IPv4 address in disguise",
            _ if first == 0x0064 => "NAT64, which hides an IPv4 address",
            _ if first & 0xff00 == 0xff00 => "multicast",
            _ if first & 0xfe00 == 0xfc00 => "a private network",
            _ if first & 0xffc0 == 0xfe80 => "link-local",
            _ => "reserved",
        });
    }
    let bits = (u32::from(first) << 16) | u32::from(second);
    let net = |net: [u16; 2]| (u32::from(net[0]) << 16) | u32::from(net[1]);
    CLOSED_V6.iter().find(|(n, len, _)| same(bits, net(*n), *len)).map(|n| n.2)
}

/// Whether two addresses agree in their first bits; 1 to 32 of them.
const fn same(one: u32, other: u32, length: u32) -> bool {
    (one ^ other) >> (32 - length) == 0
}

/// What an administrator permits beside public addresses: networks, and names that may lead to private ones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Permitted {
    networks: Networks,
    names: Vec<String>,
}

/// Networks.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Networks(Vec<(IpAddr, u32)>);

impl Networks {
    /// Reads networks (`10.1.0.0/16`, `fd00::/8`) and addresses, with commas or blanks between them.
    ///
    /// # Errors
    /// The first that is none of these.
    pub fn parse(text: &str) -> Result<Self, BadPermit> {
        let Permitted { networks, names } = Permitted::parse(text)?;
        names.into_iter().next().map_or(Ok(networks), |name| Err(BadPermit(name)))
    }
    /// Whether an address is in one of them.
    #[must_use]
    pub fn hold(&self, address: IpAddr) -> bool {
        self.0.iter().any(|(net, length)| inside(*net, *length, address))
    }
}

/// A text that is neither a network nor the name of a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is neither a network such as 10.1.0.0/16 nor the name of a host such as hooks.example.internal.")]
pub struct BadPermit(String);

impl Permitted {
    /// Reads networks (`10.1.0.0/16`, `fd00::/8`), addresses and names, with commas or blanks between them.
    ///
    /// # Errors
    /// The first that is none of these.
    pub fn parse(text: &str) -> Result<Self, BadPermit> {
        let mut permitted = Self::default();
        for one in text.split([',', ' ', '\n', '\t']).filter(|w| !w.is_empty()) {
            let bad = || BadPermit(one.chars().take(80).collect());
            let (address, length) = match one.split_once('/') {
                Some((address, length)) => (address, Some(length.parse::<u32>().map_err(|_| bad())?)),
                None => (one, None),
            };
            match (address.parse::<IpAddr>(), length) {
                (Ok(address), length) => {
                    let most = if address.is_ipv4() { 32 } else { 128 };
                    let length = length.unwrap_or(most);
                    if length > most {
                        return Err(bad());
                    }
                    permitted.networks.0.push((address, length));
                }
                (Err(_), None) if is_name(one) => permitted.names.push(one.to_ascii_lowercase()),
                _ => return Err(bad()),
            }
        }
        Ok(permitted)
    }
    /// Refuses an address that is neither public nor permitted. A name that is permitted may lead to private
    /// addresses; link-local ones, where clouds keep their metadata, have to be permitted as a network.
    ///
    /// # Errors
    /// What the address belongs to.
    pub fn check(&self, host: &str, address: IpAddr) -> Result<(), &'static str> {
        let Some(what) = closed(address) else { return Ok(()) };
        let named = self.names.iter().any(|n| n.eq_ignore_ascii_case(host.trim_end_matches('.')));
        if self.networks.hold(address) || (named && is_private(address)) { Ok(()) } else { Err(what) }
    }
}

fn is_name(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    text.len() <= 253 && text.chars().all(plain) && text.chars().any(|c| c.is_ascii_alphabetic())
}

/// What a name of one's own network leads to.
fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || same(v4.to_bits(), 0x6440_0000, 10),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local(),
    }
}

fn inside(net: IpAddr, length: u32, address: IpAddr) -> bool {
    let wide = |v4: Ipv4Addr| u128::from(v4.to_bits()) << 96;
    let (net, address) = match (net, address) {
        (IpAddr::V4(net), IpAddr::V4(address)) => (wide(net), wide(address)),
        (IpAddr::V6(net), IpAddr::V6(address)) => (net.to_bits(), address.to_bits()),
        _ => return false,
    };
    (net ^ address).checked_shr(128 - length).unwrap_or(0) == 0
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::{Permitted, closed};

    #[test]
    fn public_addresses_are_open() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "93.184.216.34",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "2001:200::1",
            "2001:4860::8888",
        ] {
            assert_eq!(closed(text.parse().unwrap()), None, "{text}");
        }
    }

    #[test]
    fn an_administrator_permits_networks_and_names() {
        let permitted = Permitted::parse("127.0.0.1/32, fd00:1::/32 hooks.internal").unwrap();
        let may = |host: &str, address: &str| permitted.check(host, address.parse().unwrap()).is_ok();
        assert!(may("x", "127.0.0.1") && may("x", "fd00:1::7") && may("x", "8.8.8.8"));
        assert!(!may("x", "127.0.0.2") && !may("x", "fd00:2::7") && !may("x", "::ffff:127.0.0.1"));
        assert!(may("hooks.internal", "10.0.0.7") && may("HOOKS.internal.", "fd12::1"));
        assert!(!may("hooks.internal", "169.254.169.254"), "metadata is not anybody's own network");
        assert!(!may("internal", "10.0.0.7") && !may("hooks.internal.example.org", "10.0.0.7"));
        assert!(Permitted::parse("10.0.0.0/33").is_err() && Permitted::parse("a b/8").is_err());
        assert!(Permitted::parse("0.0.0.0/0").unwrap().check("x", "10.0.0.7".parse().unwrap()).is_ok());
    }
}
