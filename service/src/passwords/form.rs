//! What all forms about passwords have in common.

use edge_authorizer::accounts::Form;
use edge_authorizer::login::{InvalidReturnPath, ReturnPath};
use edge_authorizer::users::WeakPassword;
use edge_authorizer::{ErrorCode, Unavailable};

use super::limits::NotAdmitted;
use crate::directory::{Stored, absent};
use crate::host::{LoginHost, RowChange};
use crate::http::{Body, Response};
use crate::login::{FEDERATION, FederationRow, LOGIN_PATH, Visit};
use crate::pages::{Link, Message, page};

/// The longest form, in bytes: a password of 256 characters and a return path, percent-encoded.
const MAX_FORM: usize = 16 * 1024;

/// The configuration of the federation, none of which is active.
pub struct NotFederated(Option<Stored<FederationRow>>);

impl NotFederated {
    /// What must hold when something that needs it is committed.
    pub fn condition(&self) -> RowChange {
        match &self.0 {
            Some(stored) => stored.unchanged(),
            None => absent::<FederationRow>(FEDERATION),
        }
    }
}

impl<H: LoginHost> Visit<'_, H> {
    /// The form that a page of this host sent, while no federation is active.
    pub async fn password_form(&self, body: impl Body) -> Result<(Form, NotFederated), Response> {
        if !self.is_same_origin() {
            return Err(self.cross_site());
        }
        let refuse = |reason: &str| {
            let paragraphs = vec![&*self.text.form_invalid_text, reason];
            self.problem_with(
                ErrorCode::RequestInvalid,
                &self.text.form_invalid,
                paragraphs,
                self.try_again(),
            )
        };
        let body = body.read(MAX_FORM).await.map_err(|_| refuse("the form is too long or incomplete"))?;
        let form = Form::parse(&body.unwrap_or_default()).map_err(|fault| refuse(fault.reason()))?;
        Ok((form, self.not_federated().await?))
    }

    /// The password of a form, in the one spelling in which it is hashed (NIST SP 800-63B, section 3.1.1.2): keyboards differ in how
    /// they compose letters.
    pub fn password_in(&self, form: &Form) -> String {
        self.host.nfkc(form.get("password").unwrap_or_default())
    }

    /// That no federation is active; otherwise the page that says where users sign in.
    pub async fn not_federated(&self) -> Result<NotFederated, Response> {
        match FederationRow::load(self.host).await {
            Ok(Some(row)) if row.value.federation.active => Err(self.at_provider()),
            Ok(row) => Ok(NotFederated(row)),
            Err(Unavailable) => Err(self.unavailable()),
        }
    }

    /// The page that says that users sign in at the company's provider.
    fn at_provider(&self) -> Response {
        let text = self.text;
        let link = Link { target: LOGIN_PATH, text: &text.sign_in };
        self.message(403, [&text.sign_in_at_provider, &text.sign_in_at_provider_text], Some(link))
    }

    /// A page with a heading and a paragraph.
    pub fn message(&self, status: u16, [heading, paragraph]: [&str; 2], link: Option<Link<'_>>) -> Response {
        page(status, &Message { link, ..Message::new(self.text, heading, paragraph) })
            .with("x-request-id", &self.request.id)
    }

    /// Why a password may not be set.
    pub fn weakness(&self, weak: WeakPassword) -> &'static str {
        match weak {
            WeakPassword::TooShort => &self.text.password_too_short,
            WeakPassword::TooLong => &self.text.password_too_long,
            WeakPassword::Common => &self.text.password_common,
            WeakPassword::Guessable => &self.text.password_guessable,
        }
    }

    /// The path to which a login returns.
    pub fn return_path(&self, given: Option<&str>) -> Result<ReturnPath, Response> {
        let path = given.map_or(Ok(ReturnPath::home()), |path| ReturnPath::new(path, None));
        path.map_err(|invalid| {
            let text = self.text;
            let reason = match invalid {
                InvalidReturnPath::Path(_) => &text.return_invalid_path,
                InvalidReturnPath::Character => &text.return_invalid_character,
                InvalidReturnPath::TooLong => &text.return_invalid_long,
            };
            self.problem(ErrorCode::RequestInvalid, &text.return_invalid, reason)
        })
    }

    /// The answer to an attempt that is not made.
    pub fn not_admitted(&self, reason: &NotAdmitted, form: Response) -> Response {
        match reason {
            NotAdmitted::Later(seconds) => {
                self.log_login("throttled", None, &[]);
                Response { status: 429, ..form }.with("retry-after", &seconds.to_string())
            }
            NotAdmitted::Unavailable => self.unavailable(),
        }
    }
}
