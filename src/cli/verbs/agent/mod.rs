//! `mmd agent`: the device side.

pub mod enroll;
pub mod once;
pub mod run;
pub mod status;
