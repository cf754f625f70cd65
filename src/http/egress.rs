//! Egress rules: which hosts may be fetched. They prevent request forgery through an issuer's URL (SSRF).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::http::strict_url::{Host, InvalidUrl, StrictUrl};

/// Hosts that are exempt from the rules, for local development: exact `host:port`.
#[derive(Clone, Debug, Default)]
pub struct InsecureHosts(Vec<String>);

impl InsecureHosts {
    /// Reads a comma-separated list.
    pub fn parse(list: &str) -> Self {
        Self(list.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect())
    }

    /// The entries of the list that exempt nothing: they are no `host:port` as it is compared.
    pub fn useless(&self) -> impl Iterator<Item = &str> {
        let is_useless = |entry: &&String| !self.exempt(&format!("https://{entry}"));
        self.0.iter().filter(is_useless).map(String::as_str)
    }

    /// The exemptions for URLs that an issuer refers to: this list if the issuer is on it, and none otherwise.
    pub fn for_issuer(&self, issuer: &str) -> Self {
        if self.exempt(issuer) { self.clone() } else { Self::default() }
    }

    /// Whether the host of `address` is exempt.
    pub fn exempt(&self, address: &str) -> bool {
        StrictUrl::parse(address).is_ok_and(|url| self.allow(&url))
    }

    fn allow(&self, url: &StrictUrl<'_>) -> bool {
        self.0.contains(&format!("{}:{}", url.host, url.port()))
    }
}

/// Why an address is not fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    /// It is not a URL, or an ambiguous one.
    #[error(transparent)]
    Invalid(#[from] InvalidUrl),
    /// Its scheme is not https.
    #[error("not https; for local development, list its host and port in `INSECURE_ISSUER_HOSTS`")]
    NotHttps,
    /// Its host is an address of a private, loopback, link-local or otherwise special range.
    #[error("a private or special address")]
    SpecialAddress,
    /// Its host is a name that is never public.
    #[error(
        "a name that public DNS does not have; for local development, list its host and port in `INSECURE_ISSUER_HOSTS`"
    )]
    SpecialName,
    /// Its port belongs to a service other than HTTPS.
    #[error("a port other than 443 and those above 1023")]
    Port,
}

/// Whether `address` may be fetched: https to a public host, or one of the `insecure` ones.
///
/// The addresses that a name resolves to are not checked here: a host that resolves names itself checks them by [`is_public`].
pub fn check(address: &str, insecure: &InsecureHosts) -> Result<(), Forbidden> {
    let url = StrictUrl::parse(address)?;
    if insecure.allow(&url) {
        return Ok(());
    }
    if !url.is_secure {
        return Err(Forbidden::NotHttps);
    }
    let (is_public, forbidden) = match url.host {
        Host::Name(name) => (is_public_name(&name.to_ascii_lowercase()), Forbidden::SpecialName),
        Host::V4(address) => (is_public_v4(address), Forbidden::SpecialAddress),
        Host::V6(address) => (is_public_v6(address), Forbidden::SpecialAddress),
    };
    if !is_public {
        return Err(forbidden);
    }
    // Ports below are those of other services: mail, directories, files. No issuer needs them.
    if url.port() == HTTPS_PORT || url.port() >= FIRST_USER_PORT { Ok(()) } else { Err(Forbidden::Port) }
}

/// Whether an address that a name resolves to may be connected to.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const HTTPS_PORT: u16 = 443;

/// RFC 6335, section 6.
const FIRST_USER_PORT: u16 = 1024;

/// Zones that public DNS does not have, so that their names resolve only inside networks: reserved by RFC 6761, 6762, 7686, 8375
/// and 9476 and by ICANN (`internal`); never delegated because networks use them (`corp`, `home`, `mail`, ICANN name collision
/// studies); or used by clusters, service registries and routers. `arpa` has no web servers.
const INNER_ZONES: [&str; 18] = [
    "alt",
    "arpa",
    "consul",
    "corp",
    "domain",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localhost",
    "mail",
    "onion",
    "private",
    "svc",
    "test",
];

/// The metadata service of Tencent Cloud, which has a public name.
const TENCENT_METADATA: &str = "metadata.tencentyun.com";

/// Whether a name is outside the inner zones. A name without a dot belongs to the local network.
fn is_public_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_within =
        |zone: &&str| name == *zone || name.strip_suffix(*zone).is_some_and(|host| host.ends_with('.'));
    name.contains('.') && !INNER_ZONES.iter().chain([&TENCENT_METADATA]).any(is_within)
}

/// The host and metadata service of Azure, which has a public address.
const AZURE_HOST: [u8; 4] = [168, 63, 129, 16];

/// The ranges of the IANA special-purpose registry (RFC 6890) that are not globally reachable.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a >= 224
        || address.octets() == AZURE_HOST
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

