//! A world for `authorize`, made of choices: entries of two issuers, their keys, and requests with tokens of theirs, of
//! strangers and of forgers.

use std::sync::{Arc, LazyLock};

use base64ct::{Base64UrlUnpadded, Encoding};
use edge_authorizer::trace::KeyOutcome;
use edge_authorizer::{Gateway, Key, KeySet, SignatureCheck, Snapshot};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// When requests are decided on.
pub const NOW: f64 = 1_000_000.0;

/// How far clocks differ.
pub const SKEW: f64 = 30.0;

/// What is configured, and the requests that come.
#[derive(Arbitrary, Debug)]
pub struct Scenario<'a> {
    entries: [Option<Entry>; 3],
    distrusted: Option<(Issuer, Kid)>,
    /// What cannot be had: 1, the project; 2, the issuers' keys.
    lack: u8,
    /// The requests, one after another.
    pub requests: [Option<Request<'a>>; 4],
}

#[derive(Arbitrary, Clone, Copy, Debug, PartialEq)]
pub enum Issuer {
    A,
    B,
    Unknown,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Kid {
    Rsa,
    Ec,
    Ed,
    Unknown,
}

#[derive(Arbitrary, Debug)]
struct Entry {
    issuer: Issuer,
    takes_client_id: bool,
    allowed_azp: Option<Party>,
    allowed_aud: Option<Party>,
    allowed_algs: Option<Algorithm>,
    /// By a claim: which template, and whether only some roles count; otherwise the entry's own role.
    by_claim: Option<(u8, bool)>,
    names_admin: bool,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Party {
    One,
    Other,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Algorithm {
    Rs256,
    Ps256,
    Es256,
    EdDsa,
    None,
    Hs256,
}

/// A request.
#[derive(Arbitrary, Debug)]
pub struct Request<'a> {
    /// Its method, of [`METHODS`].
    pub method: u8,
    path: Path<'a>,
    credentials: Credentials<'a>,
    /// Whether it comes from a page.
    pub has_origin: bool,
    /// Whether it asks for a method.
    pub asks_for_method: bool,
}

pub const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "get"];

#[derive(Arbitrary, Debug)]
enum Path<'a> {
    Api { other_project: bool, is_admin: bool, rest: &'a str },
    Public(&'a str),
    Raw(&'a str),
}

#[derive(Arbitrary, Debug)]
enum Credentials<'a> {
    None,
    Bearer(Token<'a>),
    /// Two tokens, as they arrive where there are two headers.
    Both(Token<'a>),
    Raw(&'a str),
}

/// A token that is good but for its deviations: chance alone would never make one that passes.
#[derive(Arbitrary, Debug)]
struct Token<'a> {
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

const TEMPLATES: [&str; 4] =
    ["{project}.{roleName}", "role_{roleName}", "{roleName}", "{roleName}@{project}"];
const VALUES: [&str; 8] =
    ["p.access", "p.admin", "q.admin", "role_access", "role_admin", "access", "admin access", "admin@p"];

/// The routes: whoever has `access` may read, whoever has `admin` may do anything.
pub static GATEWAY: LazyLock<Gateway> = LazyLock::new(|| {
    let cors = json!({"origins": ["https://app.example"]});
    Gateway::parse(&json!({
        "origins": {"o": {"url": "https://o.example"}},
        "routes": [
            {"path": "/api/{project}/{*rest}", "origin": "o", "access": {"GET": ["access", "admin"], "*": ["admin"]}},
            {"path": "/api/{project}/admin", "origin": "o", "access": {"GET": ["admin"]}, "cors": cors},
            {"path": "/public/{*rest}", "origin": "o", "public": true},
        ],
    }))
    .expect("good routes")
});

/// The keys of both issuers: other keys under the same ids.
static KEYS: LazyLock<[Arc<KeySet>; 2]> = LazyLock::new(|| {
    let all: Value = serde_json::from_str(include_str!("../../tests/keys.json")).expect("JSON");
    let key = |name: &str, kid: &str| {
        let mut jwk = all[name]["jwk"].clone();
        jwk["kid"] = kid.into();
        jwk
    };
    let sets = [
        json!({"keys": [key("rsa-1", "rsa"), key("ec256-1", "ec"), key("ed25519-1", "ed")]}),
        json!({"keys": [key("rsa-2", "rsa"), key("ec256-2", "ec")]}),
    ];
    sets.map(|set| Arc::new(KeySet::parse(&set).expect("a set")))
});

impl Issuer {
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "https://a.example",
            Self::B => "https://b.example/",
            Self::Unknown => "https://a.example/",
        }
    }

    /// The issuer of a name.
    pub fn of(name: &str) -> Self {
        [Self::A, Self::B].into_iter().find(|issuer| issuer.name() == name).unwrap_or(Self::Unknown)
    }

    /// Its keys, if it is one of the two that have some.
    pub fn keys(self) -> Option<&'static Arc<KeySet>> {
        match self {
            Self::A => Some(&KEYS[0]),
            Self::B => Some(&KEYS[1]),
            Self::Unknown => None,
        }
    }
}

impl Kid {
    fn name(self) -> &'static str {
        match self {
            Self::Rsa => "rsa",
            Self::Ec => "ec",
            Self::Ed => "ed",
            Self::Unknown => "unknown",
        }
    }
}

impl Party {
    fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Other => "other",
        }
    }
}

