//! The sets of keys that the gateway signs with.

/// A set of keys that the gateway signs with. No key is in both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SigningSet {
    /// For access tokens: the control plane signs with it, and the data plane verifies by it.
    #[default]
    AccessTokens,
    /// For assertions: the data plane signs with it, and origins verify by it.
    Assertions,
}

impl SigningSet {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AccessTokens, Self::Assertions];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessTokens => "access-tokens",
            Self::Assertions => "assertions",
        }
    }

    /// The set of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|set| set.name() == name)
    }
}
