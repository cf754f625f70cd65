//! Makes a table of the static files: what is in `www/`, as far as it is built.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../www").canonicalize()?;
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files)?;
    files.sort();
    let entry = |file: &PathBuf| {
        let path = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().replace('\\', "/");
        format!("(\"/{path}\", include_bytes!({:?}).as_slice()),\n", file.display().to_string())
    };
    let table: String = files.iter().map(entry).collect();
    let target = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("files.rs");
    fs::write(target, format!("&[\n{table}]\n"))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
