//! The decision on a request, with its reasons.

use std::sync::Arc;

use serde::Serialize;

use crate::authz::denial::Denial;
use crate::authz::identity::Identity;
use crate::authz::permit::Permit;
use crate::authz::token_cache::CachedToken;
use crate::authz::trace::Trace;
use crate::authz::trace_step::TraceStep;
use crate::config::cors::ResponseHeaders;
use crate::config::route::Route;
use crate::error_code::ErrorCode;
use crate::login::LoginRedirect;
use crate::project_id::ProjectId;

/// The end of an evaluation, with its reasons.
#[derive(Debug)]
pub struct Decision {
    /// The verdict.
    pub verdict: Verdict,
    /// What is wrong with this request in particular, where its code does not say it.
    pub reason: Option<&'static str>,
    /// Where a person is sent who opens the page: the route takes sessions, and the request has neither one nor a token, or a
    /// session without a role that opens the route.
    pub login_redirect: Option<LoginRedirect>,
    /// What the answer says to browsers about cross-origin pages, whatever it is and whatever the origin says, where the
    /// route has `cors`.
    pub cors: Option<ResponseHeaders>,
    /// The route that matched, if one did.
    pub route: Option<Arc<Route>>,
    /// The project that the path names, if it names one.
    pub project: Option<ProjectId>,
    /// The caller, if an entry identified them; also if their roles are not sufficient.
    pub identity: Option<Arc<Identity>>,
    /// What the token cache may keep of the token, where the evaluation got as far as its signature.
    pub cached_token: Option<Arc<CachedToken>>,
    /// Every step that led here.
    pub trace: Trace,
}

impl Decision {
    /// The decision if the routes are unavailable: deny.
    pub fn without_configuration() -> Self {
        let verdict = Verdict::Deny(Denial { code: ErrorCode::ConfigUnavailable, realm: None });
        let (cors, route, project, identity, cached_token) = (None, None, None, None, None);
        let (reason, login_redirect, trace) = (None, None, Trace::default());
        Self { verdict, reason, login_redirect, cors, route, project, identity, cached_token, trace }
    }

    /// Whether the token was evaluated for an earlier request.
    pub fn is_known(&self) -> bool {
        self.trace.steps().any(|step| matches!(step, TraceStep::Known))
    }
}

/// What happens to a request.
#[derive(Debug)]
pub enum Verdict {
    /// It goes to the origin.
    Permit(Permit),
    /// It is a browser's preflight and is answered with the decision's `cors` headers alone.
    Preflight,
    /// It is refused.
    Deny(Denial),
}

/// The kind of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub enum Outcome {
    /// It goes to the origin.
    Permit,
    /// It is answered as a preflight.
    Preflight,
    /// It is refused.
    Deny,
}

impl Verdict {
    /// The kind of the verdict.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Permit(_) => Outcome::Permit,
            Self::Preflight => Outcome::Preflight,
            Self::Deny(_) => Outcome::Deny,
        }
    }

    /// Why the request is refused, if it is.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Deny(denial) => Some(denial.code),
            Self::Permit(_) | Self::Preflight => None,
        }
    }
}
