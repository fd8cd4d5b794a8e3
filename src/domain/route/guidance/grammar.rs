//! What the words of a plan say together: which action, done to what.
//!
//! No parser: a verb governs what stands near behind it in its sentence (`turn off the corporate
//! antivirus and the firewall`), or, as a participle, what stands before it (`the policy was
//! changed`). What is denied, only looked at, or told of somebody else is no action.

use super::{
    Action, CONFLICT, DEVICE_MANAGER, FEATURE, LINE_OF_BUSINESS, OUTSIDE_DRIVER, REQUIRED,
    SETTINGS, SOFTWARE, WORKAROUND,
    lexicon::{Object, Says, Verb},
};
use crate::domain::route::understand::{find::Match, words::Word};

/// An action, and the words from its first to its last.
pub(super) type Found = (Action, usize, usize);

/// So many words that say something may stand between a verb and what it governs.
const REACH: usize = 6;

/// The framework's view of `verb` done to `object`; `None` where it has none.
fn action(verb: Verb, object: Object) -> Option<Action> {
    use Object::{
        Admin, Antivirus, Business, Component, Driver, Exclusion, Feature, Guard, Manager, Named,
        Peripheral, Policy, Program, Rival, Updates,
    };
    use Verb::{Change, Fetch, Give, Install, Mend, Off, On, Put, Remove};
    Some(match (verb, object) {
        (Off | Remove, Guard | Antivirus | Feature) => REQUIRED,
        (Off | Remove, Manager) | (Install, Antivirus) | (Install | Put | Fetch, Rival) => CONFLICT,
        (Change, Guard | Antivirus | Updates) | (Off, Updates) => SETTINGS,
        (Off | Remove | Change, Policy) => SETTINGS,
        (Install | Put | Give | Change, Exclusion) => SETTINGS,
        (Put | Give | Change, Admin) => SETTINGS,
        (Install | Put | Fetch, Driver) | (Install, Peripheral) => OUTSIDE_DRIVER,
        (Install | Put | Fetch | On | Off, Component) => FEATURE,
        (Install | Put | Fetch | On, Feature) => FEATURE,
        (Put | Fetch, Program) | (Put | Fetch | Give, Named) => SOFTWARE,
        (On | Mend, Guard | Antivirus) => WORKAROUND,
        (Mend, Business) => LINE_OF_BUSINESS,
        _ => return None,
    })
}

/// The actions that `found` says, in the order of the plan.
pub(super) fn actions(words: &[Word], found: &[Match<Says>]) -> Vec<Found> {
    let verbs: Vec<_> = found.iter().filter_map(|one| said_verb(words, one)).collect();
    let objects: Vec<_> = found
        .iter()
        .filter_map(|one| match one.tag {
            Says::Object(object) => Some((object, one.first, one.last)),
            _ => None,
        })
        .collect();
    let is_left = |at: usize| is_left_alone(words, &verbs, at);
    let mut actions: Vec<Found> = Vec::new();
    let mut governed: Vec<(usize, usize)> = Vec::new();
    for &(object, first, last) in &objects {
        let before = verbs.iter().rfind(|verb| verb.last < first);
        let before = before.filter(|verb| reaches(words, verb, first, &governed));
        if let Some(verb) = before {
            governed.push((verb.first, last));
            let is_whole = !words[verb.last + 1..first].iter().any(is_part);
            let action = action(verb.verb, object).filter(|_| is_whole && !is_left(verb.first));
            if let Some(action) = action {
                actions.push((action, verb.first, last));
            }
            continue;
        }
        let behind = verbs.iter().find(|verb| verb.first > last);
        let behind =
            behind.filter(|verb| is_participle(words, verb) && joins(words, last, verb.first, 3));
        if let Some(verb) = behind
            && let Some(action) = action(verb.verb, object)
            && !is_left(first)
            && !is_left(verb.first)
        {
            // "BitLocker is suspended: resume it" tells what is found, and mends it.
            let mended = |other: &&Said| {
                other.first > verb.last && matches!(other.verb, Verb::On | Verb::Mend)
            };
            if action.verdict < super::Verdict::NotSupported || !verbs.iter().any(|v| mended(&v)) {
                actions.push((action, first, verb.last));
            }
        }
    }
    for verb in verbs.iter().filter(|verb| verb.verb == Verb::Install && !is_left(verb.first)) {
        let of = |object: Object| {
            governed.iter().any(|&(first, last)| {
                first == verb.first && objects.iter().any(|one| one.0 == object && one.2 == last)
            })
        };
        let is_update = of(Object::Patch) || of(Object::Guard);
        // "Install the printer driver" is said already, and better.
        let is_said = actions.iter().any(|one| one.1 == verb.first)
            || found.iter().any(|one| {
                let is_driver = one.tag == Says::Whole(OUTSIDE_DRIVER) && verb.last < one.first;
                is_driver && joins(words, verb.last, one.first, REACH)
            });
        if !is_said
            && !is_update
            && !is_deployed(words, verb.last)
            && !is_state(words, &verbs, verb)
        {
            actions.push((SOFTWARE, verb.first, verb.last));
        }
    }
    actions.retain(|&(_, _, last)| !is_denied_behind(words, last));
    // A driver may well come from Windows Update or Device Manager.
    let inside = |at: usize| {
        let is_inside = |one: &&Match<Says>| match one.tag {
            Says::Whole(whole) => whole == DEVICE_MANAGER && one.last > one.first,
            Says::Object(Object::Guard) => words[one.last].text == "update",
            _ => false,
        };
        found.iter().filter(is_inside).any(|one| same_sentence(words, at, one.first))
    };
    actions.retain(|&(action, first, last)| match action {
        OUTSIDE_DRIVER => !inside(first),
        SOFTWARE => !(inside(first) && is_of_device(words, found, last)),
        _ => true,
    });
    let whole = found.iter().filter_map(|one| match one.tag {
        Says::Whole(action) => Some((action, one.first, one.last)),
        _ => None,
    });
    // Signs of compromise are denied in a way of their own.
    actions.extend(whole.filter(|one| one.0 == super::COMPROMISE || !is_left(one.1)));
    actions.sort_by_key(|one| one.1);
    actions
}

