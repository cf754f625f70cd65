//! The classes of objects. They differ in what their keys are and in which messages they take.

use edge_authorizer::accounts::SigningSet;
use edge_authorizer::{ProjectId, Role, Unavailable};
use service::host::{IssuerRequest, Key, Listed};
use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::object::Object;
use crate::message::{ListMessage, ProjectMessage, is_message, receive};
use crate::store::{ISSUER_STEPS, PROJECT_STEPS, REGISTRY_STEPS, SIGNING_KEYS_STEPS};

/// The object of one project.
#[durable_object(alarm)]
pub struct ProjectObject {
    object: Object,
}

impl DurableObject for ProjectObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state, env, PROJECT_STEPS) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if !is_message(&request) {
            return self.object.answer(request.inner()).await;
        }
        let (name, message) = receive::<Option<ProjectMessage<'_>>>(&mut request).await?;
        let key = project_key(&name).ok_or("this is no name of a project")?;
        match message {
            Some(ProjectMessage::Authenticate(question)) => {
                let (host, plane) = self.object.enter()?;
                let outcome = plane.authenticate_client(&host, &key, &question).await;
                Response::ok(serde_json::to_string(&outcome)?)
            }
            Some(ProjectMessage::AdmitRoles(roles)) => {
                let (host, plane) = self.object.enter()?;
                let roles: Vec<_> = roles.iter().filter_map(|role| Role::try_from(&**role).ok()).collect();
                let project = ProjectId::try_from(&*name).map_err(|_| "this is no name of a project")?;
                let answer = plane.admit_roles(&host, &project, &roles).await;
                let answer = answer.map_err(|Unavailable| "the record cannot be changed")?;
                Response::ok(serde_json::to_string(&answer)?)
            }
            None => self.object.published(&key).await,
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.object.wake(project_key).await
    }
}

fn project_key(name: &str) -> Option<Key> {
    ProjectId::try_from(name).ok().map(Key::Project)
}

/// The object of one issuer.
#[durable_object(alarm)]
pub struct IssuerObject {
    object: Object,
}

impl DurableObject for IssuerObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state, env, ISSUER_STEPS) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let (issuer, message) = receive::<IssuerRequest>(&mut request).await?;
        let (host, plane) = self.object.enter()?;
        let answer = plane.answer_issuer(&host, &issuer, &message).await;
        Response::ok(serde_json::to_string(&answer.map_err(|Unavailable| "the record cannot be read")?)?)
    }

    async fn alarm(&self) -> Result<Response> {
        self.object.wake(|issuer| Some(Key::Issuer(issuer.to_owned()))).await
    }
}

/// The one object of what belongs to no project: the routes, and the list of projects.
#[durable_object(alarm)]
pub struct RegistryObject {
    object: Object,
}

impl DurableObject for RegistryObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state, env, REGISTRY_STEPS) }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if !is_message(&request) {
            return self.object.answer(request.inner()).await;
        }
        let (_, message) = receive::<Option<ListMessage>>(&mut request).await?;
        let Some(ListMessage { project, exists, label }) = message else {
            return self.object.published(&Key::Routes).await;
        };
        let listed = exists.then(|| Listed { id: project.clone(), label });
        self.object.store().list(&project, listed.as_ref())?;
        Response::empty()
    }

    async fn alarm(&self) -> Result<Response> {
        self.object.wake(|_| Some(Key::Routes)).await
    }
}

/// The object of a set of keys that the gateway signs with.
#[durable_object(alarm)]
pub struct SigningKeysObject {
    object: Object,
}

impl DurableObject for SigningKeysObject {
    fn new(state: State, env: Env) -> Self {
        Self { object: Object::new(state, env, SIGNING_KEYS_STEPS) }
    }

    /// Messages are requests about the issuer, and `null`: for the keys.
    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if !is_message(&request) {
            return self.object.answer(request.inner()).await;
        }
        let (name, message) = receive::<Option<IssuerRequest>>(&mut request).await?;
        let (host, plane) = self.object.enter()?;
        let unavailable = |Unavailable| "the signing keys are unavailable";
        if let Some(message) = message {
            let answer = plane.answer_own_issuer(&host, &message).await.map_err(unavailable)?;
            return Response::ok(serde_json::to_string(&answer)?);
        }
        let set = SigningSet::named(&name).ok_or("this is no name of a set of keys")?;
        let keys = plane.answer_signing_keys(&host, set).await.map_err(unavailable)?;
        Response::ok(serde_json::to_string(&keys)?)
    }

    async fn alarm(&self) -> Result<Response> {
        let sets = |name: &str| {
            SigningSet::ALL.map(Key::SigningKeys).into_iter().find(|key| key.to_string() == name)
        };
        self.object.wake(sets).await
    }
}
