//! The gateway's own page: who is signed in, and what they may do.

use edge_authorizer::Unavailable;
use edge_authorizer::users::User;

use super::visit::{LOGIN_PATH, Visit, see_other};
use crate::host::LoginHost;
use crate::http::Response;
use crate::pages::{HomePage, Messages, page};

impl<H: LoginHost> Visit<'_, H> {
    /// Says who is signed in; leads to the login where nobody is.
    pub async fn home(&self) -> Response {
        let Some(cookie) = self.session_cookie() else { return see_other(LOGIN_PATH) };
        match self.live_session(&cookie).await {
            Ok(Some((_, user))) => {
                let (email, roles) = (user.value.email().as_str(), roles(&user.value, self.text));
                page(200, &HomePage { text: self.text, email, roles })
            }
            Ok(None) => see_other(LOGIN_PATH),
            Err(Unavailable) => self.unavailable(),
        }
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
