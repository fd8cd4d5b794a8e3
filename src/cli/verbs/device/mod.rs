//! `mmd device`: what is managed, and how its passwords stand.

pub mod enroll;
mod known;
pub mod list;
pub mod rotate;
pub mod search;
pub mod settle;
pub mod show;
pub mod sign_in;
mod view;

pub use known::must_exist;
pub use settle::settle;
