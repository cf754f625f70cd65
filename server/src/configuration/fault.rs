//! What is wrong with a configuration.

use std::fmt;

/// Something that is wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is about: a variable, a flag, or a key of the file.
    pub place: String,
    /// What is wrong. It has no secret.
    pub problem: String,
}

/// All that is wrong with a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds one.
    pub fn add(&mut self, place: impl Into<String>, problem: impl fmt::Display) {
        self.0.push(Fault { place: place.into(), problem: problem.to_string() });
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|fault| writeln!(f, "{}: {}", fault.place, fault.problem))
    }
}
