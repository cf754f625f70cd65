//! An error that the provider reports.

use std::fmt;

use serde::Serialize;

use crate::excerpt::excerpt;
use crate::visible::visible;

/// An error that the provider reports (RFC 6749, sections 4.1.2.1 and 5.2), cut and made visible for a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProviderError {
    /// Its code, such as `access_denied`; at most 100 bytes of it.
    pub error: String,
    /// What the provider says about it; at most 300 bytes of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

const MAX_CODE_BYTES: usize = 100;
const MAX_DESCRIPTION_BYTES: usize = 300;

impl ProviderError {
    pub(super) fn new(error: &str, description: Option<&str>) -> Self {
        let cut = |text: &str, bytes| visible(excerpt(text, bytes)).into_owned();
        let description = description.map(|text| cut(text, MAX_DESCRIPTION_BYTES));
        Self { error: cut(error, MAX_CODE_BYTES), description }
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.error)?;
        self.description.as_ref().map_or(Ok(()), |description| write!(f, " (`{description}`)"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_the_provider_are_cut_and_visible() {
        let error = ProviderError::new(&"e".repeat(200), Some(&format!("a\u{202e}\n{}", "d".repeat(400))));
        assert_eq!(error.error.len(), 100);
        assert!(
            error.description.is_some_and(|text| text.starts_with("a\\u202e\\u000ad") && text.len() < 320)
        );
    }
}
