//! An explanation as the management API and the command line answer it: with a text for each step.

use serde_json::Value;

use super::line::Line;
use super::narrative::{NarrativeContext, narrate_steps};
use crate::authz::explanation::Explanation;
use crate::token::strict_json;

/// The explanation as JSON. Each step of the trace has a `text`, and so has the whole.
pub fn answer(explanation: &Explanation, context: NarrativeContext<'_>) -> Value {
    // By way of text: the log writes traces as text, too, and another way of writing would cost a wasm some kilobytes.
    let text = serde_json::to_string(explanation).unwrap_or_default();
    let mut answer = strict_json::from_slice(text.as_bytes()).unwrap_or_default();
    let (steps, conclusion) = narrate_steps(explanation, context);
    let trace = answer.get_mut("trace").and_then(Value::as_array_mut);
    for (step, lines) in trace.into_iter().flatten().zip(&steps) {
        add_text(step, lines);
    }
    add_text(&mut answer, &conclusion);
    answer
}

fn add_text(value: &mut Value, lines: &[Line]) {
    let text = lines.iter().map(|line| &*line.text).collect::<Vec<_>>().join(" ");
    if let Some(members) = value.as_object_mut() {
        members.insert("text".to_owned(), text.into());
    }
}
