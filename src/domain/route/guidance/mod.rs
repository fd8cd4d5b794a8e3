//! What elevated access is for, and what it is not (`framework.md`, elevation): for a plan before,
//! and for what was done after.

mod grammar;
mod lexicon;

use self::lexicon::{EVENTS, PLANS, Says, Verb};
use super::{
    terms::Kind,
    understand::{
        find::{Finder, Match},
        understand,
        words::{Word, words},
    },
};

/// How the framework looks at an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// What elevated access is for.
    Typical,
    /// There is a better way.
    NotRecommended,
    /// It works against the service.
    NotSupported,
    /// The plan smells of compromise: not here, and not now.
    Compromise,
}

impl Verdict {
    /// As it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Typical => "typical",
            Verdict::NotRecommended => "not recommended",
            Verdict::NotSupported => "not supported",
            Verdict::Compromise => "compromise",
        }
    }
}

/// One kind of action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// How the framework looks at it.
    pub verdict: Verdict,
    /// What it is.
    pub what: &'static str,
    /// What to do instead, where there is something.
    pub instead: Option<&'static str>,
}

const fn action(verdict: Verdict, what: &'static str, instead: &'static str) -> Action {
    let instead = if instead.is_empty() { None } else { Some(instead) };
    Action { verdict, what, instead }
}

const REPAIR: Action =
    action(Verdict::Typical, "built-in system fixes, the command prompt and PowerShell", "");
const DEVICE_MANAGER: Action = action(
    Verdict::Typical,
    "Device Manager: update drivers, uninstall a device, scan for changes",
    "",
);
const LINE_OF_BUSINESS: Action =
    action(Verdict::Typical, "trouble with a line-of-business app", "");
const WORKAROUND: Action = action(
    Verdict::Typical,
    "a workaround for something that should work by design: BitLocker activation, system time",
    "",
);
const SOFTWARE: Action = action(
    Verdict::NotRecommended,
    "installing software or browsers",
    "have it deployed: a change request",
);
const OUTSIDE_DRIVER: Action = action(
    Verdict::NotRecommended,
    "drivers from outside Windows settings, those of peripherals included",
    "Device Manager or Windows Update",
);
const INSTALLER: Action = action(
    Verdict::NotRecommended,
    "running .msi or .exe files",
    "have it deployed: a change request",
);
const FEATURE: Action =
    action(Verdict::NotRecommended, "adding Windows features", "a change request");
const CONFLICT: Action = action(
    Verdict::NotSupported,
    "software or features that conflict with the service's security or management",
    "a change request",
);
const REQUIRED: Action = action(
    Verdict::NotSupported,
    "disabling a required Windows feature such as BitLocker",
    "an escalation request about what it is in the way of",
);
const SETTINGS: Action = action(
    Verdict::NotSupported,
    "changing settings that the organisation manages",
    "a change request",
);
const COMPROMISE: Action = action(
    Verdict::Compromise,
    "anything on a device with signs of compromise",
    "off the network, switched on, and to security operations",
);

/// A sign of compromise.
const SIGN: Says = Says::Whole(COMPROMISE);

/// Every kind of action, in the framework's order.
pub const ACTIONS: [Action; 12] = [
    REPAIR,
    LINE_OF_BUSINESS,
    WORKAROUND,
    DEVICE_MANAGER,
    SOFTWARE,
    OUTSIDE_DRIVER,
    INSTALLER,
    FEATURE,
    CONFLICT,
    REQUIRED,
    SETTINGS,
    COMPROMISE,
];

/// What is to be said of a plan, or of actions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guidance {
    /// The gravest action that was found.
    pub action: Action,
    /// The words that it was found in.
    pub words: Vec<String>,
}

impl Guidance {
    /// True where nothing needs to be said.
    pub fn is_fine(&self) -> bool {
        self.action.verdict == Verdict::Typical
    }
}

