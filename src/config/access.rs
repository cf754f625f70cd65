//! Who may use a route.

use crate::config::role::Roles;
use crate::document_reader::Node;
use crate::http::method::Method;

/// Who may use a route.
#[derive(Clone, Debug)]
pub enum Access {
    /// Anyone, without a token.
    Public,
    /// Callers with one of the roles that the request's method requires.
    Roles(MethodRoles),
}

/// The roles of which a caller needs one, by method. Methods that are not listed are denied.
#[derive(Clone, Debug, Default)]
pub struct MethodRoles {
    by_method: Vec<(Method, Roles)>,
    otherwise: Roles,
}

impl MethodRoles {
    /// The roles of which `method` requires one; empty where no role is enough. HEAD is treated as GET.
    pub fn required(&self, method: Method) -> &Roles {
        let method = if method == Method::Head { Method::Get } else { method };
        let listed = self.by_method.iter().find(|(other, _)| *other == method);
        listed.map_or(&self.otherwise, |(_, roles)| roles)
    }
}

impl Access {
    /// The methods that are allowed to anyone, in alphabetical order.
    pub fn methods(&self) -> Vec<Method> {
        let is_open = |method: &Method| match self {
            Self::Public => true,
            Self::Roles(roles) => !roles.required(*method).is_empty(),
        };
        Method::ALL.into_iter().filter(is_open).collect()
    }
}

impl MethodRoles {
    /// Reads `{"<method>": [role, …], "*": [role, …]}` of a route.
    #[inline(never)]
    pub fn read(node: &Node<'_>) -> Option<Self> {
        let mut access = Self::default();
        for (name, node) in node.members()? {
            let roles = || Roles::from(node.list().unwrap_or_default());
            match Method::try_from(name) {
                _ if name == "*" => access.otherwise = roles(),
                Ok(Method::Head) | Err(_) => {
                    node.fault(
                        "as its name one of DELETE, GET, OPTIONS, PATCH, POST, PUT, in upper case, or `*`; HEAD counts as GET",
                    );
                }
                Ok(method) => access.by_method.push((method, roles())),
            }
        }
        Some(access)
    }
}
