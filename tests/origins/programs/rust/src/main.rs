//! Verifies each line of the input with the verifier of the document.

use std::io::{BufRead, stdin};

#[allow(dead_code, reason = "the document shows more than is used here")]
mod verifier {
    include!(env!("ORIGIN_VERIFIER"));
}

fn main() {
    for line in stdin().lock().lines().map_while(Result::ok) {
        match verifier::verify_assertion(&line) {
            Ok(claims) => println!("accepted {}", claims.sub),
            Err(error) => println!("refused {error}"),
        }
    }
}
