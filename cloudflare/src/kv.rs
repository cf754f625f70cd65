//! KV namespaces: texts by key.
//!
//! Bound here and not by the `worker` crate, which takes options and metadata along: they would be 2 % of the bundle.

use js_sys::{Object, Promise, Reflect};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::Env;

use crate::http;

#[wasm_bindgen]
extern "C" {
    /// A namespace, as it is bound.
    pub type Namespace;

    #[wasm_bindgen(method, catch, js_name = get)]
    fn promise_to_get(this: &Namespace, key: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = put)]
    fn promise_to_put(this: &Namespace, key: &str, value: &str, options: &Object)
    -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = delete)]
    fn promise_to_delete(this: &Namespace, key: &str) -> Result<Promise, JsValue>;
}

impl Namespace {
    /// The namespace that is bound as `name`.
    pub fn bound(env: &Env, name: &str) -> worker::Result<Self> {
        Ok(Reflect::get(env.as_ref(), &name.into())?.unchecked_into())
    }

    /// What is there, if anything is.
    pub async fn get(&self, key: &str) -> worker::Result<Option<String>> {
        Ok(http::wait(self.promise_to_get(key)?).await?.as_string())
    }

    /// Puts a value there, for ever or for `lifetime` seconds.
    pub async fn put(&self, key: &str, value: &str, lifetime: Option<u32>) -> worker::Result<()> {
        let options = Object::new();
        if let Some(seconds) = lifetime {
            Reflect::set(&options, &"expirationTtl".into(), &seconds.into())?;
        }
        http::wait(self.promise_to_put(key, value, &options)?).await?;
        Ok(())
    }

    /// Takes away what is there.
    pub async fn delete(&self, key: &str) -> worker::Result<()> {
        http::wait(self.promise_to_delete(key)?).await?;
        Ok(())
    }
}
