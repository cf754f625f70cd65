//! Revocations: tokens that a project refuses although their issuer signed them, because they were issued too early.

use std::sync::Arc;

use serde_json::Value;

use crate::document_reader::Node;
use crate::token::numeric_date::NumericDate;

/// The properties of a token by which it can be revoked, the most specific one last: the entry that identifies the caller, the
/// authorized party and the caller's id as the entry reads them, and the claim `jti`.
pub const PROPERTIES: [&str; 4] = ["idp", "client", "subject", "tokenId"];

/// A revocation. It refuses the tokens that have all properties that it names and were not issued after a second.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Its name within the project.
    pub id: Arc<str>,
    /// The [`PROPERTIES`] that it names.
    named: [Option<Box<str>>; PROPERTIES.len()],
    /// The [`hash`] of the last of them.
    key: u32,
    issued_before: NumericDate,
}

/// What a token can be revoked by.
#[derive(Clone, Copy, Debug)]
pub struct Revocable<'t> {
    /// Its [`PROPERTIES`].
    pub properties: [Option<&'t str>; PROPERTIES.len()],
    /// The claim `iat`.
    pub issued: NumericDate,
}

/// The revocations of a project, in the order of their keys. A lookup tries those of the token's keys, and no others.
#[derive(Clone, Debug, Default)]
pub struct Revocations(Vec<Revocation>);

impl Revocations {
    /// Reads the stored form: a list of [`Revocation::parse`].
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let revocations = node.value().as_array().and_then(|list| Self::parse(list.iter()));
        if revocations.is_none() {
            node.fault("a list of revocations");
        }
        revocations
    }

    /// Reads revocations, as they are stored.
    pub fn parse<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Self> {
        let mut revocations = Self::default();
        for value in values {
            revocations.insert(Revocation::parse(value)?);
        }
        Some(revocations)
    }

    /// Adds a revocation in its place: sorting them all at once would be 2 % of the edge.
    fn insert(&mut self, revocation: Revocation) {
        let place = self.first_from(revocation.key);
        self.0.insert(place, revocation);
    }

    /// A revocation of the token, if there is one.
    pub fn find(&self, token: &Revocable<'_>) -> Option<&Revocation> {
        let numbered = (1..).zip(token.properties);
        let mut named = numbered.filter_map(|(number, value)| self.alike(token, number, value?));
        self.alike(token, 0, "").or_else(|| named.next())
    }

    /// A revocation of the token whose most specific property is the one of that number, with that value.
    #[inline(never)]
    fn alike(&self, token: &Revocable<'_>, number: u32, value: &str) -> Option<&Revocation> {
        let key = hash(number, value);
        let mut alike = self.0.iter().skip(self.first_from(key)).take_while(|other| other.key == key);
        alike.find(|revocation| revocation.revokes(token))
    }

    /// How many have a lesser key.
    fn first_from(&self, key: u32) -> usize {
        self.0.partition_point(|other| other.key < key)
    }
}

/// A hash of a property's number, counted from one, and its value (FNV-1a). It makes lookups short and decides nothing: where
/// hashes collide, more revocations are compared.
#[inline(never)]
fn hash(number: u32, value: &str) -> u32 {
    let add = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    value.bytes().fold(0x811c_9dc5 ^ number, add)
}

impl Revocation {
    /// Reads the stored form: `{"id", "idp"?, "client"?, "subject"?, "tokenId"?, "issuedBefore"}`. Its `reason` is for people.
    fn parse(value: &Value) -> Option<Self> {
        let text = |name| value.get(name).map(Value::as_str);
        let (mut named, mut key) = ([const { None }; PROPERTIES.len()], hash(0, ""));
        for ((slot, name), number) in named.iter_mut().zip(PROPERTIES).zip(1..) {
            if let Some(text) = text(name) {
                let text = text?;
                key = hash(number, text);
                *slot = Some(text.into());
            }
        }
        let issued_before = NumericDate::from_seconds(value.get("issuedBefore")?.as_f64()?);
        Some(Self { id: text("id")??.into(), named, key, issued_before })
    }

