//! The data directory.

use std::fs::{DirBuilder, OpenOptions, remove_dir, remove_file};
use std::io::Result;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Makes the directory if it is not there, so that only its user can read it.
pub fn make(directory: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

/// Whether the directory can be made and written. Nothing of the attempt is left.
pub fn probe(directory: &Path) -> Result<()> {
    let missing: Vec<_> = directory.ancestors().filter(|folder| !folder.exists()).collect();
    let file = directory.join(format!(".probe-{}", std::process::id()));
    let probed = make(directory).and_then(|()| {
        OpenOptions::new().write(true).create_new(true).open(&file)?;
        remove_file(&file)
    });
    for folder in missing {
        let _not_made = remove_dir(folder);
    }
    probed
}
