//! Changing a project: what it would come to is looked at first, then it is done.

use std::sync::Arc;

use cloudflare::decide::{Source, drive};
use cloudflare::edge::{Edge, Incoming};
use cloudflare::http::now;
use cloudflare::issuer::FromIssuer;
use edge_authorizer::management::{Applied, Change, Project, list_keys};
use edge_authorizer::{
    Clock, CustomIdp, Denial, ErrorCode, FetchReason, ProjectId, RoleDetection, Snapshot, Unavailable,
    authorize_owner,
};
use serde_json::Value;

use super::caller::Caller;
use super::reply::{Examination, Reply};
use super::request;
use crate::objects::{Author, ProjectObject, ask_for_keys};

/// A change of a project that somebody asks for.
pub struct Request<'r> {
    /// The project.
    pub id: &'r ProjectId,
    /// What to change.
    pub change: Change,
    /// Who asks.
    pub caller: &'r Caller,
}

/// Makes the change, unless it is refused, or only asked for with `?dryRun=true`. What is refused is noted.
pub async fn make(
    object: &ProjectObject,
    edge: &Edge,
    incoming: &Incoming,
    request: Request<'_>,
) -> Result<Reply, Reply> {
    let author = request.caller.author(incoming);
    let outcome = attempt(object, edge, incoming, &request, &author).await;
    if let Err(Reply::Problem { denial, .. }) = &outcome
        && !incoming.is_set("dryRun")
    {
        object.note_refusal(&author, &request.change, denial.code)?;
    }
    outcome
}

async fn attempt(
    object: &ProjectObject,
    edge: &Edge,
    incoming: &Incoming,
    request: &Request<'_>,
    author: &Author,
) -> Result<Reply, Reply> {
    let precondition = request::precondition(incoming);
    // The issuer is asked before it is one's turn: one that is slow holds nobody up.
    let former_issuer = former_issuer(&object.read()?.apply(&request.change, &precondition)?);
    let examination = examine(object, edge, incoming, &request.change, former_issuer.as_ref()).await?;
    let turn = object.turn().await.ok_or(Unavailable)?;
    let current = object.read()?;
    let applied = current.apply(&request.change, &precondition)?;
    if matches!(request.caller, Caller::Owner(_)) {
        // Who was an owner when they asked has to be one of the version that is changed.
        if !owns(edge, incoming, request.id, &current).await {
            let realm = Some(request.id.clone());
            return Err(Reply::denied(&Denial { code: ErrorCode::TokenUntrusted, realm }));
        }
        if !incoming.is_set("force") && !owns(edge, incoming, request.id, &applied.project).await {
            return Err(Reply::refused(ErrorCode::WouldLockOut));
        }
    }
    let published = !incoming.is_set("dryRun")
        && object.commit(&turn, request.id.as_str(), &request.change, &applied, author).await?;
    Ok(Reply::changed(incoming, &request.change, applied, published, examination))
}

/// Whether the token of the request makes its caller an owner of the project as it is given.
async fn owns(edge: &Edge, incoming: &Incoming, id: &ProjectId, project: &Project) -> bool {
    let snapshot =
        project.snapshot().and_then(|snapshot| Snapshot::parse_stored(&snapshot).ok()).map(Arc::new);
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    let step = authorize_owner(id, incoming.authorization.as_deref(), clock);
    drive(edge, step, Source::Given(snapshot)).await.is_ok()
}

/// The issuer of what is to be replaced. No more of a project is kept while an issuer is awaited.
fn former_issuer(applied: &Applied) -> Option<Value> {
    applied.before.as_ref()?.get("iss").cloned()
}

/// Looks at the issuer of an entry that is to be saved in the place of one of the `former_issuer`. That it cannot be used is a refusal only
/// for one that is new: an owner must be able to tighten roles while their provider is down.
async fn examine(
    object: &ProjectObject,
    edge: &Edge,
    incoming: &Incoming,
    change: &Change,
    former_issuer: Option<&Value>,
) -> Result<Examination, Reply> {
    let mut examination = Examination::default();
    let (Change::AddIdp { idp } | Change::ReplaceIdp { idp, .. }) = change else { return Ok(examination) };
    let entry = CustomIdp::parse(idp).map_err(|faults| Reply::invalid(&faults))?;
    if entry.opens_ownership() && !incoming.is_set("force") {
        return Err(Reply::refused(ErrorCode::WouldOpenOwnership));
    }
    let is_new = former_issuer != idp.get("iss");
    match object.probes().admit(entry.issuer.as_str(), now())? {
        Ok(()) => {
            let answer = ask_for_keys(edge.env.clone(), entry.issuer.clone(), FetchReason::Glance).await;
            let FromIssuer { record, life } = answer?;
            examination.keys = list_keys(record.as_ref());
            match life.error {
                Some(reason) if is_new => return Err(Reply::issuer_unusable(reason)),
                Some(reason) => {
                    examination.warnings.push(format!("the issuer cannot be used at the moment: {reason}"));
                }
                None => {}
            }
        }
        Err(seconds) if is_new => return Err(Reply::too_soon(ErrorCode::TooManyIssuers, seconds)),
        Err(_) => examination.warnings.push("the issuer was not asked for its keys".to_owned()),
    }
    let is_open = entry.allowed_azp.is_none() && entry.allowed_aud.is_none();
    if is_open && matches!(entry.role_detection, RoleDetection::Defined { .. }) {
        examination.warnings.push(
            "every client of this issuer gets the roles: set `allowedAzp` or `allowedAud` if that is not meant".to_owned(),
        );
    }
    if let RoleDetection::Claim { template, .. } = &entry.role_detection
        && template.confuses_projects()
    {
        examination.warnings.push(
            "roles of other projects can read as this one's: between `{project}` and `{roleName}` put what no project's name has, a `.` for instance".to_owned(),
        );
    }
    Ok(examination)
}
