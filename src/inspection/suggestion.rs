//! A suggested entry that accepts a token, made from the token alone.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::gateway_token::is_of_gateway;
use super::provider::{Profile, Provider};
use super::roles_guess::{RolesClaim, find_roles};
use crate::config::role::Role;
use crate::management::idps_path;
use crate::project_id::ProjectId;
use crate::token::claims::Claims;
use crate::token::jose_header::JoseHeader;

/// A suggested entry, and notes for its author.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Suggestion {
    /// The provider that issued the token.
    pub provider: Provider,
    /// The provider's name for people.
    pub provider_name: &'static str,
    /// The entry.
    #[cfg_attr(test, ts(type = "Record<string, unknown>"))]
    pub idp: SuggestedIdp,
    /// What to check before saving it.
    pub notes: Vec<String>,
    /// The path of the management API to which it is posted; absent if the project is not known.
    pub path: Option<String>,
}

/// An entry, its properties in the order in which people write them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SuggestedIdp {
    id: String,
    iss: String,
    label: BTreeMap<&'static str, &'static str>,
    id_claim: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    azp_claim: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_azp: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_aud: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_typ: Vec<&'static str>,
    role_detection: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    roles_claim: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_template: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    allowed_roles: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    defined_roles: Vec<&'static str>,
}

/// The most roles in `allowedRoles` of a suggestion.
const MAX_ROLES: usize = 20;

/// Suggests an entry from a token's claims, for `project` if it is known.
pub fn suggest(claims: &Claims, project: Option<&ProjectId>) -> Suggestion {
    let members = claims.members();
    let provider = Provider::of(claims.issuer(), members);
    let profile = provider.profile();
    let idp = SuggestedIdp {
        id: profile.id.to_owned(),
        iss: claims.issuer().to_owned(),
        label: [("en", profile.name)].into(),
        ..SuggestedIdp::default()
    };
    let mut draft = Draft { provider, profile, claims: members, idp, notes: Vec::new() };
    draft.note_other_kinds(claims);
    draft.identify();
    draft.restrict(claims);
    draft.detect_roles(project);
    let Draft { idp, notes, .. } = draft;
    Suggestion { provider, provider_name: profile.name, idp, notes, path: project.map(idps_path) }
}

struct Draft<'c> {
    provider: Provider,
    profile: &'static Profile,
    claims: &'c Map<String, Value>,
    idp: SuggestedIdp,
    notes: Vec<String>,
}

