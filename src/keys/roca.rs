//! The ROCA fingerprint (CVE-2017-15361): RSA moduli of a library whose private keys can be computed from them.
//!
//! Both primes of such a key are `k * M + (65537^a mod M)`, where M is a product of small primes. Modulo each of these
//! the modulus is therefore a power of 65537; of ordinary keys, one in 2^27 is so by chance.

/// The generator of the primes.
const GENERATOR: u32 = 65_537;

/// The small primes that divide M for keys of every length.
const PRIMES: [u32; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103,
    107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether a modulus, most significant byte first, has the fingerprint. Others fail at one of the first primes.
pub fn has_fingerprint(modulus: &[u8]) -> bool {
    PRIMES.iter().all(|prime| is_power(remainder(modulus, *prime), *prime))
}

fn remainder(number: &[u8], divisor: u32) -> u32 {
    number.iter().fold(0, |remainder, byte| ((remainder << 8) | u32::from(*byte)) % divisor)
}

/// Whether `residue` is a power of the generator modulo `prime`.
fn is_power(residue: u32, prime: u32) -> bool {
    let mut power = 1;
    loop {
        if power == residue {
            return true;
        }
        power = power * (GENERATOR % prime) % prime;
        if power == 1 {
            return false;
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// 65537 to the power of 128, an odd number of 2049 bits: modulo each prime it is a power of the generator.
    pub(crate) fn fingerprinted() -> Vec<u8> {
        let mut number = vec![1];
        for _ in 0..128 {
            let shifted = [&number[..], &[0, 0]].concat();
            let mut sum = shifted.clone();
            let mut carry = 0;
            for (index, byte) in sum.iter_mut().enumerate().rev() {
                let other = index.checked_sub(2).map_or(0, |index| u16::from(number[index]));
                let total = u16::from(*byte) + other + carry;
                *byte = total.to_le_bytes()[0];
                carry = total >> 8;
            }
            number = if carry == 0 { sum } else { [&[carry.to_le_bytes()[0]], &sum[..]].concat() };
        }
        number
    }

    /// What the detector of those who found the weakness accepts modulo some of the primes: a bit for each residue.
    #[test]
    fn the_residues_are_those_of_the_published_detector() {
        for (prime, residues) in [
            (3, 6),
            (5, 30),
            (7, 126),
            (11, 1026),
            (13, 5658),
            (17, 107_286),
            (19, 199_410),
            (23, 8_388_606),
            (37, 67_109_890),
            (61, 1_455_791_217_086_302_986_u64),
        ] {
            let found = (0..prime).filter(|residue| is_power(*residue, prime));
            assert_eq!(found.fold(0_u64, |bits, residue| bits | (1 << residue)), residues, "{prime}");
        }
    }

    #[test]
    fn only_powers_of_the_generator_have_the_fingerprint() {
        let mut number = fingerprinted();
        assert_eq!((number.len(), number[0]), (257, 1));
        assert!(has_fingerprint(&number));
        *number.last_mut().unwrap() ^= 2;
        assert!(!has_fingerprint(&number));
    }

    #[test]
    fn ordinary_odd_numbers_have_no_fingerprint() {
        for index in 0..1000_u32 {
            let block = |block: u32| Sha256::digest([index.to_be_bytes(), block.to_be_bytes()].concat());
            let mut number: Vec<u8> = (0..8).flat_map(block).collect();
            number[0] |= 0x80;
            number[255] |= 1;
            assert!(!has_fingerprint(&number), "{index}");
        }
    }
}
