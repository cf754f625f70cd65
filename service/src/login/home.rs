//! The gateway's own page: who is signed in, and what they may do.

use edge_authorizer::login::{LoginRedirect, ReturnPath};
use edge_authorizer::users::User;
use edge_authorizer::{ErrorCode, Target, Unavailable};

use super::refusal::other_account;
use super::visit::{LOGIN_PATH, Visit, see_other};
use crate::directory::Stored;
use crate::host::LoginHost;
use crate::http::Response;
use crate::pages::{HomePage, Messages, page};

impl<H: LoginHost> Visit<'_, H> {
    /// Says who is signed in, and where `refused` is the path of a page, that their roles do not open it
    /// ([`LoginRedirect::RoleMissing`]); leads to the login where nobody is.
    pub async fn home(&self) -> Response {
        let refused = self.request.parameter("refused");
        let refused = match refused.map(|path| self.return_path(Some(&path))).transpose() {
            Ok(refused) => refused,
            Err(response) => return response,
        };
        let other_account = refused.as_ref().map(other_account);
        let refused = refused.as_ref().map(ReturnPath::as_str);
        match self.signed_in_user().await {
            Ok(Some(user)) => {
                let refused = refused.zip(other_account.as_deref());
                let (email, roles) = (user.value.email().as_str(), roles(&user.value, self.text));
                let code = refused.map(|_| ErrorCode::RoleMissing);
                let home = HomePage { text: self.text, email, roles, refused };
                Response { code, ..page(code.map_or(200, ErrorCode::status), &home) }
            }
            Ok(None) => match refused {
                Some(path) => see_other(&LoginRedirect::SignIn.location(&Target::split(path))),
                None => see_other(LOGIN_PATH),
            },
            Err(Unavailable) => self.unavailable(),
        }
    }

    async fn signed_in_user(&self) -> Result<Option<Stored<User>>, Unavailable> {
        let Some(cookie) = self.session_cookie() else { return Ok(None) };
        Ok(self.live_session(&cookie).await?.map(|(_, user)| user))
    }
}

fn roles<'u>(user: &'u User, text: &'u Messages) -> Vec<(&'u str, String)> {
    let settings = &user.settings;
    let in_projects = settings.projects.iter().map(|(project, roles)| (project.as_str(), roles));
    let on_platform = (!settings.roles.is_empty()).then_some((&*text.home_platform, &settings.roles));
    let joined = |roles: &[edge_authorizer::Role]| {
        roles.iter().map(edge_authorizer::Role::as_str).collect::<Vec<_>>().join(", ")
    };
    on_platform.into_iter().chain(in_projects).map(|(place, roles)| (place, joined(roles))).collect()
}