impl Draft<'_> {
    fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The first of the claims that is a text, with its name.
    fn first_text(&self, names: &[&'static str]) -> Option<(&'static str, String)> {
        names.iter().find_map(|name| {
            let text = self.claims.get(*name)?.as_str().filter(|text| !text.is_empty())?;
            Some((*name, text.to_owned()))
        })
    }

    /// Notes on tokens that are not for an API.
    fn note_other_kinds(&mut self, claims: &Claims) {
        if is_of_gateway(claims) {
            self.note("the gateway itself issued this token: the built-in entry `accounts` accepts those of service accounts, and no entry of this issuer can be saved");
        }
        if let Some(kind) = claims.other_kind() {
            self.note(format!(
                "this is a token of the kind `{kind}`, which is always refused: send an access token"
            ));
        } else if self.claims.contains_key("nonce") || self.claims.contains_key("at_hash") {
            self.note("this looks like an ID token, which is for the client alone: send an access token");
        }
        let audiences = self.audiences();
        let is_for_graph = |audience: &String| {
            audience == "00000003-0000-0000-c000-000000000000" || audience == "https://graph.microsoft.com"
        };
        if audiences.iter().any(is_for_graph) {
            self.note("this token is for Microsoft Graph and only Graph can verify it: ask for a scope of your own API");
        }
        if !claims.issuer().starts_with("https://") {
            self.note("the issuer is not https, which works on a local machine only");
        }
    }

    fn identify(&mut self) {
        let (name, _) = self.first_text(self.profile.id_claims).unwrap_or_else(|| {
            let name = self.profile.id_claims.first().copied().unwrap_or("sub");
            self.note(format!("the token has no `{name}`: name another claim that identifies the caller"));
            (name, String::new())
        });
        self.idp.id_claim = name;
        match (self.provider, name) {
            (Provider::EntraV1 | Provider::EntraV2, "sub") => {
                self.note(
                    "`sub` differs from application to application; `oid`, which this token lacks, does not",
                );
            }
            (Provider::Okta, "sub") if self.claims.contains_key("uid") => {
                self.note("`sub` is the user's login name, which can change; `uid` does not");
            }
            _ => {}
        }
    }

    /// Restricts the entry to the token's client and audience.
    fn restrict(&mut self, claims: &Claims) {
        let client = self.first_text(self.profile.client_claims);
        if let Some((name, client)) = &client {
            if *name != "azp" {
                self.idp.azp_claim = Some(name);
            }
            self.idp.allowed_azp = vec![client.clone()];
        }
        let audiences: Vec<_> = self
            .audiences()
            .into_iter()
            .filter(|audience| !self.provider.addresses_everybody(audience))
            .collect();
        if client.is_none() && audiences.is_empty() {
            self.note("the token names neither a client nor an API: every token of the issuer will count");
        }
        self.idp.allowed_aud = audiences;
        let media_type = claims.header().and_then(JoseHeader::short_media_type);
        if media_type.as_deref() == Some("at+jwt") {
            self.idp.allowed_typ = vec!["at+jwt"];
        }
    }

    fn audiences(&self) -> Vec<String> {
        match self.claims.get("aud") {
            Some(Value::String(audience)) => vec![audience.clone()],
            Some(Value::Array(audiences)) => {
                audiences.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => Vec::new(),
        }
    }

    fn detect_roles(&mut self, project: Option<&ProjectId>) {
        let Some(found) = find_roles(self.provider, self.claims, project.map(ProjectId::as_str)) else {
            self.idp.role_detection = "DEFINED";
            self.idp.defined_roles = vec!["access"];
            return self.note(
                "the token carries no roles: `definedRoles` is what every caller gets, choose it with care",
            );
        };
        let RolesClaim { name, values, template, of_project } = found;
        self.idp.role_detection = "CLAIM";
        self.idp.roles_claim = Some(name.clone());
        self.idp.role_template = Some(template.to_string());
        if of_project > 0 {
            if template.confuses_projects() {
                self.note("a project's name can have the character between project and role, and then a role of one is a role of the other: better have a `.` there");
            }
            return;
        }
        if let Some(project) = project {
            self.note(format!("no value of `{name}` names the project `{project}`: its roles count in every project that has this entry"));
        }
        if template.takes_any_value() {
            let is_role = |value: &String| Role::try_from(&**value).is_ok();
            let roles: Vec<_> = values.into_iter().filter(is_role).take(MAX_ROLES).collect();
            if !roles.is_empty() {
                self.idp.allowed_roles = roles;
                self.note("`allowedRoles` has the roles of this token: take out what must not count");
            }
        }
        if matches!(&*name, "scp" | "scope") {
            self.note(format!(
                "`{name}` says what the application may do for its user, not what the user may do"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::custom_idp::CustomIdp;
    use serde_json::json;

    fn suggestion(claims: &Value) -> Suggestion {
        let claims = Claims::new(claims.as_object().unwrap().clone(), None).unwrap();
        suggest(&claims, Some(&ProjectId::try_from("p1").unwrap()))
    }

    #[test]
    fn token_with_few_claims_still_yields_an_entry() {
        let Suggestion { provider, idp, notes, path, .. } =
            suggestion(&json!({ "iss": "http://127.0.0.1:9100", "iat": 0, "exp": 1 }));
        assert_eq!(path.as_deref(), Some("/project-management-service/v1/projects/p1/custom-idp"));
        assert_eq!(provider, Provider::Other);
        let idp = serde_json::to_value(idp).unwrap();
        assert_eq!(
            idp,
            json!({
                "id": "my-idp", "iss": "http://127.0.0.1:9100", "label": { "en": "My identity provider" },
                "idClaim": "sub", "roleDetection": "DEFINED", "definedRoles": ["access"]
            })
        );
        CustomIdp::parse(&idp).unwrap();
        assert_eq!(notes.len(), 4, "{notes:?}");
    }

    #[test]
    fn notes_name_tokens_that_are_not_access_tokens() {
        let notes = |name: &str, value: Value| {
            suggestion(&json!({ "iss": "https://a.example", "iat": 0, "exp": 1, name: value }))
                .notes
                .join("\n")
        };
        assert!(notes("typ", json!("ID")).contains("kind `ID`"));
        assert!(notes("nonce", json!("n")).contains("looks like an ID token"));
        assert!(notes("aud", json!("https://graph.microsoft.com")).contains("Graph"));
    }

    #[test]
    fn notes_warn_about_ambiguous_separators() {
        let notes = |role: &str| {
            let claims = json!({ "iss": "https://a.example", "iat": 0, "exp": 1, "sub": "s", "azp": "c", "roles": [role] });
            suggestion(&claims).notes.join("\n")
        };
        assert_eq!(notes("p1.access"), "");
        for role in ["p1-access", "access_p1"] {
            assert!(notes(role).contains("a role of the other"), "{role}");
        }
    }

    #[test]
    fn roles_without_a_project_fill_allowed_roles() {
        let claims = json!({
            "iss": "https://a.example", "iat": 0, "exp": 1, "sub": "s", "azp": "c", "roles": ["reader", "a b"]
        });
        let Suggestion { idp, notes, .. } = suggestion(&claims);
        assert_eq!(idp.allowed_roles, ["reader"]);
        assert_eq!(notes.len(), 2, "{notes:?}");
    }
}
