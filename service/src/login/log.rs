//! The log lines of logins.

use super::visit::Visit;
use crate::host::LoginHost;
use crate::log;

impl<H: LoginHost> Visit<'_, H> {
    /// Writes the line of what became of a login or a session.
    pub fn log_login(&self, outcome: &str, user: Option<&str>, trace: &[String]) {
        self.host.info(&log::login(self.request, outcome, user, trace, self.host.now()));
    }
}
