//! The top of the pyramid: the real binary, a real service, real accounts.

mod bad_input;
#[path = "../common/mod.rs"]
mod common;
mod completion;
mod doctor;
mod embedded;
mod escalate;
mod escalate_drafts;
mod escalate_rules;
mod interrupts;
mod kill;
mod linux;
mod profiles;
mod real_account;
mod rig;
mod route;
mod secrets;
mod servicenow;
#[path = "../common/sweep.rs"]
mod sweep;
mod team;
mod terminal;
