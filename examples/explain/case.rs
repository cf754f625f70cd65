//! A request, and all that decides on it.

use std::fmt::Display;
use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use edge_authorizer::inspection::{NarrativeContext, answer};
use edge_authorizer::{
    Claims, Clock, ErrorCode, Explanation, KeySet, NumericDate, ProjectId, Request, RequestPath, Routes,
    SimulationStep, Snapshot, Step, Token, TokenCache, Unavailable, authorize, simulate, strict_json,
};
use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::signature;

/// A request, and all that decides on it.
pub struct Case {
    bearer: Bearer,
    method: String,
    path: String,
    routes: Routes,
    /// What is assumed of the route, if no routes were given.
    assumed: Option<String>,
    project: ProjectId,
    snapshot: Arc<Snapshot>,
    keys: Option<Arc<KeySet>>,
    clock: Clock,
}

enum Bearer {
    Nobody,
    Token(String),
    Claims(Map<String, Value>),
}

impl Case {
    /// Reads all that the command line names.
    pub fn read(arguments: Arguments) -> Result<Self, String> {
        let Arguments { path, method, .. } = arguments;
        let project = arguments
            .project
            .as_deref()
            .map(|project| parse::<ProjectId>("--project", project))
            .transpose()?;
        let (routes, assumed) = if let Some(file) = &arguments.routes {
            let routes = Routes::parse(&read_json(file)?);
            (routes.map_err(|faults| format!("{}: {faults}", file.display()))?, None)
        } else {
            let (template, routes) = one_route(&path, project.as_ref(), &arguments.role)?;
            let roles = arguments.role.join("` or `");
            let assumed = format!(
                "no --routes: assuming that `{template}` and all below it require the role `{roles}`"
            );
            (routes, Some(assumed))
        };
        let project = project.or_else(|| named_by(&routes, &path));
        let project = project.ok_or("the path names no project: name it by --project")?;
        let bearer = match (arguments.token, arguments.claims) {
            (Some(token), _) if token == "-" => Bearer::Token(read_input()?),
            (Some(token), _) => Bearer::Token(token),
            (None, Some(file)) => match read_json(&file)? {
                Value::Object(claims) => Bearer::Claims(claims),
                _ => return Err(format!("{}: expected an object of claims", file.display())),
            },
            (None, None) => Bearer::Nobody,
        };
        let read_keys = |file| {
            KeySet::parse(&read_json(file)?).map_err(|error| format!("{}: expected {error}", file.display()))
        };
        Ok(Self {
            bearer,
            method,
            path,
            routes,
            assumed,
            project,
            snapshot: Arc::new(read_entries(&arguments.idp)?),
            keys: arguments.jwks.as_deref().map(read_keys).transpose()?.map(Arc::new),
            clock: Clock {
                now: arguments.now.map_or_else(now, NumericDate::from_seconds),
                skew: arguments.skew,
            },
        })
    }

    /// What is assumed of the route, if no routes were given.
    pub fn assumed(&self) -> Option<&str> {
        self.assumed.as_deref()
    }

    /// What becomes of the request.
    pub fn explain(&self) -> Explanation {
        let authorization = match &self.bearer {
            Bearer::Token(token) => Some(format!("Bearer {token}")),
            Bearer::Claims(_) | Bearer::Nobody => None,
        };
        let request = Request {
            method: &self.method,
            path: &self.path,
            authorization: authorization.as_deref(),
            session: None,
            origin: None,
            asks_for_method: false,
        };
        match &self.bearer {
            Bearer::Claims(claims) => match simulate(&self.routes, &request, claims.clone(), self.clock) {
                SimulationStep::Explained(explanation) => explanation,
                SimulationStep::NeedProject(need) => {
                    let entries = self.entries_of(need.project());
                    need.resume(Ok(entries))
                }
            },
            Bearer::Token(_) | Bearer::Nobody => self.decide(&request),
        }
    }

    fn decide(&self, request: &Request<'_>) -> Explanation {
        let first = authorize(&self.routes, request, self.clock, &mut TokenCache::default());
        let mut step = first.without_sessions(self.clock);
        loop {
            step = match step {
                Step::Decided(decision) => return decision.into(),
                Step::NeedProject(need) => {
                    let entries = self.entries_of(need.project());
                    need.resume(Ok(entries))
                }
                Step::NeedKeys(need) => need.resume(self.keys.clone().ok_or(Unavailable)),
                Step::NeedCheck(need) => {
                    let outcome = signature::check(&need.check());
                    need.resume(outcome)
                }
            }
        }
    }

