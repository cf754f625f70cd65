//! Times for people beside those for programs.

use serde_json::Value;

use crate::token::numeric_date::NumericDate;

/// The times of representations, and the names under which they are in RFC 3339.
const TIMES: [(&str, &str); 17] = [
    ("at", "time"),
    ("createdAt", "createdTime"),
    ("expiresAt", "expiresTime"),
    ("fetchedAt", "fetchedTime"),
    ("firstSeen", "firstSeenTime"),
    ("lastLoginAt", "lastLoginTime"),
    ("lastSeen", "lastSeenTime"),
    ("lastUsedAt", "lastUsedTime"),
    ("nextRefresh", "nextRefreshTime"),
    ("passwordSetAt", "passwordSetTime"),
    ("publishedAt", "publishedTime"),
    ("publishedUntil", "publishedUntilTime"),
    ("retiredAt", "retiredTime"),
    ("rotatableAt", "rotatableTime"),
    ("rotatesAt", "rotatesTime"),
    ("signsSince", "signsSinceTime"),
    ("usedAt", "usedTime"),
];

/// Adds to all times within a value, in seconds since 1970, their texts in RFC 3339; `null` beside `null`.
pub fn add_times(value: &mut Value) {
    match value {
        Value::Array(elements) => elements.iter_mut().for_each(add_times),
        Value::Object(members) => {
            members.values_mut().for_each(add_times);
            for (name, text_name) in TIMES {
                if let Some(seconds) = members.get(name).filter(|value| is_time(value)).map(Value::as_f64) {
                    let text = seconds.map(|seconds| NumericDate::from_seconds(seconds).to_rfc3339());
                    members.insert(text_name.to_owned(), text.into());
                }
            }
        }
        _ => {}
    }
}

/// A member of the name may be something else, such as the roles in a project that is called so.
fn is_time(value: &Value) -> bool {
    value.is_number() || value.is_null()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_time_has_its_text_beside_it() {
        let mut value = json!([{ "createdAt": 1.5, "expiresAt": null, "kid": 7, "key": { "at": 0 }, "projects": { "at": ["access"] } }]);
        add_times(&mut value);
        let expected = json!([{
            "createdAt": 1.5, "createdTime": "1970-01-01T00:00:01.500Z", "expiresAt": null, "expiresTime": null,
            "kid": 7, "key": { "at": 0, "time": "1970-01-01T00:00:00.000Z" },
            "projects": { "at": ["access"] },
        }]);
        assert_eq!(value, expected);
    }
}
