//! An explanation in sentences, to be read top to bottom.

use super::formatting::{duration, named_key, roles};
use super::gateway_token::{is_built_in, kind_sentence};
use super::line::{Line, Mark};
use super::reasons::{in_common, no_key, reason, session};
use crate::authz::clock::Clock;
use crate::authz::explanation::Explanation;
use crate::authz::trace_step::{
    IdpOutcome, KeyOutcome, ProjectOutcome, RoleOutcome, RolesClaimOutcome, TraceStep,
};
use crate::config::custom_idp::CustomIdp;
use crate::config::idp_id::IdpId;
use crate::config::role::{InvalidRole, OWNER, Role};
use crate::config::role_detection::RoleDetection;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::token::numeric_date::NumericDate;
use crate::token::validity::TimeClaim;
use crate::visible::visible;

/// The context of an explanation.
#[derive(Clone, Copy, Debug)]
pub struct NarrativeContext<'s> {
    /// The entries that were considered, in their order.
    pub idps: &'s [CustomIdp],
    /// The project that they belong to.
    pub project: &'s ProjectId,
    /// The token's claims, if it is well-formed.
    pub claims: Option<&'s Claims>,
    /// The time of the decision.
    pub clock: Clock,
}

/// Writes an explanation as sentences.
pub fn narrate(explanation: &Explanation, setting: NarrativeContext<'_>) -> Vec<Line> {
    let (steps, conclusion) = narrate_steps(explanation, setting);
    steps.into_iter().flatten().chain(conclusion).collect()
}

/// The sentences of each step of the trace, and those that conclude.
pub fn narrate_steps(
    explanation: &Explanation,
    setting: NarrativeContext<'_>,
) -> (Vec<Vec<Line>>, Vec<Line>) {
    let mut narrative = Narrative { setting, lines: Vec::new(), entry: None, tells_roles: false };
    let mut steps = Vec::new();
    let is_untimely = |step: &TraceStep| matches!(step, TraceStep::Untimely { .. });
    let is_timely = !explanation.trace.steps().any(is_untimely);
    for step in explanation.trace.steps() {
        narrative.tell(step);
        if is_timely && matches!(step, TraceStep::Token { .. } | TraceStep::Claims { .. }) {
            narrative.tell_timely();
        }
        steps.push(std::mem::take(&mut narrative.lines));
    }
    narrative.conclude(explanation);
    (steps, narrative.lines)
}

/// Writes the steps of an evaluation that ended because something was missing, without a verdict: not that a project is
/// unknown whose entries are yet to be given.
pub fn narrate_so_far(explanation: &Explanation, setting: NarrativeContext<'_>) -> Vec<Line> {
    let steps = explanation.trace.steps().zip(narrate_steps(explanation, setting).0);
    let known = steps.filter(|(step, _)| !matches!(step, TraceStep::Project { .. }));
    known.flat_map(|(_, lines)| lines).collect()
}

/// What was told so far.
pub(super) struct Narrative<'s> {
    pub(super) setting: NarrativeContext<'s>,
    lines: Vec<Line>,
    /// The entry that was considered last.
    entry: Option<&'s CustomIdp>,
    /// Whether the source of the entry's roles was mentioned.
    tells_roles: bool,
}

