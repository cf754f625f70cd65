//! How the roles of a caller are found.

use crate::config::role::{Roles, in_order};
use crate::config::role_template::RoleTemplate;
use crate::document_reader::{Node, Properties};
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
    /// Reads the properties of an entry that determine the roles. Where the detection is wrong, it is open which of the others
    /// may be there, and what they are by themselves is read nevertheless.
    #[inline(never)]
    pub fn read(entry: &Properties<'_, '_>) -> Option<Self> {
        let detection = entry.required("roleDetection", "CLAIM or DEFINED");
        let text = detection.as_ref().and_then(Node::text);
        let names = ["rolesClaim", "roleTemplate", "allowedRoles", "definedRoles"];
        let [claim, template, allowed, defined] = match text {
            Some("CLAIM") => {
                entry.forbidden("definedRoles", "no `definedRoles` with roleDetection CLAIM");
                let claim = entry.required("rolesClaim", "the claim that carries the roles");
                let template = entry.required("roleTemplate", "the form of each role");
                [claim, template, entry.optional("allowedRoles"), None]
            }
            Some("DEFINED") => {
                for name in ["allowedRoles", "rolesClaim", "roleTemplate"] {
                    entry.forbidden(name, format_args!("no `{name}` with roleDetection DEFINED"));
                }
                [None, None, None, entry.required("definedRoles", "the roles of every caller")]
            }
            _ => {
                if let Some(detection) = detection.filter(|_| text.is_some()) {
                    detection.fault("CLAIM or DEFINED");
                }
                names.map(|name| entry.optional(name))
            }
        };
        let (claim, template) = (claim.and_then(|node| node.parse()), template.and_then(|node| node.parse()));
        let [allowed, defined] =
            [allowed, defined].map(|node| node.and_then(|node| node.list()).map(in_order));
        match defined {
            Some(roles) => Some(Self::Defined { roles }),
            None => Some(Self::Claim { claim: claim?, template: template?, allowed }),
        }
    }
}
