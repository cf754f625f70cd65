//! The core for the browser. So far it checks an identity provider's entry; the page that uses it is still to come.

use edge_authorizer::{CustomIdp, document::Fault, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// The faults of an identity provider's entry, as a JSON array; an empty one if there are none.
#[wasm_bindgen]
pub fn check_idp(entry: &str) -> String {
    let faults = match json::from_slice(entry.as_bytes()) {
        Ok(document) => {
            CustomIdp::parse(&document).err().map_or_else(Vec::new, |faults| faults.as_slice().to_vec())
        }
        Err(error) => {
            vec![Fault { pointer: String::new(), value: None, expected: format!("JSON ({error})") }]
        }
    };
    serde_json::to_string(&faults).unwrap_or_default()
}
