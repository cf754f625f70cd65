//! The parts of sentences for people: values, lists, durations, keys.

use std::cmp::Ordering;
use std::fmt::{self, Write};

use serde_json::Value;

use crate::config::role::Role;

/// The longest value that is repeated, in characters.
const MAX_REPEATED: usize = 200;

/// The most elements of a list that are written out.
const MAX_LISTED: usize = 12;

/// The longest duration that is written out, in seconds.
const MAX_TOLD: f64 = 1e11;

/// A value between backticks, shortened. Of a longer one no more is written than is shown: it may stand in many sentences.
pub fn quoted(value: &Value) -> String {
    let mut shortened = Shortened::default();
    let written = match value {
        Value::String(text) => shortened.write_str(text),
        other => write!(shortened, "{other}"),
    };
    let more = if written.is_ok() { "" } else { "…" };
    format!("`{}{more}`", shortened.text)
}

/// The first characters of what is written; an error if there are more.
#[derive(Default)]
struct Shortened {
    text: String,
    length: usize,
}

impl Write for Shortened {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text.chars();
        for letter in rest.by_ref().take(MAX_REPEATED - self.length) {
            self.text.push(letter);
            self.length += 1;
        }
        rest.next().map_or(Ok(()), |_| Err(fmt::Error))
    }
}

/// `a`, `b` or `c`.
pub fn list<'t>(texts: impl IntoIterator<Item = &'t str>, conjunction: &str) -> String {
    let mut texts = texts.into_iter();
    let mut listed: Vec<_> = texts.by_ref().take(MAX_LISTED).map(|text| format!("`{text}`")).collect();
    let more = texts.count();
    if more > 0 {
        listed.push(format!("{more} more"));
    }
    match listed.pop() {
        Some(last) if listed.is_empty() => last,
        Some(last) => format!("{} {conjunction} {last}", listed.join(", ")),
        None => String::new(),
    }
}

/// A duration, without its sign.
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.abs();
    if seconds.partial_cmp(&MAX_TOLD).is_none_or(Ordering::is_gt) {
        return "thousands of years".to_owned();
    }
    let (unit, name) = match seconds {
        _ if seconds < 120.0 => (1.0, "second"),
        _ if seconds < 7200.0 => (60.0, "minute"),
        _ if seconds < 172_800.0 => (3600.0, "hour"),
        _ => (86_400.0, "day"),
    };
    let count = (seconds / unit).round();
    let plural = if count.to_bits() == 1.0_f64.to_bits() { "" } else { "s" };
    format!("{count} {name}{plural}")
}

/// Roles: `a`, `b` or `c`.
pub fn roles(roles: &[Role], conjunction: &str) -> String {
    list(roles.iter().map(Role::as_str), conjunction)
}

/// A key by its id.
pub fn named_key(kid: Option<&str>) -> String {
    kid.map_or("a key without an id".to_owned(), |kid| format!("the key `{kid}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn lists_end_with_a_conjunction() {
        assert_eq!(list([], "or"), "");
        assert_eq!(list(["a"], "or"), "`a`");
        assert_eq!(list(["a", "b", "c"], "or"), "`a`, `b` or `c`");
        assert!(list(vec!["x"; 14], "and").ends_with("`x` and 2 more"));
    }

    #[test]
    fn durations_use_a_readable_unit() {
        assert_eq!(duration(1.0), "1 second");
        assert_eq!(duration(-119.0), "119 seconds");
        assert_eq!(duration(180.0), "3 minutes");
        assert_eq!(duration(7200.0), "2 hours");
        assert_eq!(duration(200_000.0), "2 days");
        assert_eq!(duration(1e300), "thousands of years");
        assert_eq!(duration(f64::NAN), "thousands of years");
    }

    #[test]
    fn long_values_are_shortened() {
        assert_eq!(quoted(&json!("a")), "`a`");
        assert_eq!(quoted(&json!(["a"])), r#"`["a"]`"#);
        assert_eq!(quoted(&json!("ä".repeat(200))), format!("`{}`", "ä".repeat(200)));
        assert_eq!(quoted(&json!("ä".repeat(201))), format!("`{}…`", "ä".repeat(200)));
        assert_eq!(quoted(&json!(vec!["a"; 1400])).chars().count(), 203);
    }
}
