//! What a cache counts for a document is at least what the document holds in memory once it is read.

#![allow(unsafe_code, reason = "an allocator is unsafe")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test panics")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use edge_authorizer::Faults;
use edge_authorizer::{KeyRecord, Routes, Snapshot};
use edge_authorizer::{Versioned, weight};
use serde_json::{Map, Value, json};

/// The system's allocator, which counts what is in use as the worker's counts it: with a header, in steps of eight bytes.
struct Counting;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

fn size(layout: Layout) -> usize {
    (layout.size() + 8).next_multiple_of(8)
}

// SAFETY: all it adds to the system's allocator are sums.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        IN_USE.fetch_add(size(layout), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        IN_USE.fetch_sub(size(layout), Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The documents that hold more than is counted for them once they are read.
fn underrated<T: Versioned>(
    documents: Vec<(&'static str, Value)>,
    read: impl Fn(&Value) -> Result<T, Faults>,
) -> Vec<String> {
    let judge = |(name, document): (&str, Value)| {
        let before = IN_USE.load(Ordering::Relaxed);
        let value = read(&document).unwrap();
        let held = IN_USE.load(Ordering::Relaxed) - before + size_of::<T>();
        let counted = weight(&document.to_string()) + value.surplus();
        (held > counted).then(|| format!("{name}: {held} bytes held, {counted} counted"))
    };
    documents.into_iter().filter_map(judge).collect()
}

fn texts(length: usize) -> Vec<String> {
    (0..length).map(|index| format!("{index:x}")).collect()
}

/// A project with 100 entries of `properties`.
fn project(properties: &Value) -> Value {
    let entry = |index: usize| {
        let mut entry = json!({
            "id": format!("{index:02}"), "iss": "http://a", "label": {"en": "a"}, "idClaim": "a",
            "roleDetection": "DEFINED", "definedRoles": ["a"],
        });
        let all = entry.as_object_mut().unwrap();
        all.extend(properties.as_object().unwrap().clone());
        if all["roleDetection"] == "CLAIM" {
            all.remove("definedRoles");
        }
        entry
    };
    json!({ "version": 1, "idps": (0..100).map(entry).collect::<Vec<_>>() })
}

fn snapshots() -> Vec<(&'static str, Value)> {
    let dots = ".".repeat(256);
    let claim = |path: &str| {
        let mut claims = json!({"rolesClaim": path, "idClaim": path, "azpClaim": path});
        claims["roleDetection"] = "CLAIM".into();
        claims["roleTemplate"] = "{roleName}".into();
        claims
    };
    let list = |length| {
        let names = ["definedRoles", "allowedAzp", "allowedAud", "allowedTyp"];
        Value::Object(names.map(|name| (name.to_owned(), texts(length).into())).into_iter().collect())
    };
    let blocked = json!({"iss": "", "kid": ""});
    let revoking = |count: usize, named: &Value| {
        let revocation = |index: usize| {
            let mut one = json!({"id": format!("r{index}"), "issuedBefore": 1});
            one.as_object_mut().unwrap().extend(named.as_object().unwrap().clone());
            one
        };
        json!({"version": 1, "idps": [], "revocations": (0..count).map(revocation).collect::<Vec<_>>()})
    };
    vec![
        ("no entries", json!({"version": 1, "idps": []})),
        ("small entries", project(&json!({}))),
        ("small entries by claim", project(&claim("a"))),
        ("an entry more than a power of two", {
            let mut project = project(&json!({}));
            project["idps"].as_array_mut().unwrap().truncate(65);
            project
        }),
        ("claim paths of dots", project(&claim(&dots))),
        ("claim paths of escaped dots", project(&claim(&"\\.".repeat(128)))),
        ("labels", project(&json!({"label": {"en": "a", "de": "\u{1}".repeat(256)}}))),
        ("short lists", project(&list(1))),
        ("long lists", project(&list(256))),
        ("revocations of all tokens", revoking(1000, &json!({}))),
        ("one more than a power of two", revoking(513, &json!({"tokenId": "t"}))),
        (
            "revocations by everything",
            revoking(1000, &json!({"idp": "aa", "subject": "s", "client": "c", "tokenId": "t"})),
        ),
        ("long revocations", revoking(100, &json!({"subject": "\u{1}".repeat(256)}))),
        ("blocked keys", json!({"version": 1, "idps": [], "distrustedKeys": vec![blocked; 65]})),
    ]
}

fn routes() -> Vec<(&'static str, Value)> {
    let origin = || json!({"url": "http://a", "secretHeader": {"name": "x", "secret": "X"}});
    let routes = |path: &dyn Fn(usize) -> String, properties: Value| {
        let route = |index: usize| {
            let mut route = json!({"path": path(index), "origin": format!("{index:x}")});
            route.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
            route
        };
        let origins: Map<_, _> = texts(500).into_iter().map(|name| (name, origin())).collect();
        json!({ "origins": origins, "routes": (0..500).map(route).collect::<Vec<_>>() })
    };
    let plain = |index: usize| format!("/{index}/{{project}}");
    let parameter = |index: usize| format!("/{{p{index}}}");
    let long =
        |index: usize| format!("/{index}{}/{{project}}", (0..15).map(parameter).collect::<Vec<_>>().concat());
    let scattered = |index: usize| {
        let segment = |number: usize| format!("/{}{}", (index >> number) & 1, parameter(number));
        format!("{}/{{project}}", (0..15).map(segment).collect::<Vec<_>>().concat())
    };
    let small = json!({"access": {"GET": ["a"]}});
    let each_method =
        json!({"DELETE": ["a"], "GET": ["a"], "PATCH": ["a"], "POST": ["a"], "PUT": ["a"], "*": ["a"]});
    let cors = json!({"origins": ["http://a", "http://b"], "headers": texts(20)});
    vec![
        ("no routes", json!({"origins": {}, "routes": []})),
        ("public", routes(&|index| format!("/{index}"), json!({"public": true}))),
        ("CORS", routes(&plain, json!({"public": true, "cors": cors}))),
        ("for nobody", routes(&plain, json!({"access": {}}))),
        ("small", routes(&plain, small.clone())),
        ("each method", routes(&plain, json!({ "access": each_method }))),
        ("long lists", routes(&plain, json!({"access": {"GET": texts(100)}}))),
        ("parameters", routes(&long, small.clone())),
        ("scattered parameters", routes(&scattered, small)),
    ]
}

fn key_records() -> Vec<(&'static str, Value)> {
    let record = |keys: Vec<Value>| json!({"jwks": {"keys": keys}, "fetchedAt": 1, "expiresAt": 2});
    let key = |index: usize| json!({"kty": "OKP", "crv": "Ed25519", "x": format!("{index:0>42}A")});
    let modulus = ["_".repeat(1365), "w".to_owned()].concat();
    let rsa = json!({"kty": "RSA", "n": modulus, "e": "Aw", "kid": "k".repeat(256)});
    vec![
        ("no keys", record(vec![])),
        ("small keys", record((0..100).map(key).collect())),
        ("a key more than a power of two", record((0..65).map(key).collect())),
        ("large keys", record(vec![rsa; 100])),
        ("unusable keys", record(vec![json!({}); 100])),
        ("unusable keys, one more than a power of two", record(vec![json!({"kid": ""}); 65])),
    ]
}

#[test]
fn what_is_counted_is_at_least_what_is_held() {
    // One after the other, as the allocator counts for the whole process.
    assert_eq!(underrated(snapshots(), Snapshot::parse_stored), [""; 0]);
    assert_eq!(underrated(routes(), Routes::parse_stored), [""; 0]);
    assert_eq!(underrated(key_records(), KeyRecord::parse), [""; 0]);
}
