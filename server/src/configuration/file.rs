//! The configuration file: variables by their names in lower case, and the secrets of origins in the table `secrets`.

use edge_authorizer::BindingName;
use toml::{Table, Value};

use super::fault::Faults;
use super::variables::{KNOWN, Variables};

/// Reads a file.
pub fn read(name: &str, text: &str, variables: &mut Variables, faults: &mut Faults) {
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let error: toml::de::Error = error;
            return faults.add(name, error.message());
        }
    };
    for (key, value) in table {
        let place = format!("{name}: `{key}`");
        match (&*key, value) {
            ("secrets", Value::Table(secrets)) => read_secrets(name, secrets, variables, faults),
            (_, value) => match (KNOWN.iter().find(|known| known.to_lowercase() == key), text_of(&value)) {
                (None, _) => faults.add(place, "there is no such key"),
                (Some(_), None) => faults.add(place, "expected a text or a whole number"),
                (Some(known), Some(text)) => variables.set(known, text, place),
            },
        }
    }
}

fn read_secrets(name: &str, secrets: Table, variables: &mut Variables, faults: &mut Faults) {
    for (key, value) in secrets {
        let place = format!("{name}: `secrets`, `{key}`");
        if KNOWN.contains(&&*key) {
            faults.add(place, "a variable of the node; no origin gets it");
        } else if let Err(expected) = BindingName::try_from(&*key) {
            faults.add(place, format_args!("expected {expected}"));
        } else if let Value::String(text) = value {
            variables.set(&key, text, place);
        } else {
            faults.add(place, "expected a text");
        }
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}
