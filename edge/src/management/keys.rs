//! The keys of an entry's issuer: looking at them, fetching them anew, distrusting one.

use edge_authorizer::management::{Change, IssuerKeys, Project};
use edge_authorizer::{Code, DistrustedKey, Issuer, ProjectId, Unavailable, Want};
use serde_json::Value;

use super::reply::Reply;
use crate::edge::Edge;
use crate::http::now;
use crate::objects::{FromIssuer, FromProject, ToIssuer, ToProject, ask_issuer, ask_project};

/// An entry's issuer, and the project that names it.
struct Named {
    issuer: Issuer,
    project: Project,
}

/// The keys as the project sees them.
pub async fn describe(edge: &Edge, project: &ProjectId, idp: &str) -> Result<Value, Reply> {
    let Named { issuer, project } = find(edge, project, idp).await?;
    let FromIssuer { record, life } = ask(edge, &issuer, Want::Due).await?;
    let keys = IssuerKeys { issuer: &issuer, record: record.as_ref(), life: &life };
    Ok(keys.describe(&project.distrusted))
}

/// Has the keys fetched anew, and describes them.
pub async fn refresh(edge: &Edge, project: &ProjectId, idp: &str) -> Result<Reply, Reply> {
    let Named { issuer, project } = find(edge, project, idp).await?;
    let start = now();
    let FromIssuer { record, life } = ask(edge, &issuer, Want::Newer).await?;
    let attempted = life.attempted.unwrap_or(start);
    if attempted < start {
        let again = attempted.plus(edge.settings.keys.cooldown).as_seconds() - start.as_seconds();
        return Err(Reply::too_soon(Code::RefreshTooSoon, again));
    }
    if let Some(reason) = life.error {
        return Err(Reply::issuer_unusable(reason));
    }
    let keys = IssuerKeys { issuer: &issuer, record: record.as_ref(), life: &life };
    Ok(Reply::representation(&keys.describe(&project.distrusted), None))
}

/// The change by which the key of that id, or with that thumbprint, does not count for the project any more.
pub async fn distrust(edge: &Edge, project: &ProjectId, idp: &str, kid: &str) -> Result<Change, Reply> {
    let Named { issuer, .. } = find(edge, project, idp).await?;
    let FromIssuer { record, life } = ask(edge, &issuer, Want::Due).await?;
    let thumbprint = IssuerKeys { issuer: &issuer, record: record.as_ref(), life: &life }.thumbprint(kid);
    let (iss, kid) = (issuer.as_str().to_owned(), kid.to_owned());
    Ok(Change::DistrustKey(DistrustedKey { iss, kid, thumbprint }))
}

/// The change by which it counts again.
pub async fn trust(edge: &Edge, project: &ProjectId, idp: &str, kid: &str) -> Result<Change, Reply> {
    let Named { issuer, .. } = find(edge, project, idp).await?;
    Ok(Change::TrustKey { iss: issuer.as_str().to_owned(), kid: kid.to_owned() })
}

async fn find(edge: &Edge, id: &ProjectId, idp: &str) -> Result<Named, Reply> {
    let FromProject::Project(project) = ask_project(&edge.env, id, &ToProject::Read).await? else {
        return Err(Unavailable.into());
    };
    let issuer = project.idp(idp).and_then(|entry| entry.get("iss")).and_then(Value::as_str);
    let issuer = issuer.and_then(|issuer| Issuer::try_from(issuer).ok());
    let issuer = issuer.ok_or_else(|| Reply::refused(Code::NotFound))?;
    Ok(Named { issuer, project })
}

async fn ask(edge: &Edge, issuer: &Issuer, want: Want) -> Result<FromIssuer, Unavailable> {
    ask_issuer(&edge.env, issuer.as_str(), &ToIssuer::Keys(want)).await
}
