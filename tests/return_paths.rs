//! Open redirects: no return path leads a browser to another host.

#![allow(clippy::unwrap_used, reason = "a failing test panics")]

use edge_authorizer::login::ReturnPath;
use serde::Deserialize;
use url::Url;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "about")]
    _about: String,
    refused: Vec<String>,
    harmless: Vec<String>,
    kept: Vec<String>,
}

fn table() -> Table {
    serde_json::from_str(include_str!("return_paths.json")).unwrap()
}

/// Where a browser at the gateway goes by a `Location`.
fn destination(location: &str) -> Url {
    Url::parse("https://gateway.example.com/auth/federation-callback?code=c").unwrap().join(location).unwrap()
}

#[test]
fn known_payloads_are_refused() {
    let table = table();
    assert!(table.refused.len() >= 200);
    for payload in &table.refused {
        assert!(ReturnPath::new(payload, None).is_err(), "{payload:?}");
    }
}

#[test]
fn accepted_paths_stay_on_the_host() {
    let table = table();
    for path in table.harmless.iter().chain(&table.kept) {
        for fragment in [None, Some("//evil.example/@a:b?c")] {
            let accepted = ReturnPath::new(path, fragment).unwrap();
            let url = destination(accepted.as_str());
            assert_eq!(url.origin().ascii_serialization(), "https://gateway.example.com", "{path:?}");
            assert_eq!((url.username(), url.password(), url.fragment()), ("", None, fragment), "{path:?}");
        }
    }
}

#[test]
fn good_paths_are_kept_byte_for_byte() {
    for path in table().kept {
        assert_eq!(ReturnPath::new(&path, None).unwrap().as_str(), path);
        let url = destination(&path);
        let kept = url.as_str().strip_prefix("https://gateway.example.com").unwrap();
        // Browsers encode `'` in queries, which servers read as the same.
        assert_eq!(kept.replace("%27", "'"), path);
    }
}

/// Every text of a few pieces: what is accepted stays on the host, also after a proxy decoded it once or twice.
#[test]
fn no_mixture_of_pieces_leaves_the_host() {
    let pieces = [
        "/",
        "\\",
        "//",
        "%2f",
        "%5c",
        "%252f",
        "%09",
        "\t",
        "\n",
        " ",
        ".",
        "..",
        ";",
        "@",
        ":",
        "?",
        "#",
        "%",
        "evil.example",
        "https:",
        "a",
        "%00",
        "0a",
        "\u{ff0f}",
        "%25",
    ];
    let mut accepted = 0;
    for number in 0..pieces.len().pow(4) {
        let digit = |place| pieces.get(number / pieces.len().pow(place) % pieces.len()).unwrap();
        let text = format!("/{}{}{}{}", digit(0), digit(1), digit(2), digit(3));
        let Ok(path) = ReturnPath::new(&text, None) else { continue };
        accepted += 1;
        let path = path.as_str().split('?').next().unwrap();
        let once = percent_encoding::percent_decode_str(path).decode_utf8().unwrap().into_owned();
        let twice = percent_encoding::percent_decode_str(&once).decode_utf8_lossy().into_owned();
        for reading in [path, &once, &twice] {
            assert_eq!(destination(reading).host_str(), Some("gateway.example.com"), "{text:?} {reading:?}");
        }
    }
    assert!(accepted > 1000, "{accepted}");
}
