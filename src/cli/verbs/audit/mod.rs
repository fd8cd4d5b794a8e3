//! `mmd audit`: what happened, and the proof that this is all of it.

mod events;
pub mod export;
pub mod head;
pub mod kept;
pub mod list;
mod proof;
#[cfg(test)]
mod tests;
pub mod verify;
pub mod verify_file;
pub mod who;
