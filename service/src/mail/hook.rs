//! Mails by an HTTP hook: requests that are signed as Standard Webhooks are.

use base64ct::{Base64, Encoding};
use edge_authorizer::NumericDate;
use edge_authorizer::users::MailHookUrl;
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::host::{Failure, Fetch, FetchBody, FetchFailure, FetchLimits, FetchRequest, OutgoingMail};
use crate::settings::UnusableVariable;

/// The server that sends the mails.
pub struct MailHook {
    url: MailHookUrl,
    secret: Vec<u8>,
}

const URL: &str = "MAIL_HOOK_URL";
const SECRET: &str = "MAIL_HOOK_SECRET";

/// How a secret may begin.
const SECRET_PREFIX: &str = "whsec_";

/// The bytes of a secret.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// The limits of a request. Nothing of the answer is needed but its status.
const LIMITS: FetchLimits = FetchLimits { timeout_ms: 10_000, max_bytes: 64 * 1024 };

impl MailHook {
    /// Reads the variables `MAIL_HOOK_URL` and `MAIL_HOOK_SECRET`.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, UnusableVariable> {
        let variable = |name: &'static str| {
            let text = variable(name).filter(|text| !text.is_empty());
            text.ok_or_else(|| UnusableVariable::missing(name))
        };
        let url = MailHookUrl::try_from(&*variable(URL)?);
        let url = url.map_err(|expected| UnusableVariable::invalid(URL, expected))?;
        let secret = variable(SECRET)?;
        let secret = Base64::decode_vec(secret.strip_prefix(SECRET_PREFIX).unwrap_or(&secret)).ok();
        let secret = secret.filter(|bytes| SECRET_BYTES.contains(&bytes.len())).ok_or_else(|| {
            UnusableVariable::invalid(SECRET, "24 to 64 random bytes in base64 (`openssl rand -base64 32`)")
        })?;
        Ok(Self { url, secret })
    }

    /// Hands a mail over at `now`.
    pub async fn send(
        &self,
        host: &impl Fetch,
        mail: &OutgoingMail,
        now: NumericDate,
    ) -> Result<(), Failure> {
        let request = self.request(mail, now)?;
        match host.send(&request, LIMITS).await {
            Ok(answer) if (200..300).contains(&answer.status) => Ok(()),
            Ok(answer) => Err(Failure(format!("the mail hook answers with status {}", answer.status))),
            Err(FetchFailure::NoAnswer) => Err(Failure::new("the mail hook does not answer in time")),
            Err(FetchFailure::Unreachable) => Err(Failure::new("the mail hook cannot be reached")),
            Err(FetchFailure::Body) => {
                Err(Failure::new("the answer of the mail hook is too long or cut off"))
            }
        }
    }

    /// The request, with the id of the mail, the time, and the signature of both and the body.
    fn request(&self, mail: &OutgoingMail, now: NumericDate) -> Result<FetchRequest, Failure> {
        let OutgoingMail { id, to, subject, text } = mail;
        let body = json!({ "id": id, "to": to, "subject": subject, "text": text }).to_string();
        let timestamp = now.whole_seconds().to_string();
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).map_err(Failure::new)?;
        for part in [id, ".", &timestamp, ".", &body] {
            mac.update(part.as_bytes());
        }
        let signature = ["v1,", &Base64::encode_string(&mac.finalize().into_bytes())].concat();
        let headers = vec![
            ("webhook-id", id.clone()),
            ("webhook-timestamp", timestamp),
            ("webhook-signature", signature),
        ];
        Ok(FetchRequest { url: self.url.as_str().to_owned(), headers, body: Some(FetchBody::Json(body)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str, secret: &str) -> Result<MailHook, UnusableVariable> {
        MailHook::read(|name| Some(if name == URL { url } else { secret }.to_owned()))
    }

    #[test]
    fn requests_are_signed_as_the_specification_of_standard_webhooks_says() {
        // Its example secret; the signature is that of another implementation (`openssl dgst -sha256 -mac HMAC`).
        let hook = read("https://mail.example.com/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let mail = OutgoingMail {
            id: "msg_1".to_owned(),
            to: "ada@example.com".try_into().unwrap(),
            subject: "A subject".to_owned(),
            text: "A \"text\"\n".to_owned(),
        };
        let request = hook.request(&mail, NumericDate::from_seconds(1_800_000_000.4)).unwrap();
        let Some(FetchBody::Json(body)) = request.body else { panic!("no JSON") };
        assert_eq!(
            body,
            r#"{"id":"msg_1","subject":"A subject","text":"A \"text\"\n","to":"ada@example.com"}"#
        );
        let expected = [
            ("webhook-id", "msg_1".to_owned()),
            ("webhook-timestamp", "1800000000".to_owned()),
            ("webhook-signature", "v1,w6TJZuGZf2R6ucGPrvzYdL4bCTpWR+TIIWUaC2lvemE=".to_owned()),
        ];
        assert_eq!(request.headers, expected);
    }

    #[test]
    fn variables_that_cannot_be_used_are_named_without_the_secret() {
        let secret = Base64::encode_string(&[7; 32]);
        assert!(read("http://127.0.0.1:9025/", &secret).is_ok());
        for (url, secret, name) in [
            ("", &*secret, URL),
            ("http://mail.example.com", &secret, URL),
            ("https://mail.example.com", "", SECRET),
            ("https://mail.example.com", "whsec_", SECRET),
            ("https://mail.example.com", "geheim", SECRET),
            ("https://mail.example.com", &Base64::encode_string(&[7; 23]), SECRET),
            ("https://mail.example.com", &Base64::encode_string(&[7; 65]), SECRET),
        ] {
            let unusable = read(url, secret).err().unwrap();
            assert_eq!(unusable.name, name, "{url}");
            assert!(!unusable.to_string().contains("geheim"));
        }
    }
}
