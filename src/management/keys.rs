//! What owners see of an issuer's keys.

use serde_json::{Value, json};

use crate::distrusted::DistrustedKey;
use crate::issuer::Issuer;
use crate::key_life::KeyLife;
use crate::key_record::thumbprint;
use crate::key_set::KeySet;

/// An issuer's keys, as its object knows them and as a project sees them.
#[derive(Clone, Copy, Debug)]
pub struct IssuerKeys<'k> {
    /// The issuer.
    pub issuer: &'k Issuer,
    /// The last good keys, as they are stored.
    pub record: Option<&'k Value>,
    /// What is known of their fetches.
    pub life: &'k KeyLife,
}

impl IssuerKeys<'_> {
    /// `{"keys", "formerKeys", "fetchedAt", "expiresAt", "nextRefresh", "lastError"}`: each key with whether it is usable
    /// or why not, since when it is there, and whether the project distrusts it. Times are seconds since 1970.
    pub fn describe(&self, distrusted: &[DistrustedKey]) -> Value {
        let mut keys = self.list();
        for key in &mut keys {
            let Some(key) = key.as_object_mut() else { continue };
            let text = |name| key.get(name).and_then(Value::as_str);
            let thumbprint = text("thumbprint").unwrap_or_default();
            let is_distrusted = distrusted.iter().any(|other| other.is(self.issuer, text("kid"), thumbprint));
            if let Some(seen) = self.history().iter().find(|seen| is_same(seen, text("kid"), thumbprint)) {
                let (first, last) = (seen.get("firstSeen").cloned(), seen.get("lastSeen").cloned());
                key.insert("firstSeen".to_owned(), first.into());
                key.insert("lastSeen".to_owned(), last.into());
            }
            key.insert("distrusted".to_owned(), is_distrusted.into());
        }
        let stored = |name| self.record.and_then(|record| record.get(name));
        let is_former = |seen: &&Value| seen.get("lastSeen") != stored("fetchedAt");
        let former: Vec<_> = self.history().iter().filter(is_former).collect();
        let error = self.life.error.as_ref();
        let error = error.map(|reason| json!({ "at": self.life.attempted, "reason": reason }));
        json!({
            "keys": keys,
            "formerKeys": former,
            "fetchedAt": stored("fetchedAt"),
            "expiresAt": stored("expiresAt"),
            "nextRefresh": self.life.due,
            "lastError": error,
        })
    }

    /// Each key: `{"kid", "thumbprint", "usable"}`, or `{"kid", "usable", "reason"}` where it is not.
    pub fn list(&self) -> Vec<Value> {
        let key_set = self.record.and_then(|record| KeySet::parse(record.get("jwks")?).ok());
        let Some(key_set) = key_set else { return Vec::new() };
        let usable = key_set
            .keys()
            .iter()
            .map(|key| json!({ "kid": key.id(), "thumbprint": thumbprint(key), "usable": true }));
        let unusable = key_set
            .unusable()
            .iter()
            .map(|key| json!({ "kid": key.kid, "usable": false, "reason": key.reason.to_string() }));
        usable.chain(unusable).collect()
    }

    /// The thumbprint of the key of that id, or with that thumbprint, as it is or was.
    pub fn thumbprint(&self, kid: &str) -> Option<String> {
        let is_it = |seen: &&Value| {
            let is = |name| seen.get(name).and_then(Value::as_str) == Some(kid);
            is("kid") || is("thumbprint")
        };
        let seen = self.history().iter().find(is_it)?;
        seen.get("thumbprint").and_then(Value::as_str).map(str::to_owned)
    }

    fn history(&self) -> &[Value] {
        let history = self.record.and_then(|record| record.get("history")).and_then(Value::as_array);
        history.map(Vec::as_slice).unwrap_or_default()
    }
}

fn is_same(seen: &Value, kid: Option<&str>, thumbprint: &str) -> bool {
    let text = |name| seen.get(name).and_then(Value::as_str);
    text("kid") == kid && text("thumbprint") == Some(thumbprint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_record::Published;
    use crate::time::Time;

    #[test]
    fn owners_see_keys_that_are_there_were_there_and_are_distrusted() {
        let key =
            |kid: &str, fill: &str| json!({"kty": "OKP", "crv": "Ed25519", "kid": kid, "x": fill.repeat(43)});
        let at = Time::from_seconds;
        let published = |keys: Value| Published::new(json!({ "keys": keys })).unwrap();
        let first = published(json!([key("a", "A"), key("b", "E")])).stored(at(10.0), 60.0, None);
        let second = published(json!([key("b", "E"), {"kty": "oct", "kid": "c"}]));
        let second = second.stored(at(20.0), 60.0, Some(&first));
        let issuer = Issuer::try_from("https://issuer.example").unwrap();
        let mut life = KeyLife::default();
        life.succeed(at(20.0), 60.0, 0.0);
        let keys = IssuerKeys { issuer: &issuer, record: Some(&second), life: &life };
        let distrusted =
            DistrustedKey { iss: issuer.as_str().to_owned(), kid: "b".to_owned(), thumbprint: None };
        let thumbprint = keys.thumbprint("b").unwrap();
        assert_eq!(
            keys.describe(&[distrusted]),
            json!({
                "keys": [
                    {"kid": "b", "thumbprint": thumbprint, "usable": true, "distrusted": true, "firstSeen": 10.0, "lastSeen": 20.0},
                    {"kid": "c", "usable": false, "distrusted": false, "reason": "not a public RSA, EC or Ed25519 key of a supported curve"},
                ],
                "formerKeys": [{"kid": "a", "thumbprint": keys.thumbprint("a"), "firstSeen": 10.0, "lastSeen": 10.0}],
                "fetchedAt": 20.0, "expiresAt": 80.0, "nextRefresh": 68.0, "lastError": null,
            })
        );
    }
}