impl Narrative<'_> {
    pub(super) fn say(&mut self, mark: Mark, text: impl Into<String>) {
        self.push(mark, 0, &text.into());
    }

    fn add(&mut self, mark: Mark, text: impl Into<String>) {
        self.push(mark, 1, &text.into());
    }

    fn push(&mut self, mark: Mark, level: u8, text: &str) {
        self.lines.push(Line { mark, level, text: visible(text).into_owned() });
    }

    fn tell(&mut self, step: &TraceStep) {
        match step {
            TraceStep::Route { path, required } => self.tell_route(path, required.as_deref()),
            TraceStep::Session { outcome } => {
                let (mark, text) = session(*outcome);
                self.say(mark, text);
            }
            TraceStep::Malformed { reason } => {
                self.say(Mark::Failed, format!("What was sent is no acceptable token: {reason}."));
            }
            TraceStep::Token { issuer, algorithm, kid } => {
                let key = named_key(kid.as_deref());
                let text = format!(
                    "The token is well-formed, of the issuer `{issuer}`, signed by {algorithm} with {key}."
                );
                self.say(Mark::Passed, text);
                if let Some(kind) = self.setting.claims.and_then(kind_sentence) {
                    self.add(Mark::Noted, kind);
                }
            }
            TraceStep::Claims { issuer } => {
                let text = format!("There is no token, only claims of the issuer `{issuer}`.");
                self.say(Mark::Noted, text + " Nobody signed them: header and signature are not looked at.");
            }
            TraceStep::Known => {
                self.say(Mark::Passed, "The token was looked at a moment ago, with the same outcome.");
            }
            TraceStep::Project { id, outcome: ProjectOutcome::Unknown } => self.tell_unknown(id.as_ref()),
            TraceStep::Untimely { claim, value, now } => self.tell_untimely(*claim, *value, *now),
            TraceStep::Idp { id, outcome } => self.tell_idp(id, *outcome),
            TraceStep::MoreIdps { count } => {
                self.say(Mark::Skipped, format!("And {count} more, of other issuers."));
            }
            TraceStep::NoKey { reason } => self.say(Mark::Failed, no_key(*reason)),
            TraceStep::Key { kid, outcome } => self.tell_key(kid.as_deref(), *outcome),
            TraceStep::RolesClaim { outcome } => {
                self.introduce_roles();
                let what = match outcome {
                    RolesClaimOutcome::Missing => "The token does not have that claim: no roles.",
                    RolesClaimOutcome::WrongShape => "That claim is neither a list nor a text: no roles.",
                };
                self.add(Mark::Skipped, what);
            }
            TraceStep::Role { value, outcome } => {
                self.introduce_roles();
                self.tell_role(value.as_deref(), outcome);
            }
            TraceStep::MoreRoles { count } => {
                self.add(Mark::Noted, format!("{count} more values were read in the same way."));
            }
            TraceStep::Revoked { id } => {
                self.say(
                    Mark::Failed,
                    format!("The project has revoked the token, by its revocation `{id}`."),
                );
            }
            TraceStep::Access { method, required, held } => {
                let requirement = if required.is_empty() {
                    format!("Nobody may send {method} to this route")
                } else {
                    format!("{method} requires the role {}", roles(required, "or"))
                };
                self.tell_requirement(&requirement, held, held.iter().any(|role| required.contains(role)));
            }
            TraceStep::Owner { held, is_owner } => {
                self.tell_requirement("The management API requires the role `owner`", held, *is_owner);
                if !is_owner && held.iter().any(|role| role.as_str() == OWNER) {
                    let text =
                        "It does not count: the entry has to list it in `allowedRoles` or `definedRoles`.";
                    self.add(Mark::Failed, text);
                }
            }
        }
    }

    fn tell_route(&mut self, path: &str, required: Option<&[Role]>) {
        let requirement = match required {
            None => "which is public: no token is needed".to_owned(),
            Some([]) => "which has no role for this method".to_owned(),
            Some(required) => format!("which requires the role {}", roles(required, "or")),
        };
        self.say(Mark::Passed, format!("The path leads to the route `{path}`, {requirement}."));
    }

    fn tell_timely(&mut self) {
        let NarrativeContext { claims, clock, .. } = self.setting;
        let Some(expires) = claims.map(|claims| claims.expires().as_seconds()) else { return };
        let away = duration(expires - clock.now.as_seconds());
        let text = if expires > clock.now.as_seconds() {
            format!("It is valid for another {away} (`exp`).")
        } else {
            format!("It expired {away} ago (`exp`); clocks may differ by {}.", duration(clock.skew))
        };
        self.say(Mark::Passed, text);
    }

    fn tell_untimely(&mut self, claim: TimeClaim, value: NumericDate, now: NumericDate) {
        let away = duration(now.as_seconds() - value.as_seconds());
        let skew = duration(self.setting.clock.skew);
        self.say(
            Mark::Failed,
            match claim {
                TimeClaim::Exp => {
                    format!("The token expired {away} ago (`exp`). Clocks may differ by {skew}.")
                }
                TimeClaim::Iat => {
                    format!("The token was issued {away} from now (`iat`). Clocks may differ by {skew}.")
                }
                TimeClaim::Nbf => {
                    format!("The token is not valid for another {away} (`nbf`). Clocks may differ by {skew}.")
                }
            },
        );
    }

    fn tell_key(&mut self, kid: Option<&str>, outcome: KeyOutcome) {
        let (mark, what) = match outcome {
            KeyOutcome::Verified => (Mark::Passed, "The signature is right by"),
            KeyOutcome::WrongSignature => (Mark::Failed, "The signature is wrong by"),
            KeyOutcome::KeyRefused => (Mark::Failed, "The platform does not take"),
        };
        self.say(mark, format!("{what} {}.", named_key(kid)));
    }

    fn tell_role(&mut self, value: Option<&str>, outcome: &RoleOutcome) {
        let value = value.map_or("A value".to_owned(), |value| format!("`{value}`"));
        match outcome {
            RoleOutcome::Kept(role) => self.add(Mark::Passed, format!("{value} gives the role `{role}`.")),
            RoleOutcome::NotAllowed(role) => {
                self.add(
                    Mark::Skipped,
                    format!("{value} is the role `{role}`, which `allowedRoles` does not name."),
                );
            }
            RoleOutcome::NoMatch => self.add(Mark::Skipped, format!("{value} does not have that form.")),
            RoleOutcome::NotARole => {
                self.add(Mark::Skipped, format!("{value} has that form, but a role is {InvalidRole}."));
            }
            RoleOutcome::NotAString => self.add(Mark::Skipped, format!("{value} is not a text.")),
        }
    }

    fn tell_idp(&mut self, id: &IdpId, outcome: IdpOutcome) {
        let id = id.as_str();
        self.entry = self.setting.idps.iter().find(|idp| idp.id.as_str() == id);
        let why = self.entry.zip(self.setting.claims).and_then(|(idp, claims)| reason(idp, claims, outcome));
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        let entry = if self.entry.is_some_and(is_built_in) { "The built-in entry" } else { "Entry" };
        match outcome {
            IdpOutcome::Applies => {
                self.tells_roles = false;
                let shared = self.entry.map(|idp| format!(": {}", in_common(idp))).unwrap_or_default();
                self.say(Mark::Passed, format!("{entry} `{id}` applies{shared}."));
            }
            IdpOutcome::Decides => {
                self.introduce_roles();
                self.say(Mark::Passed, format!("{entry} `{id}` decides{why}."));
            }
            IdpOutcome::OtherIssuer => {
                self.say(Mark::Skipped, format!("{entry} `{id}` is for another issuer{why}."));
            }
            IdpOutcome::NoSubject => {
                self.say(Mark::Skipped, format!("{entry} `{id}` does not find the caller's id{why}."));
            }
            IdpOutcome::AzpNotAllowed
            | IdpOutcome::AudNotAllowed
            | IdpOutcome::AlgorithmNotAllowed
            | IdpOutcome::TypeNotAllowed => {
                self.say(Mark::Skipped, format!("{entry} `{id}` is skipped{why}."));
            }
        }
    }

    /// Mentions once where an entry's roles come from.
    fn introduce_roles(&mut self) {
        let Some(idp) = self.entry.filter(|_| !self.tells_roles) else { return };
        self.tells_roles = true;
        let text = match &idp.role_detection {
            RoleDetection::Defined { roles: defined } => {
                format!("The entry itself names the roles: {}.", roles(defined, "and"))
            }
            RoleDetection::Claim { claim, template, .. } => {
                let (before, after) = template.around(self.setting.project);
                format!(
                    "Roles are the values of `{}` of the form `{before}{{roleName}}{after}`:",
                    claim.as_str()
                )
            }
        };
        self.say(Mark::Noted, text);
    }

    fn tell_requirement(&mut self, requirement: &str, held: &[Role], is_met: bool) {
        let held = if held.is_empty() { "no role".to_owned() } else { roles(held, "and") };
        let mark = if is_met { Mark::Passed } else { Mark::Failed };
        self.say(mark, format!("{requirement}, and the caller has {held}."));
    }
}
