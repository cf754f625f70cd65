//! A guess at the claim that has a token's roles, and at the template that reads them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::provider::Provider;
use crate::authz::role_reader::role_values;
use crate::config::role_template::{PROJECT, ROLE_NAME, RoleTemplate};
use crate::token::claim_path::ClaimPath;

/// A claim that may carry roles.
#[derive(Clone, Debug, PartialEq)]
pub struct RolesClaim {
    /// The name by which an entry finds it.
    pub name: String,
    /// Its values, without those that every user has.
    pub values: Vec<String>,
    /// The template that reads them.
    pub template: RoleTemplate,
    /// How many values the template reads as roles of the project; none where it does not name the project.
    pub of_project: usize,
}

/// The claim whose values look most like roles of `project`.
pub fn find_roles(
    provider: Provider,
    claims: &Map<String, Value>,
    project: Option<&str>,
) -> Option<RolesClaim> {
    let mut names: Vec<String> =
        provider.profile().roles_claims.iter().map(|name| (*name).to_owned()).collect();
    if matches!(provider, Provider::Keycloak | Provider::Other) {
        names.extend(clients_with_roles(claims));
    }
    if provider == Provider::Other {
        names.push("realm_access.roles".to_owned());
    }
    let mut best: Option<RolesClaim> = None;
    for name in names {
        let values = values_of(&name, claims).into_iter().filter(|value| !provider.gives_everybody(value));
        let values: Vec<_> = values.collect();
        let Some((template, of_project)) = guess_template(&values, project) else { continue };
        if best.as_ref().is_none_or(|best| of_project > best.of_project) {
            best = Some(RolesClaim { name, values, template, of_project });
        }
    }
    best
}

/// Keycloak's client roles, without the client `account`, which every user has roles of.
fn clients_with_roles(claims: &Map<String, Value>) -> Vec<String> {
    let clients = claims.get("resource_access").and_then(Value::as_object);
    let names = clients.into_iter().flatten().map(|(client, _)| client).filter(|client| *client != "account");
    let path = |client: &str| ClaimPath::nested(&["resource_access", client, "roles"]);
    names.filter_map(|client| Some(path(client).ok()?.as_str().to_owned())).collect()
}

/// The strings of a claim, as a decision reads them.
fn values_of(name: &str, claims: &Map<String, Value>) -> Vec<String> {
    let path = ClaimPath::try_from(name).ok();
    let values = path.and_then(|path| role_values(path.find(claims)?)).unwrap_or_default();
    values.into_iter().flatten().map(str::to_owned).collect()
}

/// The template that reads most of the values, and how many are roles of the project.
fn guess_template(values: &[String], project: Option<&str>) -> Option<(RoleTemplate, usize)> {
    let mut counts = BTreeMap::<String, (RoleTemplate, usize)>::new();
    for template in values.iter().filter_map(|value| with_project(value, project?)) {
        counts.entry(template.to_string()).or_insert((template, 0)).1 += 1;
    }
    let most = counts.into_values().max_by_key(|(_, count)| *count);
    most.or_else(|| Some((with_shared_prefix(values)?, 0)))
}

/// The characters that people put between a project and a role.
const SEPARATORS: [char; 6] = ['.', ':', '/', '_', '-', '#'];

/// The template of a value in which the project is beside a separator: `plant7.access`, `access:plant7`,
/// `apps/plant7/access`.
fn with_project(value: &str, project: &str) -> Option<RoleTemplate> {
    let (before, after) = value.split_once(project)?;
    let is_boundary = |text: &str| text.is_empty() || text.ends_with(SEPARATORS);
    let template = if let Some(separator) = after.chars().next().filter(|c| SEPARATORS.contains(c)) {
        let names_a_role = after.len() > separator.len_utf8();
        (is_boundary(before) && names_a_role).then(|| format!("{before}{PROJECT}{separator}{ROLE_NAME}"))
    } else {
        let separator = before.chars().next_back().filter(|c| SEPARATORS.contains(c))?;
        (after.is_empty() && before.len() > separator.len_utf8())
            .then(|| format!("{ROLE_NAME}{separator}{PROJECT}"))
    };
    RoleTemplate::try_from(&*template?).ok()
}

/// The template with the longest prefix, up to a separator, that all values share: `role_` of `role_access` and
/// `role_admin`.
fn with_shared_prefix(values: &[String]) -> Option<RoleTemplate> {
    let (first, others) = values.split_first()?;
    let is_shared = |prefix: &str| {
        let names_a_role = |value: &String| value.strip_prefix(prefix).is_some_and(|name| !name.is_empty());
        names_a_role(first) && others.iter().all(names_a_role)
    };
    let is_telling = !others.is_empty() || first.to_ascii_lowercase().starts_with("role");
    let ends = first.char_indices().filter(|(_, c)| SEPARATORS.contains(c)).map(|(at, c)| at + c.len_utf8());
    let prefixes = ends.filter_map(|end| first.get(..end)).filter(|prefix| is_telling && is_shared(prefix));
    let templates = std::iter::once("").chain(prefixes).map(|prefix| format!("{prefix}{ROLE_NAME}"));
    templates.filter_map(|template| RoleTemplate::try_from(&*template).ok()).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn guess(values: &[&str], project: Option<&str>) -> String {
        let values: Vec<_> = values.iter().map(|value| (*value).to_owned()).collect();
        guess_template(&values, project).unwrap().0.to_string()
    }

    #[test]
    fn template_is_guessed_from_the_project_beside_a_separator() {
        let project = Some("plant7");
        assert_eq!(guess(&["x", "plant7.access", "plant8.access"], project), "{project}.{roleName}");
        assert_eq!(guess(&["access:plant7"], project), "{roleName}:{project}");
        assert_eq!(guess(&["apps/plant7/access"], project), "apps/{project}/{roleName}");
        assert_eq!(guess(&["plant7-a", "plant7.b", "plant7.c"], project), "{project}.{roleName}");
        assert_eq!(guess(&["plant77.a", "xplant7.a", "plant7", "plant7."], project), "{roleName}");
    }

    #[test]
    fn template_is_guessed_from_a_shared_prefix_without_a_project() {
        assert_eq!(guess(&["role_access", "role_admin"], None), "role_{roleName}");
        assert_eq!(guess(&["app:x:read", "app:x:write", "app:y"], None), "app:{roleName}");
        assert_eq!(guess(&["ROLE_ADMIN"], None), "ROLE_{roleName}");
        assert_eq!(guess(&["plant7.access"], None), "{roleName}");
        assert_eq!(guess(&["read", "write"], Some("p")), "{roleName}");
        assert_eq!(guess(&["a{.x", "a{.y"], None), "{roleName}");
    }

    #[test]
    fn claim_with_most_roles_of_the_project_is_chosen() {
        let claims = json!({
            "realm_access": { "roles": ["offline_access", "member"] },
            "resource_access": {
                "account": { "roles": ["plant7.x"] },
                "my.app": { "roles": ["plant7.access"] }
            }
        });
        let claims = claims.as_object().unwrap();
        let name = |project| find_roles(Provider::Keycloak, claims, project).unwrap().name;
        assert_eq!(name(Some("plant7")), r"resource_access.my\.app.roles");
        assert_eq!(name(Some("other")), "realm_access.roles");
        assert_eq!(find_roles(Provider::Okta, claims, None), None);
    }
}
