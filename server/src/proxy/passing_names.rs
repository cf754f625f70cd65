//! Which header names reach an origin, remembered: the core folds each name anew.

use hashbrown::HashMap;
use std::rc::Rc;

use edge_authorizer::header_rules::passing_name;
use http::HeaderName;

/// Names come from anybody: only short ones are remembered, and not many in all.
const MAX_NAMES: usize = 1000;
const MAX_NAME_LENGTH: usize = 64;

/// The folded names of headers that may reach an origin, by their names; `None` for those that stay.
#[derive(Debug, Default)]
pub struct PassingNames(HashMap<HeaderName, Option<Rc<str>>>);

impl PassingNames {
    /// The folded name of a header that may reach an origin; `None` for one that is dropped.
    pub fn get(&mut self, name: &HeaderName) -> Option<Rc<str>> {
        if let Some(known) = self.0.get(name) {
            return known.clone();
        }
        let folded: Option<Rc<str>> = passing_name(name.as_str()).map(Into::into);
        if name.as_str().len() <= MAX_NAME_LENGTH {
            if self.0.len() >= MAX_NAMES {
                self.0.clear();
            }
            // The name may be a part of the whole head, which must not be kept.
            if let Ok(own) = HeaderName::from_bytes(name.as_str().as_bytes()) {
                self.0.insert(own, folded.clone());
            }
        }
        folded
    }
}
