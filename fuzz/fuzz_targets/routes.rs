//! Routes documents. The input is one, as JSON; paths are looked up in what is accepted.

#![no_main]

use edge_authorizer::{Access, Method, OwnPath, ProjectId, RequestPath, Routes};
use edge_authorizer_fuzz::{assert_in_place, document, with_unknown_member};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| {
    let Some(document) = document(input) else { return };
    match Routes::parse(&document) {
        Err(faults) => assert_in_place(&faults, &document),
        Ok(gateway) => check(&gateway, &document),
    }
});

fn check(gateway: &Routes, document: &Value) {
    assert!(Routes::parse(&with_unknown_member(document)).is_err());
    for own in OwnPath::all() {
        for path in [own.to_owned(), format!("{own}/"), format!("{own}/p/idps")] {
            let path = RequestPath::try_from(&*path).expect("own paths have one reading");
            assert!(
                gateway.find(&path).is_ok_and(|found| found.is_none()),
                "taken from the authorizer: {path:?}"
            );
        }
    }
    let routes = document["routes"].as_array().expect("routes are a list");
    for template in routes.iter().filter_map(|route| route["path"].as_str()) {
        for path in [template.replace(['{', '}', '*'], ""), filled(template), filled(template) + "/"] {
            look_up(gateway, routes, &path);
        }
    }
}

/// A path of the template's form.
fn filled(template: &str) -> String {
    let segments = template.split('/').map(|segment| if segment.starts_with('{') { "p1" } else { segment });
    segments.collect::<Vec<_>>().join("/")
}

fn look_up(gateway: &Routes, routes: &[Value], path: &str) {
    let Ok(path) = RequestPath::try_from(path) else { return };
    let Ok(Some(found)) = gateway.find(&path) else { return };
    let mut same = routes.iter().filter(|route| route["path"] == *found.route.template);
    let written = same.next().expect("a route that nobody wrote");
    assert!(same.next().is_none(), "two routes have one path");
    match &found.route.access {
        Access::Public => assert_eq!(written["public"], true),
        Access::Roles(roles) => {
            assert_ne!(written["public"], true);
            assert!(found.route.template.split('/').any(|segment| segment == "{project}"));
            let project = found.project.expect("a route that is not public is a project's");
            assert!(path.decoded().split('/').any(|segment| segment == project));
            for method in Method::ALL {
                let listed = |name: &str| written["access"].get(name).and_then(Value::as_array).cloned();
                let name = if method == Method::Head { "GET" } else { method.as_str() };
                let expected = listed(name).or_else(|| listed("*")).unwrap_or_default();
                let required: Vec<_> = roles.required(method).iter().map(|role| role.as_str()).collect();
                assert_eq!(required, expected.iter().filter_map(Value::as_str).collect::<Vec<_>>());
            }
        }
    }
    // A name that is no project's has nobody who could be let in.
    if let Some(project) = found.project {
        assert!(!ProjectId::try_from(project).is_ok_and(|id| id.as_str() != project));
    }
}