/// Global unicast only, without the ranges that stand for an IPv4 address or for documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let is_global_unicast = a & 0xe000 == 0x2000;
    let is_teredo_or_special = a == 0x2001 && b < 0x0200;
    let is_documentation = (a == 0x2001 && b == 0x0db8) || (a == 0x3fff && b < 0x1000);
    let is_6to4 = a == 0x2002;
    is_global_unicast && !is_teredo_or_special && !is_documentation && !is_6to4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(address: &str) -> Result<(), Forbidden> {
        check(address, &InsecureHosts::parse("127.0.0.1:9100, localhost:8080"))
    }

    #[test]
    fn public_https_hosts_are_allowed() {
        for good in [
            "https://a.example/x",
            "https://8.8.8.8",
            "https://[2606:4700::1111]/",
            "https://not-localhost.example",
            "https://mysvc.example",
            "https://a.example:1024",
            "https://a.example:443",
        ] {
            assert_eq!(verdict(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn insecure_hosts_match_exactly() {
        assert_eq!(verdict("http://127.0.0.1:9100/x"), Ok(()));
        assert_eq!(verdict("http://localhost:8080"), Ok(()));
        assert_eq!(verdict("http://127.0.0.1:9101"), Err(Forbidden::NotHttps));
        assert_eq!(verdict("https://127.0.0.1"), Err(Forbidden::SpecialAddress));
        let hosts = InsecureHosts::parse("localhost:8080");
        assert!(hosts.exempt("http://localhost:8080/x") && !hosts.exempt("http://localhost:8081"));
    }

    #[test]
    fn special_addresses_and_names_are_refused() {
        for bad in [
            "https://127.0.0.1",
            "https://10.1.2.3",
            "https://172.31.0.1",
            "https://192.168.0.1",
            "https://169.254.169.254",
            "https://100.64.0.1",
            "https://0.0.0.0",
            "https://224.0.0.1",
            "https://[::1]",
            "https://[::]",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:7f00:1]",
            "https://[64:ff9b::7f00:1]",
            "https://[2002:7f00:1::]",
            "https://[fe80::1]",
            "https://[fd00::1]",
            "https://168.63.129.16",
        ] {
            assert_eq!(verdict(bad), Err(Forbidden::SpecialAddress), "{bad}");
        }
        for (address, expected) in
            [("8.8.8.8", true), ("2606:4700::1111", true), ("127.0.0.1", false), ("::ffff:8.8.8.8", false)]
        {
            assert_eq!(is_public(address.parse().unwrap()), expected, "{address}");
        }
        for bad in [
            "https://localhost",
            "https://LOCALHOST.",
            "https://a.localhost",
            "https://localhost.localdomain",
            "https://ip6-localhost",
            "https://intranet",
            "https://home.arpa",
            "https://metadata.google.internal",
            "https://metadata.tencentyun.com",
            "https://kubernetes.default.svc",
            "https://kubernetes.default.SVC.",
            "https://router.lan",
            "https://nas.home",
            "https://ad.corp",
            "https://wiki.intranet",
            "https://vault.service.consul",
            "https://x.onion",
            "https://a.test",
            "https://a.invalid",
            "https://1.0.0.127.in-addr.arpa",
            "https://a.private",
            "https://a.alt",
        ] {
            assert_eq!(verdict(bad), Err(Forbidden::SpecialName), "{bad}");
        }
    }

    #[test]
    fn ports_of_other_services_are_refused() {
        for bad in
            ["https://a.example:22", "https://a.example:25", "https://8.8.8.8:1023", "https://a.example:80"]
        {
            assert_eq!(verdict(bad), Err(Forbidden::Port), "{bad}");
        }
    }

    #[test]
    fn other_schemes_and_user_info_are_refused() {
        assert_eq!(verdict("http://a.example"), Err(Forbidden::NotHttps));
        for (bad, reason) in [
            ("data:text/plain,x", InvalidUrl::NotAUrl),
            ("file://127.0.0.1/x", InvalidUrl::NotAUrl),
            ("https://2130706433", InvalidUrl::NotAUrl),
            ("/x", InvalidUrl::NotAUrl),
            ("https://u@a.example", InvalidUrl::UserInfo),
            ("http://127.0.0.1:9100@a.example", InvalidUrl::UserInfo),
        ] {
            assert_eq!(verdict(bad), Err(Forbidden::Invalid(reason)), "{bad}");
        }
    }

    #[test]
    fn an_entry_that_exempts_nothing_is_known() {
        let list = "a:1, keycloak.internal, Keycloak:8443, http://a:80, b c, c:, d:0443, [::1]:443, ::1, 10.0.0.1:80, e:80/x";
        assert_eq!(
            InsecureHosts::parse(list).useless().collect::<Vec<_>>(),
            ["keycloak.internal", "Keycloak:8443", "http://a:80", "b c", "c:", "d:0443", "::1", "e:80/x"]
        );
    }
}
