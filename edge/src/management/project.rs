//! Changing a project: what it would come to is looked at first, then it is done.

use edge_authorizer::authorize_owner;
use edge_authorizer::management::{Change, IssuerKeys, Precondition, Project};
use edge_authorizer::{
    Clock, Code, CustomIdp, Denial, ProjectId, RoleDetection, Snapshot, Unavailable, Verdict, Want,
};
use serde_json::Value;
use std::sync::Arc;

use super::caller::Caller;
use super::reply::{Examination, Reply};
use crate::decide::{Source, drive};
use crate::edge::{Edge, Incoming};
use crate::http::now;
use crate::objects::{Author, FromIssuer, FromProject, ToIssuer, ToProject, ask_issuer, ask_project};
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

/// How often a change is tried while others change the project.
const ATTEMPTS: usize = 20;

/// Makes the change, unless it is refused, or only asked for with `?dryRun=true`.
///
/// An owner's right and what the change would come to are looked at on the same version of the project as the change is
/// made on: who is no owner any more by then changes nothing.
pub async fn change(edge: &Edge, incoming: &Incoming<'_>, request: Request<'_>) -> Result<Reply, Reply> {
    for _ in 0..ATTEMPTS {
        if let Some(reply) = attempt(edge, incoming, &request).await? {
            return Ok(reply);
        }
    }
    Err(Unavailable.into())
}

/// Tries to make the change; `None` if the project has changed meanwhile.
async fn attempt(
    edge: &Edge,
    incoming: &Incoming<'_>,
    request: &Request<'_>,
) -> Result<Option<Reply>, Reply> {
    let FromProject::Project(current) = ask_project(&edge.env, request.id, &ToProject::Read).await? else {
        return Err(Unavailable.into());
    };
    let is_owner = matches!(request.caller, Caller::Owner(_));
    if is_owner && !owns(edge, incoming, request.id, &current).await {
        return Err(Reply::denied(&Denial { code: Code::TokenUntrusted, realm: Some(request.id.clone()) }));
    }
    let is_dry_run = incoming.is_set("dryRun");
    let preview = current.apply(&request.change, &request.precondition).map_err(Reply::from);
    let examined = match &preview {
        Ok(applied) => examine(edge, incoming, request, &applied.project, applied.before.as_ref()).await,
        Err(_) => Ok(Examination::default()),
    };
    let (applied, examination) = match preview.and_then(|applied| Ok((applied, examined?))) {
        Ok(passed) => passed,
        Err(refusal) => {
            if let Reply::Problem { denial, .. } = &refusal
                && !is_dry_run
            {
                request.note(edge, incoming, denial.code).await?;
            }
            return Err(refusal);
        }
    };
    if is_dry_run {
        let is_new = applied.before.is_none();
        return Ok(Some(Reply::changed(
            incoming,
            &request.change,
            is_new,
            applied.after,
            false,
            examination,
        )));
    }
    match request.commit(edge, incoming, is_owner.then_some(current.version)).await? {
        FromProject::Changed { project, before, after, published } => {
            // The edge that made a change sees it at once, published or not.
            store::remember(request.id, project.snapshot().as_ref());
            let is_new = before.is_none();
            Ok(Some(Reply::changed(incoming, &request.change, is_new, after, published, examination)))
        }
        FromProject::Stale => Ok(None),
        _ => Err(Unavailable.into()),
    }
}

impl Request<'_> {
    async fn commit(
        &self,
        edge: &Edge,
        incoming: &Incoming<'_>,
        expected: Option<u64>,
    ) -> Result<FromProject, Unavailable> {
        let question = ToProject::Change {
            change: self.change.clone(),
            precondition: self.precondition.clone(),
            author: self.author(incoming),
            expected,
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
    let is_guarded = matches!(request.caller, Caller::Owner(_)) && !incoming.is_set("force");
    if is_guarded && !owns(edge, incoming, request.id, project).await {
        return Err(Reply::refused(Code::WouldLockOut));
    }
    match &request.change {
        Change::AddIdp { idp } | Change::ReplaceIdp { idp, .. } => {
            let is_new = before.and_then(|before| before.get("iss")) != idp.get("iss");
            examine_idp(edge, request.id, idp, is_new).await
        }
        _ => Ok(Examination::default()),
    }
}

/// Whether the token of the request makes its caller an owner of the project as it is given.
async fn owns(edge: &Edge, incoming: &Incoming<'_>, id: &ProjectId, project: &Project) -> bool {
    let snapshot = project.snapshot().and_then(|snapshot| Snapshot::parse(&snapshot).ok()).map(Arc::new);
    let authorization = incoming.header("authorization");
    let clock = Clock { now: now(), skew: edge.settings.clock_skew };
    let step = authorize_owner(id, authorization.as_deref(), clock);
    matches!(drive(edge, step, Source::Given(snapshot)).await.verdict, Verdict::Manage(_))
}

/// Asks the issuer for its keys. That it fails is a refusal only for an issuer that is new: an owner must be able to
/// tighten roles while their provider is down.
async fn examine_idp(edge: &Edge, id: &ProjectId, idp: &Value, is_new: bool) -> Result<Examination, Reply> {
    let entry = CustomIdp::parse(idp).map_err(|faults| Reply::invalid(&faults))?;
    let issuer = entry.issuer.as_str().to_owned();
    let mut examination = Examination::default();
    match ask_project(&edge.env, id, &ToProject::Probe { issuer }).await? {
        FromProject::Done => {
            let question = ToIssuer::Keys(Want::Glance);
            let FromIssuer { record, life } = ask_issuer(&edge.env, entry.issuer.as_str(), &question).await?;
            let keys = IssuerKeys { issuer: &entry.issuer, record: record.as_ref(), life: &life };
            examination.keys = keys.list();
            match life.error {
                Some(reason) if is_new => return Err(Reply::issuer_unusable(reason)),
                Some(reason) => {
                    examination.warnings.push(format!("the issuer cannot be used at the moment: {reason}"));
                }
                None => {}
            }
        }
        FromProject::TooManyIssuers(seconds) if is_new => {
            return Err(Reply::too_soon(Code::TooManyIssuers, seconds));
        }
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