impl Algorithm {
    /// The key that is for it.
    fn kid(self) -> Kid {
        match self {
            Self::Rs256 | Self::Ps256 => Kid::Rsa,
            Self::Es256 => Kid::Ec,
            Self::EdDsa => Kid::Ed,
            Self::None | Self::Hs256 => Kid::Unknown,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::None => "none",
            Self::Hs256 => "HS256",
        }
    }
}

impl Scenario<'_> {
    /// Whether there is such a project.
    pub fn has_project(&self) -> bool {
        self.lack != 1
    }

    /// Whether the issuers' keys can be had.
    pub fn has_keys(&self) -> bool {
        self.lack != 2
    }

    /// The project's entries, as they are written.
    pub fn entries(&self) -> Vec<Value> {
        let entries = self.entries.iter().flatten().enumerate();
        entries.map(|(index, entry)| entry.document(&format!("entry-{index}"))).collect()
    }

    /// The key that the project distrusts.
    pub fn distrusts(&self, issuer: &str, kid: Option<&str>) -> bool {
        self.distrusted.is_some_and(|(of, id)| of.name() == issuer && Some(id.name()) == kid)
    }

    /// What the edge knows of the project.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let keys = self.distrusted.iter();
        let keys: Vec<_> = keys.map(|(iss, kid)| json!({"iss": iss.name(), "kid": kid.name()})).collect();
        let document = json!({"version": 1, "idps": self.entries(), "distrustedKeys": keys});
        self.has_project().then(|| Arc::new(Snapshot::parse(&document).expect("a good snapshot")))
    }
}

impl Entry {
    fn document(&self, id: &str) -> Value {
        let mut entry = json!({
            "id": id,
            "iss": self.issuer.name(),
            "label": {"en": id},
            "idClaim": if self.takes_client_id { "client_id" } else { "sub" },
            "allowedAzp": self.allowed_azp.map(|party| [party.name()]),
            "allowedAud": self.allowed_aud.map(|party| [party.name()]),
        });
        let algorithm =
            self.allowed_algs.map(Algorithm::name).filter(|name| !matches!(*name, "none" | "HS256"));
        entry["allowedAlgs"] = algorithm.map(|name| [name]).into();
        let role = if self.names_admin { "admin" } else { "access" };
        match self.by_claim {
            Some((template, is_limited)) => {
                entry["roleDetection"] = "CLAIM".into();
                entry["rolesClaim"] = "scp".into();
                entry["roleTemplate"] = TEMPLATES[usize::from(template) % TEMPLATES.len()].into();
                entry["allowedRoles"] = is_limited.then_some([role]).into();
            }
            None => {
                entry["roleDetection"] = "DEFINED".into();
                entry["definedRoles"] = [role].into();
            }
        }
        entry
    }
}

impl Request<'_> {
    pub fn method(&self) -> &'static str {
        METHODS[usize::from(self.method) % METHODS.len()]
    }

    pub fn path(&self) -> String {
        match self.path {
            Path::Api { other_project, is_admin, rest } => {
                let project = if other_project { "q" } else { "p" };
                format!("/api/{project}/{}", if is_admin { "admin" } else { rest })
            }
            Path::Public(rest) => format!("/public/{rest}"),
            Path::Raw(path) => path.to_owned(),
        }
    }

    /// The value of its `Authorization` header.
    pub fn authorization(&self) -> Option<String> {
        match &self.credentials {
            Credentials::None => None,
            Credentials::Bearer(token) => Some(format!("Bearer {}", token.text())),
            Credentials::Both(token) => Some(format!("Bearer {0}, Bearer {0}", token.text())),
            Credentials::Raw(text) => Some((*text).to_owned()),
        }
    }
}

impl Token<'_> {
    fn text(&self) -> String {
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

/// A signature for lack of a platform: who has the key makes it, and no other input has the same.
fn signature(key: &Key, input: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key.thumbprint()).chain_update(input).finalize().into()
}

/// What the platform says about a signature.
pub fn check(check: &SignatureCheck<'_>) -> KeyOutcome {
    let is_right = check.signature == signature(check.key, check.signing_input);
    if is_right { KeyOutcome::Verified } else { KeyOutcome::WrongSignature }
}
