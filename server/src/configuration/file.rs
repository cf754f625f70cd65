//! The configuration file: variables by their names in lower case, and the secrets of origins in the table `secrets`.

use edge_authorizer::{BindingName, nearest};
use toml::{Table, Value};

use super::fault::Faults;
use super::variables::{KNOWN, Variables};

/// Reads a file.
pub fn read(name: &str, text: &str, variables: &mut Variables, faults: &mut Faults) {
    let table: Table = match text.parse() {
        Ok(table) => table,
        Err(error) => {
            let error: toml::de::Error = error;
            return faults.add(name, syntax_error(text, &error));
        }
    };
    for (key, value) in table {
        let place = format!("{name}: `{key}`");
        match (&*key, value) {
            ("secrets", Value::Table(secrets)) => read_secrets(name, secrets, variables, faults),
            (_, value) => match (KNOWN.iter().find(|known| known.to_lowercase() == key), text_of(&value)) {
                (None, _) => faults.add(place, unknown_key(&key)),
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
            let top = key.to_lowercase();
            faults.add(
                place,
                format_args!("no origin gets this variable of the node; set it as `{top}` at the top level"),
            );
        } else if let Err(expected) = BindingName::try_from(&*key) {
            faults.add(place, format_args!("expected {expected}"));
        } else if let Value::String(text) = value {
            variables.set(&key, text, place);
        } else {
            faults.add(place, "expected a text");
        }
    }
}

fn unknown_key(key: &str) -> String {
    let known = KNOWN.map(str::to_lowercase);
    let meant = nearest(key, known.iter().map(String::as_str));
    let hint = meant.map(|meant| format!("; did you mean `{meant}`?"));
    ["there is no such key", &hint.unwrap_or_default()].concat()
}

/// What is wrong and where, without the line itself, which may have a secret.
pub fn syntax_error(text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let place = before.map(|before| {
        let line = before.rsplit('\n').next().unwrap_or_default();
        format!("line {}, column {}: ", before.matches('\n').count() + 1, line.chars().count() + 1)
    });
    [&place.unwrap_or_default(), error.message()].concat()
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}
