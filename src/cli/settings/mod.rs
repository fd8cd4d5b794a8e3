//! What the process was given by its environment.

mod environment;

pub use self::environment::{Environment, scrub};
