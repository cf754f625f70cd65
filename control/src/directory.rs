//! The directory, which is an object: messages to it.

use std::borrow::Cow;

use cloudflare::env::Env;
use edge_authorizer::Unavailable;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use service::host::{Failure, Row, RowChange, RowError, RowKey, RowQuery};

use crate::message;

/// A message to the directory.
#[derive(Serialize, Deserialize)]
pub enum DirectoryMessage<'m> {
    /// A row. The answer is an `Option<Row>`.
    Row(Cow<'m, RowKey>),
    /// Rows. The answer is a `Vec<Row>`.
    Find(Cow<'m, RowQuery>),
    /// A commit. The answer is a `Result<(), RowError>`.
    Commit(Cow<'m, [RowChange]>),
}

/// A row, if there is one.
pub async fn row(env: &Env, key: &RowKey) -> Result<Option<Row>, Failure> {
    ask(env, &DirectoryMessage::Row(Cow::Borrowed(key))).await
}

/// Rows with a term.
pub async fn find(env: &Env, query: &RowQuery) -> Result<Vec<Row>, Failure> {
    ask(env, &DirectoryMessage::Find(Cow::Borrowed(query))).await
}

/// Writes rows if all are at their expected revisions.
pub async fn commit(env: &Env, changes: &[RowChange]) -> Result<(), RowError> {
    ask::<Result<(), RowError>>(env, &DirectoryMessage::Commit(Cow::Borrowed(changes))).await?
}

async fn ask<T: DeserializeOwned>(env: &Env, message: &DirectoryMessage<'_>) -> Result<T, Failure> {
    let answer = message::ask_directory(env, message).await;
    let answer = answer.map_err(|Unavailable| Failure::new("the directory does not answer"))?;
    serde_json::from_slice(answer.as_bytes()).map_err(Failure::new)
}
