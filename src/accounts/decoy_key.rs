//! Keys that verify nothing: the signatures of clients that have no key are checked with them, so that it takes the same time.

use std::sync::Arc;

use crate::keys::jwk::Jwk;
use crate::token::algorithm::{Algorithm, Scheme};
use crate::token::strict_json;

/// A key for an algorithm, whose private part nobody has. It is parsed each time, as the key of an account is.
pub fn decoy_key(algorithm: Algorithm) -> Option<Arc<Jwk>> {
    let text = match algorithm.scheme() {
        Scheme::RsaPkcs1 | Scheme::RsaPss { .. } => RSA,
        Scheme::Ecdsa { curve: "P-256" } => P256,
        Scheme::Ecdsa { curve: "P-384" } => P384,
        Scheme::Ecdsa { curve: "P-521" } => P521,
        Scheme::Ecdsa { .. } => return None,
        Scheme::Ed25519 => ED25519,
    };
    let document = strict_json::from_slice(text.as_bytes()).ok()?;
    Jwk::parse(&document).ok().map(Arc::new)
}

const RSA: &str = concat!(
    r#"{"kty":"RSA","n":"504pERgAbaZ1xfollqok8IQOVKA6bWuScnMyVkWkKl3x3vKeEQRoELqQtG9rcn2vZcL1asKdwECEYjN5gU"#,
    r#"1e2OyuR2wo2JOZscgmMmbxb2KroWoOvKIlQF3ekj1yZZtKRUUsr1sXg2wCkwngbvLbioyZat6S_X3-N6v958PK4Fl7CoKGUyB6pJ"#,
    r#"73I979-ZYu91MIcofBBdEETuHPj0K2Ekvz5WJ8w-mgEqS1NdmtWvUpGekP4oN6S_xuHhd0KC6Q3SxaXTJrLgpysb-cfXVrZ27D4O"#,
    r#"EHxyxOayntt8-dK8Qh1a15lqYaukMG3TC5jmwXDr5qJhbEMYhRIMUV-jO2rQ","e":"AQAB"}"#,
);

const P256: &str = concat!(
    r#"{"kty":"EC","x":"Mle92fdi_KJ3SYgw0z3WAS_WxHMeDYmfwCRRhYX2_so","y":"s6AfcT-OnOR96WzAxl63AJX5h1SwKHyMb"#,
    r#"YnphFoKB7s","crv":"P-256"}"#,
);

const P384: &str = concat!(
    r#"{"kty":"EC","x":"WVXV5J2hP2hIYj39Oo5QWw037ACqmohI4B0bNE1sExHL32yk110S4q38Swn7XdYR","y":"Ru_UF37V_6Qu"#,
    r#"HLbIsM0bCFX-dbWs_ujpzzyWA3SLdac_sWt1j-CClSYhhVoauQ66","crv":"P-384"}"#,
);

const P521: &str = concat!(
    r#"{"kty":"EC","x":"Ab8RwjLozGLeIvhHZ3zvo-d_U0twUUCS33ozipUDvtOpS3SXKASpmSSFcyqZDHBbHjBo-xj0E1RnF65kdJY"#,
    r#"ZJl_I","y":"AY3HO_wziiwm8s6yaCKbdPOm50MlquNtTXaclvnrN_R2YjxUStCxfd6MBqkBpyiEFLQMO4JrPrzc5eX40pvLJ3JN"#,
    r#"","crv":"P-521"}"#,
);

const ED25519: &str = r#"{"crv":"Ed25519","x":"u6WDnt1-WtBqWlEFRdbiNPweo0RVWkEM4BmNxbmrNNM","kty":"OKP"}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_algorithm_has_a_decoy_that_fits_it() {
        for algorithm in Algorithm::all() {
            assert!(decoy_key(algorithm).unwrap().fits(algorithm), "{algorithm}");
        }
    }
}
