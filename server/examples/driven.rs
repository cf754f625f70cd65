//! A node for tests: what it published is read and written by lines of JSON on its standard input, as tests of the worker do
//! with KV. `{"space", "key", "value"}` writes, `{"space", "key"}` reads, `{"clock", "standsStill"}` sets the time in milliseconds
//! since 1970; the answers are on standard error.

use std::io::stdin;

use serde_json::{Value as Json, json};
use server::configuration::Configuration;
use server::{PublishedValue, Running, set_clock, start};
use service::host::Space;

fn main() -> Result<(), String> {
    let environment = std::env::vars_os();
    let environment =
        environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let configuration = Configuration::read(Vec::new(), environment.collect(), None);
    let running = start(configuration.map_err(|faults| faults.to_string())?);
    let running = running.map_err(|error| error.to_string())?;
    let checks = running.checks_address.map(|address| address.to_string());
    eprintln!(
        "{}",
        json!({ "address": running.address.to_string(), "scheme": running.scheme, "checksAddress": checks })
    );
    for line in stdin().lines() {
        let line = line.map_err(|error| error.to_string())?;
        let command: Json = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        eprintln!("{}", drive(&running, &command));
    }
    // Standard input is closed: the test has ended.
    running.stop();
    Ok(())
}

/// Does what a command says. The answer is what is there afterwards.
fn drive(running: &Running, command: &Json) -> Json {
    if let Some(milliseconds) = command.get("clock").and_then(Json::as_i64) {
        set_clock(milliseconds, command.get("standsStill") == Some(&Json::Bool(true)));
        return json!({});
    }
    let text = |name: &str| command.get(name).and_then(Json::as_str);
    let space = if text("space") == Some("JWKS") { Space::Keys } else { Space::Config };
    let (published, key) = (&running.node.published, text("key").unwrap_or_default());
    if let Some(value) = command.get("value") {
        let value = value.as_str().map(|text| PublishedValue { text: text.into(), expires_at: None });
        published.set(space, key, value);
    }
    let value = published.value(space, key);
    json!({
        "value": value.as_ref().map(|value| &*value.text),
        "expiration": value.as_ref().and_then(|value| value.expires_at),
    })
}
