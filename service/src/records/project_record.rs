//! A project as it is stored.

use std::sync::{Arc, OnceLock};

use edge_authorizer::accounts::{PublicUrl, ServiceAccount, StoredSecret};
use edge_authorizer::management::{IssuerLimiter, NamedIssuers, Project};
use edge_authorizer::{BlockedKey, Faults, NumericDate, Role, Snapshot};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};

use super::format::{FORMAT, Format, UnknownFormat};
use super::lease::Lease;

/// A project, the version of it that is published, and what it remembers of issuers.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(try_from = "Wire")]
pub struct ProjectRecord {
    project: Project,
    /// What the project decides by, once it is parsed.
    snapshot: OnceLock<Option<Arc<Snapshot>>>,
    /// The version that was published last.
    pub published: u64,
    /// The issuers that it names, or is still registered with.
    pub issuers: NamedIssuers,
    /// The issuers that its owners looked at within the last minute.
    pub looks: IssuerLimiter,
    /// The right to publish it.
    pub lease: Option<Lease>,
    /// Whether the project was deleted, and users may still have roles in it.
    pub has_former_members: bool,
    /// What another release stored besides.
    others: Map<String, Value>,
}

impl Format for ProjectRecord {
    /// The project and its snapshot.
    const COPIES: usize = 2;
}

impl ProjectRecord {
    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// Replaces the project, of which `snapshot` is what it decides by, if that is parsed already.
    pub fn replace_project(&mut self, project: Project, snapshot: Option<Arc<Snapshot>>) {
        self.has_former_members |= !project.exists && !self.project.member_roles.is_empty();
        self.project = project;
        self.snapshot = snapshot.map_or_else(OnceLock::new, |snapshot| Some(snapshot).into());
    }

    /// A secret of an account. What decisions depend on must not be changed by it.
    pub fn secret_mut(&mut self, account: &str, secret_id: &str) -> Option<&mut StoredSecret> {
        let account = self.project.accounts.iter_mut().find(|other| other.id.as_str() == account)?;
        Arc::make_mut(account).secrets.iter_mut().find(|secret| secret.secret_id == secret_id)
    }

    /// Notes that the replicas have the project, and that its issuers and the directory have learnt what was pending.
    pub fn settle(&mut self) {
        self.published = self.project.version;
        self.has_former_members = false;
        self.issuers.settle(&self.project.issuers());
    }

    /// Notes the issuers that the project names since a request that came at `began`.
    pub fn note_issuers(&mut self, began: NumericDate, now: NumericDate) {
        self.issuers.note(&self.project.issuers(), began, now);
    }

    /// What the project decides by; `None` if it does not exist or cannot be read, which denies. `on_fault` learns why.
    pub fn snapshot(&self, on_fault: impl FnOnce(Faults)) -> Option<Arc<Snapshot>> {
        let parse = || self.project.snapshot().map_err(on_fault).ok().flatten().map(Arc::new);
        self.snapshot.get_or_init(parse).clone()
    }
}

/// The stored form.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    #[serde(default)]
    format: u32,
    exists: bool,
    version: u64,
    published: u64,
    label: Option<Value>,
    #[serde(default)]
    idps: Vec<Arc<Value>>,
    #[serde(default)]
    distrusted_keys: Vec<BlockedKey>,
    #[serde(default)]
    revocations: Vec<Arc<Value>>,
    #[serde(default)]
    service_accounts: Vec<Arc<ServiceAccount>>,
    #[serde(default)]
    member_roles: Vec<Role>,
    #[serde(default)]
    has_former_members: bool,
    #[serde(default)]
    public_url: Option<String>,
    #[serde(default)]
    issuers: NamedIssuers,
    #[serde(default)]
    looks: IssuerLimiter,
    #[serde(default)]
    lease: Option<Lease>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// The same, to be written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WireRef<'r> {
    format: u32,
    exists: bool,
    version: u64,
    published: u64,
    label: &'r Option<Value>,
    idps: &'r [Arc<Value>],
    distrusted_keys: &'r [BlockedKey],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    revocations: &'r [Arc<Value>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    service_accounts: &'r [Arc<ServiceAccount>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    member_roles: &'r [Role],
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    has_former_members: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_url: Option<&'r str>,
    issuers: &'r NamedIssuers,
    looks: &'r IssuerLimiter,
    #[serde(skip_serializing_if = "Option::is_none")]
    lease: &'r Option<Lease>,
    #[serde(flatten)]
    others: &'r Map<String, Value>,
}

impl TryFrom<Wire> for ProjectRecord {
    type Error = UnknownFormat;

    fn try_from(wire: Wire) -> Result<Self, UnknownFormat> {
        let Wire { exists, version, label, idps, distrusted_keys: blocked, revocations, .. } = wire;
        UnknownFormat::check(wire.format)?;
        let Wire { service_accounts: accounts, member_roles, has_former_members, public_url, .. } = wire;
        let Wire { published, issuers, looks, lease, others, .. } = wire;
        let member_roles = member_roles.into();
        let public_url = public_url.and_then(|url| PublicUrl::try_from(&*url).ok());
        let project = Project {
            exists,
            version,
            label,
            idps,
            blocked,
            revocations,
            accounts,
            member_roles,
            public_url,
        };
        let snapshot = OnceLock::new();
        Ok(Self { project, snapshot, published, issuers, looks, lease, has_former_members, others })
    }
}

impl Serialize for ProjectRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { project, snapshot: _, published, issuers, looks, lease, has_former_members, others } =
            self;
        let Project {
            exists,
            version,
            label,
            idps,
            blocked,
            revocations,
            accounts,
            member_roles,
            public_url,
        } = project;
        let wire = WireRef {
            format: FORMAT,
            exists: *exists,
            version: *version,
            published: *published,
            label,
            idps,
            distrusted_keys: blocked,
            revocations,
            service_accounts: accounts,
            member_roles,
            has_former_members: *has_former_members,
            public_url: public_url.as_ref().map(PublicUrl::as_str),
            issuers,
            looks,
            lease,
            others,
        };
        wire.serialize(serializer)
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

    #[test]
    fn a_snapshot_is_parsed_once_for_a_version_of_the_project() {
        let stored = r#"{"format":1,"exists":true,"version":3,"published":3,"label":null}"#;
        let mut record = ProjectRecord::read(stored).unwrap();
        let snapshot = record.snapshot(|_| {}).unwrap();
        assert!(Arc::ptr_eq(&snapshot, &record.clone().snapshot(|_| {}).unwrap()));
        record.replace_project(Project { version: 4, ..record.project.clone() }, None);
        assert_eq!((snapshot.version(), record.snapshot(|_| {}).unwrap().version()), (3, 4));
    }
}
