//! The template by which roles are read from the values of a claim.

use std::fmt::{self, Display};

use crate::project_id::ProjectId;

/// The form that role values of a claim have: `{roleName}` exactly once, `{project}` at most once, literal text around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTemplate {
    before: Part,
    after: Part,
}

/// The text on one side of the role name. If there are two literals, the project's name is between them.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    first: String,
    second: Option<String>,
}

/// The placeholder of the role name.
pub const ROLE_NAME: &str = "{roleName}";

/// The placeholder of the project.
pub const PROJECT: &str = "{project}";

impl Part {
    fn new(text: &str) -> Self {
        let (first, second) =
            text.split_once(PROJECT).map_or((text, None), |(first, rest)| (first, Some(rest)));
        Self { first: first.to_owned(), second: second.map(str::to_owned) }
    }

    fn strip_start<'v>(&self, value: &'v str, project: &str) -> Option<&'v str> {
        let rest = value.strip_prefix(&*self.first)?;
        let Some(second) = &self.second else { return Some(rest) };
        rest.strip_prefix(project)?.strip_prefix(&**second)
    }

    fn strip_end<'v>(&self, value: &'v str, project: &str) -> Option<&'v str> {
        let Some(second) = &self.second else { return value.strip_suffix(&*self.first) };
        value.strip_suffix(&**second)?.strip_suffix(project)?.strip_suffix(&*self.first)
    }

    fn for_project(&self, project: &ProjectId) -> String {
        self.second
            .as_ref()
            .map_or_else(|| self.first.clone(), |second| format!("{}{project}{second}", self.first))
    }

    fn has_braces(&self) -> bool {
        let has_braces = |text: &str| text.contains(['{', '}']);
        has_braces(&self.first) || self.second.as_deref().is_some_and(has_braces)
    }
}

impl RoleTemplate {
    /// The role name that `value` carries for `project`, if it has the template's form: the template's literal prefix
    /// and suffix around a non-empty rest.
    pub fn extract<'v>(&self, value: &'v str, project: &ProjectId) -> Option<&'v str> {
        let project = project.as_str();
        let name = self.after.strip_end(self.before.strip_start(value, project)?, project)?;
        (!name.is_empty()).then_some(name)
    }

    /// The literal text before and after a role name for `project`.
    pub fn around(&self, project: &ProjectId) -> (String, String) {
        (self.before.for_project(project), self.after.for_project(project))
    }

    /// Whether any value has this form: there is nothing around the role name.
    pub fn takes_any_value(&self) -> bool {
        [&self.before, &self.after].into_iter().all(|part| part.first.is_empty() && part.second.is_none())
    }

    /// Whether a value can be read as a role of two projects. This is so if the text between project and role could be part of a
    /// project's name: with `-`, `a-b-c` is the role `b-c` of `a` and the role `c` of `a-b`.
    pub fn confuses_projects(&self) -> bool {
        let after_project = self.before.second.as_ref();
        let between = after_project.or_else(|| self.after.second.as_ref().map(|_| &self.after.first));
        between.is_some_and(|text| text.bytes().all(ProjectId::may_contain))
    }
}

impl Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.first)?;
        self.second.as_ref().map_or(Ok(()), |second| write!(f, "{PROJECT}{second}"))
    }
}

impl Display for RoleTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{ROLE_NAME}{}", self.before, self.after)
    }
}

/// The text is not a role template.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a text with `{{roleName}}` exactly once, `{{project}}` at most once, and no other braces")]
pub struct InvalidRoleTemplate;

impl TryFrom<&str> for RoleTemplate {
    type Error = InvalidRoleTemplate;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let (before, after) = text.split_once(ROLE_NAME).ok_or(InvalidRoleTemplate)?;
        let (before, after) = (Part::new(before), Part::new(after));
        let names_project_twice = before.second.is_some() && after.second.is_some();
        // A second `{project}` on one side has braces like anything else.
        if names_project_twice || before.has_braces() || after.has_braces() {
            return Err(InvalidRoleTemplate);
        }
        Ok(Self { before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extract<'v>(template: &str, value: &'v str, project: &str) -> Option<&'v str> {
        let project = ProjectId::try_from(project).unwrap();
        RoleTemplate::try_from(template).unwrap().extract(value, &project)
    }

