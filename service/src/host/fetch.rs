//! Outgoing requests.

use std::fmt;

/// The limits of a fetch.
#[derive(Clone, Copy, Debug)]
pub struct FetchLimits {
    /// The time for the answer and its body, in milliseconds.
    pub timeout_ms: u32,
    /// The longest body, in bytes after decompression.
    pub max_bytes: usize,
}

/// A request to another server. Its `Debug` does not show what it sends.
#[derive(Clone, Default)]
pub struct FetchRequest {
    /// Its URL.
    pub url: String,
    /// Its headers besides those that its body needs, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// What is sent by POST; without it, it is a GET.
    pub body: Option<FetchBody>,
}

/// The body of a request.
#[derive(Clone)]
pub enum FetchBody {
    /// `application/x-www-form-urlencoded`.
    Form(String),
    /// `application/json`.
    Json(String),
}

impl FetchRequest {
    /// A GET.
    pub fn get(url: &str) -> Self {
        Self { url: url.to_owned(), ..Self::default() }
    }
}

impl fmt::Debug for FetchRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchRequest").field("url", &self.url).finish_non_exhaustive()
    }
}

/// An answer.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    /// Its status.
    pub status: u16,
    /// Its headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body.
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
    /// A body that is too long, too slow or cut off.
    Body,
}

/// Fetches URLs that the core's egress rules allow. A native host applies these rules once more to the address that a
/// name resolves to.
///
/// At Cloudflare: `fetch` with `redirect: "manual"` and `AbortSignal.timeout`, which ends the reading of the body too; the
/// body is read chunk by chunk up to the limit.
pub trait Fetch {
    /// Sends a request within the limits. Redirects are not followed.
    fn send(
        &self,
        request: &FetchRequest,
        limits: FetchLimits,
    ) -> impl Future<Output = Result<Fetched, FetchFailure>>;
}
