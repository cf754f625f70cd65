//! What one customer of a network has.

use std::net::{IpAddr, Ipv6Addr};

/// The address; of an IPv6 address the network of 64 bits, which one customer has at least.
pub fn network(address: &str) -> String {
    match ipv6(address) {
        Some(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => address.chars().take(64).collect(),
    }
}

/// The network of 48 bits of an IPv6 address, which one customer has at most; `None` for other addresses.
pub fn site(address: &str) -> Option<String> {
    let [a, b, c, ..] = ipv6(address)?.segments();
    Some(format!("{a:x}:{b:x}:{c:x}::/48"))
}

/// An IPv6 address that is no IPv4 address in another form.
fn ipv6(address: &str) -> Option<Ipv6Addr> {
    match address.parse::<IpAddr>().ok()?.to_canonical() {
        IpAddr::V6(address) => Some(address),
        IpAddr::V4(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_customer_has_one_network() {
        for (address, expected, of_site) in [
            ("203.0.113.7", "203.0.113.7", None),
            ("::ffff:203.0.113.7", "::ffff:203.0.113.7", None),
            ("2001:db8:1:2::7", "2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("2001:db8:1:3::7", "2001:db8:1:3::/64", Some("2001:db8:1::/48")),
            ("2001:db8:2:2::7", "2001:db8:2:2::/64", Some("2001:db8:2::/48")),
            ("unknown", "unknown", None),
            ("", "", None),
        ] {
            assert_eq!((&*network(address), site(address).as_deref()), (expected, of_site), "{address}");
        }
    }
}
