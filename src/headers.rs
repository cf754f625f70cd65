//! Which headers of a request reach an origin, and what the edge says in headers of its own.

use std::fmt::Write;

/// Headers of one hop (RFC 9110, section 7.6.1) and those that make an origin see another method or path than the one
/// that was decided on.
const DROPPED: [&str; 15] = [
    "connection",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "x-http-method",
    "x-http-method-override",
    "x-method-override",
    "x-original-url",
    "x-rewrite-url",
];

/// Headers that the edge sets itself, whatever the client sent.
const SET: [&str; 5] = ["host", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-request-id"];

/// Whether a client's header `name` stays at the edge: identity headers, in any case and with `_` for `-`; headers of
/// one hop; what `connection` (the value of that header) names; what the edge sets itself.
pub fn is_dropped(name: &str, connection: &str) -> bool {
    // An origin that reads headers as CGI variables cannot tell `_` from `-`.
    let name = name.to_ascii_lowercase().replace('_', "-");
    name.starts_with("x-auth-")
        || DROPPED.contains(&&*name)
        || SET.contains(&&*name)
        || connection.split(',').any(|listed| listed.trim().replace('_', "-").eq_ignore_ascii_case(&name))
}

/// Whether `name` is a header that the edge drops or sets, or that frames the message: no name for anything else.
pub fn is_reserved(name: &str) -> bool {
    is_dropped(name, "authorization, content-length, content-type, cookie")
}

/// Whether `text` is a header's name (a token of RFC 9110, section 5.6.2), of at most 64 bytes.
pub fn is_token(text: &str) -> bool {
    let is_tchar = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    (1..=64).contains(&text.len()) && text.bytes().all(is_tchar)
}

/// A header value that says `text` in printable ASCII: what is outside it, `%` and `,` are percent-encoded as UTF-8, and
/// so is a space at either end, which HTTP would strip.
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
    fn identity_headers_never_pass() {
        for name in ["x-auth-subject", "X-Auth-Roles", "X_AUTH_PROJECT", "x-auth_idp", "x-auth-"] {
            assert!(is_dropped(name, ""), "{name}");
        }
        assert!(!is_dropped("x-author", ""));
    }

    #[test]
    fn hop_by_hop_headers_and_what_connection_names_stay() {
        assert!(is_dropped("Keep-Alive", ""));
        assert!(is_dropped("X-HTTP-Method-Override", ""));
        assert!(is_dropped("x-custom", "close, X-Custom"));
        assert!(!is_dropped("x-custom", "close, x-customs"));
        assert!(!is_dropped("accept", ""));
    }

    #[test]
    fn values_are_printable_ascii() {
        assert_eq!(encode("auth0|a b@c"), "auth0|a b@c");
        assert_eq!(encode("a,b%\r\nä"), "a%2Cb%25%0D%0A%C3%A4");
        assert_eq!(encode(" a "), "%20a%20");
    }
}
