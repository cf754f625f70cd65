//! The control plane of an isolate: its worker and its objects share what they remember, which so has one bound.

use std::cell::OnceCell;
use std::rc::Rc;

use cloudflare::console::Console;
use cloudflare::env::Env;
use cloudflare::host;
use cloudflare::signal::Signal;
use service::{AdminTokens, ControlPlane, InvalidVariable, IssuerSettings};

thread_local! {
    static PLANE: OnceCell<Rc<ControlPlane<Signal>>> = const { OnceCell::new() };
}

/// The control plane of the isolate, with the variables of its worker, which stay the same for as long as it lives.
pub fn plane(env: &Env) -> Result<Rc<ControlPlane<Signal>>, InvalidVariable> {
    let data = host::plane(env)?;
    let new = || {
        let admins = AdminTokens::read(|name| env.text(name), &Console);
        let issuer_settings = IssuerSettings::read(|name| env.text(name), &Console);
        Rc::new(ControlPlane::new(data, admins, issuer_settings))
    };
    Ok(PLANE.with(|cell| cell.get_or_init(new).clone()))
}
