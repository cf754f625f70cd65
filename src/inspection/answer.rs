//! An explanation as the management API and the command line answer it: with a text for each step.

use serde::Serialize;
use serde_json::Value;

use super::line::Line;
use super::narrative::{NarrativeContext, narrate_steps};
use crate::authz::explanation::Explanation;
use crate::token::strict_json;

/// The explanation as JSON. Each step of the trace has a `text`, and so has the whole. `lines` are all of them, with their marks.
pub fn answer(explanation: &Explanation, context: NarrativeContext<'_>) -> Value {
    let mut answer = by_way_of_text(explanation);
    let (steps, conclusion) = narrate_steps(explanation, context);
    let trace = answer.get_mut("trace").and_then(Value::as_array_mut);
    for (step, lines) in trace.into_iter().flatten().zip(&steps) {
        add_text(step, lines);
    }
    add_text(&mut answer, &conclusion);
    let lines: Vec<_> = steps.iter().flatten().chain(&conclusion).collect();
    add(&mut answer, "lines", by_way_of_text(&lines));
    answer
}

fn add_text(value: &mut Value, lines: &[Line]) {
    let text = lines.iter().map(|line| &*line.text).collect::<Vec<_>>().join(" ");
    add(value, "text", text.into());
}

fn add(value: &mut Value, name: &str, member: Value) {
    if let Some(members) = value.as_object_mut() {
        members.insert(name.to_owned(), member);
    }
}

/// The log writes traces as text, too, and another way of writing would cost a wasm some kilobytes.
fn by_way_of_text(value: &impl Serialize) -> Value {
    let text = serde_json::to_string(value).unwrap_or_default();
    strict_json::from_slice(text.as_bytes()).unwrap_or_default()
}
