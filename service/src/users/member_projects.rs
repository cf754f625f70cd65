//! Which projects users can be members of, as the directory has it.
//!
//! A project that admits roles has a row with them. A commit that gives a user a role demands that the row is as it was read, and
//! the row goes before the roles of a deleted project are taken from its members: so none is given while they are taken, and a new
//! project of the name has no member of the former one.

use edge_authorizer::users::User;
use edge_authorizer::{ProjectId, Role, Unavailable};
use serde::{Deserialize, Serialize};

use crate::directory::{CommitFailure, Entry, Rows, added, check_format};
use crate::host::{Directory, Failure, Kind, LogSink, RowChange, TermName};
use crate::records::ProjectRecord;

/// How many users lose their roles in one commit, and in one publication of a deleted project. It is repeated until none is left.
const PAGE: u32 = 50;
const MAX_PAGES: u32 = 20;

/// The format in which this release writes it, and the newest that it reads.
const FORMAT: u32 = 1;

/// A project that users can be members of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberProject {
    #[serde(default)]
    format: u32,
    roles: Vec<Role>,
}

impl MemberProject {
    /// Whether users can have these roles in it.
    pub fn admits(&self, roles: &[Role]) -> bool {
        roles.iter().all(|role| self.roles.contains(role))
    }
}

impl Entry for MemberProject {
    const KIND: Kind = Kind::Project;

    fn read(text: &str) -> Result<Self, Failure> {
        let project: Self = serde_json::from_slice(text.as_bytes()).map_err(Failure::new)?;
        check_format(project.format, FORMAT)?;
        Ok(project)
    }
}

/// Brings the directory up to date with a project that is published: the roles that it admits; of a deleted one, that nobody has
/// a role in it. One caller at a time, in the order of the project's versions.
pub async fn announce_members(
    host: &(impl Directory + LogSink),
    id: &ProjectId,
    record: &ProjectRecord,
) -> Result<(), Failure> {
    let roles = &record.project().member_roles;
    if roles.is_empty() && !record.has_former_members {
        return Ok(());
    }
    let (rows, unavailable) =
        (Rows(host), |Unavailable| Failure::new("the directory cannot be brought up to date"));
    let current = rows.load::<MemberProject>(id.as_str()).await.map_err(unavailable)?;
    if !record.project().exists {
        if let Some(current) = current {
            write(&rows, current.removed()).await?;
        }
        return remove_members(&rows, id).await;
    }
    let new = MemberProject { format: FORMAT, roles: roles.to_vec() };
    match current {
        Some(current) if current.value.roles == new.roles => Ok(()),
        Some(current) => write(&rows, current.replaced_by(&new)).await,
        None => write(&rows, added(id.as_str(), &new)).await,
    }
}

async fn write(rows: &Rows<'_, impl Directory + LogSink>, change: RowChange) -> Result<(), Failure> {
    let written = rows.commit(&[change]).await;
    written.map_err(|failure| Failure(format!("the directory cannot be brought up to date: {failure:?}")))
}

/// Takes their roles in a project from its members.
async fn remove_members(rows: &Rows<'_, impl Directory + LogSink>, id: &ProjectId) -> Result<(), Failure> {
    let unavailable = || Failure::new("members of the deleted project cannot be removed");
    for _ in 0..MAX_PAGES {
        let members = rows.having::<User>(TermName::Project, id.as_str(), None, PAGE).await;
        let members = members.map_err(|Unavailable| unavailable())?;
        if members.is_empty() {
            return Ok(());
        }
        let changes = members.iter().map(|member| {
            let mut user = member.value.clone();
            user.settings.projects.set(id, [].into());
            member.replaced_by(&user)
        });
        match rows.commit(&changes.collect::<Vec<_>>()).await {
            Ok(()) | Err(CommitFailure::Conflict) => {}
            Err(_) => return Err(unavailable()),
        }
    }
    Err(Failure::new("more members of the deleted project are to be removed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_format_is_not_read() {
        for (text, is_read) in [
            (r#"{"roles":["access"]}"#, true),
            (r#"{"format":1,"roles":["access"],"other":1}"#, true),
            (r#"{"format":2,"roles":["access"]}"#, false),
        ] {
            assert_eq!(MemberProject::read(text).is_ok(), is_read, "{text}");
        }
    }
}
