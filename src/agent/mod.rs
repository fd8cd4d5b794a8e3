//! The device side: what `mmd agent` does on a managed device.
//!
//! The agent makes the passwords of one local account, escrows them with the service and sets
//! them. Its files are [`durable`], because every step of a rotation has to survive a crash right
//! after it.

pub mod durable;
