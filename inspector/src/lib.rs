//! The core for the browser: questions and answers are JSON. What is computed here leaves the page nowhere.

mod case;
mod documents;
mod keys;

use edge_authorizer::inspection::{self, diagnose, suggest};
use edge_authorizer::{Claims, ProjectId, Role, RoleTemplate, Token};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

/// Takes a token apart: `{"parts": […], "flaws": […]}`.
#[wasm_bindgen]
pub fn dissect_token(token: &str) -> String {
    write(&diagnose(token))
}

/// Explains a decision; [`case::Case`] is the question. Gives `{"explanation", "narrative"}`, `{"faults"}` of the documents,
/// or `{"error"}`.
#[wasm_bindgen]
pub async fn explain(question: String) -> String {
    match read(&question) {
        Ok(case) => write(&case::explain(case).await),
        Err(error) => error,
    }
}

/// Tries keys on a token: `{"token", "keys": […]}` gives `{"keys": […]}`, one answer for each, or `{"error"}`.
#[wasm_bindgen]
pub async fn verify_token(question: String) -> String {
    match read(&question) {
        Ok(trial) => result(keys::verify(trial).await),
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

/// What an issuer publishes: `{"issuer", "configuration", "keySet"}`, the last two as texts, gives `{"keys": […]}` or
/// `{"error"}`.
#[wasm_bindgen]
pub fn check_discovery(question: &str) -> String {
    match read(question) {
        Ok(published) => result(keys::discover(&published)),
        Err(error) => error,
    }
}

/// What a template makes of values: `{"template", "project", "values", "allowedRoles"}` gives
/// `{"before", "after", "values": […]}` or `{"error"}`.
#[wasm_bindgen]
pub fn match_roles(question: &str) -> String {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Question {
        template: String,
        project: String,
        values: Vec<String>,
        allowed_roles: Option<Vec<String>>,
    }
    let answer = |question: Question| {
        let says = |error: &dyn ToString| error.to_string();
        let template = RoleTemplate::try_from(&*question.template).map_err(|error| says(&error))?;
        let project = ProjectId::try_from(&*question.project).map_err(|error| says(&error))?;
        let allowed = question
            .allowed_roles
            .map(|roles| roles.iter().filter_map(|role| Role::try_from(&**role).ok()).collect::<Vec<_>>());
        Ok(inspection::match_roles(&template, allowed.as_deref(), &project, &question.values))
    };
    match read(question) {
        Ok(question) => result(answer(question)),
        Err(error) => error,
    }
}

/// An entry made of a token, or of claims: `{"token", "claims", "project"}`, the last if it is known, gives
/// `{"provider", "providerName", "idp", "notes"}` or `{"error"}`.
#[wasm_bindgen]
pub fn suggest_entry(question: &str) -> String {
    #[derive(Deserialize)]
    struct Question {
        token: Option<String>,
        claims: Option<Map<String, Value>>,
        project: Option<String>,
    }
    let answer = |Question { token, claims, project }| {
        let project = project.and_then(|project: String| ProjectId::try_from(&*project).ok());
        let suggestion = match claims {
            Some(claims) => Claims::new(claims, None).map(|said| suggest(&said, project.as_ref())),
            None => Token::parse(&token.unwrap_or_default())
                .map(|token| suggest(token.unverified_claims(), project.as_ref())),
        };
        suggestion.map_err(|reason| reason.to_string())
    };
    match read(question) {
        Ok(question) => result(answer(question)),
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

fn result(answer: Result<impl Serialize, String>) -> String {
    match answer {
        Ok(answer) => write(&answer),
        Err(error) => error_answer(&error),
    }
}

fn error_answer(error: &str) -> String {
    let answer: Value = json!({ "error": error });
    answer.to_string()
}
