//! Log lines: JSON, one a line, never a token.

mod decision_line;
mod management_line;
mod shortened;
mod warning;

pub use decision_line::{DecisionEnd, decision_end, decision_start};
pub use management_line::{Actor, management};
pub use warning::{request_warning, warning};
