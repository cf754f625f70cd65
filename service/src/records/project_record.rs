//! A project as it is stored.

use edge_authorizer::BlockedKey;
use edge_authorizer::management::{IssuerLimiter, NamedIssuers, Project};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::lease::Lease;

/// A project, the version of it that is published, and what it remembers of issuers.
///
/// A store that has its values in tables maps them: at Cloudflare `exists` is the column `present`, `distrustedKeys` is
/// `distrusted`, `idps` the rows of `idp` by `position`, `issuers` those of `issuer` with `registered` = `told`, and `looks`
/// those of `probe` by `at`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire", into = "Wire")]
pub struct ProjectRecord {
    /// The project.
    pub project: Project,
    /// The version that was published last.
    pub published: u64,
    /// The issuers that it names, or is still registered with.
    pub issuers: NamedIssuers,
    /// The issuers that its owners looked at within the last minute.
    pub looks: IssuerLimiter,
    /// The right to publish it.
    pub lease: Option<Lease>,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for ProjectRecord {}

/// The stored form.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    format: u32,
    exists: bool,
    version: u64,
    published: u64,
    label: Option<Value>,
    #[serde(default)]
    idps: Vec<Value>,
    #[serde(default)]
    distrusted_keys: Vec<BlockedKey>,
    #[serde(default)]
    issuers: NamedIssuers,
    #[serde(default)]
    looks: IssuerLimiter,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lease: Option<Lease>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

impl TryFrom<Wire> for ProjectRecord {
    type Error = UnknownFormat;

    fn try_from(wire: Wire) -> Result<Self, UnknownFormat> {
        let Wire {
            format,
            exists,
            version,
            published,
            label,
            idps,
            distrusted_keys,
            issuers,
            looks,
            lease,
            others,
        } = wire;
        let project = Project { exists, version, label, idps, blocked: distrusted_keys };
        UnknownFormat::check(format)?;
        Ok(Self { project, published, issuers, looks, lease, others })
    }
}

impl From<ProjectRecord> for Wire {
    fn from(record: ProjectRecord) -> Self {
        let ProjectRecord { project, published, issuers, looks, lease, others } = record;
        let Project { exists, version, label, idps, blocked } = project;
        Self {
            format: FORMAT,
            exists,
            version,
            published,
            label,
            idps,
            distrusted_keys: blocked,
            issuers,
            looks,
            lease,
            others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_release_stored_is_read_and_what_a_newer_one_added_is_kept() {
        let old = r#"{"exists":true,"version":3,"published":2,"label":{"en":"x"},"idps":[{"id":"aa","new":1}],
            "distrustedKeys":[{"iss":"i","kid":"k","thumbprint":null}],"issuers":[{"iss":"i","since":1.0,"refreshed":2.0}]}"#;
        let record = ProjectRecord::read(old).unwrap();
        assert_eq!((record.project.version, record.published, record.project.idps.len()), (3, 2, 1));
        assert!(record.issuers.get("i").unwrap().registered);
        let newer =
            r#"{"format":1,"exists":true,"version":3,"published":3,"label":null,"added":{"by":"another"}}"#;
        let written: Value =
            serde_json::from_str(&ProjectRecord::read(newer).unwrap().write().unwrap()).unwrap();
        assert_eq!((&written["added"]["by"], &written["format"]), (&"another".into(), &1.into()));
    }

    #[test]
    fn a_format_that_this_release_does_not_know_is_refused() {
        let failure =
            ProjectRecord::read(r#"{"format":2,"exists":true,"version":1,"published":1}"#).unwrap_err();
        assert_eq!(failure.0, "format 2 is newer than this release reads, 1");
        assert!(ProjectRecord::read("[]").is_err());
    }
}
