//! Log lines: JSON, one a line, never a token.

mod decision_line;
mod login_line;
mod mail_line;
mod management_line;
mod request_start;
mod shortened;
mod token_line;
mod warning;

pub use decision_line::{DecisionEnd, decision_end, decision_line, decision_start};
pub use login_line::login;
pub use mail_line::{Mail, mail};
pub use management_line::{Actor, management};
pub use token_line::token;
pub use warning::{request_warning, warning};
