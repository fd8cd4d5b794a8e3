//! Passwords that people can read, say and type.

use crate::secret::Secret;

/// How long a password is, in characters: about 97 bits.
pub const LENGTH: usize = 16;

/// Capitals without the look-alikes `O` and `I`.
pub const UPPER: &str = "ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Small letters without the look-alikes `o` and `l`.
pub const LOWER: &str = "abcdefghijkmnpqrstuvwxyz";
/// Digits without `0` and `1`.
pub const DIGITS: &str = "23456789";
/// Symbols that need no dead key on US, UK, Spanish, French, German and Nordic layouts.
pub const SYMBOLS: &str = "-+.,:=!?*%&";

/// Fills a buffer with random bytes from a cryptographically secure source.
pub trait Entropy {
    /// Overwrites all of `buffer`.
    fn fill(&mut self, buffer: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&mut self, buffer: &mut [u8]) {
        // Without randomness there is nothing safe to go on with: every key here depends on it.
        getrandom::fill(buffer).expect("the operating system gives random bytes");
    }
}

/// Random bytes from the operating system.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SystemEntropy.fill(&mut bytes);
    bytes
}

/// A new password: uniform among all of [`LENGTH`] characters that hold every class.
pub fn generate(entropy: &mut dyn Entropy) -> Secret {
    let alphabet: Vec<u8> = [UPPER, LOWER, DIGITS, SYMBOLS].concat().into_bytes();
    loop {
        let mut text = String::with_capacity(LENGTH);
        while text.len() < LENGTH {
            text.push(char::from(pick(entropy, &alphabet)));
        }
        // Drawing anew, rather than mending a password that lacks a class, keeps it uniform.
        let has = |class: &str| text.chars().any(|c| class.contains(c));
        let whole = [UPPER, LOWER, DIGITS, SYMBOLS].into_iter().all(has);
        let password = Secret::new(text);
        if whole {
            return password;
        }
    }
}

/// One byte of `alphabet`, without the bias of a plain remainder.
fn pick(entropy: &mut dyn Entropy, alphabet: &[u8]) -> u8 {
    let bound = 256 - 256 % alphabet.len();
    loop {
        let mut byte = [0];
        entropy.fill(&mut byte);
        let drawn = usize::from(byte[0]);
        if drawn < bound {
            return alphabet[drawn % alphabet.len()];
        }
    }
}

/// A one-time code or token body: `length` characters that survive being read aloud.
pub fn code(entropy: &mut dyn Entropy, length: usize) -> String {
    letters(entropy, &[UPPER, DIGITS].concat(), length)
}

/// `length` characters of `alphabet`, which is ASCII, each as likely as the others.
pub fn letters(entropy: &mut dyn Entropy, alphabet: &str, length: usize) -> String {
    (0..length).map(|_| char::from(pick(entropy, alphabet.as_bytes()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_password_has_every_class_and_no_look_alikes() {
        for _ in 0..2_000 {
            let password = generate(&mut SystemEntropy);
            let text = password.expose();
            assert_eq!(text.len(), LENGTH);
            for class in [UPPER, LOWER, DIGITS, SYMBOLS] {
                assert!(text.chars().any(|c| class.contains(c)), "a class is missing");
            }
            assert!(!text.chars().any(|c| "0Oo1lI".contains(c)), "a look-alike");
        }
    }

    #[test]
    fn every_character_is_about_equally_likely() {
        let alphabet = [UPPER, LOWER, DIGITS, SYMBOLS].concat();
        let mut counts = std::collections::BTreeMap::new();
        let draws = 67 * 2_000;
        for _ in 0..draws {
            *counts.entry(pick(&mut SystemEntropy, alphabet.as_bytes())).or_insert(0_u32) += 1;
        }
        assert_eq!(counts.len(), alphabet.len());
        // Eight standard deviations of a fair draw: never by chance, always with a bias of 1/3.
        assert!(counts.values().all(|&n| (1_640..2_360).contains(&n)), "{counts:?}");
    }
}
