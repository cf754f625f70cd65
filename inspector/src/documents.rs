//! Documents as a person writes them: as text, with all that is wrong with it.

use edge_authorizer::Fault;
use edge_authorizer::{Routes, Snapshot, strict_json};
use serde_json::{Value, json};

/// Reads a routes document.
pub fn routes(text: &str) -> Result<Routes, Vec<Fault>> {
    let document = parse(text).map_err(|fault| vec![fault])?;
    Routes::parse(&document).map_err(|faults| faults.as_slice().to_vec())
}

/// Reads the revocations of a project as a list that can be read again.
pub fn revocations(text: &str) -> Result<Value, Vec<Fault>> {
    if text.trim().is_empty() {
        return Ok(json!([]));
    }
    let list = parse(text).map_err(|fault| vec![fault])?;
    match Snapshot::parse(&json!({ "version": 1, "idps": [], "revocations": list })) {
        Ok(_) => Ok(list),
        Err(faults) => Err(faults.as_slice().iter().map(|fault| without(fault, "/revocations")).collect()),
    }
}

/// Reads the entries of a project, or says what is wrong with each.
pub fn entries(texts: &[String], revocations: &Value) -> Result<Snapshot, Vec<Vec<Fault>>> {
    let documents: Vec<_> = texts.iter().map(|text| parse(text)).collect();
    let idps: Vec<_> = documents.iter().map(|document| document.as_ref().unwrap_or(&Value::Null)).collect();
    let faults = match Snapshot::parse(&json!({ "version": 1, "idps": idps, "revocations": revocations })) {
        Ok(snapshot) => return Ok(snapshot),
        Err(faults) => faults,
    };
    let faults_of = |(index, document): (usize, &Result<Value, Fault>)| match document {
        Err(fault) => vec![fault.clone()],
        Ok(_) => faults.as_slice().iter().filter_map(|fault| within(fault, index)).collect(),
    };
    Err(documents.iter().enumerate().map(faults_of).collect())
}

/// What is wrong with each entry.
pub fn check_entries(texts: &[String]) -> Vec<Vec<Fault>> {
    entries(texts, &json!([])).map_or_else(|faults| faults, |_| vec![Vec::new(); texts.len()])
}

/// A fault of a snapshot as one of the entry at `index`.
fn within(fault: &Fault, index: usize) -> Option<Fault> {
    let pointer = fault.pointer.strip_prefix(&format!("/idps/{index}"))?;
    let is_within = pointer.is_empty() || pointer.starts_with('/');
    is_within.then(|| Fault { pointer: pointer.to_owned(), ..fault.clone() })
}

fn without(fault: &Fault, prefix: &str) -> Fault {
    let pointer = fault.pointer.strip_prefix(prefix).unwrap_or(&fault.pointer);
    Fault { pointer: pointer.to_owned(), ..fault.clone() }
}

fn parse(text: &str) -> Result<Value, Fault> {
    strict_json::from_slice(text.as_bytes()).map_err(|error| Fault {
        pointer: String::new(),
        value: None,
        expected: format!("JSON ({error})"),
    })
}
