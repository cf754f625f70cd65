//! What is stored sealed, and lasts.

use edge_authorizer::accounts::SigningSet;
use service::host::{Key, Kind};

use super::connection::{Connection, Result};
use super::key_name::name_of;

/// The names of the secrets by which signing keys or the federation's client secret are sealed.
pub fn sealing_keys(database: &dyn Connection) -> Result<Vec<&'static str>> {
    let has_keys = |set| {
        let record = "SELECT key FROM record WHERE key = ?1";
        database.row(record, &[name_of(&Key::SigningKeys(set)).into()]).map(|row| row.is_some())
    };
    let federation = "SELECT id FROM entry WHERE kind = ?1 LIMIT 1";
    let has_federation = database.row(federation, &[Kind::Federation.name().into()])?.is_some();
    let in_use = [
        ("SEALING_KEY", has_keys(SigningSet::AccessTokens)? || has_federation),
        ("EDGE_SEALING_KEY", has_keys(SigningSet::Assertions)?),
    ];
    Ok(in_use.into_iter().filter(|(_, is_in_use)| *is_in_use).map(|(name, _)| name).collect())
}
