//! An explanation on a terminal.

use std::borrow::Cow;
use std::io::{IsTerminal, stdout};

use edge_authorizer::visible;
use serde_json::Value;

/// The steps of an explanation, in the form of the API's answer, and the verdict that they led to.
pub fn shown(answer: &Value) -> String {
    let paint = Paint { is_on: stdout().is_terminal() };
    let steps = answer.get("lines").and_then(Value::as_array).into_iter().flatten();
    let mut shown: Vec<_> = steps.map(|line| paint.step(line)).collect();
    shown.extend([String::new(), paint.verdict(answer)]);
    if answer.get("subject").is_some_and(Value::is_string) {
        let roles = answer.get("roles").and_then(Value::as_array).into_iter().flatten();
        let roles: Vec<_> = roles.filter_map(Value::as_str).map(visible).collect();
        shown.push(format!("entry:   {}", text(answer, "idp")));
        shown.push(format!("caller:  {}", text(answer, "subject")));
        shown.push(format!("roles:   {}", roles.join(", ")));
    }
    let headers = answer.get("originHeaders").and_then(Value::as_object).into_iter().flatten();
    shown.extend(
        headers.map(|(name, value)| {
            format!("{}: {}", visible(name), visible(value.as_str().unwrap_or_default()))
        }),
    );
    shown.push(String::new());
    shown.join("\n")
}

fn text<'a>(value: &'a Value, name: &str) -> Cow<'a, str> {
    visible(value.get(name).and_then(Value::as_str).unwrap_or_default())
}

const GREEN: &str = "32";
const RED: &str = "31";
const BLUE: &str = "34";
const DIM: &str = "2";

struct Paint {
    is_on: bool,
}

impl Paint {
    fn step(&self, line: &Value) -> String {
        let (sign, colour) = match line.get("mark").and_then(Value::as_str) {
            Some("passed") => ("✓", GREEN),
            Some("failed") => ("✗", RED),
            Some("skipped") => ("–", DIM),
            _ => ("·", BLUE),
        };
        let indent = if line.get("level").and_then(Value::as_u64) == Some(1) { "  " } else { "" };
        format!("{indent}{} {}", self.with(colour, sign), text(line, "text"))
    }

    fn verdict(&self, answer: &Value) -> String {
        if answer.get("verdict").and_then(Value::as_str) != Some("deny") {
            return self.with(GREEN, "permitted");
        }
        let status = answer.get("status").map(Value::to_string).unwrap_or_default();
        self.with(RED, &format!("refused: {status} {}", text(answer, "code")))
    }

    fn with(&self, colour: &str, text: &str) -> String {
        if self.is_on { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
