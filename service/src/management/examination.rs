//! Looking at an entry that is to be saved, and at its issuer.

use edge_authorizer::management::{Change, list_keys, nearest_kid};
use edge_authorizer::{BlockedKey, CustomIdp, ErrorCode, FetchReason, RoleDetection};
use serde_json::Value;

use super::call::Call;
use super::reply::{Examination, Reply};
use crate::host::{Commit, ControlHost, IssuerRequest, IssuerResponse, Key};
use crate::records::{ProjectRecord, Update};

impl<H: ControlHost> Call<'_, H> {
    /// Looks at the issuer of an entry that is to be saved, which replaces `before`. That it cannot be used is a refusal only
    /// for one that is new: an owner must be able to tighten roles while their provider is down.
    pub async fn examine(
        &self,
        key: &Key,
        change: &Change,
        before: Option<&Value>,
    ) -> Result<Examination, Reply> {
        let mut examination = Examination::default();
        if let Change::BlockKey(BlockedKey { iss, kid, thumbprint: None }) = change {
            examination.warnings.push(self.absent_key_warning(iss, kid).await?);
        }
        if change.secret().is_some() && self.public_url().is_none() {
            let warning =
                "the secret opens nothing yet: without the variable `PUBLIC_URL` no tokens are issued";
            examination.warnings.push(warning.to_owned());
        }
        let (Change::AddIdp { idp } | Change::ReplaceIdp { idp, .. }) = change else {
            return Ok(examination);
        };
        let former_issuer = before.and_then(|before| before.get("iss"));
        let is_new = former_issuer != idp.get("iss");
        let entry = CustomIdp::parse(idp).map_err(Reply::invalid)?;
        if entry.opens_ownership() && !self.request.is_set("force") {
            return Err(Reply::refused(ErrorCode::WouldOpenOwnership));
        }
        match self.admit_look(key, entry.issuer.as_str()).await? {
            Ok(()) => {
                let request = IssuerRequest::Keys(FetchReason::Glance);
                let answer = self.host.ask_issuer(entry.issuer.as_str(), &request).await?;
                let IssuerResponse { record, schedule } = answer;
                examination.keys = list_keys(record.as_ref());
                match schedule.error {
                    Some(reason) if is_new => {
                        return Err(Reply::for_reason(ErrorCode::IssuerUnusable, reason));
                    }
                    Some(reason) => {
                        examination
                            .warnings
                            .push(format!("the issuer cannot be used at the moment: {reason}"));
                    }
                    None => {}
                }
            }
            Err(seconds) if is_new => return Err(Reply::too_soon(ErrorCode::TooManyIssuers, seconds)),
            Err(_) => examination.warnings.push("the issuer was not asked for its keys".to_owned()),
        }
        examination.warnings.extend(warnings(&entry));
        Ok(examination)
    }

    /// What the author of a change should know that blocks a key which the issuer does not have.
    async fn absent_key_warning(&self, issuer: &str, kid: &str) -> Result<String, Reply> {
        let answer = self.host.ask_issuer(issuer, &IssuerRequest::Keys(FetchReason::Due)).await?;
        let meant = nearest_kid(answer.record.as_ref(), kid);
        let meant = meant.map_or_else(String::new, |kid| format!("; did you mean `{kid}`?"));
        let warning =
            "this issuer has no key with this kid or thumbprint now; it is blocked in case it appears";
        Ok([warning, &meant].concat())
    }

    /// Counts a look at an issuer, unless the project looked at too many; then, in how many seconds it may again.
    async fn admit_look(&self, key: &Key, issuer: &str) -> Result<Result<(), f64>, Reply> {
        let admit = |record: &mut ProjectRecord| match record.looks.admit(issuer, self.host.now()) {
            Ok(true) => Update::Commit(Ok(()), Commit::default()),
            Ok(false) => Update::Keep(Ok(())),
            Err(seconds) => Update::Keep(Err(seconds)),
        };
        Ok(self.records().update(key, admit).await?)
    }
}

/// What the author of an entry may not have meant.
fn warnings(entry: &CustomIdp) -> Vec<String> {
    let mut warnings = Vec::new();
    let is_open = entry.allowed_azp.is_none() && entry.allowed_aud.is_none();
    if is_open && matches!(entry.role_detection, RoleDetection::Defined { .. }) {
        warnings.push(
            "every client of this issuer gets the roles: set `allowedAzp` or `allowedAud` if that is not meant".to_owned(),
        );
    }
    if let RoleDetection::Claim { template, .. } = &entry.role_detection
        && template.confuses_projects()
    {
        warnings.push(
            "roles of other projects can read as this one's: between `{project}` and `{roleName}` put what no project's name has, a `.` for instance".to_owned(),
        );
    }
    warnings
}
