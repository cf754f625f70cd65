//! The gateway's own issuer in the tests: what it signs and publishes.

use std::collections::BTreeSet;

use edge_authorizer::{KeyOutcome, KeyRecord, SignatureCheck, Token};
use serde_json::{Value, json};
use service::host::Space;
use service::http::Response;

use super::executor::Task;
use super::keys::check;
use super::world::{Node, World};

/// The issuer.
pub const ISSUER: &str = "https://gateway.example.com/auth";
/// How long what is read is fresh, in seconds.
pub const TTL: f64 = 30.0;
/// For how long a reader may not see what was published: the memory of the edge, twice, and KV's.
pub const STALENESS: f64 = 2.0 * TTL + 60.0;
/// How long tokens live, in seconds.
pub const TOKEN_LIFE: f64 = 3600.0;

/// Signs a token on one node.
pub fn sign_on(world: &World, node: &Node) -> Option<String> {
    let (node, now) = (node.clone(), world.now());
    let task: Task<'_, Option<String>> = Box::pin(async move {
        let claims = json!({ "iss": ISSUER, "sub": "p1/a", "iat": now, "exp": now + TOKEN_LIFE });
        node.plane.sign(&*node.host, "at+jwt", &claims).await.ok()
    });
    world.run(vec![task]).remove(0)
}

/// Signs a token on the first node.
pub fn sign(world: &World) -> String {
    sign_on(world, &world.nodes[0]).unwrap()
}

/// What edges read of its keys.
pub fn published(world: &World) -> Option<Value> {
    world.shared.replica.value(Space::Keys, ISSUER)
}

/// The ids of the keys in a record.
pub fn key_ids(record: &Value) -> BTreeSet<String> {
    let keys = record["jwks"]["keys"].as_array().unwrap();
    keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// Whether a reader of the record accepts the signature.
pub fn verifies(record: &Value, text: &str) -> bool {
    let record = KeyRecord::parse(record).unwrap();
    let token = Token::parse(text).unwrap();
    let named = record.keys().keys().iter().filter(|key| key.id() == token.key_id());
    let (algorithm, signing_input, signature) = (token.algorithm(), token.signing_input(), token.signature());
    let mut outcomes =
        named.map(|key| check(&SignatureCheck { project: None, algorithm, key, signing_input, signature }));
    outcomes.any(|outcome| outcome == KeyOutcome::Verified)
}

/// The id of the key that signed a token.
pub fn kid(text: &str) -> String {
    Token::parse(text).unwrap().key_id().unwrap().to_owned()
}

/// Has the next key sign.
pub fn rotate(world: &World) -> Response {
    world.admin("POST", "/issuer-keys/rotate", None)
}
