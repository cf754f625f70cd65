//! The paths that the gateway answers itself: no route may take them.

/// What serves one of the gateway's own paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnPath {
    /// `/healthz`, the health check.
    Health,
    /// `/readyz`, whether requests can be decided on.
    Readiness,
    /// A static file.
    Asset,
    /// The management API.
    Management,
    /// The gateway's own issuer.
    Auth,
}

/// The base path of the management API.
pub const MANAGEMENT_PATH: &str = "/project-management-service/v1";

struct Row {
    path: &'static str,
    kind: OwnPath,
    /// Whether the path itself has an answer, or the paths below it. The others are 404.
    answers: Answers,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answers {
    Itself,
    Below,
    Both,
}

const TABLE: [Row; 7] = [
    Row { path: "/healthz", kind: OwnPath::Health, answers: Answers::Itself },
    Row { path: "/readyz", kind: OwnPath::Readiness, answers: Answers::Itself },
    Row { path: "/openapi.json", kind: OwnPath::Asset, answers: Answers::Itself },
    Row { path: "/inspector", kind: OwnPath::Asset, answers: Answers::Both },
    Row { path: MANAGEMENT_PATH, kind: OwnPath::Management, answers: Answers::Below },
    Row { path: "/auth", kind: OwnPath::Auth, answers: Answers::Below },
    // The metadata of the issuer `<PUBLIC_URL>/auth` (RFC 8414, section 3.1).
    Row {
        path: "/.well-known/oauth-authorization-server/auth",
        kind: OwnPath::Auth,
        answers: Answers::Itself,
    },
];

impl OwnPath {
    /// The own path that `path`, as sent, is in its plain spelling.
    pub fn of(path: &str) -> Option<Self> {
        let is_answered = |row: &&Row| match path.strip_prefix(row.path) {
            Some("") => row.answers != Answers::Below,
            Some(rest) => row.answers != Answers::Itself && rest.starts_with('/'),
            None => false,
        };
        TABLE.iter().find(is_answered).map(|row| row.kind)
    }

    /// The reserved path that `path` is or is below. Whole folders are reserved, whether or not they have an answer.
    pub fn reserved(path: &str) -> Option<&'static str> {
        let is_within = |row: &&Row| {
            path.strip_prefix(row.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        TABLE.iter().find(is_within).map(|row| row.path)
    }

    /// All reserved paths.
    pub fn all() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|row| row.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_paths_are_answered_in_their_plain_spelling() {
        for (path, expected) in [
            ("/healthz", Some(OwnPath::Health)),
            ("/healthz/", None),
            ("/readyz", Some(OwnPath::Readiness)),
            ("/openapi.json", Some(OwnPath::Asset)),
            ("/openapi.json/x", None),
            ("/inspector", Some(OwnPath::Asset)),
            ("/inspector/", Some(OwnPath::Asset)),
            ("/inspector/keys/index.html", Some(OwnPath::Asset)),
            ("/inspectors", None),
            ("/project-management-service/v1", None),
            ("/project-management-service/v1/projects", Some(OwnPath::Management)),
            ("/project-management-service/v10/projects", None),
            ("/auth", None),
            ("/auth/token", Some(OwnPath::Auth)),
            ("/authority/token", None),
            ("/.well-known/oauth-authorization-server/auth", Some(OwnPath::Auth)),
            ("/.well-known/oauth-authorization-server", None),
            ("/%68ealthz", None),
            ("/", None),
        ] {
            assert_eq!(OwnPath::of(path), expected, "{path}");
        }
    }

    #[test]
    fn reserved_are_whole_folders() {
        for own in OwnPath::all() {
            assert_eq!(OwnPath::reserved(own), Some(own));
            assert_eq!(OwnPath::reserved(&format!("{own}/x")), Some(own));
            assert_eq!(OwnPath::reserved(&format!("{own}x")), None);
        }
    }
}
