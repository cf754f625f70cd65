//! The documents of the gateway's own issuer: its metadata and its key sets.

use edge_authorizer::accounts::{AuthDocument, PublicUrl, metadata};
use edge_authorizer::{Denial, ErrorCode, Unavailable};

use super::signing_memory::SigningMemory;
use crate::host::{Clock, SigningKeySource, Tasks};
use crate::http::{Request, Response, problem, read_only};

/// How long clients may keep a document, in seconds. A key is published for longer than that before it signs.
const CACHE_CONTROL: &str = "public, max-age=60";

/// Answers a request for a document of the issuer.
pub async fn answer_document<H: SigningKeySource + Tasks + Clock>(
    host: &H,
    memory: &SigningMemory<H::Signal>,
    public_url: &PublicUrl,
    document: AuthDocument,
    request: &Request,
) -> Response {
    if !matches!(&*request.method, "GET" | "HEAD") {
        return read_only(&request.id);
    }
    let (media_type, document) = match document {
        AuthDocument::Metadata => ("application/json", Ok(metadata(public_url))),
        AuthDocument::KeySet(set) => {
            ("application/jwk-set+json", memory.keys(host, set).await.map(|keys| keys.jwks))
        }
    };
    match document {
        // A page of any origin may read what is public.
        Ok(document) => Response::new(200, media_type, document.to_string())
            .with("cache-control", CACHE_CONTROL)
            .with("access-control-allow-origin", "*"),
        Err(Unavailable) => problem(&Denial { code: ErrorCode::StoreUnavailable, realm: None }, &request.id),
    }
}
