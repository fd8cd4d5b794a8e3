//! `mmd team`: who may do what.

pub mod add;
pub mod app;
pub mod contacts;
pub mod export;
pub mod list;
pub mod names;
pub mod remove;
pub mod review;
pub mod show;
pub mod sync;
#[cfg(test)]
mod tests;
mod text;
pub mod tokens;
mod wanted;
