//! The steps that led to a decision. Logs, the explain API and the page show the same ones.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeSeq, Serializer};
use serde_json::Value;

use crate::authz::trace_step::TraceStep;
use crate::token::strict_json;
use crate::visible::escape_json;

/// The steps of an evaluation, in order. They never contain the token.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    steps: Vec<TraceStep>,
    /// Steps that requests with the same token share, and how many of the others come before them.
    shared: Option<(usize, Arc<[TraceStep]>)>,
}

impl Trace {
    /// The steps so far.
    pub fn steps(&self) -> impl Iterator<Item = &TraceStep> {
        self.parts().into_iter().flatten()
    }

    /// The steps before the shared ones, these, and those after them.
    fn parts(&self) -> [&[TraceStep]; 3] {
        let (before, shared) =
            self.shared.as_ref().map_or((0, [].as_slice()), |(at, shared)| (*at, &**shared));
        let (before, after) = self.steps.split_at_checked(before).unwrap_or_default();
        [before, shared, after]
    }

    pub(crate) fn push(&mut self, step: TraceStep) {
        self.steps.push(step);
    }

    /// Shares the steps after the route and the session with the traces of later requests with the same token.
    pub(crate) fn share(&mut self) -> Arc<[TraceStep]> {
        let is_of_request =
            |step: &&TraceStep| matches!(step, TraceStep::Route { .. } | TraceStep::Session { .. });
        let before = self.steps.iter().take_while(is_of_request).count();
        let shared: Arc<[_]> = self.steps.split_off(before).into();
        self.shared = Some((before, shared.clone()));
        shared
    }

    /// Adds the steps of an earlier evaluation of the token.
    pub(crate) fn recall(&mut self, shared: Arc<[TraceStep]>) {
        self.push(TraceStep::Known);
        self.shared = Some((self.steps.len(), shared));
    }

    /// The steps as a JSON array of at most `max_bytes`, for a log. Long values are cut; where that is not enough, the steps
    /// between the first and the last ones become one step `{"step":"omitted","count":n}`.
    pub fn to_json_within(&self, max_bytes: usize) -> String {
        let steps: Vec<_> = self.steps().map(TraceStep::to_short_json).collect();
        let whole = ["[", &steps.join(","), "]"].concat();
        if whole.len() <= max_bytes {
            return whole;
        }
        let half = max_bytes.saturating_sub(MAX_OMITTED_BYTES) / 2;
        let (first, last) = (count_within(steps.iter(), half), count_within(steps.iter().rev(), half));
        let omitted = steps.len() - first - last;
        let marker = format!(r#"{{"step":"omitted","count":{omitted}}}"#);
        let kept = steps.iter().take(first).chain([&marker]).chain(steps.iter().skip(first + omitted));
        ["[", &kept.map(String::as_str).collect::<Vec<_>>().join(","), "]"].concat()
    }
}

impl Serialize for Trace {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut steps = serializer.serialize_seq(None)?;
        for step in self.parts().into_iter().flatten() {
            steps.serialize_element(step)?;
        }
        steps.end()
    }
}

impl PartialEq for Trace {
    fn eq(&self, other: &Self) -> bool {
        self.steps().eq(other.steps())
    }
}

/// The size of the step that replaces omitted ones, with the brackets, in bytes.
const MAX_OMITTED_BYTES: usize = 64;

