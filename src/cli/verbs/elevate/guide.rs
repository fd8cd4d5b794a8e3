//! Guidance, where there is something to say: before a request is opened, and at its close. Both
//! come from the engine of `mmd route`.

use crate::{
    cli::{context::Context, prompt::Question},
    domain::route::guidance::{self, Guidance, Verdict},
    error::{Error, Kind, Result},
};

/// Looks at a plan before anything is opened. Returns what was overridden, in words for the audit
/// trail; `None` where there is nothing to say.
///
/// # Errors
/// [`Kind::Refused`] where the plan smells of compromise or somebody thinks better of it,
/// [`Kind::Usage`] where nobody can be asked; not with `--yes`.
pub(super) fn plan(plan: &str, cx: &Context) -> Result<Option<String>> {
    let Some(guidance) = guidance::of_plan(plan).filter(|guidance| !guidance.is_fine()) else {
        return Ok(None);
    };
    let overridden = format!(
        "{}: {} ({})",
        guidance.action.verdict.as_str(),
        guidance.action.what,
        words(&guidance)
    );
    let sentence = sentence("the plan", &guidance);
    if cx.yes {
        cx.output.warn(&format!("{sentence}; going on because of `--yes`, which is recorded"));
        return Ok(Some(overridden));
    }
    if guidance.action.verdict == Verdict::Compromise {
        return Err(Error::new(Kind::Refused, sentence)
            .hint("do not elevate this device: take it off the network, and leave it switched on")
            .hint("`mmd route --issue security` says whom to telephone, now")
            .hint("if it is no sign of compromise, `--yes` goes on, and is recorded"));
    }
    cx.output.warn(&sentence);
    match cx.prompter.confirm(Question::new("Go on all the same?", "--yes")) {
        Ok(true) => Ok(Some(overridden)),
        Ok(false) => Err(Error::new(Kind::Refused, "no request was opened")
            .hint("`mmd route guidance` shows what elevated access is for")),
        Err(error) if error.kind == Kind::Usage => {
            Err(error.hint("`--yes` goes on all the same, and is recorded"))
        }
        Err(error) => Err(error),
    }
}

/// Looks at what was done; it is done, so nothing is asked.
pub(super) fn actions(actions: &str, cx: &Context) {
    let Some(guidance) = guidance::of_plan(actions).filter(|guidance| !guidance.is_fine()) else {
        return;
    };
    cx.output.warn(&sentence("what was done", &guidance));
    if guidance.action.verdict == Verdict::Compromise {
        cx.output.hint("`mmd route --issue security` says whom to telephone, now");
    }
}

/// One line: what was found, how the framework looks at it, and the better way.
fn sentence(what: &str, guidance: &Guidance) -> String {
    let (action, words) = (&guidance.action, words(guidance));
    match action.verdict {
        Verdict::Compromise => {
            format!(
                "{what} speaks of signs of compromise ({words}): that is for security operations"
            )
        }
        verdict => {
            let instead = action.instead.map(|instead| format!("; instead: {instead}"));
            format!(
                "{} is {} ({words}){}",
                action.what,
                verdict.as_str(),
                instead.unwrap_or_default()
            )
        }
    }
}

fn words(guidance: &Guidance) -> String {
    let words: Vec<_> = guidance.words.iter().map(|word| format!("\"{word}\"")).collect();
    words.join(", ")
}
