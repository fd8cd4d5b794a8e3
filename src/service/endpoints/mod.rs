//! One file per resource. A handler reads as a story: load, decide, save, reply.

pub mod agent_contact;
pub mod agents;
pub mod audit;
pub mod deliveries;
pub mod devices;
pub mod elevation_details;
pub mod elevation_ends;
pub mod elevation_requests;
pub mod enrollments;
pub mod health;
pub mod me;
pub mod metadata;
pub mod protected_resource;
pub mod notices;
pub mod sign_in;
pub mod team;
mod token_form;
pub mod users;
