//! The resources of the management API, by their paths.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::management::{Endpoint, NoEndpoint, idps_path};
use edge_authorizer::{MANAGEMENT_PATH, Method, ProjectId, RequestPath};

fn find(path: &str, method: &str) -> Result<(Endpoint, Method), NoEndpoint> {
    Endpoint::find(&RequestPath::try_from(&*format!("{MANAGEMENT_PATH}{path}")).unwrap(), method)
}

#[test]
fn paths_map_to_endpoints_with_their_methods() {
    let project = ProjectId::try_from("p1").unwrap();
    for (path, endpoint) in [
        ("/gateway", Endpoint::Routes),
        ("/gateway/audit-log", Endpoint::RoutesAuditLog),
        ("/issuer-keys", Endpoint::IssuerKeys),
        ("/issuer-keys/audit-log", Endpoint::IssuerKeysAuditLog),
        ("/projects", Endpoint::Projects),
        ("/projects/p1", Endpoint::Project(project.clone())),
        ("/projects/p1/custom-idp", Endpoint::Idps(project.clone())),
        ("/projects/p1/custom-idp/my%49DP", Endpoint::Idp(project.clone(), "myIDP".to_owned())),
        ("/projects/p1/custom-idp/idp/keys", Endpoint::Keys(project.clone(), "idp".to_owned())),
        ("/projects/p1/custom-idp-order", Endpoint::IdpOrder(project.clone())),
        ("/projects/p1/audit-log", Endpoint::AuditLog(project)),
    ] {
        assert_eq!(find(path, "GET"), Ok((endpoint, Method::Get)), "{path}");
    }
    assert_eq!(
        find("/gateway", "DELETE"),
        Err(NoEndpoint::Method(&[Method::Get, Method::Head, Method::Put]))
    );
    assert!(matches!(find("/projects", "TRACE"), Err(NoEndpoint::Method(_))));
}

#[test]
fn idps_path_is_that_of_the_endpoint() {
    let project = ProjectId::try_from("a-b_C9").unwrap();
    let path = idps_path(&project);
    let found = Endpoint::find(&RequestPath::try_from(&*path).unwrap(), "POST");
    assert_eq!(found, Ok((Endpoint::Idps(project), Method::Post)));
}

#[test]
fn templates_are_paths_of_their_endpoints() {
    for path in [
        "/gateway",
        "/gateway/audit-log",
        "/issuer-keys",
        "/issuer-keys/rotate",
        "/issuer-keys/audit-log",
        "/issuer-keys/k",
        "/federation",
        "/federation/client-metadata",
        "/federation/refused-logins",
        "/federation/test",
        "/users",
        "/users/u",
        "/users/u/sessions",
        "/users/u/sessions/s",
        "/users/u/invitation",
        "/projects/p1/members",
        "/projects/p1/members/u",
        "/projects",
        "/projects/p1",
        "/projects/p1/custom-idp",
        "/projects/p1/custom-idp/my",
        "/projects/p1/custom-idp/my/keys",
        "/projects/p1/custom-idp/my/keys/refresh",
        "/projects/p1/custom-idp/my/keys/k/distrust",
        "/projects/p1/custom-idp-order",
        "/projects/p1/audit-log",
        "/projects/p1/explain",
        "/projects/p1/service-accounts",
        "/projects/p1/service-accounts/ci",
        "/projects/p1/service-accounts/ci/secrets",
        "/projects/p1/service-accounts/ci/secrets/s1",
        "/service-accounts",
        "/service-accounts/ci",
        "/service-accounts/ci/secrets",
        "/service-accounts/ci/secrets/s1",
        "/audit-log",
    ] {
        let methods = ["GET", "POST", "PUT", "DELETE"];
        let (endpoint, _) = methods.into_iter().find_map(|method| find(path, method).ok()).unwrap();
        let names = [
            ("{project}", "p1"),
            ("{idpId}", "my"),
            ("{kid}", "k"),
            ("{accountId}", "ci"),
            ("{secretId}", "s1"),
            ("{userId}", "u"),
            ("{sessionId}", "s"),
        ];
        let filled = names
            .into_iter()
            .fold(endpoint.template().to_owned(), |path, (name, value)| path.replace(name, value));
        assert_eq!(filled, path);
    }
}

#[test]
fn a_project_is_not_created_by_an_impossible_id() {
    for (method, path, id) in [
        ("PUT", "/projects/a%20b", Some("a b")),
        ("PUT", "/projects/-", Some("-")),
        ("PUT", "/projects/platform", Some("platform")),
        ("GET", "/projects/platform", None),
        ("PUT", "/projects/platform/custom-idp/x", None),
        ("PUT", "/projects/", None),
        ("GET", "/projects/a%20b", None),
        ("PUT", "/projects/a%20b/custom-idp/x", None),
    ] {
        let expected = id.map_or(NoEndpoint::Unknown, |id| NoEndpoint::ProjectId(id.to_owned()));
        assert_eq!(find(path, method), Err(expected), "{method} {path}");
    }
}

#[test]
fn other_paths_are_unknown() {
    for path in [
        "",
        "/",
        "/gateway/",
        "/gateway/audit-log/",
        "/gateway/x",
        "/projects/",
        "/projects/-",
        "/projects/p1/",
        "/projects/p1/custom-idp/",
    ] {
        assert_eq!(find(path, "GET"), Err(NoEndpoint::Unknown), "{path}");
    }
}
