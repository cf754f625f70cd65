//! Having a project admit roles for its members.

use edge_authorizer::management::Refusal;
use edge_authorizer::{ProjectId, Role, Unavailable};

use crate::control_plane::ControlState;
use crate::host::{Commit, ControlHost, Key, RolesAdmission};
use crate::publication::{RETRY, publish};
use crate::records::{Loaded, MAX_ATTEMPTS, ProjectRecord};

/// Has a project admit roles, where its record is. Without roles it only has to exist.
pub async fn admit_roles<H: ControlHost>(
    state: &ControlState<H::Signal>,
    host: &H,
    project: &ProjectId,
    roles: &[Role],
) -> Result<RolesAdmission, Unavailable> {
    let (key, records) = (Key::Project(project.clone()), state.records(host));
    for _ in 0..MAX_ATTEMPTS {
        let Loaded { value, revision, .. } = records.load::<ProjectRecord>(&key).await?;
        let public_url = state.issuer_settings.public_url.as_ref().ok();
        let admitted = match value.project().admit_roles(roles, public_url) {
            Ok(admitted) => admitted,
            Err(Refusal::TooMany(_)) => return Ok(RolesAdmission::TooMany),
            Err(Refusal::Invalid(_)) => return Ok(RolesAdmission::EntryTaken),
            Err(_) => return Ok(RolesAdmission::NoProject),
        };
        if let Some(project) = admitted {
            let mut record = (*value).clone();
            record.replace_project(project, None);
            let extras = Commit { wake_after: Some(RETRY), ..Commit::default() };
            if records.commit(&key, revision, record, extras).await?.is_none() {
                continue;
            }
        } else if roles.is_empty() || value.published == value.project().version {
            return Ok(RolesAdmission::Admitted);
        }
        // The directory gets the roles by the publication.
        let is_published = publish::<ProjectRecord, H>(records, &state.turns, &key).await?;
        return if is_published { Ok(RolesAdmission::Admitted) } else { Err(Unavailable) };
    }
    Err(Unavailable)
}
