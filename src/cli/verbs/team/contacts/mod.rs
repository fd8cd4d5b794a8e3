//! `mmd team contacts`: who stands by for an area when the contact of a request cannot be reached.

pub mod list;
pub mod remove;
pub mod set;
