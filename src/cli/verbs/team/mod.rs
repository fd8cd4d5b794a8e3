//! `mmd team`: who may do what.

pub mod add;
pub mod app_add;
pub mod contacts;
pub mod list;
pub mod remove;
