//! What is asked of a person at a terminal: only what is not known and changes the answer.

use super::Doors;
use crate::{
    cli::prompt::Question,
    domain::route::{
        advice::{self, Facts},
        english,
        table::{Case, Table},
        terms::{Kind, RequestType, Scope, Severity, Term},
        understand::Understanding,
    },
    error::{Error, Result},
};

/// Where nobody can be asked, all ways on are named at once.
pub(super) fn check(doors: &Doors<'_>) -> Result<()> {
    match doors.prompter.silence() {
        None => Ok(()),
        Some(silence) => {
            Err(Error::usage(format!("TEXT and `--issue` are missing, and {silence}"))
                .hint("say what is wrong: `mmd route \"the screen flickers\"`")
                .hint("or what it is about: `mmd route --issue hardware`"))
        }
    }
}

/// The issue in the person's own words.
pub(super) fn text(doors: &Doors<'_>) -> Result<String> {
    doors.prompter.text(Question::new(english::WHAT_IS_WRONG, "TEXT"))
}

/// Asks for the kind where the text leaves it open; in a dialogue also for scope and severity,
/// where they change the destination.
pub(super) fn complete(
    facts: &mut Facts,
    understanding: Option<&Understanding>,
    table: &Table,
    in_dialogue: bool,
    doors: &Doors<'_>,
) -> Result<()> {
    let open = understanding.is_some_and(|understanding| !understanding.certain);
    // An incident may be about anything; the other types say the kind.
    let by_type = facts.request.and_then(RequestType::kind);
    if facts.kind.is_none() && by_type.is_none() && open {
        let best = understanding.into_iter().flat_map(|u| &u.candidates).map(|one| one.kind);
        let mut kinds: Vec<Kind> = best.collect();
        kinds.extend(
            Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).copied().collect::<Vec<_>>(),
        );
        let chosen = select(english::WHICH_KIND, "--issue", &kinds, english::kind, doors)?;
        facts.kind = Some(chosen);
    }
    if !in_dialogue {
        return Ok(());
    }
    let case = |facts: &Facts| advice::case(table, facts, understanding);
    let said = understanding.and_then(|understanding| understanding.scope.as_ref());
    if facts.scope.is_none() && said.is_none() {
        let cases = Scope::ALL.iter().map(|scope| Case { scope: *scope, ..case(facts) });
        if differ(table, cases) {
            let chosen = select(english::HOW_MANY, "--scope", Scope::ALL, english::scope, doors)?;
            facts.scope = Some(chosen);
        }
    }
    let said = understanding.and_then(|understanding| understanding.severity.as_ref());
    if facts.severity.is_none() && said.is_none() {
        let all = Severity::ALL.iter();
        let cases = all.map(|severity| Case { severity: *severity, ..case(facts) }.settled());
        if differ(table, cases) {
            let severities = [Severity::C, Severity::B, Severity::A];
            let chosen =
                select(english::HOW_BAD, "--severity", &severities, english::severity, doors)?;
            facts.severity = Some(chosen);
        }
    }
    Ok(())
}

/// Whether the answer to a question changes where it goes.
fn differ(table: &Table, cases: impl Iterator<Item = Case>) -> bool {
    let mut destinations = cases.map(|case| table.decide(&case).map(|rule| rule.to));
    let first = destinations.next();
    destinations.any(|destination| Some(destination) != first)
}

fn select<T: Term>(
    prompt: &str,
    flag: &str,
    terms: &[T],
    words: impl Fn(T) -> &'static str,
    doors: &Doors<'_>,
) -> Result<T> {
    let items: Vec<_> = terms.iter().map(|term| words(*term).to_owned()).collect();
    let chosen = doors.prompter.select(Question::new(prompt, flag), &items, 0)?;
    Ok(terms[chosen.min(terms.len() - 1)])
}
