//! A token that is good but for its deviations.

use base64ct::{Base64UrlUnpadded, Encoding};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use serde_json::{Value, json};

use crate::issuer::{Algorithm, Issuer, Kid, signature};
use crate::party::Party;

/// When requests are decided on.
pub const NOW: f64 = 1_000_000.0;

/// A token that is good but for its deviations: chance alone would never make one that passes.
#[derive(Arbitrary, Debug)]
pub struct Token<'a> {
    /// Which members differ from a good token's, by the numbers in `text`.
    deviations: [u8; 2],
    issuer: Issuer,
    algorithm: Algorithm,
    kid: Option<Kid>,
    media_type: Option<bool>,
    subject: Option<&'a str>,
    party: Option<Party>,
    audience: Option<Party>,
    /// Seconds from now.
    exp: Option<i16>,
    iat: Option<i16>,
    nbf: Option<i16>,
    roles: Roles<'a>,
    /// Whose key signs it; a forger's signature otherwise.
    signer: Option<(Issuer, Kid)>,
    /// A byte that is written over afterwards.
    change: Option<(u16, u8)>,
}

#[derive(Arbitrary, Debug)]
enum Roles<'a> {
    None,
    Usual(u8),
    Text(&'a str),
    List([&'a str; 2]),
    Nested,
}

const VALUES: [&str; 8] =
    ["p.access", "p.admin", "q.admin", "role_access", "role_admin", "access", "admin access", "admin@p"];

impl Token<'_> {
    pub fn text(&self) -> String {
        let differs = |number| self.deviations.contains(&number);
        let own = self.algorithm.kid();
        let kid = if differs(1) { self.kid } else { Some(own) };
        let media_type = if differs(2) { self.media_type } else { Some(true) };
        let is_critical = differs(3);
        let subject = if differs(4) { self.subject } else { Some("me") };
        let exp = if differs(5) { self.exp } else { Some(60) };
        let iat = if differs(6) { self.iat } else { Some(-60) };
        let nbf = self.nbf.filter(|_| differs(7));
        let signer = if differs(8) { self.signer } else { Some((self.issuer, own)) };
        let change = self.change.filter(|_| differs(9));
        let roles = if differs(10) { self.roles.claim() } else { json!(VALUES) };

        let mut header = json!({"alg": self.algorithm.name()});
        let mut claims = json!({"iss": self.issuer.name()});
        let set = |object: &mut Value, name: &str, value: Value| {
            if !value.is_null() {
                object[name] = value;
            }
        };
        set(&mut header, "kid", kid.map(Kid::name).into());
        set(&mut header, "typ", media_type.map(|is_access| if is_access { "at+jwt" } else { "id" }).into());
        set(&mut header, "crit", is_critical.then_some(["exp"]).into());
        set(&mut claims, "sub", subject.into());
        set(&mut claims, "client_id", self.party.map(Party::name).into());
        set(&mut claims, "azp", self.party.map(Party::name).into());
        set(&mut claims, "aud", self.audience.map(Party::name).into());
        for (name, seconds) in [("exp", exp), ("iat", iat), ("nbf", nbf)] {
            set(&mut claims, name, seconds.map(|seconds| NOW + f64::from(seconds)).into());
        }
        set(&mut claims, "scp", roles);
        let parts =
            [header, claims].map(|part| Base64UrlUnpadded::encode_string(part.to_string().as_bytes()));
        let input = parts.join(".");
        let key = signer
            .and_then(|(issuer, kid)| issuer.keys()?.keys().iter().find(|key| key.id() == Some(kid.name())));
        let signature = key.map_or([0; 32], |key| signature(key, input.as_bytes()));
        let mut text = format!("{input}.{}", Base64UrlUnpadded::encode_string(&signature)).into_bytes();
        if let Some((at, byte)) = change {
            let at = usize::from(at) % text.len();
            text[at] = byte & 0x7f;
        }
        String::from_utf8(text).expect("ASCII")
    }
}

impl Roles<'_> {
    fn claim(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Usual(index) => VALUES[usize::from(*index) % VALUES.len()].into(),
            Self::Text(text) => (*text).into(),
            Self::List(values) => json!(values),
            Self::Nested => json!({"admin": ["p.admin"]}),
        }
    }
}
