//! One identity provider that a project trusts: an entry of its configuration.

use serde_json::Value;

use crate::config::idp_id::{IdpId, InvalidIdpId};
use crate::config::label::check_label;
use crate::config::role::OWNER;
use crate::config::role_detection::RoleDetection;
use crate::config::short_text::ShortText;
use crate::document_reader::{self, Node, Properties};
use crate::fault::Faults;
use crate::issuer::Issuer;
use crate::token::algorithm::Algorithm;
use crate::token::claim_path::ClaimPath;

/// An identity provider that the project trusts, and for which tokens. `None` for a list of allowed values allows all.
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
    /// The allowed authorized parties.
    pub allowed_azp: Option<Vec<String>>,
    /// The audiences of which a token must name one.
    pub allowed_aud: Option<Vec<String>>,
    /// The allowed signature algorithms.
    pub allowed_algs: Option<Vec<Algorithm>>,
    /// The allowed values of the header's `typ`.
    pub allowed_typ: Option<Vec<String>>,
}

impl CustomIdp {
    /// Reads an entry from its JSON.
    pub fn parse(document: &Value) -> Result<Self, Faults> {
        document_reader::read(document, Self::read)
    }

    /// Reads an entry that is part of a larger document.
    #[inline(never)]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|entry| {
            // Every property is read before one is required, so that all faults are found.
            let id = entry.required("id", InvalidIdpId).and_then(|node| node.parse());
            let issuer = entry.required("iss", "the issuer's URL").and_then(|node| node.parse());
            if let Some(label) = entry.required("label", "an object by language, with `en`") {
                check_label(&label);
            }
            let id_claim = entry
                .required("idClaim", "the claim that identifies the caller")
                .and_then(|node| node.parse());
            let role_detection = RoleDetection::read(entry);
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
    /// Whether the entry itself names the role `owner`. A token that carries the role is not sufficient to manage the project.
    pub fn names_owner(&self) -> bool {
        let named = match &self.role_detection {
            RoleDetection::Defined { roles } => Some(roles),
            RoleDetection::Claim { allowed, .. } => allowed.as_ref(),
        };
        named.is_some_and(|roles| roles.iter().any(|role| role.as_str() == OWNER))
    }

    /// Whether every caller of the issuer would own the project: the entry gives `owner` to all, and restricts neither client nor
    /// audience.
    pub fn opens_ownership(&self) -> bool {
        let is_defined = matches!(self.role_detection, RoleDetection::Defined { .. });
        is_defined && self.names_owner() && self.allowed_azp.is_none() && self.allowed_aud.is_none()
    }
}

fn texts(entry: &Properties<'_, '_>, name: &'static str) -> Option<Vec<String>> {
    let texts: Vec<ShortText> = entry.optional(name)?.list()?;
    Some(texts.into_iter().map(|text| text.0).collect())
}
