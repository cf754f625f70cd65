//! Generates the JavaScript beside a wasm file of this workspace, as `wasm-bindgen --target web` does. It compiles in a
//! fraction of the time, and `Cargo.lock` pins its version.

use std::env;
use std::error::Error;

use wasm_bindgen_cli_support::Bindgen;

const USAGE: &str = "usage: bindgen <file.wasm> <folder> [--reset-state]";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let (wasm, folder, resets) = match arguments.as_slice() {
        [wasm, folder] => (wasm, folder, false),
        [wasm, folder, flag] if flag == "--reset-state" => (wasm, folder, true),
        _ => return Err(USAGE.into()),
    };
    let mut bindgen = Bindgen::new();
    bindgen.input_path(wasm).web(true)?.typescript(false).reset_state_function(resets);
    Ok(bindgen.generate(folder)?)
}
