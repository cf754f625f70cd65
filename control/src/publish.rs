//! Publication to KV, which only the control plane writes.

use cloudflare::env::Env;
use cloudflare::http;
use js_sys::{Object, Promise, Reflect};
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::Result;

#[wasm_bindgen]
extern "C" {
    /// A namespace, as it is bound.
    type Namespace;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn promise_to_put(
        this: &Namespace,
        key: &str,
        value: &str,
        options: &Object,
    ) -> std::result::Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = delete)]
    fn promise_to_delete(this: &Namespace, key: &str) -> std::result::Result<Promise, JsValue>;
}

/// Publishes a value, or takes it away.
pub async fn publish(env: &Env, namespace: &str, key: &str, value: Option<&Value>) -> Result<()> {
    if let Some(value) = value {
        return put(env, namespace, key, value, None).await;
    }
    http::wait(env.binding::<Namespace>(namespace).promise_to_delete(key)?).await?;
    Ok(())
}

/// How long a tombstone is kept in KV, in seconds: far longer than any replica lags behind.
const TOMBSTONE_SECONDS: u32 = 30 * 86_400;

/// Publishes that a project was deleted. That its key is absent would say less: absence has no version, so an older
/// snapshot of a replica could come after it.
pub async fn bury(env: &Env, key: &str, tombstone: &Value) -> Result<()> {
    put(env, "CONFIG", key, tombstone, Some(TOMBSTONE_SECONDS)).await
}

/// Puts a value there, for ever or for `lifetime` seconds.
async fn put(env: &Env, namespace: &str, key: &str, value: &Value, lifetime: Option<u32>) -> Result<()> {
    let options = Object::new();
    if let Some(seconds) = lifetime {
        Reflect::set(&options, &"expirationTtl".into(), &seconds.into())?;
    }
    let namespace: Namespace = env.binding(namespace);
    http::wait(namespace.promise_to_put(key, &value.to_string(), &options)?).await?;
    Ok(())
}