    #[test]
    fn reads_the_role_between_prefix_and_suffix() {
        assert_eq!(extract("{project}.{roleName}", "p1.admin", "p1"), Some("admin"));
        assert_eq!(extract("role_{roleName}", "role_admin", "p1"), Some("admin"));
        assert_eq!(extract("{roleName}@{project}", "admin@p1", "p1"), Some("admin"));
        assert_eq!(extract("a.{project}:{roleName}-b", "a.p1:admin-b", "p1"), Some("admin"));
        assert_eq!(extract("a-{roleName}:{project}.b", "a-admin:p1.b", "p1"), Some("admin"));
        assert_eq!(extract("{roleName}", "a.b", "p1"), Some("a.b"));
    }

    #[test]
    fn roles_of_other_projects_and_empty_names_do_not_match() {
        assert_eq!(extract("{project}.{roleName}", "p2.admin", "p1"), None);
        for value in ["a-admin:p2.b", "a-admin:p1b", "a-adminp1.b", "b-admin:p1.b", "a-admin:p1.bc"] {
            assert_eq!(extract("a-{roleName}:{project}.b", value, "p1"), None, "{value}");
        }
        for value in ["a.p2:admin-b", "ap1:admin-b", "a.p1admin-b", "b.p1:admin-b", "a.p1:admin"] {
            assert_eq!(extract("a.{project}:{roleName}-b", value, "p1"), None, "{value}");
        }
        assert_eq!(extract("{project}.{roleName}", "p1.", "p1"), None);
        assert_eq!(extract("{project}.{roleName}", "p1", "p1"), None);
        assert_eq!(extract("{roleName}-{project}", "p1", "p1"), None);
        assert_eq!(extract("aba{roleName}aba", "ababa", "p1"), None);
        assert_eq!(extract("{project}.{roleName}", "{project}.admin", "p1"), None);
    }

    #[test]
    fn confuses_projects_without_a_separator_outside_project_names() {
        let confuses = |template: &str| RoleTemplate::try_from(template).unwrap().confuses_projects();
        for confusing in [
            "{project}-{roleName}",
            "{project}{roleName}",
            "{roleName}_in_{project}",
            "a.{project}x{roleName}",
        ] {
            assert!(confuses(confusing), "{confusing}");
        }
        for clear in ["{project}.{roleName}", "{roleName}", "{roleName}@{project}", "{project}-:-{roleName}"]
        {
            assert!(!confuses(clear), "{clear}");
        }
        assert_eq!(extract("{project}-{roleName}", "a-b-c", "a"), Some("b-c"));
        assert_eq!(extract("{project}-{roleName}", "a-b-c", "a-b"), Some("c"));
    }

    #[test]
    fn template_is_displayed_as_written() {
        for text in ["{roleName}", "role_{roleName}", "a.{project}:{roleName}-b", "a-{roleName}:{project}.b"]
        {
            let template = RoleTemplate::try_from(text).unwrap();
            assert_eq!(template.to_string(), text);
            assert_eq!(template.takes_any_value(), text == ROLE_NAME, "{text}");
        }
        assert!(!RoleTemplate::try_from("{project}{roleName}").unwrap().takes_any_value());
    }

    #[test]
    fn template_requires_one_role_name_and_at_most_one_project() {
        for bad in [
            "",
            "x",
            "{project}",
            "{roleName}{roleName}",
            "{project}{project}{roleName}",
            "{x}{roleName}",
            "{roleName}}",
        ] {
            assert_eq!(RoleTemplate::try_from(bad), Err(InvalidRoleTemplate), "{bad}");
        }
        assert_eq!(RoleTemplate::try_from("{pro{roleName}ject}"), Err(InvalidRoleTemplate));
    }
}
