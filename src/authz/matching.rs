//! How an entry recognises a caller: whether it applies to a token, and who the caller then is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::authz::identity::Identity;
use crate::authz::trace::{IdpOutcome, RoleOutcome, RolesClaimOutcome, Trace, TraceStep};
use crate::config::custom_idp::{CustomIdp, RoleDetection};
use crate::config::role::OWNER;
use crate::config::role::{Role, RoleTemplate, Roles, in_order};
use crate::project_id::ProjectId;
use crate::token::algorithm::Algorithm;
use crate::token::claims::{Claims, JoseHeader};

impl CustomIdp {
    /// Whether this entry applies to what a token says, before anybody vouches for it. `audiences` are the token's.
    pub(crate) fn consider(&self, claims: &Claims, audiences: &Audiences<'_>) -> IdpOutcome {
        let members = claims.members();
        let is_one_of = |allowed: &Option<Vec<String>>, value: Option<&Value>| {
            allowed.as_ref().is_none_or(|list| {
                value.and_then(Value::as_str).is_some_and(|text| list.iter().any(|a| a == text))
            })
        };
        if self.issuer.as_str() != claims.issuer() {
            IdpOutcome::OtherIssuer
        } else if !is_one_of(&self.allowed_azp, self.azp_claim.find(members)) {
            IdpOutcome::AzpNotAllowed
        } else if !audiences.include(self.allowed_aud.as_deref()) {
            IdpOutcome::AudNotAllowed
        } else if !has_allowed_algorithm(self.allowed_algs.as_deref(), claims.header()) {
            IdpOutcome::AlgorithmNotAllowed
        } else if !has_allowed_type(self.allowed_typ.as_deref(), claims) {
            IdpOutcome::TypeNotAllowed
        } else {
            IdpOutcome::Applies
        }
    }

    /// Whether the entry itself names the role `owner`: that a token carries it is not enough to manage the project.
    pub fn names_owner(&self) -> bool {
        let named = match &self.role_detection {
            RoleDetection::Defined { roles } => Some(roles),
            RoleDetection::Claim { allowed, .. } => allowed.as_ref(),
        };
        named.is_some_and(|roles| roles.iter().any(|role| role.as_str() == OWNER))
    }

    /// Whether every caller of the issuer would own the project: the entry gives `owner` to all, whatever their client is
    /// and whatever their token is for.
    pub fn opens_ownership(&self) -> bool {
        let is_defined = matches!(self.role_detection, RoleDetection::Defined { .. });
        is_defined && self.names_owner() && self.allowed_azp.is_none() && self.allowed_aud.is_none()
    }

    /// Who the caller is, unless the id claim does not say.
    pub(crate) fn identify(
        &self,
        claims: &Claims,
        project: &ProjectId,
        trace: &mut Trace,
    ) -> Option<Identity> {
        let subject = self.id_claim.find(claims.members()).and_then(Value::as_str)?;
        if subject.is_empty() || subject.chars().nth(MAX_SUBJECT_LENGTH).is_some() {
            return None;
        }
        let roles = match &self.role_detection {
            RoleDetection::Defined { roles } => roles.clone(),
            RoleDetection::Claim { claim, template, allowed } => {
                let reader = RoleReader { template, allowed: allowed.as_deref(), project };
                reader.read_claim(claim.find(claims.members()), trace)
            }
        };
        let (project, idp, subject) = (project.clone(), self.id.clone(), subject.to_owned());
        Some(Identity { project, idp, subject, roles })
    }
}

/// The longest subject, in characters.
const MAX_SUBJECT_LENGTH: usize = 256;

/// The most values of a roles claim that a trace shows one by one.
const MAX_TRACED_VALUES: usize = 100;

/// The audiences of a token, collected once for all entries. `aud` is one string or an array of them (RFC 7519, section
/// 4.1.3).
pub(crate) struct Audiences<'t>(BTreeSet<&'t str>);

/// The most audiences of a token that count: each is compared with those of each entry, before any signature is checked.
const MAX_AUDIENCES: usize = 100;

