//! One-time codes: a public half that finds the record, and a secret half that is kept hashed.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    domain::password::{SystemEntropy, code},
    secret::Secret,
};

/// How many wrong tries end a code.
pub const WRONG_TRIES: u32 = 10;

const PUBLIC: usize = 6;
const SECRET: usize = 20;

/// A new code for people to copy, with its public half and the hash of its secret half.
pub fn make() -> (Secret, String, Vec<u8>) {
    let public = code(&mut SystemEntropy, PUBLIC);
    let secret = code(&mut SystemEntropy, SECRET);
    let hash = digest(secret.as_bytes());
    (Secret::new(format!("{public}-{secret}")), public, hash)
}

/// Takes a code apart as it was typed: case, white space and the dash do not matter.
pub fn split(typed: &Secret) -> Option<(String, Secret)> {
    let marks = |c: char| c == '-' || c.is_whitespace();
    let mut code = Zeroizing::new(typed.expose().replace(marks, ""));
    if code.len() != PUBLIC + SECRET || !code.is_ascii() {
        return None;
    }
    code.make_ascii_uppercase();
    let (public, secret) = code.split_at(PUBLIC);
    Some((public.to_owned(), Secret::new(secret.to_owned())))
}

/// Whether the secret half is the one whose hash was kept; in constant time.
pub fn matches(secret: &Secret, hash: &[u8]) -> bool {
    digest(secret.expose().as_bytes()).ct_eq(hash).into()
}

/// SHA-256: what is hashed here has at least 96 random bits, so a slow hash would add nothing.
pub fn digest(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_by_its_public_half_and_opened_by_its_secret_one() {
        let (code, public, hash) = make();
        let typed = Secret::new(format!("  {}\n", code.expose().to_lowercase()));
        let (found, secret) = split(&typed).unwrap();
        assert_eq!(found, public);
        assert!(matches(&secret, &hash));
        assert!(!matches(&Secret::new("X".repeat(SECRET)), &hash));
        for between in ["", " ", " - ", "\t"] {
            let typed = Secret::new(code.expose().replace('-', between));
            let (found, secret) = split(&typed).unwrap();
            assert!(found == public && matches(&secret, &hash), "{between:?}");
        }
        assert!(split(&Secret::new("nonsense".into())).is_none());
        assert!(split(&Secret::new("é".repeat(13))).is_none(), "26 bytes, and no code");
    }
}
