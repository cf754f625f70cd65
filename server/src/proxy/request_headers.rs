//! The headers of a client's request, read.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue};

/// The value of a header, several of the name joined as `separator` says; what is not UTF-8 is replaced.
pub fn joined<'h>(headers: &'h HeaderMap, name: &HeaderName, separator: &str) -> Option<Cow<'h, str>> {
    let mut values = headers.get_all(name).iter();
    let first = text(values.next()?);
    let rest = values.map(text);
    let joined = rest.fold(first, |joined, value| Cow::Owned([&joined, separator, &value].concat()));
    Some(joined)
}

/// The text of a value; what is not UTF-8 is replaced.
pub fn text(value: &HeaderValue) -> Cow<'_, str> {
    String::from_utf8_lossy(value.as_bytes())
}
