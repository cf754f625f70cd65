//! A caller whom an entry of a project identifies.

use std::marker::PhantomData;
use std::sync::Arc;

use crate::authz::evidence::Evidence;
use crate::authz::identity::Identity;
use crate::authz::matching;
use crate::authz::trace::Trace;
use crate::config::custom_idp::CustomIdp;
use crate::project_id::ProjectId;

/// A caller whom an entry identifies, by evidence of the strength `S`.
#[derive(Debug)]
pub struct Principal<S> {
    identity: Arc<Identity>,
    names_owner: bool,
    strength: PhantomData<S>,
}

impl<S> Clone for Principal<S> {
    fn clone(&self) -> Self {
        Self { identity: self.identity.clone(), ..*self }
    }
}

impl<S> Principal<S> {
    /// The caller as `idp` identifies them by the evidence; `None` if the id claim does not name one. This is the only way to
    /// a principal, so its strength is that of the evidence.
    pub(crate) fn identify(
        idp: &CustomIdp,
        evidence: &impl Evidence<Strength = S>,
        project: &ProjectId,
        trace: &mut Trace,
    ) -> Option<Self> {
        let identity = Arc::new(matching::identify(idp, evidence.claims(), project, trace)?);
        Some(Self { identity, names_owner: idp.names_owner(), strength: PhantomData })
    }

    /// Who it is.
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// Whether the entry itself names the role `owner`.
    pub fn names_owner(&self) -> bool {
        self.names_owner
    }
}
