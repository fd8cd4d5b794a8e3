//! The dialogue: what is missing is asked, severity first.

use super::{editor, form::Form, guide};
use crate::{
    api::{
        session::Me,
        ticket::{Hours, Severity, TicketType},
    },
    cli::{context::Context, files, prompt::Question, settings},
    domain::{
        text,
        ticket::{Filing, may_file},
    },
    error::{Error, Kind, Result},
};

/// What the device's question has for an answer where there is none.
const NONE: &str = "none";

/// What the last item of a menu of known words is called.
const ANOTHER: &str = "Another";

/// Asks for what is missing in `form`. What was answered before an interrupt is in it.
///
/// # Errors
/// Where nobody can be asked: all that is missing is named at once. For who may not file at all.
pub async fn fill(form: &mut Form, cx: &Context) -> Result<()> {
    let missing = form.missing();
    if missing.is_empty() {
        return Ok(());
    }
    if let Some(silence) = cx.prompter.silence() {
        return Err(unasked(&missing, &silence.to_string()));
    }
    // Somebody who begins from nothing is led through; else only the gaps are closed.
    let led = form.title.is_none() && form.description.is_none();
    severity(form, cx).await?;
    if form.ty.is_none() {
        form.ty = Some(kind(form.severity, cx)?);
    }
    *form = std::mem::take(form).settled(None);
    text(&mut form.title, "Title", "--title", None, cx)?;
    description(form, cx)?;
    category(form, cx)?;
    if led && form.devices.is_empty() && form.ty == Some(TicketType::Incident) {
        let question = Question {
            default: Some(NONE),
            ..Question::new("Devices, separated by commas", "--device")
        };
        form.devices = devices(&cx.prompter.text(question)?);
    }
    if form.severity == Some(Severity::B) && form.hours.is_none() {
        let items: Vec<_> = Hours::ALL.iter().map(|h| guide::hours_line(*h).to_owned()).collect();
        let question = Question::new("Which hours count?", "--hours");
        form.hours = Hours::ALL.get(cx.prompter.select(question, &items, 1)?).copied();
    }
    contact(form, cx)
}

fn unasked(missing: &[&str], silence: &str) -> Error {
    let (last, rest) = missing.split_last().unwrap_or((&"", &[]));
    let sentence = match rest {
        [] => format!("`{last}` is missing, and {silence}"),
        rest => format!("`{}` and `{last}` are missing, and {silence}", rest.join("`, `")),
    };
    let error = Error::usage(sentence);
    match missing.iter().any(|flag| matches!(*flag, "--given-name" | "--email" | "--phone")) {
        true => error.hint(
            "a profile can keep the contact: `contact = { given_name = \"…\", surname = \"…\", \
             email = \"…\", phone = \"…\" }` in the config file",
        ),
        false => error,
    }
}

/// Asked before anything else: it decides who may file at all.
async fn severity(form: &mut Form, cx: &Context) -> Result<()> {
    let severity = match form.severity {
        Some(severity) => severity,
        None => {
            cx.output.note(&guide::severities());
            let items = Severity::ALL.map(guide::severity_line);
            let question = Question::new("How severe is it?", "--severity");
            let chosen = cx.prompter.select(question, &items, Severity::ALL.len() - 1)?;
            Severity::ALL[chosen.min(Severity::ALL.len() - 1)]
        }
    };
    form.severity = Some(severity);
    // Before anything is typed: what the service would say at the end. Where it cannot be asked
    // now, it says it then.
    if let Ok(me) = cx.me().await {
        match may_file(roles(me), severity) {
            Filing::Filed => {}
            Filing::HandOver => cx.output.note(&format!(
                "an IT admin files severity {severity}: what you write is kept, and handed over \
                 to one at once"
            )),
            Filing::Needs(roles) => {
                let roles: Vec<_> = roles.iter().map(|role| format!("`{role}`")).collect();
                let roles = roles.join(" or ");
                return Err(Error::new(
                    Kind::Forbidden,
                    format!("severity {severity} is filed by who has the role {roles}"),
                )
                .hint("an admin gives a role: `mmd team add UPN --role ROLE`"));
            }
        }
    }
    cx.output.note(&format!("severity {severity}: {}", guide::promise(severity)));
    Ok(())
}

/// `None` for a program, which may what its permission says.
pub(super) fn roles(me: &Me) -> Option<&[crate::api::team::Role]> {
    if me.user.starts_with("app:") { None } else { Some(&me.roles) }
}

fn kind(severity: Option<Severity>, cx: &Context) -> Result<TicketType> {
    if severity != Some(Severity::C) {
        return Ok(TicketType::Incident);
    }
    let items: Vec<_> = TicketType::ALL.iter().map(|ty| guide::type_line(*ty).to_owned()).collect();
    let chosen = cx.prompter.select(Question::new("What is it?", "--type"), &items, 0)?;
    Ok(TicketType::ALL.get(chosen).copied().unwrap_or(TicketType::Incident))
}

