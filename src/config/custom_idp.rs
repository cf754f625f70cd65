//! One identity provider that a project trusts: an entry of its configuration.

use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::config::role::{OWNER, RoleTemplate, Roles, in_order};
use crate::document_reader::{self, Faults, Node, Properties};
use crate::issuer::Issuer;
use crate::token::algorithm::Algorithm;
use crate::token::claim_path::ClaimPath;

/// The name of an entry within its project: 2 to 16 of `[A-Za-z0-9_-]`. Shared, as traces repeat it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct IdpId(Arc<str>);

impl IdpId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text is not the name of an entry.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("2 to 16 of `[A-Za-z0-9_-]`")]
pub struct InvalidIdpId;

impl TryFrom<&str> for IdpId {
    type Error = InvalidIdpId;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let is_word = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if is_word && (2..=16).contains(&text.len()) { Ok(Self(text.into())) } else { Err(InvalidIdpId) }
    }
}

/// An identity provider and what its tokens are worth in the project. `None` in a list of allowed values says "all".
#[derive(Clone, Debug)]
pub struct CustomIdp {
    /// Its name within the project.
    pub id: IdpId,
    /// The exact `iss` of its tokens.
    pub issuer: Issuer,
    /// The claim that identifies the caller.
    pub id_claim: ClaimPath,
    /// How the caller's roles are found.
    pub role_detection: RoleDetection,
    /// The claim that names the authorized party.
    pub azp_claim: ClaimPath,
    /// The authorized parties whose tokens count.
    pub allowed_azp: Option<Vec<String>>,
    /// The audiences of which a token must name one.
    pub allowed_aud: Option<Vec<String>>,
    /// The signature algorithms that count.
    pub allowed_algs: Option<Vec<Algorithm>>,
    /// The values of the header's `typ` that count.
    pub allowed_typ: Option<Vec<String>>,
}

/// How the roles of a caller are found.
#[derive(Clone, Debug)]
pub enum RoleDetection {
    /// In a claim of the token.
    Claim {
        /// The claim that carries the roles.
        claim: ClaimPath,
        /// The form of each role value.
        template: RoleTemplate,
        /// The roles that count, in order.
        allowed: Option<Roles>,
    },
    /// The entry itself names them.
    Defined {
        /// The roles of every caller, in order.
        roles: Roles,
    },
}

impl CustomIdp {
    /// Reads an entry from its JSON.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, Self::read)
    }

    /// Reads an entry that is part of a larger document.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|entry| {
            // Each property is read before any is demanded, so that all faults are found.
            let id = entry.required("id", InvalidIdpId).and_then(|node| node.parse());
            let issuer = entry.required("iss", "the issuer's URL").and_then(|node| node.parse());
            if let Some(label) = entry.required("label", "an object by language, with `en`") {
                check_label(&label);
            }
            let id_claim = entry
                .required("idClaim", "the claim that identifies the caller")
                .and_then(|node| node.parse());
            let role_detection = read_role_detection(entry);
            let azp_claim = entry
                .optional("azpClaim")
                .map_or_else(|| ClaimPath::try_from("azp").ok(), |node| node.parse());
            let lists = ["allowedAzp", "allowedAud", "allowedTyp"].map(|name| texts(entry, name));
            let allowed_algs = entry.optional("allowedAlgs").and_then(|node| node.list());
            let [allowed_azp, allowed_aud, allowed_typ] = lists;
            Some(Self {
                id: id?,
                issuer: issuer?,
                id_claim: id_claim?,
                role_detection: role_detection?,
                azp_claim: azp_claim?,
                allowed_azp,
                allowed_aud,
                allowed_algs,
                allowed_typ,
            })
        })
    }
}

impl CustomIdp {
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
}

/// A text of 1 to 256 characters: a value that a claim is compared with.
struct Text(String);

impl TryFrom<&str> for Text {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let fits = (1..=256).contains(&text.chars().count());
        if fits { Ok(Self(text.to_owned())) } else { Err("1 to 256 characters") }
    }
}

fn texts(entry: &Properties<'_, '_>, name: &'static str) -> Option<Vec<String>> {
    let texts: Vec<Text> = entry.optional(name)?.list()?;
    Some(texts.into_iter().map(|text| text.0).collect())
}

/// A label is for people; here it only has to be one.
pub fn check_label(label: &Node<'_>) {
    let Some(languages) = label.members() else { return };
    if !languages.iter().any(|(language, _)| *language == "en") {
        label.fault("an object by language, with `en`");
    }
    for (_, text) in languages {
        text.parse::<Text>();
    }
}

fn read_role_detection(entry: &Properties<'_, '_>) -> Option<RoleDetection> {
    for name in ["allowedRoles", "definedRoles", "rolesClaim", "roleTemplate"] {
        entry.optional(name); // Known, whatever the detection is.
    }
    let detection = entry.required("roleDetection", "CLAIM or DEFINED")?;
    match detection.text()? {
        "CLAIM" => {
            entry.forbidden("definedRoles", "no `definedRoles` with roleDetection CLAIM");
            let claim = entry
                .required("rolesClaim", "the claim that carries the roles")
                .and_then(|node| node.parse());
            let template =
                entry.required("roleTemplate", "the form of each role").and_then(|node| node.parse());
            let allowed = entry.optional("allowedRoles").and_then(|node| node.list());
            let allowed = allowed.map(in_order);
            Some(RoleDetection::Claim { claim: claim?, template: template?, allowed })
        }
        "DEFINED" => {
            for name in ["allowedRoles", "rolesClaim", "roleTemplate"] {
                entry.forbidden(name, format_args!("no `{name}` with roleDetection DEFINED"));
            }
            let roles = entry.required("definedRoles", "the roles of every caller")?.list()?;
            Some(RoleDetection::Defined { roles: in_order(roles) })
        }
        _ => {
            detection.fault("CLAIM or DEFINED");
            None
        }
    }
}
