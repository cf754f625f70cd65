//! The variables that both workers have.

use std::cell::OnceCell;
use std::ops::RangeInclusive;
use std::rc::Rc;

use edge_authorizer::RefreshPolicy;

use crate::env::Env;

/// What the variables of a `wrangler.toml` say.
pub struct Settings {
    /// `CLOCK_SKEW_SECONDS`: how far clocks may differ.
    pub clock_skew: f64,
    /// `CONFIG_TTL_SECONDS`: how long a value read from KV is fresh.
    pub config_ttl: f64,
    /// `JWKS_LIFE_SECONDS`, `JWKS_COOLDOWN_SECONDS`, `JWKS_MAX_STALE_SECONDS`: when keys are fetched and how long they
    /// serve.
    pub keys: RefreshPolicy,
}

/// A variable has a value that it cannot have: its name, and what would be right.
#[derive(Debug)]
pub struct InvalidVariable(pub &'static str, pub String);

thread_local! {
    static SETTINGS: OnceCell<Rc<Settings>> = const { OnceCell::new() };
}

impl Settings {
    /// The variables, which are the same for as long as the worker runs.
    pub fn get(env: &Env) -> Result<Rc<Self>, InvalidVariable> {
        if let Some(settings) = SETTINGS.with(|cell| cell.get().cloned()) {
            return Ok(settings);
        }
        let settings = Rc::new(Self::read(env)?);
        Ok(SETTINGS.with(|cell| cell.get_or_init(|| settings).clone()))
    }

    /// Reads the variables; one that is absent has its default.
    fn read(env: &Env) -> Result<Self, InvalidVariable> {
        Ok(Self {
            clock_skew: seconds(env, "CLOCK_SKEW_SECONDS", 30, 0..=300)?,
            config_ttl: seconds(env, "CONFIG_TTL_SECONDS", 30, 0..=3600)?,
            keys: RefreshPolicy {
                max_lifetime: seconds(env, "JWKS_LIFE_SECONDS", 3600, 1..=86_400)?,
                cooldown: seconds(env, "JWKS_COOLDOWN_SECONDS", 30, 1..=3600)?,
                max_stale: seconds(env, "JWKS_MAX_STALE_SECONDS", 86_400, 1..=604_800)?,
            },
        })
    }
}

fn seconds(
    env: &Env,
    name: &'static str,
    default: u32,
    range: RangeInclusive<u32>,
) -> Result<f64, InvalidVariable> {
    let number = env.text(name).map_or(Some(default), |text| text.parse().ok());
    number.filter(|number| range.contains(number)).map(f64::from).ok_or_else(|| {
        InvalidVariable(name, format!("a whole number from {} to {}", range.start(), range.end()))
    })
}
