//! The core for the browser: questions and answers are JSON. What is computed here leaves the page nowhere.
//!
//! The types of both are in the core, in `src/inspection/`, which also generates those of the page from them.

mod documents;
mod explain;
mod keys;
mod roles;
mod suggestion;

use std::fmt::Display;

use edge_authorizer::inspection::{self, DiscoveryRequest, EntriesRequest, diagnose};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// Reads what a person pastes, a token, an `Authorization` header or claims: `{"token", "claims"}`, or `null` of nothing.
#[wasm_bindgen]
pub fn read_credentials(text: &str) -> String {
    write(&inspection::read_credentials(text))
}

/// Takes a token apart: `{"parts": […], "flaws": […]}`.
#[wasm_bindgen]
pub fn dissect_token(token: &str) -> String {
    write(&diagnose(token))
}

/// What a token is that the gateway signs itself: [`inspection::GatewayToken`], or `null` of another.
#[wasm_bindgen]
pub fn gateway_token(token: &str) -> String {
    write(&inspection::gateway_token(token))
}

/// A text in which characters are escaped that a reader does not see, or that reorder others: a JSON string.
#[wasm_bindgen]
pub fn visible(text: &str) -> String {
    write(&edge_authorizer::visible(text))
}

/// Explains a decision: [`inspection::ExplainQuestion`] gives `{"explanation", "narrative"}`, `{"undecided"}` if something is
/// missing, `{"faults"}` of the documents, or `{"error"}`.
#[wasm_bindgen]
pub async fn explain(question: String) -> String {
    match read(&question) {
        Ok(question) => write(&explain::explain(question).await),
        Err(error) => error,
    }
}

/// Reads the keys that a person pastes: `{"keys": […]}` or `{"error"}`.
#[wasm_bindgen]
pub fn read_keys(text: &str) -> String {
    result(inspection::read_keys(text))
}

/// Tries keys on a token: `{"token", "keys": […]}` gives `{"keys": […]}`, one answer for each, or `{"error"}`.
#[wasm_bindgen]
pub async fn verify_token(question: String) -> String {
    match read(&question) {
        Ok(question) => result(keys::verify(question).await),
        Err(error) => error,
    }
}

/// The faults of entries, each given as its text in a JSON array: a list of faults for each.
#[wasm_bindgen]
pub fn check_entries(entries: &str) -> String {
    match read::<Vec<String>>(entries) {
        Ok(entries) => write(&documents::check_entries(&entries)),
        Err(error) => error,
    }
}

/// The faults of a routes document, as a JSON array.
#[wasm_bindgen]
pub fn check_routes(document: &str) -> String {
    write(&documents::routes(document).err().unwrap_or_default())
}

/// The request for the configuration of an issuer: `{"url", "timeoutMs", "maxBodyLength"}` or `{"error"}`.
#[wasm_bindgen]
pub fn configuration_request(issuer: &str) -> String {
    result(DiscoveryRequest::for_configuration(issuer))
}

/// The request for the keys of an issuer: `{"issuer", "configuration"}`, the last as text, gives
/// `{"url", "timeoutMs", "maxBodyLength"}` or `{"error"}`.
#[wasm_bindgen]
pub fn keys_request(question: &str) -> String {
    match read(question) {
        Ok(question) => result(DiscoveryRequest::for_keys(&question)),
        Err(error) => error,
    }
}

/// What an issuer publishes: `{"issuer", "configuration", "keySet"}`, the last two as texts, the second if there is one, gives `{"keys": […]}` or
/// `{"error"}`.
#[wasm_bindgen]
pub fn check_discovery(question: &str) -> String {
    match read(question) {
        Ok(published) => result(inspection::read_published(&published)),
        Err(error) => error,
    }
}

/// The request for the entries of a project: `{"project", "token"}`, the last if it is given, gives
/// `{"path", "authorization", "timeoutMs", "maxBodyLength"}` or `{"error"}`.
#[wasm_bindgen]
pub fn entries_request(question: &str) -> String {
    match read(question) {
        Ok(question) => result(EntriesRequest::new(&question)),
        Err(error) => error,
    }
}

/// Whether a response has the entries of a project: `{"project", "status", "body"}` gives `null` or `{"error"}`.
#[wasm_bindgen]
pub fn check_entries_response(question: &str) -> String {
    match read(question) {
        Ok(response) => result(inspection::check_entries_response(&response)),
        Err(error) => error,
    }
}

/// The claims that may carry roles, of claims given as an object: a list of `{"name", "values"}`.
#[wasm_bindgen]
pub fn role_claims(claims: &str) -> String {
    match read::<Map<String, Value>>(claims) {
        Ok(claims) => write(&inspection::role_claims(&claims)),
        Err(error) => error,
    }
}

/// What a template makes of values: `{"template", "project", "values", "allowedRoles"}` gives
/// `{"before", "after", "values": […]}` or `{"error"}`.
#[wasm_bindgen]
pub fn match_roles(question: &str) -> String {
    match read(question) {
        Ok(question) => result(roles::match_roles(&question)),
        Err(error) => error,
    }
}

/// An entry made of a token, or of claims: `{"token", "claims", "project"}`, the last if it is known, gives
/// `{"provider", "providerName", "idp", "notes", "path"}` or `{"error"}`.
#[wasm_bindgen]
pub fn suggest_entry(question: &str) -> String {
    match read(question) {
        Ok(question) => result(suggestion::suggest(question)),
        Err(error) => error,
    }
}

/// Checks a signature: `{"algorithm", "jwk", "input", "signature"}`, the last two in base64url, gives `{"outcomes": […]}`,
/// one for each key that was tried, or `{"error"}`.
#[wasm_bindgen]
pub async fn check_signature(question: String) -> String {
    match read(&question) {
        Ok(signed) => result(keys::check(signed).await),
        Err(error) => error,
    }
}

/// Reads a question, or gives the answer that says what is wrong with it.
fn read<'q, T: Deserialize<'q>>(question: &'q str) -> Result<T, String> {
    serde_json::from_str(question).map_err(|error| error_answer(&error.to_string()))
}

fn write(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap_or_else(|error| error_answer(&error.to_string()))
}

fn result(answer: Result<impl Serialize, impl Display>) -> String {
    match answer {
        Ok(answer) => write(&answer),
        Err(error) => error_answer(&error.to_string()),
    }
}

fn error_answer(error: &str) -> String {
    let answer: Value = json!({ "error": error });
    answer.to_string()
}
