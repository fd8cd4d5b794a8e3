//! The rules, pure: time and randomness are passed in.

pub mod audit;
pub mod delivery;
pub mod elevation;
pub mod filter;
pub mod password;
pub mod rotation;
pub mod route;
pub mod team;
pub mod text;
pub mod ticket;
