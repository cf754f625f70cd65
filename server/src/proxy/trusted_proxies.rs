//! Whose `X-Forwarded-For` says where a request comes from.

use std::net::IpAddr;

use http::HeaderMap;
use thiserror::Error;

/// The networks of the proxies in front of the gateway.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// An address and how many of its first bits are those of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: u128,
    bits: u32,
}

/// A text is not a network.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is not an IP address or a network such as `10.0.0.0/8`")]
pub struct InvalidNetwork(String);

impl TrustedProxies {
    /// Reads networks that are separated by commas, such as `10.0.0.0/8, ::1`.
    pub fn parse(text: &str) -> Result<Self, Vec<InvalidNetwork>> {
        let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
        let networks = texts.map(|text| Network::parse(text).ok_or_else(|| InvalidNetwork(text.to_owned())));
        let (good, bad): (Vec<_>, Vec<_>) = networks.partition(Result::is_ok);
        let faults: Vec<_> = bad.into_iter().filter_map(Result::err).collect();
        if faults.is_empty() { Ok(Self(good.into_iter().flatten().collect())) } else { Err(faults) }
    }

    /// Whether an address is that of a proxy in front of the gateway.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = bits_of(address);
        self.0.iter().any(|network| network.contains(address))
    }

    /// Where a request comes from that arrived from `peer`: the last address in `X-Forwarded-For` that is not a trusted
    /// proxy's. Clients write what stands before it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if self.0.is_empty() || !self.contains(peer) {
            return peer;
        }
        let mut client = peer;
        for value in headers.get_all("x-forwarded-for").iter().rev() {
            for hop in value.to_str().unwrap_or_default().rsplit(',') {
                let Some(address) = address_of(hop.trim()) else { return client };
                client = address;
                if !self.contains(address) {
                    return client;
                }
            }
        }
        client
    }
}

impl Network {
    fn parse(text: &str) -> Option<Self> {
        let (address, bits) =
            text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().ok()?;
        let (own_bits, offset) = if address.is_ipv4() { (32, 96) } else { (128, 0) };
        let bits = bits.map_or(Some(own_bits), |bits| bits.parse().ok().filter(|bits| *bits <= own_bits))?;
        Some(Self { address: bits_of(address), bits: bits + offset })
    }

    fn contains(&self, address: u128) -> bool {
        (self.address ^ address).leading_zeros() >= self.bits
    }
}

/// An address as IPv6 has it: an IPv4 address is mapped.
fn bits_of(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address in an element of `X-Forwarded-For`, which may have a port.
fn address_of(hop: &str) -> Option<IpAddr> {
    let address = hop.parse().or_else(|_| hop.parse().map(|socket: std::net::SocketAddr| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_is_the_last_address_that_no_trusted_proxy_has() {
        let trusted = TrustedProxies::parse("10.0.0.0/8, 2001:db8::/32,127.0.0.1").unwrap();
        for (peer, forwarded, client) in [
            ("203.0.113.7", vec!["1.2.3.4"], "203.0.113.7"),
            ("10.1.1.1", vec![], "10.1.1.1"),
            ("10.1.1.1", vec!["1.2.3.4"], "1.2.3.4"),
            ("10.1.1.1", vec!["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
            ("10.1.1.1", vec!["6.6.6.6", "1.2.3.4, 10.9.9.9"], "1.2.3.4"),
            ("10.1.1.1", vec!["6.6.6.6, unknown"], "10.1.1.1"),
            ("10.1.1.1", vec!["10.2.2.2"], "10.2.2.2"),
            ("::ffff:10.1.1.1", vec!["[2001:db8::1]:80, 1.2.3.4:5"], "1.2.3.4"),
            ("2001:db8::9", vec!["2001:db9::1"], "2001:db9::1"),
        ] {
            let mut headers = HeaderMap::new();
            for value in &forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            let found = trusted.client(peer.parse().unwrap(), &headers);
            assert_eq!(found, client.parse::<IpAddr>().unwrap(), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn all_faults_are_named() {
        let faults = TrustedProxies::parse("10.0.0.0/33, x, ::/0").unwrap_err();
        assert_eq!(faults, ["10.0.0.0/33", "x"].map(|text| InvalidNetwork(text.to_owned())));
        assert_eq!(TrustedProxies::parse(""), Ok(TrustedProxies::default()));
    }
}
