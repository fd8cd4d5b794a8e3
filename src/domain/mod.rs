//! The rules, pure: time and randomness are passed in.

pub mod rotation;
