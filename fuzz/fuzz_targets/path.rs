//! Paths, and the routes that they lead to. The input is a path.

#![no_main]

use std::sync::LazyLock;

use edge_authorizer::{RequestPath, Routes, Target};
use libfuzzer_sys::fuzz_target;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::json;

static GATEWAY: LazyLock<Routes> = LazyLock::new(|| {
    let route = |path: &str| json!({"path": path, "origin": "o", "access": {"*": ["r"]}});
    let public = |path: &str| json!({"path": path, "origin": "o", "public": true});
    let routes = [
        route("/{project}"),
        route("/a/{project}/{*rest}"),
        route("/a/{project}/admin"),
        route("/a/{project}/x/"),
        route("/a/{project}/x/{y}"),
        public("/public/{*rest}"),
        public("/public/status"),
    ];
    Routes::parse(&json!({"origins": {"o": {"url": "https://o.example"}}, "routes": routes}))
        .expect("good routes")
});

fuzz_target!(|input: &str| {
    let Ok(path) = RequestPath::try_from(input) else { return };
    assert_eq!(path.raw(), input);
    resolving_changes_nothing(input);
    decoding_keeps_the_segments(&path);
    one_meaning_leads_to_one_route(&path);
});

/// An accepted path is itself to a URL parser, with a query or without, and where the URL is split.
fn resolving_changes_nothing(raw: &str) {
    for query in ["", "?", "?/../x"] {
        let url = format!("https://h.example{raw}{query}");
        let resolved = url::Url::parse(&url).expect("an accepted path makes a URL");
        assert_eq!(
            (resolved.path(), resolved.fragment(), resolved.host_str()),
            (raw, None, Some("h.example"))
        );
        let target = Target::split(&url);
        assert_eq!((target.path, target.query, target.authority), (raw, query, Some("h.example")));
    }
}

fn decoding_keeps_the_segments(path: &RequestPath<'_>) {
    assert_eq!(percent_decode_str(path.raw()).decode_utf8().expect("UTF-8"), path.decoded());
    let [raw, decoded] = [path.raw(), path.decoded()].map(|text| text.split('/').collect::<Vec<_>>());
    assert_eq!(raw.len(), decoded.len());
    for text in &decoded[1..] {
        let twice = percent_decode_str(text).decode_utf8_lossy();
        for reading in [text, &*twice, twice.split(';').next().unwrap_or_default()] {
            assert!(!matches!(reading, "." | ".."), "{path:?} could be resolved");
            assert!(!reading.contains(['/', '\\', '\0']), "{path:?} could be split");
        }
    }
    assert!(!decoded[1..decoded.len() - 1].contains(&""));
}

fn one_meaning_leads_to_one_route(path: &RequestPath<'_>) {
    let template = |path: &RequestPath<'_>| {
        let found = GATEWAY.find(path);
        found.map(|found| found.map(|found| (found.route.template.clone(), found.project.map(str::to_owned))))
    };
    // Another spelling of the same path: every character that can be is percent-encoded.
    let segments =
        path.decoded().split('/').map(|segment| utf8_percent_encode(segment, NON_ALPHANUMERIC).to_string());
    let spelling = segments.collect::<Vec<_>>().join("/");
    let encoded = RequestPath::try_from(&*spelling).expect("another spelling of an accepted path");
    assert_eq!(encoded.decoded(), path.decoded());
    let found = template(path);
    assert_eq!(template(&encoded), found);
    let Ok(Some((template, project))) = found else { return };
    let captured = captures(&template, path.decoded()).expect("a path of the template's form");
    assert_eq!(captured, project.as_deref(), "{template} {path:?}");
}

/// What stands in a path where a template says `{project}`; nothing if the path is not of the template's form.
fn captures<'p>(template: &str, path: &'p str) -> Option<Option<&'p str>> {
    let mut captured = None;
    let mut segments = path.split('/').skip(1);
    for part in template.split('/').skip(1) {
        match (part, segments.next()) {
            ("{*rest}", Some(_)) => return Some(captured),
            ("{project}", Some(segment)) if !segment.is_empty() => captured = Some(segment),
            ("{y}", Some(segment)) if !segment.is_empty() => {}
            (_, Some(segment)) if segment == part => {}
            _ => return None,
        }
    }
    segments.next().is_none().then_some(captured)
}