/// The protections that `found` does something to, as no more than a thing: of a device whose
/// antivirus is turned on nobody says that anything has happened to it.
pub(super) fn things(words: &[Word], found: &[Match<Says>]) -> Vec<(usize, usize)> {
    let clause_of = |one: &Match<Says>| words[one.first].clause;
    let is_done = |thing: &Match<Says>| {
        let mut verbs = found.iter().filter(|one| matches!(one.tag, Says::Verb(_)));
        verbs.any(|verb| clause_of(verb) == clause_of(thing))
    };
    let things = found.iter().filter(|one| {
        matches!(one.tag, Says::Object(Object::Guard | Object::Antivirus)) && is_done(one)
    });
    things.map(|one| (one.first, one.last)).collect()
}

/// A verb that was found.
#[derive(Debug, Clone, Copy)]
struct Said {
    verb: Verb,
    first: usize,
    last: usize,
}

fn said_verb(words: &[Word], one: &Match<Says>) -> Option<Said> {
    let Says::Verb(mut verb) = one.tag else { return None };
    let text = words[one.last].text.as_str();
    // Those are things.
    let is_thing = text.starts_with("installer") || text.starts_with("instalador");
    if verb == Verb::Install && is_thing {
        return None;
    }
    let near = words[one.last + 1..].iter().take(REACH + 2);
    let near = near.take_while(|word| word.clause == words[one.last].clause);
    let has = |words: &[&str]| near.clone().any(|word| words.contains(&word.text.as_str()));
    match verb {
        Verb::Turn if has(&["off", "out"]) => verb = Verb::Off,
        Verb::Turn => verb = Verb::On,
        Verb::Put if has(&["off", "pause", "pausa"]) => verb = Verb::Off,
        _ => {}
    }
    Some(Said { verb, first: one.first, last: one.last })
}

/// Whether what is installed at `at` is a device's: that is named behind it, before anything else
/// is done.
fn is_of_device(words: &[Word], found: &[Match<Says>], at: usize) -> bool {
    let mut behind: Vec<_> = found.iter().filter(|one| one.first > at).collect();
    behind.sort_by_key(|one| one.first);
    let is_manager = |one: &Match<Says>| {
        let place = matches!(words[one.first].text.as_str(), "device" | "administrador");
        one.tag == Says::Whole(DEVICE_MANAGER) && place
    };
    let done = |one: &&&Match<Says>| {
        matches!(one.tag, Says::Verb(_)) || matches!(one.tag, Says::Whole(_)) && !is_manager(one)
    };
    let until = behind.iter().find(done).map_or(usize::MAX, |one| one.first);
    behind.iter().filter(|one| one.first < until && same_sentence(words, at, one.first)).any(
        |one| {
            matches!(one.tag, Says::Object(Object::Driver | Object::Peripheral)) || is_manager(one)
        },
    )
}

