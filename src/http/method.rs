//! The methods of requests that may reach an origin.

use std::fmt;

use serde::Serialize;

/// A request method (RFC 9110, section 9; RFC 5789). TRACE, CONNECT and unknown methods are not supported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// DELETE
    Delete,
    /// GET
    Get,
    /// HEAD
    Head,
    /// OPTIONS
    Options,
    /// PATCH
    Patch,
    /// POST
    Post,
    /// PUT
    Put,
}

impl Method {
    /// All methods, in alphabetical order.
    pub const ALL: [Self; 7] =
        [Self::Delete, Self::Get, Self::Head, Self::Options, Self::Patch, Self::Post, Self::Put];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

/// The name is not that of a method that may reach an origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT")]
pub struct UnsupportedMethod;

impl UnsupportedMethod {
    /// What is wrong with that name, if it is one of the methods but for its case (RFC 9110, section 9.1).
    pub fn reason(name: &str) -> Option<&'static str> {
        let is_other_case =
            |method: &Method| method.as_str() != name && method.as_str().eq_ignore_ascii_case(name);
        Method::ALL
            .iter()
            .any(is_other_case)
            .then_some("methods are case-sensitive: write them in upper case")
    }
}

impl TryFrom<&str> for Method {
    type Error = UnsupportedMethod;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        Self::ALL.into_iter().find(|method| method.as_str() == name).ok_or(UnsupportedMethod)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
