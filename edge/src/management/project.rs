//! Changing a project: what it would come to is looked at first, then it is done.

use edge_authorizer::authorize_owner;
use edge_authorizer::management::{Change, Precondition, Project};
use edge_authorizer::{
    Clock, Code, CustomIdp, Denial, ProjectId, RoleDetection, Snapshot, Unavailable, Verdict,
};
use serde_json::Value;
use std::sync::Arc;

use super::caller::Caller;
use super::reply::{Examination, Reply};
use crate::decide::{Source, drive};
use crate::edge::{Edge, Incoming};
use crate::http::now;
use crate::objects::{Author, FromProject, ToProject, ask_project};
use crate::store;

/// A change of a project that somebody asks for.
pub struct Request<'r> {
    /// The project.
    pub id: &'r ProjectId,
    /// What to change.
    pub change: Change,
    /// What is demanded of the resource as it is.
    pub precondition: Precondition,
    /// Who asks.
    pub caller: &'r Caller,
}

/// Makes the change, unless it is refused, or only asked for with `?dryRun=true`.
pub async fn change(edge: &Edge, incoming: &Incoming<'_>, request: Request<'_>) -> Result<Reply, Reply> {
    let is_dry_run = incoming.is_set("dryRun");
    let examination = match request.ask(edge, incoming, true).await? {
        FromProject::Changed { project, before, .. } => {
            let examined = examine(edge, incoming, &request, &project, before.as_ref()).await;
            if let Err(Reply::Problem { denial, .. }) = &examined
                && !is_dry_run
            {
                request.note(edge, incoming, denial.code).await?;
            }
            examined?
        }
        // Asked for in earnest, a refused attempt is noted.
        FromProject::Refused(refusal) if is_dry_run => return Err(refusal.into()),
        _ => Examination::default(),
    };
    match request.ask(edge, incoming, is_dry_run).await? {
        FromProject::Changed { project, before, after, published } => {
            if !is_dry_run {
                // The edge that made a change sees it at once, wherever it is published yet.
                store::remember(request.id, project.snapshot().as_ref());
            }
            Ok(Reply::changed(incoming, &request.change, before.is_none(), after, published, examination))
        }
        FromProject::Refused(refusal) => Err(refusal.into()),
        _ => Err(Unavailable.into()),
    }
}

impl Request<'_> {
    async fn ask(
        &self,
        edge: &Edge,
        incoming: &Incoming<'_>,
        is_dry_run: bool,
    ) -> Result<FromProject, Unavailable> {
        let question = ToProject::Change {
            change: self.change.clone(),
            precondition: self.precondition.clone(),
            author: self.author(incoming),
            is_dry_run,
        };
        ask_project(&edge.env, self.id, &question).await
    }

    async fn note(&self, edge: &Edge, incoming: &Incoming<'_>, code: Code) -> Result<(), Unavailable> {
        let (change, author) = (self.change.clone(), self.author(incoming));
        ask_project(&edge.env, self.id, &ToProject::Note { change, author, code: code.as_str().to_owned() })
            .await?;
        Ok(())
    }

    fn author(&self, incoming: &Incoming<'_>) -> Author {
        Author {
            who: self.caller.as_json(),
            request_id: incoming.id.clone(),
            address: incoming.header("cf-connecting-ip"),
        }
    }
}

/// Looks at what a change would come to, `project` being the project after it and `before` what it is about.
async fn examine(
    edge: &Edge,
    incoming: &Incoming<'_>,
    request: &Request<'_>,
    project: &Project,
    before: Option<&Value>,
) -> Result<Examination, Reply> {
    if matches!(request.caller, Caller::Owner(_)) && !incoming.is_set("force") {
        guard_last_way_in(edge, incoming, request.id, project).await?;
    }
    match &request.change {
        Change::AddIdp { idp } | Change::ReplaceIdp { idp, .. } => {
            let is_new = before.and_then(|before| before.get("iss")) != idp.get("iss");
            examine_idp(edge, request.id, idp, is_new).await
        }
        _ => Ok(Examination::default()),
    }
}

/// An owner stays one, by the very token that asks for the change.
async fn guard_last_way_in(
    edge: &Edge,
    incoming: &Incoming<'_>,
    id: &ProjectId,
    project: &Project,
) -> Result<(), Reply> {
    let snapshot = project.snapshot().and_then(|snapshot| Snapshot::parse(&snapshot).ok()).map(Arc::new);
    let authorization = incoming.header("authorization");
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    let step = authorize_owner(id, authorization.as_deref(), clock);
    let decision = drive(edge, step, Source::Given(snapshot)).await;
    match decision.verdict {
        Verdict::Manage(_) => Ok(()),
        _ => Err(Reply::denied(&Denial { code: Code::WouldLockOut, realm: None })),
    }
}

/// Asks the issuer for its keys. That it fails is a refusal only for an issuer that is new: an owner must be able to
/// tighten roles while their provider is down.
async fn examine_idp(edge: &Edge, id: &ProjectId, idp: &Value, is_new: bool) -> Result<Examination, Reply> {
    let entry = CustomIdp::parse(idp).map_err(|faults| Reply::invalid(&faults))?;
    let issuer = entry.issuer.as_str().to_owned();
    let mut examination = Examination::default();
    match ask_project(&edge.env, id, &ToProject::Probe { issuer }).await? {
        FromProject::Probed(Ok(keys)) => examination.keys = keys,
        FromProject::Probed(Err(reason)) if is_new => return Err(Reply::issuer_unusable(reason)),
        FromProject::Probed(Err(reason)) => {
            examination.warnings.push(format!("the issuer cannot be used at the moment: {reason}"));
        }
        FromProject::TooManyIssuers(seconds) if is_new => return Err(Reply::too_many_issuers(seconds)),
        FromProject::TooManyIssuers(_) => {
            examination.warnings.push("the issuer was not asked for its keys".to_owned());
        }
        _ => return Err(Unavailable.into()),
    }
    let is_open = entry.allowed_azp.is_none() && entry.allowed_aud.is_none();
    if is_open && matches!(entry.role_detection, RoleDetection::Defined { .. }) {
        examination.warnings.push(
            "every client of this issuer gets the roles: set `allowedAzp` or `allowedAud` if that is not meant".to_owned(),
        );
    }
    Ok(examination)
}
