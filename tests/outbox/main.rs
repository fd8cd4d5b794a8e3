//! Delivery to where people work, against receivers that are really there: over TLS on loopback,
//! scripted to fail as receivers do, and with the service killed at every durable step.

#[allow(dead_code)]
#[path = "../api/agent.rs"]
mod agent;
#[allow(dead_code)]
#[path = "../api/call.rs"]
mod call;
#[path = "../common/mod.rs"]
mod common;
#[allow(dead_code)]
#[path = "../api/harness.rs"]
mod harness;
#[allow(dead_code)]
#[path = "../e2e/rig.rs"]
mod rig;

mod audit;
mod audit_begin;
mod audit_tenants;
mod email;
mod kill;
mod order;
mod receiver;
mod servicenow;
mod servicenow_tickets;
mod syslog;
mod targets;
mod watch;
mod webhooks;
