//! `mmd team contacts set AREA`.

use serde_json::json;

use super::list::table;
use crate::{
    api::ticket::{Area, PutAdminContact},
    cli::{context::Context, output::Report, prompt::Question},
    error::{Error, Result},
};

/// Which area, and who stands by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The area.
    pub area: Area,
    /// `--given-name`
    pub given_name: Option<String>,
    /// `--surname`
    pub surname: Option<String>,
    /// `--email`
    pub email: Option<String>,
    /// `--phone`
    pub phone: Option<String>,
}

/// Sets the admin contact of an area.
///
/// # Errors
/// For a missing answer; for what the service refuses.
pub async fn run(input: Input, cx: &Context) -> Result<()> {
    check(&input, cx)?;
    let named = input.given_name.is_some() || input.surname.is_some();
    let answer = |given: Option<String>, prompt, flag| {
        given.map_or_else(|| cx.prompter.text(Question::new(prompt, flag)), Ok)
    };
    let name = match named {
        // A team has one name, a person two.
        true => {
            [input.given_name, input.surname].into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        false => answer(None, "Name", "--given-name")?,
    };
    let email = answer(input.email, "E-mail", "--email")?;
    let phone_number = answer(input.phone, "Telephone", "--phone")?;
    let put = PutAdminContact { name, email, phone_number };
    let contact = cx.tenant().await?.set_admin_contact(input.area, &put).await?;
    cx.output.report(&Report::table(table(std::slice::from_ref(&contact)), json!(contact)))
}

/// Where nobody can be asked, all that is missing is named at once.
fn check(input: &Input, cx: &Context) -> Result<()> {
    let Some(silence) = cx.prompter.silence() else { return Ok(()) };
    let answers = [
        (input.given_name.is_some() || input.surname.is_some(), "--given-name"),
        (input.email.is_some(), "--email"),
        (input.phone.is_some(), "--phone"),
    ];
    let missing: Vec<_> =
        answers.iter().filter(|(there, _)| !there).map(|(_, flag)| format!("`{flag}`")).collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(Error::usage(format!("{one} is missing, and {silence}"))),
        several => {
            Err(Error::usage(format!("{} are missing, and {silence}", several.join(" and "))))
        }
    }
}
