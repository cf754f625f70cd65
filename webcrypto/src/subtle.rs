//! WebCrypto.

use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Crypto, SubtleCrypto};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_name = crypto)]
    static CRYPTO: Crypto;
}

/// WebCrypto.
pub fn subtle() -> SubtleCrypto {
    CRYPTO.with(Crypto::subtle)
}
