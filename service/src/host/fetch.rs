//! Outgoing requests.

/// The limits of a fetch.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// The time for the answer and its body, in milliseconds.
    pub timeout_ms: u32,
    /// The longest body, in bytes after decompression.
    pub max_bytes: usize,
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body; empty if the status is not 200.
    pub body: Vec<u8>,
}

impl Fetched {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// No answer in time.
    NoAnswer,
    /// The name does not resolve, nothing accepts the connection, or TLS fails.
    Unreachable,
    /// A 200 without a body.
    NoBody,
    /// A body that is too long, too slow or cut off.
    Body,
}

/// Fetches URLs that the core's egress rules allow. A native host applies these rules once more to the address that a
/// name resolves to.
///
/// At Cloudflare: `fetch` with `redirect: "manual"` and `AbortSignal.timeout`, which ends the reading of the body too; the
/// body is read chunk by chunk up to the limit.
pub trait Fetch {
    /// GETs `url` within the limits. Redirects are not followed. The body is read only of a 200.
    fn get(&self, url: &str, limits: FetchLimits) -> impl Future<Output = Result<Fetched, FetchFailure>>;
}
