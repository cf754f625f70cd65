//! What one customer of a network has.

use std::net::IpAddr;

/// The address; of an IPv6 address the network of 64 bits, which is one customer's.
pub fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        _ => address.chars().take(64).collect(),
    }
}