/// The gravest action in `plan`; `None` where the framework names none of it.
pub fn of_plan(plan: &str) -> Option<Guidance> {
    let spoken = words(plan).words;
    let mut found = Finder::new(&spoken, false).find(&PLANS);
    // `Compromise` is a word of its own, and no slip of `compromised`.
    found.retain(|one| one.tag != SIGN || !one.slip);
    let denied = denied(&spoken, &found);
    // "Run sfc from a command prompt" is a repair, and no prompt that opened by itself.
    let is_harmless = |says: Says| match says {
        Says::Whole(action) => action.verdict == Verdict::Typical,
        says => says == Says::Nothing,
    };
    let harmless = found.iter().filter(|one| is_harmless(one.tag));
    let harmless = harmless.map(|one| (one.first, one.last));
    let harmless = harmless.chain(grammar::things(&spoken, &found)).chain(denied.iter().copied());
    let rest = without(plan, &spoken, harmless);
    let understanding = understand(&rest);
    // What was learned was learned of issues. A repair is told in words that they have of an attack
    // (`restore`, `prompt`, `files`), so it has to tell of something that happens in one, too.
    let is_repair =
        found.iter().any(|one| is_harmless(one.tag) || one.tag == Says::Verb(Verb::Mend));
    let is_told = || !Finder::new(&words(&rest).words, false).find(&EVENTS).is_empty();
    let stops = understanding.certain && (!is_repair || is_told());
    if let Some(alarm) = understanding.alarm().filter(|_| stops) {
        return Some(Guidance { action: COMPROMISE, words: alarm.words.clone() });
    }
    found.retain(|one| one.tag != SIGN || denied.iter().all(|(_, last)| *last != one.last));
    let said = |(action, first, last): (Action, usize, usize)| {
        let (from, to) = (spoken[first].from, spoken[last].to);
        (action, plan.get(from..to).unwrap_or_default().to_owned())
    };
    let mut found: Vec<_> = grammar::actions(&spoken, &found).into_iter().map(said).collect();
    // Stable: of the same gravity the first that was said.
    found.sort_by_key(|(action, _)| std::cmp::Reverse(action.verdict));
    let action = found.first()?.0;
    let mut words: Vec<_> =
        found.into_iter().filter(|(one, _)| *one == action).map(|(_, words)| words).collect();
    words.dedup();
    Some(Guidance { action, words })
}

/// Beginnings of the words over which a `not` still denies a sign of compromise: "no signs of",
/// "not caused by". Over any other it does not: "does not boot after the ransom note", "cannot
/// remove the virus".
const REACHES_OVER: &str = "actual active affect any appear believ case caus contain detect due \
    evidence find found hit history indicat known like look more other problem relat report \
    risk seem show sign single susp think trace afecta busca caso causa contien creo debe \
    encontr evidencia hay historial indici motivo muestr ningun otro parec problema prueba \
    rastro riesgo sea senal sospech tener tiene trata";

/// The signs of compromise in `found` that are denied, each from its `not` to its last word.
fn denied(words: &[Word], found: &[Match<Says>]) -> Vec<(usize, usize)> {
    let signs: Vec<_> = found.iter().filter(|one| one.tag == SIGN).collect();
    let mut is_sign = vec![false; words.len()];
    signs.iter().for_each(|one| is_sign[one.first..=one.last].fill(true));
    let reaches_over = |at: usize| {
        let text = &words[at].text;
        words[at].light || is_sign[at] || REACHES_OVER.split(' ').any(|stem| text.starts_with(stem))
    };
    let mut denied = Vec::new();
    for one in &signs {
        let is_listed = is_listed(words, one.last);
        for at in (0..one.first).rev() {
            // "No virus, malware or trojan" is one list; "No. Virus found" is none.
            let in_list = !words[at + 1].starts && is_sign[at] && is_listed;
            if words[at].clause != words[at + 1].clause && !in_list {
                break;
            }
            if words[at].text == "not" {
                denied.push((at, one.last));
                break;
            }
            if !reaches_over(at) {
                break;
            }
        }
    }
    denied
}

/// Whether the word at `at` is followed by the `or` of a list, or follows it.
fn is_listed(words: &[Word], at: usize) -> bool {
    let is_or = |word: &Word| matches!(word.text.as_str(), "or" | "nor" | "o" | "u");
    let sentence = words[..=at].iter().rposition(|word| word.starts).unwrap_or(0);
    let rest = words[at + 1..].iter().take_while(|word| !word.starts);
    words[sentence..at].iter().chain(rest).any(is_or)
}

/// `plan` without the words from the first to the last of each of `places`.
fn without(plan: &str, words: &[Word], places: impl Iterator<Item = (usize, usize)>) -> String {
    let mut cuts: Vec<_> =
        places.map(|(first, last)| (words[first].from, words[last].to)).collect();
    cuts.sort_unstable();
    let (mut rest, mut at) = (String::with_capacity(plan.len()), 0);
    for (from, to) in cuts {
        rest.push_str(plan.get(at..from).unwrap_or_default());
        rest.push(' ');
        at = at.max(to);
    }
    rest.push_str(plan.get(at..).unwrap_or_default());
    rest
}

/// From here on a plan says what it is about, in percent.
const SAID: u8 = 30;

/// The category of a request whose plan is `plan`: one of the known ones, else `Other`.
pub fn category(plan: &str) -> &'static str {
    let understanding = understand(plan);
    // What it is about, not what is wanted of it.
    let about = |kind: Kind| !matches!(kind, Kind::Information | Kind::Change);
    let best = understanding.candidates.iter().find(|reading| about(reading.kind));
    match best.filter(|reading| reading.percent >= SAID).map(|reading| reading.kind) {
        Some(Kind::Hardware) => "Hardware",
        Some(Kind::Microsoft) if understanding.office => "Office",
        _ => "Other",
    }
}
