//! Cross-origin requests from browsers (the CORS protocol of the Fetch standard). What is a preflight is decided in `authz/evaluation.rs`.

use crate::document_reader::Node;
use crate::http::header_rules::is_token;
use crate::http::method::Method;
use crate::http::strict_url::StrictUrl;

/// The pages that may call a route from a browser, and how.
#[derive(Clone, Debug)]
pub struct Cors {
    origins: WebOrigins,
    headers: Vec<HeaderToken>,
    /// The value of `Access-Control-Expose-Headers`.
    exposed: String,
    credentials: bool,
    max_age: Option<u64>,
}

#[derive(Clone, Debug)]
enum WebOrigins {
    Any,
    Listed(Vec<WebOrigin>),
}

/// Names and values of response headers.
pub type ResponseHeaders = Vec<(&'static str, String)>;

impl Cors {
    /// Reads `{"origins", "headers", "exposeHeaders", "credentials", "maxAge"}` of a route.
    #[inline(never)]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|cors| {
            let credentials = cors.optional("credentials").and_then(|node| node.boolean()).unwrap_or(false);
            let origins = cors.required("origins", "a list of origins, or `*` alone");
            let origins = origins.and_then(|node| read_origins(&node, credentials));
            let names = |name| cors.optional(name).map_or_else(|| Some(Vec::new()), |node| node.list());
            let (headers, exposed) = (names("headers"), names("exposeHeaders").as_deref().map(exposed));
            let max_age = cors.optional("maxAge").and_then(|node| node.integer(0..=86_400));
            Some(Self { origins: origins?, headers: headers?, exposed: exposed?, credentials, max_age })
        })
    }

    /// The response headers for a request from `origin`; without one, those that caches need.
    pub fn response_headers(&self, origin: Option<&str>) -> ResponseHeaders {
        let mut headers = Vec::new();
        if self.allow(origin, &mut headers) {
            headers.push(("access-control-expose-headers", self.exposed.clone()));
        }
        headers
    }

    /// Adds what every response to `origin` says. Whether its page may call.
    fn allow(&self, origin: Option<&str>, headers: &mut ResponseHeaders) -> bool {
        match &self.origins {
            WebOrigins::Any => headers.push(("access-control-allow-origin", "*".to_owned())),
            WebOrigins::Listed(list) => {
                // Every response depends on the requesting origin.
                headers.push(("vary", "Origin".to_owned()));
                let Some(origin) = origin.filter(|origin| list.iter().any(|listed| listed.0 == *origin))
                else {
                    return false;
                };
                headers.push(("access-control-allow-origin", origin.to_owned()));
                if self.credentials {
                    headers.push(("access-control-allow-credentials", "true".to_owned()));
                }
            }
        }
        true
    }

    /// The response headers for a preflight from `origin`; `methods` are those of the route.
    pub fn preflight_headers(&self, origin: &str, methods: &[Method]) -> ResponseHeaders {
        let mut headers = Vec::new();
        if !self.allow(Some(origin), &mut headers) {
            return headers;
        }
        headers.push(("access-control-allow-methods", join(methods.iter().map(|method| method.as_str()))));
        if !self.headers.is_empty() {
            headers.push((
                "access-control-allow-headers",
                join(self.headers.iter().map(|header| header.0.as_str())),
            ));
        }
        if let Some(seconds) = self.max_age {
            headers.push(("access-control-max-age", seconds.to_string()));
        }
        headers
    }
}

/// The response headers that a page may read: the id of the request, by which its log line is found, and those listed.
fn exposed(listed: &[HeaderToken]) -> String {
    listed.iter().fold("X-Request-Id".to_owned(), |names, name| [&names, ", ", &name.0].concat())
}

fn read_origins(node: &Node<'_>, credentials: bool) -> Option<WebOrigins> {
    let elements = node.elements()?;
    if !elements.iter().any(|element| element.value() == "*") {
        return node.list().map(WebOrigins::Listed);
    }
    if credentials || elements.len() > 1 {
        node.fault("`*` alone and without `credentials`, or a list of origins");
        return None;
    }
    Some(WebOrigins::Any)
}

