//! The service in-process: its router without a socket, a clock that is moved by hand, a data
//! directory of its own for every test, and agents that speak the protocol without a device.

mod agent;
mod agents;
mod attachments;
mod call;
mod contacts;
mod directory;
mod documented;
mod enrolment;
mod harness;
mod health;
mod input;
mod issuer;
mod limits;
mod lists;
mod profiles;
mod programs;
mod provider;
mod reading;
mod recorded;
mod refusals;
mod roles;
mod routes;
mod strangers;
mod team;
mod team_sync;
mod tenants;
mod ticket_handover;
mod ticket_input;
mod ticket_life;
mod ticket_lists;
mod tickets;
mod time;
mod trail;