/// Whether `verb` governs what begins at `first`.
fn reaches(words: &[Word], verb: &Said, first: usize, governed: &[(usize, usize)]) -> bool {
    // "Turn off the antivirus, the firewall": what follows in a list is governed as well.
    let listed = governed.iter().rfind(|one| one.0 == verb.first).map(|one| one.1);
    let in_list = listed.is_some_and(|last| {
        last < first && words[last + 1..first].iter().all(|word| word.light || is_filler(word))
    });
    (in_list && same_sentence(words, verb.last, first)) || joins(words, verb.last, first, REACH)
}

/// Whether the words between two places let the one reach the other.
fn joins(words: &[Word], from: usize, to: usize, reach: usize) -> bool {
    if words[from].clause != words[to].clause || words[to].starts {
        return false;
    }
    let between = &words[from + 1..to];
    let ends = |word: &Word| {
        matches!(
            word.text.as_str(),
            "before"
                | "after"
                | "because"
                | "while"
                | "if"
                | "when"
                | "until"
                | "since"
                | "with"
                | "for"
                | "so"
                | "not"
                | "que"
                | "porque"
                | "para"
                | "tras"
                | "antes"
                | "despues"
                | "si"
                | "cuando"
                | "hasta"
                | "con"
                | "mientras"
                | "via"
                | "using"
                | "mediante"
        )
    };
    if between.iter().any(ends) {
        return false;
    }
    // Behind an `and` something else begins, unless nothing but a thing follows.
    let rest = between.iter().rposition(is_and).map_or(&between[..0], |at| &between[at + 1..]);
    rest.iter().all(|word| word.light || is_filler(word))
        && between.iter().filter(|word| !word.light).count() <= reach
}

fn is_and(word: &Word) -> bool {
    matches!(word.text.as_str(), "and" | "or" | "then" | "y" | "e" | "o" | "u" | "luego")
}

/// Stands before the name of a thing and adds nothing to it.
fn is_filler(word: &Word) -> bool {
    matches!(word.text.as_str(), "windows" | "microsoft" | "corporate" | "both" | "tambien")
}

/// What a thing has and may lose: its cache is deleted, and it goes on as before.
fn is_part(word: &Word) -> bool {
    const PARTS: &str = "cache icon shortcut log notification notificacion icono aviso";
    PARTS.split(' ').any(|part| word.text.starts_with(part))
}

fn same_sentence(words: &[Word], one: usize, other: usize) -> bool {
    let (from, to) = (one.min(other), one.max(other));
    words[from + 1..=to].iter().all(|word| !word.starts)
}

/// `disabled`, `turned off`, `desactivado`, `desactivada`.
fn is_participle(words: &[Word], verb: &Said) -> bool {
    let word = words[verb.first].text.as_str();
    ["ed", "ado", "ada", "ados", "adas", "ido", "ida"].iter().any(|end| word.ends_with(end))
        || matches!(word, "put" | "off")
}

/// Whether an installation tells what is there: `the installed apps`, `the user installed it`.
fn is_state(words: &[Word], verbs: &[Said], verb: &Said) -> bool {
    let Some(before) = verb.first.checked_sub(1).map(|at| &words[at]) else { return false };
    let text = words[verb.first].text.as_str();
    // "What the user installed" in Spanish: `que instaló`.
    if before.text == "que" && text.ends_with('o') {
        return true;
    }
    // A noun of what is mended: `repair the Office installation`, `repair the Office install`.
    let is_last =
        words.get(verb.last + 1).is_none_or(|next| next.clause != words[verb.last].clause);
    let is_noun = text.ends_with("cion")
        || text.ends_with("tion")
        || (text == "install" && is_last && !is_and(before));
    let mended = verbs.iter().rfind(|other| other.last < verb.first);
    let mended = mended.filter(|other| {
        // What mends it is no part of it: `by a fresh install`.
        let is_means = |word: &Word| matches!(word.text.as_str(), "by" | "through");
        joins(words, other.last, verb.first, REACH)
            && !words[other.last..verb.first].iter().any(is_means)
    });
    if is_noun && mended.is_some_and(|other| other.verb == Verb::Mend) {
        return true;
    }
    if words[verb.first].starts || !is_participle(words, verb) {
        return false;
    }
    let spanish = !words[verb.first].text.ends_with("ed");
    match before.text.as_str() {
        "the" | "a" | "all" | "recently" | "newly" | "already" | "los" | "las" => true,
        "ha" | "he" | "han" | "hemos" | "fue" | "and" | "y" | "i" | "we" => false,
        // `los programas instalados`, but `dejar instalado`.
        other => {
            spanish && !before.light && !other.starts_with("dej") && !other.starts_with("queda")
        }
    }
}

