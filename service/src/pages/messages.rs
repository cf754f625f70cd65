//! The texts of the pages, in the languages that there are. `messages.json` has them all.

use std::sync::OnceLock;

use serde::Deserialize;

/// The texts of a language.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Messages {
    pub language: String,
    pub sign_in: String,
    pub sign_out: String,
    pub signed_in_as: String,
    pub email: String,
    pub password: String,
    pub new_password: String,
    pub save_password: String,
    pub choose_password: String,
    pub password_rules: String,
    pub forgotten_password: String,
    pub recovery_explained: String,
    pub send_link: String,
    pub going_on: String,
    pub go_on: String,
    pub try_again: String,
    pub other_account: String,
    pub request_id: String,
    pub link_sent: String,
    pub link_sent_text: String,
    pub password_saved: String,
    pub password_saved_text: String,
    pub link_invalid: String,
    pub link_invalid_text: String,
    pub signed_out: String,
    pub signed_out_text: String,
    pub wrong_password: String,
    pub too_many_failures: String,
    pub password_too_short: String,
    pub password_too_long: String,
    pub password_common: String,
    pub sign_in_at_provider: String,
    pub sign_in_at_provider_text: String,
    pub user_unknown: String,
    pub user_unknown_text: String,
    pub user_disabled: String,
    pub user_disabled_text: String,
    pub email_unverified: String,
    pub email_unverified_text: String,
    pub email_missing: String,
    pub email_missing_text: String,
    pub identity_conflict: String,
    pub identity_conflict_text: String,
    pub login_too_old: String,
    pub login_too_old_text: String,
    pub login_foreign: String,
    pub login_foreign_text: String,
    pub login_refused: String,
    pub login_refused_text: String,
    pub login_failed: String,
    pub login_failed_text: String,
    pub provider_unavailable: String,
    pub provider_unavailable_text: String,
    pub unavailable: String,
    pub unavailable_text: String,
    pub cross_site: String,
    pub cross_site_text: String,
    pub test_passed: String,
    pub test_passed_text: String,
    pub test_refreshes: String,
    pub test_refreshes_not: String,
    pub test_failed: String,
    pub test_failed_text: String,
    pub form_invalid: String,
    pub form_invalid_text: String,
    pub password_guessable: String,
    pub mail_activation_subject: String,
    pub mail_activation: String,
    pub mail_recovery_subject: String,
    pub mail_recovery: String,
    pub mail_federation_subject: String,
    pub mail_federation: String,
    pub signed_out_everywhere_text: String,
    pub home: String,
    pub page_refused: String,
    pub page_refused_text: String,
    pub home_platform: String,
    pub home_no_roles: String,
    pub home_roles: String,
    pub link_missing: String,
    pub link_missing_text: String,
    pub return_invalid: String,
    pub return_invalid_path: String,
    pub return_invalid_character: String,
    pub return_invalid_long: String,
    pub test_not_admin: String,
    pub test_outdated: String,
    pub test_outdated_text: String,
    pub setup: String,
    pub setup_text: String,
    pub setup_submit: String,
    pub setup_link_text: String,
    pub email_invalid: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Languages {
    en: Messages,
    de: Messages,
}

const TEXT: &str = include_str!("messages.json");

impl Messages {
    /// The texts in the language that an `Accept-Language` header prefers (RFC 9110, section 12.5.4): English or German.
    pub fn preferred(accept_language: Option<&str>) -> &'static Self {
        static LANGUAGES: OnceLock<Languages> = OnceLock::new();
        // A test reads the file: it is never empty here.
        let languages = LANGUAGES.get_or_init(|| serde_json::from_slice(TEXT.as_bytes()).unwrap_or_default());
        if prefers_german(accept_language.unwrap_or_default()) { &languages.de } else { &languages.en }
    }
}

fn prefers_german(accept_language: &str) -> bool {
    let weight = |language: &str| {
        let ranges = accept_language.split(',').filter_map(|range| {
            let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = range.trim().split('-').next()?.to_ascii_lowercase();
            let weight =
                parameters.trim().strip_prefix("q=").map_or(Some(1.0), |text| text.parse::<f64>().ok());
            (primary == language).then_some(weight?)
        });
        ranges.fold(0.0, f64::max)
    };
    weight("de") > weight("en")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_chooses_the_language() {
        for (header, language) in [
            (None, "en"),
            (Some(""), "en"),
            (Some("de"), "de"),
            (Some("de-CH, en;q=0.5"), "de"),
            (Some("en-GB,de;q=0.9"), "en"),
            (Some("fr, de;q=0.3, en;q=0.2"), "de"),
            (Some("DE;q=0.3, en;q=0.4"), "en"),
            (Some("de;q=x"), "en"),
        ] {
            assert_eq!(Messages::preferred(header).language, language, "{header:?}");
        }
    }
}
