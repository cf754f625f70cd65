//! The end of an explanation in sentences: what comes of the request, and why of a project that is not known.

use super::line::Mark;
use super::narrative::{Narrative, NarrativeContext};
use crate::authz::decision::Outcome;
use crate::authz::explanation::Explanation;
use crate::authz::trace_step::TraceStep;
use crate::error_code::ErrorCode;
use crate::project_id::ProjectId;

impl Narrative<'_> {
    /// Tells of a project that is not known here. If its entries were given, those of another project were.
    pub(super) fn tell_unknown(&mut self, id: Option<&ProjectId>) {
        let NarrativeContext { idps, project, .. } = self.setting;
        let text = match id {
            None => "The path names no project.".to_owned(),
            Some(id) if id != project && !idps.is_empty() => {
                format!("The path does not name the project `{project}`, whose entries these are.")
            }
            Some(id) => format!("There is no project `{id}`."),
        };
        self.say(Mark::Failed, text);
    }

    /// Says what comes of the request.
    pub(super) fn conclude(&mut self, explanation: &Explanation) {
        if explanation.code == Some(ErrorCode::TokenUntrusted) {
            self.conclude_untrusted(explanation.trace.steps().last());
        }
        match (explanation.code, explanation.verdict) {
            (Some(code), _) => {
                let (status, name, detail) = (code.status(), code.as_str(), code.detail());
                let reason = explanation.reason.map_or(String::new(), |reason| format!(" ({reason})"));
                self.say(Mark::Failed, format!("The caller gets {status} `{name}`: {detail}{reason}."));
            }
            (None, Outcome::Preflight) => {
                self.say(Mark::Passed, "It is a browser's preflight, which the gateway answers.");
            }
            (None, _) if explanation.trace.steps().any(|step| matches!(step, TraceStep::Owner { .. })) => {
                self.say(Mark::Passed, "The management API does what is requested.");
            }
            (None, _) => self.say(Mark::Passed, "The request goes to the origin."),
        }
    }

    /// Explains a token that no entry accepted, where the trace does not.
    fn conclude_untrusted(&mut self, last: Option<&TraceStep>) {
        let NarrativeContext { idps, project, .. } = self.setting;
        let text = match last {
            Some(
                TraceStep::NoKey { .. }
                | TraceStep::Key { .. }
                | TraceStep::Project { .. }
                | TraceStep::Revoked { .. },
            ) => return,
            Some(TraceStep::Idp { .. } | TraceStep::MoreIdps { .. }) => {
                "No entry of the project recognises the caller.".to_owned()
            }
            _ if idps.is_empty() => format!("The project `{project}` has no entries."),
            _ => format!("The path does not name the project `{project}`, whose entries these are."),
        };
        self.say(Mark::Failed, text);
    }
}
