//! The entries of an audit log: who tried to change what, and what came of it.

use serde_json::Value;

/// The most bytes of an entry.
pub const MAX_ENTRY: usize = 16 * 1024;

/// The longest value of an entry that is too long as a whole, in bytes. An entry has three values, beside an author of at
/// most 3 KiB.
const MAX_VALUE: usize = 4 * 1024;

/// How many bytes are left of a longer one. Quoting JSON once more can double them.
const BEGINNING: usize = 2000;

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum AuditOutcome<'o> {
    /// It was made: what was there, and what is there now.
    Made {
        /// The resource before.
        before: Option<&'o Value>,
        /// The resource after; `None` if it was removed.
        after: Option<&'o Value>,
    },
    /// It was refused, by the code of that name.
    Refused(&'o str),
}

/// The text of an entry, `{"author", "change", "outcome"}`, of at most [`MAX_ENTRY`] bytes. `author` and `change` are JSON;
/// a change with a value is an object with its kind as the one member. Where the entry would be longer, each long value is
/// replaced by `{"bytes", "beginning"}`.
pub fn audit_entry(author: &str, change: &str, outcome: &AuditOutcome<'_>) -> String {
    let whole = write(author, change, outcome, |value| value);
    if whole.len() <= MAX_ENTRY { whole } else { write(author, change, outcome, shortened) }
}

fn write(author: &str, change: &str, outcome: &AuditOutcome<'_>, shorten: fn(String) -> String) -> String {
    // The kind of a change has no colon.
    let change = match change.strip_suffix('}').and_then(|change| change.split_once(':')) {
        Some((kind, value)) => [kind, ":", &shorten(value.to_owned()), "}"].concat(),
        None => change.to_owned(),
    };
    let text = |value: Option<&Value>| shorten(value.map_or_else(|| "null".to_owned(), Value::to_string));
    let outcome = match outcome {
        AuditOutcome::Made { before, after } => {
            ["{\"before\":", &text(*before), ",\"after\":", &text(*after), "}"].concat()
        }
        AuditOutcome::Refused(code) => ["{\"refusal\":\"", code, "\"}"].concat(),
    };
    ["{\"author\":", author, ",\"change\":", &change, ",\"outcome\":", &outcome, "}"].concat()
}

fn shortened(json: String) -> String {
    if json.len() <= MAX_VALUE {
        return json;
    }
    let beginning = json.get(..json.floor_char_boundary(BEGINNING)).unwrap_or_default();
    let quoted = Value::String(beginning.to_owned()).to_string();
    ["{\"bytes\":", &json.len().to_string(), ",\"beginning\":", &quoted, "}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn author() -> Value {
        let who = json!({ "idp": "i".repeat(16), "subject": "\u{1}".repeat(256) });
        json!({ "who": who, "requestId": "r".repeat(36), "address": "a".repeat(64) })
    }

    fn read(change: &Value, outcome: &AuditOutcome<'_>) -> Value {
        let text = audit_entry(&author().to_string(), &change.to_string(), outcome);
        assert!(text.len() <= MAX_ENTRY, "{} bytes", text.len());
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn short_entries_are_unchanged() {
        let (before, after) = (json!({ "id": "aa" }), json!({ "id": "bb" }));
        let made = AuditOutcome::Made { before: Some(&before), after: Some(&after) };
        let change = json!({ "add_idp": { "idp": after } });
        let outcome = json!({ "before": before, "after": after });
        assert_eq!(read(&change, &made), json!({ "author": author(), "change": change, "outcome": outcome }));
        let deleted =
            read(&json!("delete_project"), &AuditOutcome::Made { before: Some(&before), after: None });
        assert_eq!(deleted["change"], "delete_project");
        assert_eq!(deleted["outcome"], json!({ "before": before, "after": null }));
        let refused = read(&json!({ "remove_idp": { "id": "a:b" } }), &AuditOutcome::Refused("not_found"));
        assert_eq!(refused["change"], json!({ "remove_idp": { "id": "a:b" } }));
        assert_eq!(refused["outcome"], json!({ "refusal": "not_found" }));
    }

    #[test]
    fn long_entries_are_shortened_with_their_original_length() {
        for filling in ["x", "\"", "\\", "\u{1}", "ä", "😀"] {
            let long = json!({ "id": "aa", "text": filling.repeat(60_000) });
            let change = json!({ "add_idp": { "idp": long } });
            let kept = read(&change, &AuditOutcome::Made { before: Some(&long), after: Some(&long) });
            for value in [&kept["outcome"]["before"], &kept["outcome"]["after"]] {
                assert_eq!(value["bytes"], json!(long.to_string().len()));
                assert!(long.to_string().starts_with(value["beginning"].as_str().unwrap()));
            }
            assert_eq!(kept["change"]["add_idp"]["bytes"], json!(change["add_idp"].to_string().len()));
        }
    }
}
