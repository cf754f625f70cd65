//! A world for `authorize`, made of choices: entries of two issuers, their keys, and requests with tokens of theirs, of
//! strangers and of forgers.

use std::sync::{Arc, LazyLock};

use edge_authorizer::{Routes, Snapshot};
use libfuzzer_sys::arbitrary::{self, Arbitrary};
use serde_json::{Value, json};

use crate::issuer::{Algorithm, Issuer, Kid};
use crate::party::Party;
pub use crate::token::NOW;
use crate::token::Token;

/// How far clocks differ.
pub const SKEW: f64 = 30.0;

/// What is configured, and the requests that come.
#[derive(Arbitrary, Debug)]
pub struct Scenario<'a> {
    entries: [Option<Entry>; 3],
    blocked: Option<(Issuer, Kid)>,
    /// What cannot be had: 1, the project; 2, the issuers' keys.
    lack: u8,
    /// The requests, one after another.
    pub requests: [Option<Request<'a>>; 4],
    revocation: Option<Revocation>,
}

/// A revocation of what tokens mostly have.
#[derive(Arbitrary, Clone, Copy, Debug)]
struct Revocation {
    of_entry: bool,
    of_subject: bool,
    client: Option<Party>,
    /// Seconds from now.
    issued_before: i16,
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

const TEMPLATES: [&str; 4] =
    ["{project}.{roleName}", "role_{roleName}", "{roleName}", "{roleName}@{project}"];
/// The routes: whoever has `access` may read, whoever has `admin` may do anything.
pub static ROUTES: LazyLock<Routes> = LazyLock::new(|| {
    let cors = json!({"origins": ["https://app.example"]});
    Routes::parse(&json!({
        "origins": {"o": {"url": "https://o.example"}},
        "routes": [
            {"path": "/api/{project}/{*rest}", "origin": "o", "access": {"GET": ["access", "admin"], "*": ["admin"]}},
            {"path": "/api/{project}/admin", "origin": "o", "access": {"GET": ["admin"]}, "cors": cors},
            {"path": "/public/{*rest}", "origin": "o", "public": true},
        ],
    }))
    .expect("good routes")
});

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
        self.blocked.is_some_and(|(of, id)| of.name() == issuer && Some(id.name()) == kid)
    }

    /// Whether the project revokes the token with these claims, which `idp` identifies as that of `subject`.
    pub fn revokes(&self, idp: &str, subject: &str, claims: &Value) -> bool {
        self.revocation.is_some_and(|Revocation { of_entry, of_subject, client, issued_before }| {
            (!of_entry || idp == "entry-0")
                && (!of_subject || subject == "me")
                && client.is_none_or(|party| claims["azp"] == party.name())
                && claims["iat"].as_f64().is_none_or(|issued| issued < NOW + f64::from(issued_before) + 1.0)
        })
    }

    /// What the edge knows of the project.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        let keys = self.blocked.iter();
        let keys: Vec<_> = keys.map(|(iss, kid)| json!({"iss": iss.name(), "kid": kid.name()})).collect();
        let revocations: Vec<_> = self.revocation.iter().map(Revocation::document).collect();
        let (version, idps) = (1, self.entries());
        let document =
            json!({"version": version, "idps": idps, "distrustedKeys": keys, "revocations": revocations});
        self.has_project().then(|| Arc::new(Snapshot::parse(&document).expect("a good snapshot")))
    }
}

impl Revocation {
    fn document(&self) -> Value {
        let mut revocation = json!({"id": "r1", "issuedBefore": NOW + f64::from(self.issued_before)});
        let subject = self.of_subject.then_some("me");
        let named = [
            ("idp", self.of_entry.then_some("entry-0")),
            ("subject", subject),
            ("client", self.client.map(Party::name)),
        ];
        for (name, value) in named {
            if let Some(value) = value {
                revocation[name] = value.into();
            }
        }
        revocation
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
