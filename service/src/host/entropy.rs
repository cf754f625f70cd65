//! Randomness.

use std::fmt::Write;

/// Gives random bytes. At Cloudflare `crypto.getRandomValues`, natively the operating system's generator.
pub trait Entropy {
    /// Fills `bytes` with random ones of cryptographic quality.
    fn fill(&self, bytes: &mut [u8]);

    /// An id for a request, by which its log line is found: a random UUID (RFC 9562, section 5.4). A host may have a
    /// faster way, such as `crypto.randomUUID`.
    fn new_id(&self) -> String {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        let mut id = String::with_capacity(36);
        for (index, byte) in bytes.into_iter().enumerate() {
            let byte = match index {
                6 => byte & 0x0f | 0x40,
                8 => byte & 0x3f | 0x80,
                _ => byte,
            };
            let dash = if matches!(index, 4 | 6 | 8 | 10) { "-" } else { "" };
            let _infallible = write!(id, "{dash}{byte:02x}");
        }
        id
    }

    /// A number from 0 to 1.
    fn chance(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Constant(u8);

    impl Entropy for Constant {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn an_id_is_a_random_uuid() {
        assert_eq!(Constant(0xff).new_id(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
        assert_eq!(Constant(0).new_id(), "00000000-0000-4000-8000-000000000000");
    }

    #[test]
    fn a_chance_is_from_0_to_1() {
        assert_eq!([0, 0xff].map(|byte| Constant(byte).chance().to_bits()), [0.0_f64, 1.0].map(f64::to_bits));
    }
}
