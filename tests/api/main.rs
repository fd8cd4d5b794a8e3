//! The service in-process: its router without a socket, a clock that is moved by hand, a data
//! directory of its own for every test, and agents that speak the protocol without a device.

mod agent;
mod agents;
mod call;
mod directory;
mod documented;
mod enrolment;
mod harness;
mod input;
mod issuer;
mod limits;
mod lists;
mod provider;
mod reading;
mod recorded;
mod refusals;
mod roles;
mod routes;
mod strangers;
mod tenants;
mod time;
mod trail;
