//! The device side: what `mmd agent` does on a managed device.
//!
//! The agent makes the passwords of one local account, escrows them with the service and sets
//! them. [`enroll`] makes a device known to a service, [`run`] keeps its password rotating,
//! [`status`] says how it stands. Beneath them: the [`accounts`] whose password rotates, the
//! [`state`] directory that remembers what was done, in [`durable`](crate::durable) files, because
//! every step of a rotation has to survive a crash right after it.
//!
//! Nothing here is kept process-wide: several agents can run in one process, each with its own
//! state directory and account, as the devices of a sample tenant do.

pub mod accounts;
mod aftermath;
mod device;
mod engine;
pub mod enroll;
mod facts;
#[cfg(test)]
mod fake;
mod rotate;
pub mod run;
mod service;
pub mod state;
pub mod status;
mod stop;
