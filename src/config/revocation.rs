//! Revocations: tokens that a project refuses although their issuer signed them, because they were issued too early.

use std::sync::Arc;

use crate::config::idp_id::IdpId;
use crate::config::short_text::ShortText;
use crate::document_reader::{Node, Properties};
use crate::token::numeric_date::NumericDate;

/// A revocation. It refuses the tokens that have all properties that it names and were not issued after a second.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Its name within the project.
    pub id: Arc<str>,
    idp: Option<IdpId>,
    subject: Option<Box<str>>,
    client: Option<Box<str>>,
    token_id: Option<Box<str>>,
    issued_before: NumericDate,
}

/// What a token can be revoked by.
#[derive(Clone, Copy, Debug)]
pub struct Revocable<'t> {
    /// The entry that identifies the caller.
    pub idp: &'t IdpId,
    /// The caller's id, as the entry reads it.
    pub subject: &'t str,
    /// The authorized party, as the entry reads it.
    pub client: Option<&'t str>,
    /// The claim `jti`.
    pub token_id: Option<&'t str>,
    /// The claim `iat`.
    pub issued: NumericDate,
}

/// The revocations of a project, in the order of [`Revocation::key`]. A lookup tries those that name the most specific
/// property alike and no others.
#[derive(Clone, Debug, Default)]
pub struct Revocations(Vec<Revocation>);

/// The most specific property that a revocation names, with its value.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key<'r> {
    TokenId(&'r str),
    Subject(&'r str),
    Client(&'r str),
    Other,
}

impl Revocations {
    /// Makes them findable.
    pub fn new(mut revocations: Vec<Revocation>) -> Self {
        revocations.sort_by(|one, other| one.key().cmp(&other.key()));
        revocations.shrink_to_fit();
        Self(revocations)
    }

    /// Reads the stored form: a list of [`Revocation::read`].
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.elements()?.iter().map(Revocation::read).collect::<Option<_>>().map(Self::new)
    }

    /// A revocation of the token, if there is one.
    pub fn find(&self, token: &Revocable<'_>) -> Option<&Revocation> {
        let keys = [
            token.token_id.map(Key::TokenId),
            Some(Key::Subject(token.subject)),
            token.client.map(Key::Client),
            Some(Key::Other),
        ];
        keys.iter().flatten().find_map(|key| {
            let start = self.0.partition_point(|revocation| revocation.key() < *key);
            let mut alike = self.0.iter().skip(start).take_while(|revocation| revocation.key() == *key);
            alike.find(|revocation| revocation.revokes(token))
        })
    }
}

impl Revocation {
    /// Reads the stored form: `{"id", "idp"?, "subject"?, "client"?, "tokenId"?, "issuedBefore", "reason"}`.
    pub fn read(node: &Node<'_>) -> Option<Self> {
        node.properties(|revocation| {
            let id = revocation.required("id", "the revocation's id").and_then(|node| node.text());
            let named = Named::read(revocation);
            let issued_before =
                revocation.required("issuedBefore", "seconds since 1970").and_then(|node| node.number());
            // For people; nothing depends on it.
            revocation.optional("reason");
            let Named { idp, subject, client, token_id } = named?;
            let issued_before = NumericDate::from_seconds(issued_before?);
            Some(Self { id: id?.into(), idp, subject, client, token_id, issued_before })
        })
    }

    fn key(&self) -> Key<'_> {
        let token_id = self.token_id.as_deref().map(Key::TokenId);
        let subject = || self.subject.as_deref().map(Key::Subject);
        let client = || self.client.as_deref().map(Key::Client);
        token_id.or_else(subject).or_else(client).unwrap_or(Key::Other)
    }

    fn revokes(&self, token: &Revocable<'_>) -> bool {
        let has = |named: &Option<Box<str>>, actual| named.is_none() || named.as_deref() == actual;
        // Most issuers write whole seconds: a token of the very second may be older.
        token.issued.as_seconds().floor() <= self.issued_before.as_seconds()
            && self.idp.as_ref().is_none_or(|idp| idp == token.idp)
            && has(&self.subject, Some(token.subject))
            && has(&self.client, token.client)
            && has(&self.token_id, token.token_id)
    }
}

/// The properties that a revocation names.
pub struct Named {
    idp: Option<IdpId>,
    subject: Option<Box<str>>,
    client: Option<Box<str>>,
    token_id: Option<Box<str>>,
}

impl Named {
    /// Reads `{"idp"?, "subject"?, "client"?, "tokenId"?}`, as stored and as a user sends it.
    pub fn read(revocation: &Properties<'_, '_>) -> Option<Self> {
        let idp = revocation.optional("idp").map_or(Some(None), |node| node.parse().map(Some));
        let [subject, client, token_id] = ["subject", "client", "tokenId"].map(|name| {
            let text = |node: Node<'_>| node.parse().map(|ShortText(text)| Some(text.into_boxed_str()));
            revocation.optional(name).map_or(Some(None), text)
        });
        Some(Self { idp: idp?, subject: subject?, client: client?, token_id: token_id? })
    }