    fn entries_of(&self, project: &ProjectId) -> Option<Arc<Snapshot>> {
        (*project == self.project).then(|| self.snapshot.clone())
    }

    /// The same as the API answers it.
    pub fn answer(&self, explanation: &Explanation) -> Value {
        let token = match &self.bearer {
            Bearer::Token(token) => Token::parse(token).ok(),
            Bearer::Claims(_) | Bearer::Nobody => None,
        };
        let claims = match &self.bearer {
            Bearer::Claims(claims) => Claims::new(claims.clone(), None).ok(),
            Bearer::Token(_) | Bearer::Nobody => None,
        };
        let claims = claims.as_ref().or(token.as_ref().map(Token::unverified_claims));
        let (idps, project, clock) = (self.snapshot.idps(), &self.project, self.clock);
        let mut answer = answer(explanation, NarrativeContext { idps, project, claims, clock });
        if explanation.code == Some(ErrorCode::KeysUnavailable) {
            let lines = answer.get_mut("lines").and_then(Value::as_array_mut);
            let last = lines.and_then(|lines| lines.last_mut()).and_then(|line| line.get_mut("text"));
            if let Some(text) = last {
                *text = NO_KEYS.into();
            }
            if let Some(text) = answer.get_mut("text") {
                *text = NO_KEYS.into();
            }
        }
        answer
    }
}

/// Without `--jwks` there are no keys to wait for.
const NO_KEYS: &str = "The signature cannot be checked: give the issuer's keys with `--jwks`.";

/// The routes where none are given: one, in which the project is where it stands in the path, or else third.
fn one_route(path: &str, project: Option<&ProjectId>, roles: &[String]) -> Result<(String, Routes), String> {
    // An ambiguous path is refused whatever the routes are.
    let path = RequestPath::try_from(path)
        .map_or("/service/v1/project".to_owned(), |path| path.decoded().to_owned());
    let mut segments: Vec<_> = path.split('/').collect();
    let is_project = |segment: &&str| project.is_some_and(|project| project.as_str() == *segment);
    let position = segments.iter().position(is_project).unwrap_or(3);
    let segment = segments.get_mut(position);
    *segment.ok_or("the path does not name the project: give --routes or --project")? = "{project}";
    segments.truncate(position + 1);
    let template = segments.join("/");
    let routes = [template.clone(), format!("{template}/{{*rest}}")]
        .map(|path| json!({ "path": path, "origin": "origin", "access": { "*": roles } }));
    let origins = json!({ "origin": { "url": "https://origin.example" } });
    let routes = Routes::parse(&json!({ "origins": origins, "routes": routes }));
    Ok((template, routes.map_err(|faults| faults.to_string())?))
}

fn named_by(routes: &Routes, path: &str) -> Option<ProjectId> {
    let path = RequestPath::try_from(path).ok()?;
    let found = routes.find(&path).ok()??;
    ProjectId::try_from(found.project?).ok()
}

fn read_entries(files: &[impl AsRef<Path>]) -> Result<Snapshot, String> {
    let mut snapshot = Map::from_iter([("version".to_owned(), json!(1))]);
    let mut idps = Vec::new();
    for file in files {
        match read_json(file.as_ref())? {
            Value::Array(entries) => idps.extend(entries),
            Value::Object(mut stored) if stored.contains_key("idps") => {
                if let Some(Value::Array(entries)) = stored.remove("idps") {
                    idps.extend(entries);
                }
                snapshot.extend(stored);
            }
            entry => idps.push(entry),
        }
    }
    snapshot.insert("idps".to_owned(), Value::Array(idps));
    Snapshot::parse(&Value::Object(snapshot)).map_err(|faults| format!("--idp: {faults}"))
}

fn read_json(file: &Path) -> Result<Value, String> {
    let says = |error: &dyn Display| format!("{}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| says(&error))?;
    strict_json::from_slice(&bytes).map_err(|error| says(&error))
}

fn read_input() -> Result<String, String> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text).map_err(|error| format!("standard input: {error}"))?;
    Ok(text.trim().to_owned())
}

fn parse<'t, T: TryFrom<&'t str, Error: Display>>(name: &str, text: &'t str) -> Result<T, String> {
    T::try_from(text).map_err(|error| format!("{name}: expected {error}"))
}

#[allow(clippy::disallowed_methods, reason = "the command line is not the core")]
fn now() -> NumericDate {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    NumericDate::from_seconds(since.map_or(0.0, |since| since.as_secs_f64()))
}
