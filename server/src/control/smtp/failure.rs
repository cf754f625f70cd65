//! Why a mail server did not take a mail, for the log.

use std::error::Error as _;
use std::io;

use lettre::transport::smtp::Error;
use service::host::Failure;

/// The failure of a step. Of what the server says, only its codes are in it: the rest may repeat the address.
pub fn failure(step: &str, error: &Error) -> Failure {
    let reason = match (error.status(), io_error(error)) {
        (Some(code), _) => {
            [Some(code.to_string()), enhanced_code(error)].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        (None, Some(error)) => error.to_string(),
        (None, None) if error.is_response() => "its answer is not one of SMTP".to_owned(),
        (None, None) => "it does not support what is needed".to_owned(),
    };
    Failure(format!("{step}: {reason}"))
}

/// The code that says more (RFC 3463), such as `5.1.1`.
fn enhanced_code(error: &Error) -> Option<String> {
    let text = error.source()?.to_string();
    let code = text.split_whitespace().next()?;
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (code.split('.').count() == 3 && code.split('.').all(is_number)).then(|| code.to_owned())
}

/// What the system or TLS says.
fn io_error(error: &Error) -> Option<&io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        source = error.source();
    }
    None
}
