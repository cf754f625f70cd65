//! Return paths. The input is a path with its query, and on a second line a fragment.

#![no_main]

use edge_authorizer::login::ReturnPath;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use url::Url;

fuzz_target!(|input: &str| {
    let (path, fragment) = input.split_once('\n').map_or((input, None), |(path, rest)| (path, Some(rest)));
    let Ok(accepted) = ReturnPath::new(path, fragment) else { return };
    let location = accepted.as_str();
    assert!(location.starts_with(path) && location.len() <= 2000);
    let base = Url::parse("https://gateway.example.com/auth/federation-callback").expect("a URL");
    let host = |location: &str| base.join(location).ok().and_then(|url| url.host_str().map(str::to_owned));
    let gateway = Some("gateway.example.com".to_owned());
    assert_eq!(host(location), gateway);
    // Nothing that decodes the path before the browser gets it sends it elsewhere either.
    let path = path.split('?').next().unwrap_or_default();
    let once = percent_decode_str(path).decode_utf8().expect("UTF-8").into_owned();
    let twice = percent_decode_str(&once).decode_utf8_lossy().into_owned();
    assert_eq!((host(&once), host(&twice)), (gateway.clone(), gateway));
    let url = base.join(location).expect("a URL");
    assert_eq!(url.path(), path);
    let stored = serde_json::to_string(&accepted).expect("JSON");
    assert_eq!(serde_json::from_str::<ReturnPath>(&stored).expect("the same"), accepted);
});
