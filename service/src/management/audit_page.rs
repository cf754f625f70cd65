//! Pages of an audit log.

use edge_authorizer::management::AUDIT_PAGE;
use edge_authorizer::{NumericDate, Unavailable};
use serde_json::{Value, json};

use super::call::Call;
use super::document;
use crate::host::{AuditRange, ControlHost, Failure, Key};
use crate::records::failed;

impl<H: ControlHost> Call<'_, H> {
    /// The page of a key's audit log that the request names, newest first: `{"items", "next"}`.
    pub async fn audit_page(&self, key: &Key, is_since_begin: bool) -> Result<Value, Unavailable> {
        let before = document::before(self.request);
        self.settle_log(key).await?;
        let range = AuditRange { before, is_since_begin, limit: AUDIT_PAGE };
        self.read_page(key, range).await.map_err(|failure| failed(self.host, key, &failure))
    }

    async fn read_page(&self, key: &Key, range: AuditRange) -> Result<Value, Failure> {
        let rows = self.host.audit(key, range).await?;
        let next = rows.last().filter(|_| rows.len() == range.limit as usize).map(|row| row.number);
        let items = rows.iter().map(|row| {
            let mut item: Value = serde_json::from_str(&row.entry).map_err(Failure::new)?;
            if let Some(item) = item.as_object_mut() {
                item.insert("number".to_owned(), row.number.into());
                item.insert("at".to_owned(), row.at.into());
                item.insert("time".to_owned(), NumericDate::from_seconds(row.at).to_rfc3339().into());
            }
            Ok(item)
        });
        Ok(json!({ "items": items.collect::<Result<Vec<_>, _>>()?, "next": next }))
    }
}
