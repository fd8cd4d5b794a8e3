//! `mmd team tokens`: sign-ins, without what they are good for.

pub mod list;
pub mod revoke;