impl<'t> Audiences<'t> {
    /// Those that a token names.
    pub fn of(claims: &'t Claims) -> Self {
        let mut audiences = BTreeSet::new();
        match claims.members().get("aud") {
            Some(Value::Array(values)) => {
                audiences.extend(values.iter().take(MAX_AUDIENCES).filter_map(Value::as_str));
            }
            Some(Value::String(audience)) => audiences.extend([&**audience]),
            _ => {}
        }
        Self(audiences)
    }

    /// Whether one of them is allowed.
    fn include(&self, allowed: Option<&[String]>) -> bool {
        allowed.is_none_or(|allowed| allowed.iter().any(|audience| self.0.contains(&**audience)))
    }
}

/// Where nobody wrote a header there is no algorithm that could be a wrong one.
fn has_allowed_algorithm(allowed: Option<&[Algorithm]>, header: Option<&JoseHeader>) -> bool {
    let Some((allowed, header)) = allowed.zip(header) else { return true };
    allowed.contains(&header.algorithm)
}

/// Whether a token is of an allowed type; by default an access token (RFC 9068, section 2.1) or an untyped one.
///
/// Keycloak gives other kinds of tokens the same header as access tokens and tells them apart by a claim `typ`.
fn has_allowed_type(allowed: Option<&[String]>, claims: &Claims) -> bool {
    let is_other_kind =
        |claim: &Value| matches!(claim.as_str(), Some("ID" | "Refresh" | "Logout" | "Offline"));
    if claims.members().get("typ").is_some_and(is_other_kind) {
        return false;
    }
    let Some(header) = claims.header() else { return true };
    let actual = header.media_type.as_deref().map(short_media_type);
    match allowed {
        Some(list) => {
            actual.is_some_and(|actual| list.iter().any(|allowed| short_media_type(allowed) == actual))
        }
        None => actual.is_none_or(|actual| matches!(&*actual, "jwt" | "at+jwt")),
    }
}

/// A media type in lower case, without the `application/` that RFC 7515 (section 4.1.9) lets one leave out.
fn short_media_type(media_type: &str) -> String {
    let media_type = media_type.to_ascii_lowercase();
    media_type.strip_prefix("application/").map(str::to_owned).unwrap_or(media_type)
}

/// How the values of a roles claim are read.
pub struct RoleReader<'e> {
    /// The form of each value.
    pub template: &'e RoleTemplate,
    /// The roles that count, in order.
    pub allowed: Option<&'e [Role]>,
    /// The project whose roles they are.
    pub project: &'e ProjectId,
}

impl RoleReader<'_> {
    /// The roles that a claim gives: an array of strings, or one string with spaces between (RFC 8693, section 4.2).
    fn read_claim(&self, claim: Option<&Value>, trace: &mut Trace) -> Roles {
        let values: Vec<Option<&str>> = match claim {
            Some(Value::Array(values)) => values.iter().map(Value::as_str).collect(),
            Some(Value::String(values)) => {
                values.split(' ').filter(|value| !value.is_empty()).map(Some).collect()
            }
            Some(_) => {
                trace.push(TraceStep::RolesClaim { outcome: RolesClaimOutcome::WrongShape });
                return Roles::default();
            }
            None => {
                trace.push(TraceStep::RolesClaim { outcome: RolesClaimOutcome::Missing });
                return Roles::default();
            }
        };
        let mut roles = Vec::new();
        for (index, value) in values.iter().enumerate() {
            let outcome = value.map_or(RoleOutcome::NotAString, |text| self.read_value(text));
            if let RoleOutcome::Kept(role) = &outcome {
                roles.push(role.clone());
            }
            if index < MAX_TRACED_VALUES {
                trace.push(TraceStep::Role { value: value.map(str::to_owned), outcome });
            }
        }
        if let Some(count) = values.len().checked_sub(MAX_TRACED_VALUES).filter(|count| *count > 0) {
            trace.push(TraceStep::MoreRoles { count });
        }
        in_order(roles)
    }

    /// What one value gives.
    pub fn read_value(&self, value: &str) -> RoleOutcome {
        let Some(name) = self.template.extract(value, self.project) else { return RoleOutcome::NoMatch };
        let Ok(role) = Role::try_from(name) else { return RoleOutcome::NotARole };
        if self.allowed.is_none_or(|allowed| allowed.binary_search(&role).is_ok()) {
            RoleOutcome::Kept(role)
        } else {
            RoleOutcome::NotAllowed(role)
        }
    }
}
