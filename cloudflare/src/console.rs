//! Log lines: the platform takes them from the console.

use edge_authorizer::NumericDate;
use service::host::{Clock, LogSink};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::http;

/// Where log lines go.
#[derive(Clone, Copy, Debug)]
pub struct Console;

impl Clock for Console {
    fn now(&self) -> NumericDate {
        http::now()
    }
}

impl LogSink for Console {
    fn info(&self, line: &str) {
        log(line);
    }

    fn warn(&self, line: &str) {
        warn(line);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console)]
    fn log(line: &str);

    #[wasm_bindgen(js_namespace = console)]
    fn warn(line: &str);
}
