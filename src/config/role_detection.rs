//! How the roles of a caller are found.

use crate::config::role::{Roles, in_order};
use crate::config::role_template::RoleTemplate;
use crate::document_reader::Properties;
use crate::token::claim_path::ClaimPath;

/// How the roles of a caller are found.
#[derive(Clone, Debug)]
pub enum RoleDetection {
    /// In a claim of the token.
    Claim {
        /// The claim that carries the roles.
        claim: ClaimPath,
        /// The form of each role value.
        template: RoleTemplate,
        /// The allowed roles, sorted; `None` allows all.
        allowed: Option<Roles>,
    },
    /// The entry itself names them.
    Defined {
        /// The roles of every caller, in order.
        roles: Roles,
    },
}

impl RoleDetection {
    /// Reads the properties of an entry that determine the roles.
    #[inline(never)]
    pub fn read(entry: &Properties<'_, '_>) -> Option<Self> {
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
}
