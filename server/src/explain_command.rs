//! The command `explain`.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::Path;
use std::process::ExitCode;

use edge_authorizer::{escape_json, strict_json};
use serde_json::{Map, Value};
use server::explain::{Gateway, explain};

use crate::commands::{configuration, environment, print};
use crate::options::ExplainOptions;
use crate::terminal;

/// The most bytes that are read of a token or of claims; both are refused long before.
const MAX_INPUT: u64 = 1024 * 1024;

/// Explains a request. The status is 0 if it is permitted, and 1 if it is denied.
pub fn run(options: &ExplainOptions) -> Result<ExitCode, String> {
    let document = Value::Object(document(options)?);
    let gateway = match &options.url {
        Some(url) => {
            Gateway::at(url, |name| environment().find(|(other, _)| other == name).map(|(_, value)| value))
        }
        None => Gateway::of_node(&configuration(&options.node)?),
    };
    let answer =
        gateway.and_then(|gateway| explain(&gateway, &document)).map_err(|error| error.to_string())?;
    let shown = if options.json { escape_json(format!("{answer:#}\n")) } else { terminal::shown(&answer) };
    print(shown.as_bytes())?;
    let is_denied = answer.get("verdict").and_then(Value::as_str) == Some("deny");
    Ok(ExitCode::from(u8::from(is_denied)))
}

/// The request, as the API takes it.
fn document(options: &ExplainOptions) -> Result<Map<String, Value>, String> {
    let ExplainOptions { method, path, token_file, claims, .. } = options;
    let mut document = Map::new();
    document.insert("method".to_owned(), method.as_str().into());
    document.insert("path".to_owned(), path.as_str().into());
    if let Some(file) = token_file {
        let token = read(file)?;
        let token = token.trim();
        if token.is_empty() {
            return Err(format!("`{}` has no token", file.display()));
        }
        document.insert("token".to_owned(), token.into());
    }
    if let Some(file) = claims {
        let claims = strict_json::from_slice(read(file)?.as_bytes());
        let claims = claims.map_err(|error| format!("`{}` is no JSON: {error}", file.display()))?;
        document.insert("claims".to_owned(), claims);
    }
    Ok(document)
}

/// The text of a file, or of standard input.
fn read(file: &Path) -> Result<String, String> {
    let is_input = file == Path::new("-");
    let name = if is_input { "standard input".into() } else { file.display().to_string() };
    let opened = || -> std::io::Result<String> {
        let source: Box<dyn Read> = if is_input { Box::new(stdin()) } else { Box::new(File::open(file)?) };
        let mut text = String::new();
        source.take(MAX_INPUT).read_to_string(&mut text)?;
        Ok(text)
    };
    opened().map_err(|error| format!("cannot read {name}: {error}"))
}