    fn revokes(&self, token: &Revocable<'_>) -> bool {
        let mut properties = self.named.iter().zip(token.properties);
        // Most issuers write whole seconds: a token of the very second may be older.
        token.issued.as_seconds().floor() <= self.issued_before.as_seconds()
            && properties.all(|(named, actual)| named.is_none() || named.as_deref() == actual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document_reader;
    use serde_json::json;

    const T: f64 = 1000.0;
    const TOKEN: [&str; 4] = ["apps", "app", "me", "t1"];

    fn revocations(list: &Value) -> Revocations {
        document_reader::read(list, Revocations::read).unwrap()
    }

    fn find(list: &Revocations, properties: [Option<&str>; 4], issued: f64) -> Option<String> {
        let token = Revocable { properties, issued: NumericDate::from_seconds(issued) };
        list.find(&token).map(|revocation| revocation.id.to_string())
    }

    #[test]
    fn a_token_is_revoked_up_to_the_second_and_not_after() {
        let list = revocations(&json!([{ "id": "r1", "subject": "me", "issuedBefore": T }]));
        let at = |issued| find(&list, TOKEN.map(Some), issued);
        for issued in [-1e300, 0.0, T - 1.0, T, T + 0.999] {
            assert_eq!(at(issued).as_deref(), Some("r1"), "{issued}");
        }
        for issued in [T + 1.0, T + 1.5, 1e300] {
            assert_eq!(at(issued), None, "{issued}");
        }
    }

    #[test]
    fn every_named_property_has_to_match() {
        for names in 0..16 {
            let mut revocation = json!({ "id": "r1", "issuedBefore": T });
            for (place, name) in PROPERTIES.iter().enumerate().filter(|(place, _)| names >> place & 1 == 1) {
                revocation[*name] = TOKEN[place].into();
            }
            let list = revocations(&json!([revocation]));
            assert_eq!(find(&list, TOKEN.map(Some), T).as_deref(), Some("r1"), "{revocation}");
            for (place, name) in PROPERTIES.iter().enumerate() {
                for other in [None, Some(""), Some("other"), Some("APPS")] {
                    let mut properties = TOKEN.map(Some);
                    properties[place] = other;
                    let is_named = revocation.get(name).is_some();
                    assert_eq!(find(&list, properties, T).is_none(), is_named, "{other:?}: {revocation}");
                }
            }
        }
    }

    #[test]
    fn one_among_many_is_found_by_what_it_names() {
        let mut many = Vec::new();
        for (number, name) in (0..300).flat_map(|number| PROPERTIES.map(|name| (number, name))) {
            // In no order, and some of them alike.
            let value = (number * 7) % 251;
            many.push(json!({ "id": format!("{name}-{value}"), "issuedBefore": T, name: value.to_string() }));
        }
        many.push(json!({ "id": "late", "issuedBefore": T + 5.0, "idp": "apps", "subject": "7" }));
        let list = revocations(&many.into());
        assert_eq!(find(&list, TOKEN.map(Some), T), None);
        for (place, name) in PROPERTIES.iter().enumerate() {
            for value in 0..251 {
                let (mut properties, value) = (TOKEN.map(Some), value.to_string());
                properties[place] = Some(&value);
                let is_late = *name == "subject" && value == "7";
                let found = if is_late { "late".to_owned() } else { format!("{name}-{value}") };
                assert_eq!(find(&list, properties, T), Some(found.clone()));
                assert_eq!(find(&list, properties, T + 1.0), is_late.then_some(found));
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_revocation() {
        for bad in [
            json!({ "issuedBefore": T }),
            json!({ "id": "r1" }),
            json!({ "id": "r1", "issuedBefore": "1000" }),
            json!({ "id": "r1", "issuedBefore": T, "subject": 7 }),
            json!({ "id": "r1", "issuedBefore": T, "idp": null }),
            json!("r1"),
        ] {
            assert!(document_reader::read_stored(&json!([bad]), Revocations::read).is_err(), "{bad}");
        }
        let newer =
            json!([{ "id": "r1", "issuedBefore": T, "reason": "x", "session": "of a newer release" }]);
        assert!(document_reader::read_stored(&newer, Revocations::read).is_ok());
    }
}
