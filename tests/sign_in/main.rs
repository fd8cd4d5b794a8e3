//! The full sign-in against an OpenID provider that no one here wrote: `oidc-provider`, installed
//! by npm. The real binary, the real service, a browser that fills in forms.

mod code;
#[path = "../common/mod.rs"]
mod common;
mod device;
mod keyring;
mod provider;
mod refused;
#[path = "../e2e/rig.rs"]
#[allow(dead_code, reason = "another test program uses the rest")]
mod rig;
mod secrets;
mod sessions;
#[path = "../common/sweep.rs"]
mod sweep;
#[path = "../e2e/terminal.rs"]
mod terminal;
mod trust;
