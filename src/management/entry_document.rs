//! Reading an entry that an owner wrote.

use serde_json::Value;

use super::project::Project;
use crate::accounts::ACCOUNTS;
use crate::config::custom_idp::CustomIdp;
use crate::document_reader;
use crate::fault::Faults;

impl Project {
    /// Reads an entry that an owner wrote. It has neither the id nor the issuer of the built-in entry, unless an earlier release
    /// stored one of that id.
    pub(super) fn read_entry(&self, document: &Value) -> Result<CustomIdp, Faults> {
        let own_issuer = self.public_url.as_ref().map(|url| url.issuer().as_str());
        document_reader::read(document, |node| {
            let entry = CustomIdp::read(node);
            for (name, node) in node.value().is_object().then(|| node.members()).flatten().unwrap_or_default()
            {
                match (name, node.value().as_str()) {
                    ("id", Some(ACCOUNTS)) if self.position(ACCOUNTS).is_none() => {
                        node.fault(
                            "another id: this one is the built-in entry's, which owners cannot change",
                        );
                    }
                    ("iss", issuer) if issuer.is_some() && issuer == own_issuer => {
                        node.fault(
                            "another issuer: tokens of the gateway itself are accepted by the built-in entry",
                        );
                    }
                    _ => {}
                }
            }
            entry
        })
    }
}
