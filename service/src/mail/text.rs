//! What mails say.

use edge_authorizer::accounts::PublicUrl;

use super::queued_mail::MailContent;
use crate::pages::Messages;

/// Subject and text of a mail.
pub struct MailText {
    pub subject: String,
    pub text: String,
}

/// What a mail says in a language, or in both. `link` is what is secret in its link.
pub fn mail_text(
    content: &MailContent,
    link: Option<&str>,
    language: Option<&str>,
    public_url: &PublicUrl,
) -> MailText {
    let texts = match language {
        Some(language) => vec![Messages::preferred(Some(language))],
        None => vec![Messages::preferred(Some("en")), Messages::preferred(Some("de"))],
    };
    let parts: Vec<_> = texts.iter().map(|text| part(text, content, link, public_url)).collect();
    let joined =
        |of: fn(&MailText) -> &str, separator: &str| parts.iter().map(of).collect::<Vec<_>>().join(separator);
    MailText { subject: joined(|part| &part.subject, " / "), text: joined(|part| &part.text, "\n\n-- \n\n") }
}

fn part(text: &Messages, content: &MailContent, link: Option<&str>, public_url: &PublicUrl) -> MailText {
    let (subject, body) = match content {
        MailContent::Activation(_) => (&text.mail_activation_subject, &text.mail_activation),
        MailContent::Recovery(_) => (&text.mail_recovery_subject, &text.mail_recovery),
        MailContent::Federation(_) => (&text.mail_federation_subject, &text.mail_federation),
    };
    let public_url = public_url.as_str();
    let address = match link {
        Some(secret) => format!("{public_url}/auth/activation?link={secret}"),
        None => format!("{public_url}/auth/login"),
    };
    let provider = if let MailContent::Federation(issuer) = content { &**issuer } else { "" };
    let host = public_url.split_once("://").map_or(public_url, |(_, host)| host);
    let fill = |template: &str| {
        template.replace("{host}", host).replace("{provider}", provider).replace("{link}", &address)
    };
    MailText { subject: fill(subject), text: fill(body) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mail_has_one_link_in_each_language() {
        let url = PublicUrl::try_from("https://gateway.example.com").unwrap();
        let sealed = || "sealed".to_owned();
        for (content, link, expected) in [
            (
                MailContent::Activation(sealed()),
                Some("abc"),
                "https://gateway.example.com/auth/activation?link=abc",
            ),
            (
                MailContent::Recovery(sealed()),
                Some("abc"),
                "https://gateway.example.com/auth/activation?link=abc",
            ),
            (
                MailContent::Federation("https://op.example".to_owned()),
                None,
                "https://gateway.example.com/auth/login",
            ),
        ] {
            for (language, count) in [(Some("en"), 1), (Some("de"), 1), (None, 2)] {
                let MailText { subject, text } = mail_text(&content, link, language, &url);
                assert_eq!(text.matches(expected).count(), count, "{text}");
                assert!(
                    !subject.is_empty() && !subject.contains('\n') && !subject.contains("abc"),
                    "{subject}"
                );
                assert!(!text.contains(['{', '}']) && !text.contains("sealed"), "{text}");
            }
            let one = mail_text(&content, link, Some("de"), &url);
            assert_ne!(one.text, mail_text(&content, link, Some("en"), &url).text);
        }
        let federation =
            mail_text(&MailContent::Federation("https://op.example".to_owned()), None, None, &url);
        assert!(federation.text.contains("https://op.example"));
    }
}