/// Words over which a denial reaches its action: "no need to", "sin tener que".
const REACHES_OVER: &str = "need want plan going intend than try tried tries hav necessary required \
    requir necesi neces falta hace tener tengo tiene hay ser vamos voy pretend quier if whether \
    that si que ya hubo";

/// Whether what begins at `first` is denied, only looked at, or somebody else's.
fn is_left_alone(words: &[Word], verbs: &[Said], first: usize) -> bool {
    if words[first].starts {
        return false;
    }
    let is_told = is_told_of(words, first);
    let mut in_list = false;
    for at in (0..first).rev() {
        let text = words[at].text.as_str();
        let is_denied = matches!(text, "not" | "instead" | "rather" | "vez" | "lugar" | "nothing")
            || text.starts_with("avoid")
            || text.starts_with("evit");
        let is_looked_at =
            verbs.iter().any(|verb| verb.verb == Verb::Look && verb.first <= at && at <= verb.last);
        if is_denied || is_looked_at {
            return true;
        }
        let begins = words[at].starts || words[at].clause != words[at.saturating_sub(1)].clause;
        if is_told && !begins && !is_stop(text) {
            continue;
        }
        // "The user had turned it off."
        let is_other = matches!(
            text,
            "user" | "usuario" | "usuaria" | "customer" | "somebody" | "someone" | "alguien"
        );
        if is_other && !in_list {
            let past = words[first].text.ends_with("ed") || words[first].text.ends_with("ado");
            return past && words[at + 1..first].iter().all(|word| word.light);
        }
        let is_or = matches!(text, "or" | "nor" | "o" | "u");
        in_list |= is_or;
        let passes = in_list
            || words[at].light
            || REACHES_OVER.split(' ').any(|stem| text.starts_with(stem));
        if begins || is_stop(text) || !passes {
            return false;
        }
    }
    false
}

/// Something else begins behind it.
fn is_stop(text: &str) -> bool {
    matches!(text, "so" | "and" | "y" | "e" | "then" | "luego")
}

/// Whether `first` tells of what is installed, whoever did it: what it is, and whether, stands
/// before it (`check whether Chrome is installed`, `no software will be installed`).
fn is_told_of(words: &[Word], first: usize) -> bool {
    let is_participle = ["installed", "instalado", "instalada", "instalados", "instaladas"]
        .contains(&words[first].text.as_str());
    is_participle && !matches!(words[first - 1].text.as_str(), "i" | "we" | "he" | "hemos")
}

/// Whether a clause ends behind `last` with a denial: `desactivar BitLocker no, solo el driver`.
fn is_denied_behind(words: &[Word], last: usize) -> bool {
    let mut behind = words[last + 1..].iter();
    behind.next().is_some_and(|word| word.text == "not" && word.clause == words[last].clause)
        && behind.next().is_none_or(|word| word.clause != words[last].clause)
}

/// Whether an installation whose words end at `last` comes from the Company Portal, which deploys
/// without elevated access.
fn is_deployed(words: &[Word], last: usize) -> bool {
    let rest = words[last + 1..].iter().take_while(|word| !word.starts);
    let rest: Vec<_> = rest.map(|word| word.text.as_str()).collect();
    let comes = |word: &str| matches!(word, "from" | "via" | "through" | "desde" | "del");
    let Some(from) = rest.iter().position(|word| comes(word)) else { return false };
    let has = |word: &str| rest[from..].contains(&word);
    has("portal") && (has("company") || has("empresa"))
}