    /// Whether it names none: all tokens of the project are meant.
    pub fn is_empty(&self) -> bool {
        let Self { idp, subject, client, token_id } = self;
        idp.is_none() && subject.is_none() && client.is_none() && token_id.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document_reader;
    use serde_json::{Value, json};

    const T: f64 = 1000.0;

    fn revocations(list: &Value) -> Revocations {
        document_reader::read(list, Revocations::read).unwrap()
    }

    /// The revocation of a token of the entry `apps`, subject `me`, client `app` and id `t1`, with changes.
    fn find(list: &Revocations, change: impl Fn(&mut Revocable<'_>)) -> Option<String> {
        find_of("apps", list, change)
    }

    fn find_of(idp: &str, list: &Revocations, change: impl Fn(&mut Revocable<'_>)) -> Option<String> {
        let idp = IdpId::try_from(idp).unwrap();
        let issued = NumericDate::from_seconds(T);
        let mut token =
            Revocable { idp: &idp, subject: "me", client: Some("app"), token_id: Some("t1"), issued };
        change(&mut token);
        list.find(&token).map(|revocation| revocation.id.to_string())
    }

    #[test]
    fn a_token_is_revoked_up_to_the_second_and_not_after() {
        let list = revocations(&json!([{ "id": "r1", "subject": "me", "issuedBefore": T }]));
        let at = |seconds: f64| find(&list, |token| token.issued = NumericDate::from_seconds(seconds));
        for issued in [-1e300, 0.0, T - 1.0, T, T + 0.999] {
            assert_eq!(at(issued).as_deref(), Some("r1"), "{issued}");
        }
        for issued in [T + 1.0, T + 1.5, 1e300] {
            assert_eq!(at(issued), None, "{issued}");
        }
    }

    #[test]
    fn every_named_property_has_to_match() {
        let all = json!({ "idp": "apps", "subject": "me", "client": "app", "tokenId": "t1" });
        for names in 0..16 {
            let members = all.as_object().unwrap().iter().enumerate();
            let named = members.filter(|(place, _)| names >> place & 1 == 1).map(|(_, member)| member);
            let mut revocation = json!({ "id": "r1", "issuedBefore": T });
            revocation
                .as_object_mut()
                .unwrap()
                .extend(named.map(|(name, value)| (name.clone(), value.clone())));
            let list = revocations(&json!([revocation]));
            assert_eq!(find(&list, |_| {}).as_deref(), Some("r1"), "{revocation}");
            let spared = |name: &str, found: Option<String>| {
                assert_eq!(found.is_none(), revocation.get(name).is_some(), "{name}: {revocation}");
            };
            spared("idp", find_of("other", &list, |_| {}));
            spared("subject", find(&list, |token| token.subject = "you"));
            spared("client", find(&list, |token| token.client = Some("APP")));
            spared("client", find(&list, |token| token.client = None));
            spared("tokenId", find(&list, |token| token.token_id = Some("t2")));
            spared("tokenId", find(&list, |token| token.token_id = None));
        }
    }

    #[test]
    fn one_among_many_is_found_by_what_it_names() {
        let mut many: Vec<_> = (0..300)
            .flat_map(|n| {
                ["subject", "client", "tokenId"].map(|name| {
                    let mut one = json!({ "id": format!("{name}-{n}"), "issuedBefore": T, "idp": "apps" });
                    one[name] = json!(format!("{n}"));
                    one
                })
            })
            .collect();
        many.push(json!({ "id": "late", "issuedBefore": T - 5.0, "subject": "7" }));
        let list = revocations(&many.into());
        assert_eq!(find(&list, |_| {}), None);
        assert_eq!(find(&list, |token| token.subject = "7").as_deref(), Some("subject-7"));
        assert_eq!(find(&list, |token| token.client = Some("299")).as_deref(), Some("client-299"));
        assert_eq!(find(&list, |token| token.token_id = Some("0")).as_deref(), Some("tokenId-0"));
        assert_eq!(find(&list, |token| token.subject = "300"), None);
    }

    #[test]
    fn what_cannot_be_read_is_no_revocation() {
        for bad in [
            json!({ "issuedBefore": T }),
            json!({ "id": "r1" }),
            json!({ "id": "r1", "issuedBefore": "1000" }),
            json!({ "id": "r1", "issuedBefore": T, "subject": "" }),
            json!({ "id": "r1", "issuedBefore": T, "subject": 7 }),
            json!({ "id": "r1", "issuedBefore": T, "idp": "a b" }),
        ] {
            assert!(document_reader::read_stored(&json!([bad]), Revocations::read).is_err(), "{bad}");
        }
        let newer =
            json!([{ "id": "r1", "issuedBefore": T, "reason": "x", "session": "of a newer release" }]);
        assert!(document_reader::read_stored(&newer, Revocations::read).is_ok());
    }
}
