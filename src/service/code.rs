//! One-time codes: a public half that finds the record, and a secret half that is kept hashed.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

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

/// Takes a code apart as it was typed: case and white space around it do not matter.
pub fn split(typed: &Secret) -> Option<(String, Secret)> {
    let (public, secret) = typed.expose().trim().split_once('-')?;
    let well_formed = public.len() == PUBLIC && secret.len() == SECRET;
    well_formed.then(|| (public.to_ascii_uppercase(), Secret::new(secret.to_ascii_uppercase())))
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
        assert!(split(&Secret::new("nonsense".into())).is_none());
    }
}
