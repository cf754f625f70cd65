//! The parameters of queries of the management API.

use super::endpoint::Endpoint;
use super::user_endpoint::{MemberEndpoint, UserEndpoint};
use crate::accounts::SigningSet;
use crate::excerpt::excerpt;
use crate::http::method::Method;
use crate::nearest::nearest;
use crate::users::Email;

/// Why a parameter of a query is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidParameter {
    /// There is no parameter of that name.
    #[error("`{name}` is not a parameter here; {hint}")]
    Unknown {
        /// Its name.
        name: String,
        /// The parameters that there are.
        hint: String,
    },
    /// The parameter cannot have that value.
    #[error("`{name}` is {expected}, not `{value}`")]
    Value {
        /// Its name.
        name: &'static str,
        /// What it can have.
        expected: &'static str,
        /// Its value.
        value: String,
    },
}

/// The most bytes of a parameter's name or value that are repeated.
const MAX_REPEATED: usize = 64;

impl Endpoint {
    /// The parameters that the query of a request with `method` may have.
    fn parameters(&self, method: Method) -> &'static [&'static str] {
        match self {
            _ if self.is_changed_by(method) && self.owned_project().is_some() => &["dryRun", "force"],
            Self::Federation(_) if self.is_changed_by(method) => &["dryRun", "force"],
            _ if self.is_changed_by(method) => &["dryRun"],
            Self::Users(UserEndpoint::Users) => &["after", "email"],
            Self::Projects | Self::Members(_, MemberEndpoint::Members) => &["after"],
            Self::AuditLog(_) | Self::RoutesAuditLog => &["before"],
            Self::IssuerKeysAuditLog => &["before", "set"],
            _ if self.is_about_signing_keys() => &["set"],
            _ => &[],
        }
    }

    /// Whether the query of such a request may have this parameter. Unknown ones are refused, not ignored: a misspelt `dryRun`
    /// would make the change.
    pub fn check_parameter(&self, method: Method, name: &str, value: &str) -> Result<(), InvalidParameter> {
        let known = self.parameters(method);
        let Some(name) = known.iter().find(|known| **known == name) else {
            let hint = match (nearest(name, known.iter().copied()), known) {
                (Some(meant), _) => format!("did you mean `{meant}`?"),
                (None, []) => "there are none".to_owned(),
                (None, known) => format!("there is `{}`", known.join("` and `")),
            };
            return Err(InvalidParameter::Unknown { name: excerpt(name, MAX_REPEATED).to_owned(), hint });
        };
        let (is_right, expected) = match *name {
            "after" => (true, "the last one of the page before"),
            "email" => (Email::try_from(value).is_ok(), "an email address"),
            "set" => (SigningSet::named(value).is_some(), "`access-tokens` or `assertions`"),
            "before" => (value.parse::<u32>().is_ok(), "the number of an entry"),
            _ => (matches!(value, "true" | "false"), "`true` or `false`"),
        };
        let value = excerpt(value, MAX_REPEATED);
        if is_right {
            Ok(())
        } else {
            Err(InvalidParameter::Value { name, expected, value: value.to_owned() })
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::http::method::Method;
    use crate::http::request_path::RequestPath;
    use crate::management::Endpoint;

    fn find(path: &str, method: &str) -> Option<(Endpoint, Method)> {
        let path = format!("/project-management-service/v1{path}");
        Endpoint::find(&RequestPath::try_from(&*path).ok()?, method).ok()
    }

    #[test]
    fn only_known_query_parameters_are_accepted() {
        let unknown = |hint: &str| Some(format!("is not a parameter here; {hint}"));
        let [fine, none] = [None, unknown("there are none")];
        for (method, path, name, value, refused) in [
            ("PUT", "/gateway", "dryRun", "true", fine.clone()),
            ("PUT", "/gateway", "dryRun", "1", Some("is `true` or `false`, not `1`".to_owned())),
            ("PUT", "/gateway", "dryrun", "true", unknown("did you mean `dryRun`?")),
            ("PUT", "/gateway", "force", "true", unknown("there is `dryRun`")),
            ("GET", "/gateway", "dryRun", "true", none.clone()),
            ("DELETE", "/projects/p1/custom-idp/myIDP", "force", "true", fine.clone()),
            (
                "DELETE",
                "/projects/p1/custom-idp/myIDP",
                "sure",
                "true",
                unknown("there is `dryRun` and `force`"),
            ),
            ("DELETE", "/projects/p1", "force", "true", unknown("there is `dryRun`")),
            ("POST", "/projects/p1/custom-idp/myIDP/keys/refresh", "dryRun", "true", none.clone()),
            ("GET", "/projects", "after", "p1", fine.clone()),
            ("GET", "/projects/p1", "after", "p1", none.clone()),
            ("GET", "/projects/p1/audit-log", "before", "21", fine.clone()),
            ("GET", "/gateway/audit-log", "before", "21", fine.clone()),
            ("GET", "/gateway", "before", "21", none),
            ("GET", "/issuer-keys", "set", "assertions", fine.clone()),
            ("POST", "/issuer-keys/rotate", "set", "access-tokens", fine.clone()),
            (
                "POST",
                "/issuer-keys/rotate",
                "set",
                "assertion",
                Some("is `access-tokens` or `assertions`, not `assertion`".to_owned()),
            ),
            ("GET", "/projects/p1/audit-log", "befor", "1", unknown("did you mean `before`?")),
            (
                "GET",
                "/projects/p1/audit-log",
                "before",
                "-1",
                Some("is the number of an entry, not `-1`".to_owned()),
            ),
            (
                "GET",
                "/projects/p1/audit-log",
                "before",
                "",
                Some("is the number of an entry, not ``".to_owned()),
            ),
        ] {
            let (endpoint, method) = find(path, method).unwrap();
            let found = endpoint.check_parameter(method, name, value).map_err(|invalid| invalid.to_string());
            let expected = refused.map_or(Ok(()), |refused| Err(format!("`{name}` {refused}")));
            assert_eq!(found, expected, "{method} {path}?{name}={value}");
        }
        let (endpoint, method) = find("/gateway", "PUT").unwrap();
        let long = endpoint.check_parameter(method, &"x".repeat(1000), "").unwrap_err().to_string();
        assert_eq!(long.len(), 64 + "`` is not a parameter here; there is `dryRun`".len());
    }
}
