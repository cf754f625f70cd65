//! The order in which a project's entries are matched.

use serde_json::json;

use super::project::{Project, is_named};
use super::refusal::Refusal;
use crate::fault::{Fault, Faults, MAX_FAULTS};

impl Project {
    /// Puts the entries into the order of their ids, which has to name each of them once.
    pub(super) fn reorder(&mut self, ids: &[String]) -> Result<(), Refusal> {
        let (mut ordered, mut missing) = (Vec::new(), self.idps.clone());
        let (mut faults, mut rest) = (Vec::new(), ids.iter().enumerate());
        while faults.len() < MAX_FAULTS
            && let Some((index, id)) = rest.next()
        {
            if let Some(position) = missing.iter().position(|idp| is_named(idp, id)) {
                ordered.push(missing.remove(position));
            } else {
                let is_known = self.position(id).is_some();
                let expected = if is_known { "each id once" } else { "the id of an entry" };
                faults.push(Fault::new(&json!(id), format!("/{index}"), &expected));
            }
        }
        if faults.len() < MAX_FAULTS && !missing.is_empty() {
            let names: Vec<_> = missing.iter().filter_map(|idp| idp.get("id")?.as_str()).collect();
            let expected = format!("the ids of all entries; missing: `{}`", names.join("`, `"));
            faults.push(Fault::new(&json!(ids), String::new(), &expected));
        }
        if !faults.is_empty() {
            return Err(Refusal::Invalid(Faults::several(faults)));
        }
        self.idps = ordered;
        Ok(())
    }
}
