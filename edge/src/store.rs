//! What the edge reads from KV, and the keys that it puts there.

use std::sync::Arc;

use edge_authorizer::document::Faults;
use edge_authorizer::{Gateway, Issuer, KeyRecord, KeySet, ProjectId, Snapshot, Unavailable, json};
use serde_json::Value;
use worker::{Env, KvStore};

use crate::discover;
use crate::http::now;
use crate::log;
use crate::settings::Settings;

/// The routes document.
pub async fn gateway(env: &Env) -> Result<Gateway, Unavailable> {
    match read(env, "CONFIG", "gateway", Gateway::parse).await? {
        Some(gateway) => Ok(gateway),
        None => Err(unavailable("CONFIG", "gateway", "it is missing")),
    }
}

/// What is stored of a project; `None` if there is no such project.
pub async fn snapshot(env: &Env, project: &ProjectId) -> Result<Option<Arc<Snapshot>>, Unavailable> {
    let snapshot = read(env, "CONFIG", &format!("project/{project}"), Snapshot::parse).await?;
    Ok(snapshot.map(Arc::new))
}

/// The keys of an issuer: those stored, while they are fresh, or else those that the issuer publishes.
pub async fn keys(env: &Env, settings: &Settings, issuer: &Issuer) -> Result<Arc<KeySet>, Unavailable> {
    if let Ok(Some(record)) = read(env, "JWKS", issuer.as_str(), KeyRecord::parse).await
        && now() < record.expires()
    {
        return Ok(record.into_keys());
    }
    let record = discover::keys(issuer, &settings.insecure_hosts).await.map_err(|reason| {
        log::warning("keys_not_fetched", issuer.as_str(), reason);
        Unavailable
    })?;
    // What cannot be stored is fetched again next time; this request has its keys.
    if write(env, "JWKS", issuer.as_str(), &record.to_json()).await.is_none() {
        log::warning("keys_not_stored", issuer.as_str(), "KV does not take them");
    }
    Ok(record.into_keys())
}

async fn read<T>(
    env: &Env,
    namespace: &str,
    key: &str,
    parse: fn(&Value) -> Result<T, Faults>,
) -> Result<Option<T>, Unavailable> {
    let store =
        open(env, namespace).ok_or_else(|| unavailable(namespace, key, "there is no such binding"))?;
    let text = store.get(key).text().await.map_err(|error| unavailable(namespace, key, error))?;
    let Some(text) = text else { return Ok(None) };
    let document = json::from_slice(text.as_bytes()).map_err(|error| unavailable(namespace, key, error))?;
    parse(&document).map(Some).map_err(|faults| unavailable(namespace, key, faults))
}

async fn write(env: &Env, namespace: &str, key: &str, value: &str) -> Option<()> {
    open(env, namespace)?.put(key, value).ok()?.execute().await.ok()
}

fn open(env: &Env, namespace: &str) -> Option<KvStore> {
    env.kv(namespace).ok()
}

fn unavailable(namespace: &str, key: &str, reason: impl std::fmt::Display) -> Unavailable {
    log::warning("value_unavailable", &format!("{namespace}: {key}"), reason);
    Unavailable
}