fn description(form: &mut Form, cx: &Context) -> Result<()> {
    if !is_blank(&form.description) {
        return Ok(());
    }
    if !editor::is_there(cx) {
        return text(&mut form.description, "Description", "--description", None, cx);
    }
    let question = Question::new("Description (`e` opens your editor)", "--description");
    let answer = cx.prompter.text(question)?;
    form.description = Some(match answer.trim() {
        "e" => {
            let (text, path) = editor::text(
                "What is it about? Say what happens, where, and what was tried.\n\
                 Save and leave the editor to go on.",
                cx,
            )?;
            // From here on the draft keeps it.
            files::remove_if_there(&path)?;
            text
        }
        _ => answer,
    });
    Ok(())
}

fn category(form: &mut Form, cx: &Context) -> Result<()> {
    if is_blank(&form.category) && is_blank(&form.subcategory) {
        let pairs = guide::PAIRS.map(|(category, sub)| format!("{category} / {sub}"));
        let items: Vec<_> = pairs.into_iter().chain([ANOTHER.to_owned()]).collect();
        let question = Question::new("Which category?", "--category");
        if let Some((category, sub)) = guide::PAIRS.get(cx.prompter.select(question, &items, 0)?) {
            form.category = Some((*category).to_owned());
            form.subcategory = Some((*sub).to_owned());
        }
    }
    text(&mut form.category, "Category", "--category", None, cx)?;
    let category = form.category.as_deref().unwrap_or_default();
    let known = guide::PAIRS.iter().find(|(known, _)| known.eq_ignore_ascii_case(category));
    let known = known.map(|(_, subcategory)| *subcategory);
    text(&mut form.subcategory, "Subcategory", "--subcategory", known, cx)
}

fn contact(form: &mut Form, cx: &Context) -> Result<()> {
    let before = form.contact.clone();
    let own = cx.me.get().map(|me| me.user.clone()).filter(|user| user.contains('@'));
    let contact = &mut form.contact;
    text(&mut contact.given_name, "Contact: first name", "--given-name", None, cx)?;
    text(&mut contact.surname, "Contact: last name", "--surname", None, cx)?;
    text(&mut contact.email, "Contact: e-mail", "--email", own.as_deref(), cx)?;
    text(&mut contact.phone_number, "Contact: telephone", "--phone", None, cx)?;
    if before != *contact && before.is_empty() {
        keep_contact(form, cx)?;
    }
    Ok(())
}

/// Offers to spare the next request these questions.
fn keep_contact(form: &Form, cx: &Context) -> Result<()> {
    let Some(profile) = &cx.settings.profile else { return Ok(()) };
    let prompt = format!("Keep this contact in the profile `{}`?", profile.value);
    if !cx.prompter.confirm(Question::new(&prompt, "--given-name"))? {
        return Ok(());
    }
    let contact = &form.contact;
    let contact = settings::Contact {
        given_name: contact.given_name.clone(),
        surname: contact.surname.clone(),
        email: contact.email.clone(),
        phone: contact.phone_number.clone(),
    };
    settings::Config::update(&cx.settings.dirs.config_file(), |config| {
        if let Some(profile) = config.profiles.get_mut(&profile.value) {
            profile.contact = Some(contact);
        }
        Ok(())
    })
}

fn text(
    answer: &mut Option<String>,
    prompt: &str,
    flag: &str,
    default: Option<&str>,
    cx: &Context,
) -> Result<()> {
    if is_blank(answer) {
        *answer = Some(cx.prompter.text(Question { prompt, flag, default })?);
    }
    Ok(())
}

fn is_blank(answer: &Option<String>) -> bool {
    answer.as_ref().is_none_or(|text| text::is_blank(text))
}

fn devices(answer: &str) -> Vec<String> {
    if answer.trim().eq_ignore_ascii_case(NONE) {
        return Vec::new();
    }
    answer.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_named_at_once() {
        let error = unasked(&["--title"], "nobody is here");
        assert_eq!(error.message, "`--title` is missing, and nobody is here");
        let error = unasked(&["--title", "--email", "--phone"], "nobody is here");
        assert_eq!(
            error.message,
            "`--title`, `--email` and `--phone` are missing, and nobody is here"
        );
        assert!(error.hints[0].contains("contact = {"), "{:?}", error.hints);
    }

    #[test]
    fn devices_are_named_with_commas_or_not_at_all() {
        assert_eq!(devices("A-1, B-2 ,"), ["A-1", "B-2"]);
        assert_eq!(devices("none"), Vec::<String>::new());
    }
}
