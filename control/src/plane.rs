//! The control plane of an isolate: its worker and its objects share what they remember, which so has one bound.

use std::cell::OnceCell;
use std::rc::Rc;

use cloudflare::env::Env;
use cloudflare::host::{self, Host, Place};
use cloudflare::signal::Signal;
use service::{AdminTokens, ControlPlane, InvalidVariable};

use crate::message::ask_issuer;

thread_local! {
    static PLANE: OnceCell<Rc<ControlPlane<Signal>>> = const { OnceCell::new() };
}

/// The host of what runs `at` a place, and the control plane of the isolate.
pub fn enter(env: Env, at: Place) -> Result<(Host, Rc<ControlPlane<Signal>>), InvalidVariable> {
    let plane = host::plane(&env)?;
    let host = Host { env, place: at, plane, ask: ask_issuer };
    let control = PLANE.with(|cell| {
        let new = || {
            let admins = AdminTokens::read(|name| host.env.text(name), &host);
            Rc::new(ControlPlane::new(host.plane.clone(), admins))
        };
        cell.get_or_init(new).clone()
    });
    Ok((host, control))
}
