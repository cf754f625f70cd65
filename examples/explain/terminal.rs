//! An explanation on a terminal.

use std::io::{IsTerminal, stdout};

use edge_authorizer::inspection::{Line, Mark};
use edge_authorizer::{Explanation, Outcome, Role, visible};

/// Prints the verdict and the steps that led to it.
pub fn print(explanation: &Explanation, lines: &[Line]) {
    let paint = Paint { is_on: stdout().is_terminal() };
    for line in lines {
        let (sign, colour) = match line.mark {
            Mark::Passed => ("✓", GREEN),
            Mark::Failed => ("✗", RED),
            Mark::Skipped => ("–", DIM),
            Mark::Noted => ("·", BLUE),
        };
        let indent = "  ".repeat(line.level.into());
        println!("{indent}{} {}", paint.with(colour, sign), line.text);
    }
    println!();
    match (explanation.verdict, explanation.code) {
        (Outcome::Deny, Some(code)) => {
            println!("{}", paint.with(RED, &format!("refused: {} {}", explanation.status, code.as_str())));
        }
        _ => println!("{}", paint.with(GREEN, "permitted")),
    }
    if let (Some(idp), Some(subject)) = (&explanation.idp, &explanation.subject) {
        let roles: Vec<_> = explanation.roles.iter().map(Role::as_str).collect();
        println!("entry:   {}\ncaller:  {}\nroles:   {}", idp.as_str(), visible(subject), roles.join(", "));
    }
    for (name, value) in &explanation.origin_headers {
        println!("{name}: {value}");
    }
}

const GREEN: &str = "32";
const RED: &str = "31";
const BLUE: &str = "34";
const DIM: &str = "2";

struct Paint {
    is_on: bool,
}

impl Paint {
    fn with(&self, colour: &str, text: &str) -> String {
        if self.is_on { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
