//! `mmd device sign-in NAME`: tries a password on a device of a sample tenant.

use serde_json::json;

use super::show::not_found;
use crate::{
    cli::{context::Context, output::Report, prompt::Question, verbs::stdin},
    error::{Error, Kind, Result},
};

/// Which account of which device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The device.
    pub name: String,
    /// The account, as it is typed.
    pub account: String,
    /// `--password-stdin`
    pub password_stdin: bool,
}

/// Says whether the password opens the account.
///
/// # Errors
/// [`Kind::Forbidden`] when it does not.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    let password = match input.password_stdin {
        true => stdin::secret_or_ask("the password", "Password", cx)?,
        false => cx.prompter.secret(Question::new("Password", "--password-stdin"))?,
    };
    let tried = cx.tenant().await?.sign_in(&input.name, &input.account, password).await;
    let result = tried.map_err(|error| not_found(error, &input.name))?;
    if !result.opens {
        return Err(Error::new(
            Kind::Forbidden,
            format!("the password does not open `{}` on {}", input.account, input.name),
        )
        .details(json!({ "opens": false })));
    }
    cx.output.report(&Report::text(
        format!("the password opens `{}` on {}", input.account, input.name),
        json!({ "opens": true }),
    ))
}
