//! One file per verb: input in, report out.

pub mod serve;
