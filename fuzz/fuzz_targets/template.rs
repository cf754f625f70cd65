//! Role templates. The input is three lines: a template, a project and a value of a roles claim.

#![no_main]

use edge_authorizer::{ProjectId, RoleTemplate};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &str| {
    let lines: Vec<_> = input.splitn(3, '\n').collect();
    let [text, project, value] = lines[..] else { return };
    let (Ok(template), Ok(project)) = (RoleTemplate::try_from(text), ProjectId::try_from(project)) else {
        return;
    };
    let written =
        |role: &str| text.replacen("{project}", project.as_str(), 1).replacen("{roleName}", role, 1);
    match template.extract(value, &project) {
        Some(role) => {
            assert!(!role.is_empty());
            assert_eq!(written(role), value, "what was read, written again, is the value");
        }
        None => {
            let (before, after) = template.around(&project);
            let is_of_form = value.starts_with(&before) && value.ends_with(&after);
            assert!(!is_of_form || value.len() <= before.len() + after.len(), "a role was overlooked");
        }
    }
    // The line itself for a role: what is written for it is read as it.
    if !value.is_empty() {
        assert_eq!(template.extract(&written(value), &project), Some(value));
    }
    // Another project's values are not this one's where a `.`, which no project's name has, ends the name.
    if text.starts_with("{project}.") && value.split('.').next() != Some(project.as_str()) {
        assert_eq!(template.extract(value, &project), None);
    }
});
