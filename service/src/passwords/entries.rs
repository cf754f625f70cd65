//! Links and counted attempts as rows of the directory.

use edge_authorizer::users::{Attempts, MailLink, SetupLink};

use crate::directory::Entry;
use crate::host::{Failure, Kind, Term, TermName};

impl Entry for MailLink {
    const KIND: Kind = Kind::Link;

    fn read(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(Failure::new)
    }

    fn write(&self) -> String {
        self.write()
    }

    fn terms(&self) -> Vec<Term> {
        vec![Term::new(TermName::User, &*self.user)]
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some(self.expires_at as f64)
    }
}

impl Entry for SetupLink {
    const KIND: Kind = Kind::Link;

    fn read(text: &str) -> Result<Self, Failure> {
        Self::read(text).map_err(Failure::new)
    }

    fn write(&self) -> String {
        self.write()
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some(self.expires_at as f64)
    }
}

impl Entry for Attempts {
    const KIND: Kind = Kind::Failure;

    /// Those that are forgotten first are the first in the order of its value.
    fn terms(&self) -> Vec<Term> {
        vec![Term::new(TermName::Time, format!("{:012}", self.until()))]
    }

    #[expect(clippy::cast_precision_loss, reason = "a time in seconds is exact")]
    fn expires_at(&self) -> Option<f64> {
        Some(self.until() as f64)
    }
}
