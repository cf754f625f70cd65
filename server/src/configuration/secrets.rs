//! Secrets that a node makes itself if they are not set. They are in a file of the data directory that only its user can read.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use toml::{Table, Value};

use super::fault::Faults;
use super::file::syntax_error;
use super::variables::Variables;
use crate::crypto;

/// The file of the secrets in the data directory.
pub const SECRETS_FILE: &str = "secrets.toml";

/// The secrets that are made, each 32 random bytes.
pub const MADE: [&str; 3] = ["SEALING_KEY", "EDGE_SEALING_KEY", "ADMIN_TOKEN"];

/// Their former values, which the operator keeps there during a rotation.
pub const PREVIOUS: [&str; 3] = ["SEALING_KEY_PREVIOUS", "EDGE_SEALING_KEY_PREVIOUS", "ADMIN_TOKEN_PREVIOUS"];

/// What became of the secrets.
#[derive(Default)]
pub struct Secrets {
    /// The administrator's token, if it was made just now.
    pub new_admin_token: Option<String>,
}

/// A secret of the file that is set elsewhere to another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredSecret {
    /// Its name.
    pub name: String,
    /// Where the value is that is used, and where the other one. It has neither.
    pub reason: String,
}

/// Sets the secrets of the file that are not set, and returns those that are set to another value. A file that cannot be read is a
/// fault: what sealed the stored keys may be in it.
pub fn read_stored(data_dir: &Path, variables: &mut Variables, faults: &mut Faults) -> Vec<IgnoredSecret> {
    let file = data_dir.join(SECRETS_FILE);
    let mut ignored = Vec::new();
    let stored = match read(&file) {
        Ok(stored) => stored,
        Err(error) => {
            faults.add(file.display().to_string(), error);
            return ignored;
        }
    };
    for (name, value) in stored {
        let place = format!("{}: `{name}`", file.display());
        match value {
            _ if !MADE.iter().chain(&PREVIOUS).any(|known| *known == name) => {
                let names = [MADE, PREVIOUS].concat().join("`, `");
                faults.add(place, format_args!("expected one of `{names}`"));
            }
            Value::String(secret) if variables.has(&name) => {
                if variables.get(&name).unwrap_or_default() != secret {
                    let reason = format!(
                        "the value of {} is used, and another one in `{}` is not; remove one of the two",
                        variables.place_of(&name),
                        file.display()
                    );
                    ignored.push(IgnoredSecret { name, reason });
                }
            }
            _ if variables.has(&name) => {}
            Value::String(secret) => variables.set(&name, secret, place),
            _ => faults.add(place, "expected a text"),
        }
    }
    ignored
}

impl Secrets {
    /// Makes the secrets that are neither set nor in the file, and writes them there first. One that is set to nothing stays so. None
    /// of those that are `in_use` is made: a new one would open nothing of what the former one sealed.
    pub fn complete(data_dir: &Path, variables: &mut Variables, in_use: &[&str]) -> Result<Self> {
        let missing: Vec<_> = MADE.into_iter().filter(|name| !variables.has(name)).collect();
        if missing.is_empty() {
            return Ok(Self::default());
        }
        let file = data_dir.join(SECRETS_FILE);
        let mut stored = read(&file)?;
        let mut made = Self::default();
        let mut is_changed = false;
        for name in &missing {
            if stored.get(*name).and_then(Value::as_str).is_none() {
                if in_use.contains(name) {
                    return Err(lost(name, &file));
                }
                let secret = new_secret();
                if *name == "ADMIN_TOKEN" {
                    made.new_admin_token = Some(secret.clone());
                }
                stored.insert((*name).to_owned(), Value::String(secret));
                is_changed = true;
            }
        }
        if is_changed {
            write(&file, &stored)?;
        }
        for name in missing {
            if let Some(secret) = stored.get(name).and_then(Value::as_str) {
                variables.set(name, secret.to_owned(), format!("{}: `{name}`", file.display()));
            }
        }
        Ok(made)
    }
}

/// Why no other secret is made for one that was lost.
fn lost(name: &str, file: &Path) -> Error {
    let set = if name == "EDGE_SEALING_KEY" { "?set=assertions" } else { "" };
    Error::other(format!(
        "the database has keys that were sealed with `{name}`, which is neither set nor in `{}`; put that file back from the backup, or \
         set `{name}` to its former value. If it is lost, set a new one (`edge-authorizer keys` prints some), and then remove the keys \
         that it does not open: `DELETE /project-management-service/v1/issuer-keys/{{kid}}{set}`",
        file.display()
    ))
}

/// 32 random bytes in base64url.
pub fn new_secret() -> String {
    Base64UrlUnpadded::encode_string(&random())
}

/// A secret of mails' signatures as Standard Webhooks write it: 32 random bytes in base64.
pub fn new_mail_hook_secret() -> String {
    ["whsec_", &Base64::encode_string(&random())].concat()
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    crypto::fill(&mut bytes);
    bytes
}

fn read(file: &Path) -> Result<Table> {
    match std::fs::read_to_string(file) {
        Ok(text) => {
            let table = text.parse();
            table.map_err(|error| Error::new(ErrorKind::InvalidData, syntax_error(&text, &error)))
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(Table::new())
        }
        Err(error) => Err(error),
    }
}

/// Writes the file as a whole or not at all.
fn write(file: &Path, secrets: &Table) -> Result<()> {
    let lines =
        secrets.iter().filter_map(|(name, value)| Some(format!("{name} = \"{}\"\n", value.as_str()?)));
    let new = file.with_extension("new");
    let mut written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    written.write_all(lines.collect::<String>().as_bytes())?;
    written.sync_all()?;
    std::fs::rename(&new, file)?;
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn former_values_in_the_file_are_read_and_kept() {
        let folder = std::env::temp_dir().join(format!("edge-authorizer-secrets-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let text = "ADMIN_TOKEN = \"a\"\nADMIN_TOKEN_PREVIOUS = \"b\"\nSEALING_KEY_PREVIOUS = \"c\"\n";
        std::fs::write(folder.join(SECRETS_FILE), text).unwrap();
        let (mut variables, mut faults) = (Variables::default(), Faults::default());
        variables.set("SEALING_KEY_PREVIOUS", "set".to_owned(), String::new());
        let ignored = read_stored(&folder, &mut variables, &mut faults);
        assert!(faults.is_empty(), "{faults}");
        let ignored: Vec<_> = ignored.iter().map(|ignored| &*ignored.name).collect();
        assert_eq!(ignored, ["SEALING_KEY_PREVIOUS"]);
        assert_eq!(variables.get("ADMIN_TOKEN_PREVIOUS").as_deref(), Some("b"));
        assert_eq!(variables.get("SEALING_KEY_PREVIOUS").as_deref(), Some("set"), "what is set goes first");
        Secrets::complete(&folder, &mut variables, &["ADMIN_TOKEN"]).unwrap();
        let written = std::fs::read_to_string(folder.join(SECRETS_FILE)).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(written.contains("ADMIN_TOKEN_PREVIOUS = \"b\"\n"), "kept where others are made");
    }
}
