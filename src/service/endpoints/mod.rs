//! One file per resource. A handler reads as a story: load, decide, save, reply.

pub mod agent_contact;
pub mod agents;
pub mod audit;
pub mod contacts;
pub mod deliveries;
pub mod devices;
pub mod elevation_details;
pub mod elevation_ends;
pub mod elevation_requests;
pub mod enrollments;
pub mod health;
pub mod me;
pub mod metadata;
pub mod profiles;
pub mod protected_resource;
pub mod sign_in;
pub mod team;
pub mod tenant_health;
pub mod ticket_attachments;
pub mod ticket_edits;
mod ticket_input;
pub mod ticket_notes;
pub mod ticket_steps;
pub mod ticket_work;
pub mod tickets;
mod token_form;
pub mod users;
