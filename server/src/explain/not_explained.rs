//! Why a request is not explained.

use std::fmt;

use edge_authorizer::{Faults, ProjectId, visible};
use service::host::FetchFailure;

/// Why a request is not explained. It has neither a token nor a secret.
#[derive(Debug)]
pub enum NotExplained {
    /// The request is described wrongly.
    Request(Faults),
    /// A URL at which no gateway is asked.
    Url,
    /// The node is not reached at its own address, and by which name is not known.
    NoPublicUrl,
    /// There is no token to ask with.
    NoAdminToken,
    /// The gateway answers the path itself.
    OwnPath(String),
    /// A path of the management API without a project.
    NoProject(String),
    /// A path of the management API with a project that does not exist.
    UnknownProject(ProjectId),
    /// The gateway does not answer.
    NoAnswer(String, FetchFailure),
    /// What answers is no gateway.
    NoGateway(String),
    /// The gateway refuses to explain.
    Refused {
        /// Where it is.
        url: String,
        /// The status of its answer.
        status: u16,
        /// The code of the error.
        code: String,
        /// What it says.
        detail: String,
    },
    /// The routes are of a newer release.
    Routes(Faults),
    /// TLS cannot be set up.
    Trust(rustls::Error),
    /// There is no runtime for it.
    Runtime(std::io::Error),
}

impl fmt::Display for NotExplained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(faults) => faults.fmt(f),
            Self::Url => f.write_str(
                "`--url` is the address of a gateway without a path: `https://…`, or `http://…` on this machine",
            ),
            Self::NoPublicUrl => f.write_str("`PUBLIC_URL` is not set: name the gateway by `--url`"),
            Self::NoAdminToken => f.write_str("`ADMIN_TOKEN` is not set, and asking needs it"),
            Self::OwnPath(path) => write!(f, "the gateway answers `{path}` itself, without a decision"),
            Self::NoProject(path) => {
                write!(f, "`{path}` with this method is no resource of a project, and only those are explained")
            }
            Self::UnknownProject(project) => write!(f, "there is no project `{project}`"),
            Self::NoAnswer(url, failure) => {
                let reason = match failure {
                    FetchFailure::NoAnswer => "no answer in time",
                    FetchFailure::Unreachable => "it cannot be reached",
                    FetchFailure::Body => "the answer is too long or cut off",
                };
                write!(f, "no gateway answers at `{url}` ({reason}): start it, or name another by `--url`")
            }
            Self::NoGateway(url) => write!(f, "what answers at `{url}` is no gateway"),
            Self::Refused { url, status, code, detail } => {
                let (code, detail) = (visible(code), visible(detail));
                write!(f, "the gateway at `{url}` refuses to explain: {status} {code}: {detail}")
            }
            Self::Routes(faults) => write!(f, "the routes cannot be read: {faults}"),
            Self::Trust(error) => write!(f, "cannot set up TLS: {error}"),
            Self::Runtime(error) => write!(f, "cannot start a runtime: {error}"),
        }
    }
}
