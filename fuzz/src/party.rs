//! Clients and audiences.

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// A client or an audience.
#[derive(Arbitrary, Clone, Copy, Debug)]
pub enum Party {
    One,
    Other,
}

impl Party {
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one",
            Self::Other => "other",
        }
    }
}