/// How many of the texts take at most `max_bytes` with a comma each.
fn count_within<'t>(texts: impl Iterator<Item = &'t String>, max_bytes: usize) -> usize {
    let sums = texts.scan(0, |sum, text| {
        *sum += text.len() + 1;
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= max_bytes).count()
}

/// The longest step that is logged as it is, in bytes of JSON.
const MAX_STEP_BYTES: usize = 512;

/// The most characters of a text, and elements of a list, of a longer step.
const MAX_CHARACTERS: usize = 64;
const MAX_ELEMENTS: usize = 8;

impl TraceStep {
    /// The step as JSON, with long texts and lists cut if it is a long one.
    fn to_short_json(&self) -> String {
        let text = escape_json(serde_json::to_string(self).unwrap_or_default());
        if text.len() <= MAX_STEP_BYTES {
            return text;
        }
        let mut value = strict_json::from_slice(text.as_bytes()).unwrap_or_default();
        shorten(&mut value);
        escape_json(strict_json::to_text(&value))
    }
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((end, _)) = text.char_indices().nth(MAX_CHARACTERS) {
                text.truncate(end);
                text.push('…');
            }
        }
        Value::Array(elements) => {
            let more = elements.len().saturating_sub(MAX_ELEMENTS);
            elements.truncate(MAX_ELEMENTS);
            elements.iter_mut().for_each(shorten);
            if more > 0 {
                elements.push(Value::String(format!("… {more} more")));
            }
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authz::trace_step::KeyOutcome;
    use crate::config::role::{Role, Roles};
    use crate::http::method::Method;

    fn trace(steps: Vec<TraceStep>) -> Trace {
        Trace { steps, shared: None }
    }

    fn parsed(trace: &Trace, max_bytes: usize) -> Vec<Value> {
        let text = trace.to_json_within(max_bytes);
        assert!(text.len() <= max_bytes, "{} bytes", text.len());
        strict_json::from_slice(text.as_bytes()).unwrap().as_array().unwrap().clone()
    }

    #[test]
    fn later_requests_share_the_steps_between_route_and_roles() {
        let route = || TraceStep::Route { path: "/a".into(), required: None };
        let key = || TraceStep::Key { kid: Some("k".to_owned()), outcome: KeyOutcome::Verified };
        let more = |count| TraceStep::MoreIdps { count };
        let mut first = trace(vec![route(), key(), more(1)]);
        let shared = first.share();
        first.push(more(2));
        assert_eq!(first, trace(vec![route(), key(), more(1), more(2)]));
        assert_eq!(shared.iter().map(TraceStep::bytes).sum::<usize>(), 2 * size_of::<TraceStep>() + 1);
        let mut later = trace(vec![route()]);
        later.recall(shared);
        later.push(more(3));
        assert_eq!(later, trace(vec![route(), TraceStep::Known, key(), more(1), more(3)]));
        assert_eq!(later.to_json_within(1000), serde_json::to_string(&later).unwrap());
    }

    #[test]
    fn a_short_trace_is_logged_as_it_is() {
        let trace = trace(vec![TraceStep::Known, TraceStep::MoreIdps { count: 3 }]);
        assert_eq!(trace.to_json_within(1000), serde_json::to_string(&trace).unwrap());
    }

    #[test]
    fn long_values_are_shortened() {
        let roles: Roles = (0..4000).map(|number| Role::try_from(&*format!("r{number}")).unwrap()).collect();
        let steps = vec![
            TraceStep::Token { issuer: "ä".repeat(5000), algorithm: "ES256".try_into().unwrap(), kid: None },
            TraceStep::Access { method: Method::Get, required: Roles::default(), held: roles },
        ];
        let steps = parsed(&trace(steps), 1000);
        assert_eq!(steps[0]["issuer"].as_str().unwrap(), "ä".repeat(64) + "…");
        assert_eq!(steps[1]["held"].as_array().unwrap().len(), 9);
        assert_eq!(steps[1]["held"][8], "… 3992 more");
    }

    #[test]
    fn long_traces_keep_first_and_last_steps() {
        let step = |count| TraceStep::MoreIdps { count };
        let steps = parsed(&trace((0..500).map(step).collect()), 1000);
        assert_eq!(steps[0]["count"], 0);
        assert_eq!(steps.last().unwrap()["count"], 499);
        let omitted = steps.iter().find(|step| step["step"] == "omitted").unwrap();
        assert_eq!(omitted["count"], 501 - steps.len());
    }
}
