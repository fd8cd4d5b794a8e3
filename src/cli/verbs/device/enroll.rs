//! `mmd device enroll NAME`: a one-time code, alone on standard output.

use crate::{
    api::device::NewEnrollment,
    cli::{
        context::Context,
        verbs::one_time::{self, Purpose},
    },
    error::Result,
};

/// Which device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: String,
    /// `--ring`
    pub ring: Option<String>,
}

/// Makes and prints the code.
///
/// # Errors
/// For what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let new = NewEnrollment { device_name: input.name.clone(), ring: input.ring };
    let code = cx.tenant().await?.new_enrollment(&new).await?;
    let purpose = Purpose {
        what: format!("`{}` is enrolled by it", input.name),
        next: format!(
            "on the device: `mmd agent enroll --service {} --account NAME --state-dir DIR`, with \
             the code on standard input",
            one_time::service(cx).await?
        ),
    };
    one_time::print(&code, &purpose, cx)
}
