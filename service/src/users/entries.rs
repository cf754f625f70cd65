//! Users and sessions as rows of the directory.

use edge_authorizer::users::{LoginMethod, Session, User};

use crate::directory::Entry;
use crate::host::{Failure, Kind, Term, TermName};

impl Entry for User {
    const KIND: Kind = Kind::User;

    fn read(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(Failure::new)
    }

    fn write(&self) -> String {
        self.write()
    }

    fn terms(&self) -> Vec<Term> {
        let identities = self.identities.iter().map(|identity| Term::new(TermName::Identity, identity.key()));
        let projects = self.settings.projects.iter().map(|(id, _)| Term::new(TermName::Project, id.as_str()));
        let email = Term::new(TermName::Email, self.email().as_str());
        std::iter::once(email).chain(identities).chain(projects).collect()
    }
}

impl Entry for Session {
    const KIND: Kind = Kind::Session;

    fn read(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(Failure::new)
    }

    fn write(&self) -> String {
        self.write()
    }

    fn terms(&self) -> Vec<Term> {
        let mut terms = vec![Term::new(TermName::User, &*self.user)];
        if let LoginMethod::Federation(provider) = &self.by {
            terms.push(Term::new(TermName::ProviderSubject, provider.identity.key()));
            let sid = provider.sid.as_deref().map(|sid| provider_session(&provider.identity.iss, sid));
            terms.extend(sid.map(|sid| Term::new(TermName::ProviderSession, sid)));
        }
        terms
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some(self.ends_at() as f64)
    }
}

/// By what the sessions of one session at the provider are found.
pub fn provider_session(iss: &str, sid: &str) -> String {
    [iss, "\n", sid].concat()
}
