//! The form of the paths of a route, in the syntax of `matchit`. Paths are matched in `routes.rs`.

use crate::document_reader::Node;
use crate::http::own_path::OwnPath;

/// The most parameters of a path; `matchit` panics at 26.
const MAX_PARAMETERS: usize = 16;

/// Reads the template of a route. Only a public route may lack `{project}`.
#[inline(never)]
pub fn read_template(node: &Node<'_>, is_public: bool) -> Option<String> {
    let template = node.text()?;
    let Some(path) = template.strip_prefix('/') else {
        node.fault("a path that begins with `/`");
        return None;
    };
    let last = path.split('/').count() - 1;
    let is_odd = |(index, segment): (usize, &str)| {
        matches!(segment, "." | "..") || (segment.is_empty() && index != last)
    };
    if path.split('/').enumerate().any(is_odd)
        || template.contains(['%', '\\'])
        || template.contains(char::is_control)
    {
        node.fault("a path in its decoded form, without empty, `.` and `..` segments");
        return None;
    }
    if let Some(own) = OwnPath::reserved(template) {
        node.fault(format_args!("a path outside `{own}`, which the authorizer itself answers"));
        return None;
    }
    if template.matches('{').count() > MAX_PARAMETERS {
        node.fault(format_args!("a path with at most {MAX_PARAMETERS} parameters"));
        return None;
    }
    let projects = path.split('/').filter(|segment| *segment == "{project}").count();
    let named = ["{project}", "{*project}"].map(|name| template.matches(name).count()).iter().sum::<usize>();
    if named != projects || projects > 1 || (projects == 0 && !is_public) {
        node.fault("a path with one segment `{project}`, or a route that is `public` and has none");
        return None;
    }
    Some(template.to_owned())
}
