//! The bearer credentials of a request (RFC 6750, section 2.1).

/// The content of a request's `Authorization` header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BearerCredentials<'r> {
    /// No header, or one of another scheme.
    Missing,
    /// Several values, which arrive joined by commas, or a Bearer scheme without a token; with what is wrong.
    Ambiguous(&'static str),
    /// The text after the scheme.
    Bearer(&'r str),
}

impl<'r> BearerCredentials<'r> {
    /// Reads the header's value. The scheme is case-insensitive (RFC 9110, section 11.1).
    pub fn parse(header: Option<&'r str>) -> Self {
        let Some(value) = header else { return Self::Missing };
        let is_list = value.as_bytes().contains(&b',');
        if is_list && value.split(',').filter(|part| names_a_scheme(part)).count() > 1 {
            return Self::Ambiguous("several values in `Authorization`; send one");
        }
        match split_scheme(value) {
            (scheme, _) if !scheme.eq_ignore_ascii_case("bearer") => Self::Missing,
            (_, "") => Self::Ambiguous("`Authorization: Bearer` without a token"),
            (_, token) => Self::Bearer(token),
        }
    }
}

/// The scheme that credentials begin with, and what follows it.
pub fn split_scheme(value: &str) -> (&str, &str) {
    let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    (scheme, rest.trim_start_matches(' '))
}

/// Whether a part between commas begins credentials, rather than going on with their parameters (`name="value"`).
fn names_a_scheme(part: &str) -> bool {
    let first = part.split_whitespace().next().unwrap_or_default();
    !first.is_empty() && !first.contains(['=', '"'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scheme_is_case_insensitive() {
        for header in ["Bearer x.y.z", "bearer x.y.z", "BEARER   x.y.z"] {
            assert_eq!(BearerCredentials::parse(Some(header)), BearerCredentials::Bearer("x.y.z"));
        }
    }

    #[test]
    fn other_schemes_are_missing_credentials() {
        for header in [None, Some(""), Some("Basic abc"), Some("Digest a=\"b, c\", d=e"), Some("Bearerx y")] {
            assert_eq!(BearerCredentials::parse(header), BearerCredentials::Missing, "{header:?}");
        }
    }

    #[test]
    fn several_values_and_an_empty_bearer_are_ambiguous() {
        let several = "several values in `Authorization`; send one";
        for (header, reason) in [
            ("Bearer", "`Authorization: Bearer` without a token"),
            ("Bearer a, Bearer b", several),
            ("Bearer a,b", several),
            ("Basic a, bearer b", several),
            ("Bearer a, Basic b", several),
            ("Basic a, Basic b", several),
        ] {
            let expected = BearerCredentials::Ambiguous(reason);
            assert_eq!(BearerCredentials::parse(Some(header)), expected, "{header}");
        }
    }
}
