//! Members of a JSON object that have the same name.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// The first name that two members of an object have.
pub fn duplicate_member(text: &[u8]) -> Option<String> {
    struct Names;
    impl<'de> Visitor<'de> for Names {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
            let (mut seen, mut twice) = (BTreeSet::new(), None);
            while let Some((name, IgnoredAny)) = members.next_entry::<String, IgnoredAny>()? {
                if !seen.insert(name.clone()) {
                    twice = twice.or(Some(name));
                }
            }
            Ok(twice)
        }
    }
    serde_json::Deserializer::from_slice(text).deserialize_map(Names).ok().flatten()
}
