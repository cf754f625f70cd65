//! Where a user goes after the login.

use percent_encoding::percent_decode_str;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::http::request_path::RequestPath;

/// A path of this host with its query, as it was sent: no parser reads another host in it. The fragment, which browsers keep to
/// themselves, comes apart from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnPath(String);

/// The longest one with its fragment, in bytes: the provider gets it, sealed, in a URL.
const MAX_BYTES: usize = 2000;

impl ReturnPath {
    /// The path `/`.
    pub fn root() -> Self {
        Self("/".to_owned())
    }

    /// The gateway's own page, which says who is signed in: where a login leads that says nothing else.
    pub fn home() -> Self {
        Self("/auth/".to_owned())
    }

    /// A path with its query, and a fragment that was sent apart from it, without `#`.
    pub fn new(path: &str, fragment: Option<&str>) -> Result<Self, InvalidReturnPath> {
        let path_alone = path.split_once('?').map_or(path, |(path, _)| path);
        // A path that requests cannot have leads nowhere. Its rules refuse what leads elsewhere: `//`, `/\`, controls, and these
        // encoded once or twice; but controls twice, which browsers drop from a `Location`, only here.
        let request_path = RequestPath::try_from(path_alone)
            .map_err(|ambiguous| InvalidReturnPath::Path(ambiguous.reason()))?;
        let decoded_twice = percent_decode_str(request_path.decoded()).decode_utf8_lossy();
        if decoded_twice.contains(char::is_control) {
            return Err(InvalidReturnPath::Path("a doubly encoded control character"));
        }
        let query = path.strip_prefix(path_alone).unwrap_or_default();
        let fragment = fragment.filter(|fragment| !fragment.is_empty());
        if !is_plain(query) || !fragment.is_none_or(is_plain) {
            return Err(InvalidReturnPath::Character);
        }
        let text = fragment.map_or_else(|| path.to_owned(), |fragment| [path, "#", fragment].concat());
        if text.len() > MAX_BYTES { Err(InvalidReturnPath::TooLong) } else { Ok(Self(text)) }
    }

    /// The path with its query and fragment, for the header `Location`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a query or fragment has only what parsers leave alone (WHATWG URL, fragment and special-query percent-encode sets, but
/// for `'`), and no `\` or second `#`.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'<' | b'>' | b'\\' | b'`'))
}

/// Why a text is not a return path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReturnPath {
    /// The path is not one that requests can have.
    #[error("the return path is not an unambiguous path of this host: {0}")]
    Path(&'static str),
    /// A character of query or fragment has to be percent-encoded.
    #[error("the query or the fragment of the return path has a character that must be percent-encoded")]
    Character,
    /// It is too long.
    #[error("the return path has more than {MAX_BYTES} bytes")]
    TooLong,
}

impl<'de> Deserialize<'de> for ReturnPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let (path, fragment) = text.split_once('#').map_or((&*text, None), |(path, rest)| (path, Some(rest)));
        Self::new(path, fragment).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_come_apart_from_the_path() {
        assert_eq!(ReturnPath::new("/a#b", None), Err(InvalidReturnPath::Path("`#`")));
        assert_eq!(ReturnPath::new("/a?x#b", None), Err(InvalidReturnPath::Character));
        for (path, fragment, text) in [
            ("/a?x=1", Some("b/c?d"), "/a?x=1#b/c?d"),
            ("/", Some(""), "/"),
            ("/", Some("//evil.example"), "/#//evil.example"),
        ] {
            let path = ReturnPath::new(path, fragment).unwrap();
            assert_eq!(path.as_str(), text);
            let stored = serde_json::to_value(&path).unwrap();
            assert_eq!(serde_json::from_value::<ReturnPath>(stored).unwrap(), path);
        }
        for bad in ["a#b", "a b", "\n", "\\", "<script>", "ä"] {
            assert_eq!(ReturnPath::new("/", Some(bad)), Err(InvalidReturnPath::Character), "{bad}");
        }
    }

    #[test]
    fn the_length_is_bounded_with_query_and_fragment() {
        let long = |bytes: usize| "a".repeat(bytes);
        assert!(ReturnPath::new(&format!("/{}", long(1999)), None).is_ok());
        for (path, fragment) in [
            (format!("/{}", long(2000)), None),
            (format!("/?{}", long(1999)), None),
            ("/".to_owned(), Some(long(1999))),
        ] {
            assert_eq!(ReturnPath::new(&path, fragment.as_deref()), Err(InvalidReturnPath::TooLong));
        }
    }
}
