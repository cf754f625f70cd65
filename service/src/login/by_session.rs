//! Requests to the management API by a session: they get its access token, and are treated as any other.

use edge_authorizer::{Denial, ErrorCode, Unavailable};

use crate::ControlPlane;
use crate::host::LoginHost;
use crate::http::{Request, Response, problem};

impl<S> ControlPlane<S> {
    /// The request with the access token of the session that it shows, if it has no credentials of its own.
    pub async fn with_session<H: LoginHost<Signal = S>>(
        &self,
        host: &H,
        mut request: Request,
    ) -> Result<Request, Response> {
        if request.header("authorization").is_some() {
            return Ok(request);
        }
        let found = async {
            let Ok(visit) = self.visit(host, &request) else { return Ok(None) };
            let Some(cookie) = visit.session_cookie() else { return Ok(None) };
            if !visit.is_same_origin() {
                return Err(ErrorCode::CrossSite);
            }
            visit.session_token(&cookie).await.map_err(|Unavailable| ErrorCode::StoreUnavailable)
        };
        match found.await {
            Ok(token) => {
                let header = |token: &str| ("authorization".to_owned(), ["Bearer ", token].concat());
                request.headers.extend(token.map(|found| header(&found.token)));
                Ok(request)
            }
            Err(code) => Err(problem(&Denial { code, realm: None }, &request.id)),
        }
    }
}
