//! The device side: what `mmd agent` does on a managed device.
//!
//! The agent makes the passwords of one local account, escrows them with the service and sets
//! them. This module holds its contact with the operating system: the [`accounts`] whose password
//! rotates, the [`state`] directory that remembers what was done, and [`durable`] files, because
//! every step of a rotation has to survive a crash right after it.

pub mod accounts;
pub mod durable;
pub mod state;
