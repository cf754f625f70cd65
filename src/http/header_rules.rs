//! Which request headers reach an origin, and how values are encoded in headers that the gateway sets.

use std::fmt::Write;

/// Headers that are dropped: hop-by-hop headers (RFC 9110, section 7.6.1); those that override the method; those that the gateway
/// sets, or that only it could know; `Expect`, whose interim response the runtime would take for the final one; and `Proxy`, which
/// CGI turns into the variable `HTTP_PROXY`.
const DROPPED: [&str; 24] = [
    "cf-connecting-ip",
    "client-ip",
    "connection",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "true-client-ip",
    "upgrade",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-host",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-real-ip",
    "x-request-id",
];

/// Prefixes of headers that are dropped: identity headers, and those that claim another client, host or path.
const DROPPED_FAMILIES: [&str; 5] = ["forwarded", "x-auth-", "x-forwarded", "x-original-", "x-rewrite-"];

/// The folded name of a client's header that may reach an origin; `None` for one that is dropped, in any case and spelling.
/// Headers that `Connection` names are dropped too: see [`connection_options`].
pub fn passing_name(name: &str) -> Option<String> {
    let name = fold(name);
    let stays = DROPPED.contains(&&*name) || DROPPED_FAMILIES.iter().any(|family| name.starts_with(family));
    (!stays).then_some(name)
}

/// Whether a header, in any case and spelling, could make an origin believe in another caller, method or path than those that were
/// decided on. Such headers are dropped; where another proxy sends the request on, that is for the proxy to do.
pub fn misleads(name: &str) -> bool {
    let name = fold(name);
    let families = ["x-auth-", "x-original-", "x-rewrite-"];
    matches!(&*name, "x-http-method" | "x-http-method-override" | "x-method-override")
        || families.iter().any(|family| name.starts_with(family))
}

/// The most names in a `Connection` header.
const MAX_CONNECTION_OPTIONS: usize = 32;

/// The folded names of the headers that a `Connection` header lists as hop-by-hop (RFC 9110, section 7.6.1); `None` if there are
/// more than 32, as each is compared with each header.
pub fn connection_options(value: &str) -> Option<Vec<String>> {
    let is_short = value.split(',').nth(MAX_CONNECTION_OPTIONS).is_none();
    is_short.then(|| value.split(',').map(|option| fold(option.trim())).collect())
}

/// A name as origins see it that read headers as CGI variables: lower case, and `-` for anything but letters and digits.
pub fn fold(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect()
}

/// Whether `text` is a host with or without a port, by its characters (RFC 3986, section 3.2.2).
pub fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~:[]".contains(&b))
}

/// Whether `name` is a header that the gateway drops or sets, or that frames the message.
pub fn is_reserved(name: &str) -> bool {
    let is_free =
        |name: String| !matches!(&*name, "authorization" | "content-length" | "content-type" | "cookie");
    !passing_name(name).is_some_and(is_free)
}

/// Whether `text` is a header's name (a token of RFC 9110, section 5.6.2), of at most 64 bytes.
pub fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(is_tchar)
}

/// Whether `text` is a header's value in printable ASCII (RFC 9110, section 5.5).
pub fn is_value(text: &str) -> bool {
    text.bytes().all(|b| b == b' ' || b.is_ascii_graphic())
}

/// Encodes `text` as a header value in printable ASCII: other characters, `%` and `,` are percent-encoded as UTF-8, and so is a
/// space at either end, which HTTP would strip.
pub fn encode(text: &str) -> String {
    let last = text.len().saturating_sub(1);
    text.bytes().enumerate().fold(String::with_capacity(text.len()), |mut value, (index, byte)| {
        let is_inner_space = byte == b' ' && index != 0 && index != last;
        if is_inner_space || (byte.is_ascii_graphic() && byte != b'%' && byte != b',') {
            value.push(char::from(byte));
        } else {
            let _infallible = write!(value, "%{byte:02X}");
        }
        value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_headers_are_dropped() {
        for name in
            ["x-auth-subject", "X-Auth-Roles", "X_AUTH_PROJECT", "x-auth_idp", "x-auth-", "X-Auth.Subject"]
        {
            assert_eq!(passing_name(name), None, "{name}");
        }
        assert_eq!(passing_name("X_Author").as_deref(), Some("x-author"));
    }

    #[test]
    fn hop_by_hop_and_override_headers_are_dropped() {
        for name in [
            "Keep-Alive",
            "Expect",
            "X-HTTP-Method-Override",
            "X_Rewrite_URL",
            "X-Forwarded",
            "X-Forwarded-Prefix",
            "Forwarded",
            "Forwarded-For",
            "X-Original-Host",
            "True-Client-IP",
            "Proxy",
        ] {
            assert_eq!(passing_name(name), None, "{name}");
        }
        assert_eq!(passing_name("accept").as_deref(), Some("accept"));
    }

    #[test]
    fn headers_that_mislead_are_dropped() {
        for name in
            ["X-Auth-Roles", "x_auth.roles", "X-HTTP-Method-Override", "X_Original-URL", "X-Rewrite-URL"]
        {
            assert!(misleads(name) && passing_name(name).is_none(), "{name}");
        }
        for name in ["accept", "x-author", "x-forwarded-for", "x-request-id"] {
            assert!(!misleads(name), "{name}");
        }
    }

    #[test]
    fn connection_names_at_most_32_headers() {
        assert_eq!(connection_options("close, X_Custom").unwrap(), ["close", "x-custom"]);
        let list = |count| vec!["x"; count].join(",");
        assert!(connection_options(&list(32)).is_some());
        assert_eq!(connection_options(&list(33)), None);
    }

    #[test]
    fn headers_of_the_gateway_are_reserved() {
        for name in ["Host", "X_Auth_Roles", "Content_Length", "cookie"] {
            assert!(is_reserved(name), "{name}");
        }
        assert!(!is_reserved("X-Origin-Auth"));
    }

    #[test]
    fn encoded_values_are_printable_ascii() {
        assert_eq!(encode("auth0|a b@c"), "auth0|a b@c");
        assert_eq!(encode("a,b%\r\nä"), "a%2Cb%25%0D%0A%C3%A4");
        assert_eq!(encode(" a "), "%20a%20");
    }
}