fn join<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    texts.collect::<Vec<_>>().join(", ")
}

/// The origin of a web page, as browsers write it (RFC 6454, section 6.2).
#[derive(Clone, Debug)]
struct WebOrigin(String);

impl TryFrom<&str> for WebOrigin {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_origin = StrictUrl::parse(text).is_ok_and(|url| url.origin() == text);
        if is_origin {
            Ok(Self(text.to_owned()))
        } else {
            Err("an origin as browsers write it, like `https://app.example`")
        }
    }
}

/// The name of a header that a page may set in requests, or read in responses.
#[derive(Clone, Debug)]
struct HeaderToken(String);

impl TryFrom<&str> for HeaderToken {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        if is_token(text) { Ok(Self(text.to_owned())) } else { Err("the name of a header") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document_reader;
    use crate::fault::Faults;
    use serde_json::{Value, json};

    fn cors(document: &Value) -> Result<Cors, Faults> {
        document_reader::read(document, Cors::read)
    }

    #[test]
    fn only_listed_origins_get_allow_origin() {
        let cors = cors(&json!({"origins": ["https://a.example"], "credentials": true})).unwrap();
        let allow = ("access-control-allow-origin", "https://a.example".to_owned());
        let vary = ("vary", "Origin".to_owned());
        let credentials = ("access-control-allow-credentials", "true".to_owned());
        let expose = ("access-control-expose-headers", "X-Request-Id".to_owned());
        let headers = cors.response_headers(Some("https://a.example"));
        assert_eq!(headers, [vary.clone(), allow, credentials, expose]);
        for other in ["https://b.example", "https://a.example.b", "null", ""] {
            assert_eq!(cors.response_headers(Some(other)), std::slice::from_ref(&vary));
            assert_eq!(cors.preflight_headers(other, &Method::ALL), std::slice::from_ref(&vary));
        }
    }

    #[test]
    fn the_request_id_and_listed_headers_are_exposed() {
        for (listed, exposed) in [
            (json!(["X-Total", "ETag"]), "X-Request-Id, X-Total, ETag"),
            (json!(["*"]), "X-Request-Id, *"),
            (json!(null), "X-Request-Id"),
        ] {
            let cors = cors(&json!({"origins": ["*"], "exposeHeaders": listed})).unwrap();
            let allow = ("access-control-allow-origin", "*".to_owned());
            let expected = [allow, ("access-control-expose-headers", exposed.to_owned())];
            assert_eq!(cors.response_headers(None), expected, "{listed}");
        }
    }

    #[test]
    fn preflight_lists_methods_headers_and_max_age() {
        let cors =
            cors(&json!({"origins": ["*"], "headers": ["Authorization", "X-A"], "maxAge": 60})).unwrap();
        let headers = cors.preflight_headers("https://a.example", &[Method::Get, Method::Post]);
        let expected = [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET, POST"),
            ("access-control-allow-headers", "Authorization, X-A"),
            ("access-control-max-age", "60"),
        ];
        assert_eq!(headers, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn wildcard_origin_excludes_credentials() {
        for bad in [
            json!({}),
            json!({"origins": []}),
            json!({"origins": ["*"], "credentials": true}),
            json!({"origins": ["*", "https://a.example"]}),
            json!({"origins": ["https://a.example/"]}),
            json!({"origins": ["a.example"]}),
            json!({"origins": ["https://a.example"], "headers": ["a b"]}),
            json!({"origins": ["https://a.example"], "exposeHeaders": ["a b"]}),
            json!({"origins": ["https://a.example"], "exposeHeaders": []}),
            json!({"origins": ["https://a.example"], "maxAge": -1}),
            json!({"origins": ["https://a.example"], "methods": ["GET"]}),
        ] {
            assert!(cors(&bad).is_err(), "{bad}");
        }
    }
}
