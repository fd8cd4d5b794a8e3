//! What an issue is about, from a person's own words, English or Spanish.
//!
//! No model and no guesswork that cannot be shown: words are evidence with weights, and what was
//! understood is told with the words that it was understood from. Words say what is spoken of
//! ([`lexicon::SAYS`]) and what is wanted of it ([`lexicon::Wants`]): "install Visio" and "Visio
//! does not open" speak of the same thing. A sign of compromise that is not denied wins.

pub mod find;
pub mod lexicon;
#[cfg(test)]
mod tests;
pub mod words;

use self::{
    find::{Match, find},
    lexicon::{HITS, Hits, NAMES, Names, SAYS, TOLD, WANTS, Wants},
    words::{Word, words},
};
use super::terms::{Kind, Scope, Severity, Term};

/// The longest text that is looked at, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// What was understood.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Understanding {
    /// The kinds that the words speak for, the best first.
    pub candidates: Vec<Reading>,
    /// True where the best stands clearly above the others.
    pub certain: bool,
    /// How many are hit, where the text says so, and the words.
    pub scope: Option<(Scope, String)>,
    /// How bad it is, where the text says so, and the words.
    pub severity: Option<(Severity, String)>,
    /// True where a driver or firmware is spoken of.
    pub driver: bool,
    /// True where a Microsoft 365 App is.
    pub office: bool,
}

/// One kind, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The kind.
    pub kind: Kind,
    /// How strongly; only the order and the distance mean something.
    pub score: i32,
    /// The words as they were written.
    pub words: Vec<String>,
}

impl Understanding {
    /// The best kind, if anything was understood.
    pub fn best(&self) -> Option<Kind> {
        self.candidates.first().map(|reading| reading.kind)
    }

    /// The reading as a sign of compromise, if the text gives one.
    pub fn alarm(&self) -> Option<&Reading> {
        let alarm = self.candidates.iter().find(|reading| reading.kind == Kind::Security);
        alarm.filter(|reading| reading.score >= ALARM)
    }
}

/// From here on a word says it; below it leans.
pub const SAID: i32 = 3;

/// What a reading needs to be certain, however little speaks for others.
const CERTAIN: i32 = 5;

/// From here on a sign of compromise is one.
const ALARM: i32 = 4;

/// What a sign of compromise has over everything else.
const FIRST: i32 = 6;

/// What the best needs over the next to be certain.
const MARGIN: i32 = 4;

/// How many words behind "please" still belong to it.
const REACH: usize = 5;

/// Understands `text`; of a very long one the beginning.
pub fn understand(text: &str) -> Understanding {
    let text = head(text);
    let spoken = words(text);
    let mut says = find(&spoken.words, &SAYS, false);
    says.extend(find(&spoken.words, &TOLD, true));
    let wants = find(&spoken.words, &WANTS, true);
    let mut evidence = Evidence::default();
    for one in &says {
        if !is_denied(text, &spoken.words, one) {
            evidence.add(one.tag, one.weight, one.entry, shown(text, &spoken.words, one));
        }
    }
    let names = find(&spoken.words, &NAMES, false);
    let intent = Intent::of(&wants, &spoken.words, spoken.question, text);
    intent.weigh(&mut evidence);
    let hits = find(&spoken.words, &HITS, true);
    let mut result = evidence.ranked();
    result.driver = names.iter().any(|one| one.tag == Names::Driver);
    result.office = names.iter().any(|one| one.tag == Names::Office);
    let mut clearest = 0;
    for one in &hits {
        let said = shown(text, &spoken.words, one);
        match one.tag {
            // The clearest counts: "only one user" over "the users"; of two as clear the smaller.
            Hits::Scope(scope) => {
                let known = result.scope.as_ref().map(|(known, _)| *known);
                let smaller = one.weight == clearest && known.is_some_and(|known| scope < known);
                if one.weight > clearest || smaller {
                    clearest = one.weight;
                    result.scope = Some((scope, said));
                }
            }
            Hits::Severity(severity) => {
                let stronger = result.severity.as_ref().is_none_or(|(known, _)| severity < *known);
                if stronger {
                    result.severity = Some((severity, said));
                }
            }
        }
    }
    result
}

/// The part of `text` that is read, cut between two letters.
fn head(text: &str) -> &str {
    let mut end = text.len().min(MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The words of a match as they were written.
fn shown<T>(text: &str, words: &[Word], one: &Match<T>) -> String {
    let (from, to) = (words[one.first].from, words[one.last].to);
    text.get(from..to).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// "It is not the printer", "no es un virus", "no malware was found", "not hacked".
fn is_denied(text: &str, words: &[Word], one: &Match<Kind>) -> bool {
    if words[one.first..=one.last].iter().any(|word| word.text == "not") {
        return false;
    }
    let is = |word: &Word| {
        matches!(
            word.text.as_str(),
            "is" | "are"
                | "was"
                | "es"
                | "son"
                | "era"
                | "fue"
                | "seems"
                | "parece"
                | "be"
                | "been"
                | "looks"
        )
    };
    // What may stand between the denial and the thing.
    let filler = |word: &Word| {
        word.light
            || matches!(
                word.text.as_str(),
                "seem"
                    | "seems"
                    | "parece"
                    | "look"
                    | "looks"
                    | "like"
                    | "sign"
                    | "signs"
                    | "senal"
                    | "senales"
                    | "indicio"
                    | "indicios"
                    | "case"
                    | "caso"
                    | "think"
                    | "creo"
                    | "sea"
                    | "sean"
                    | "found"
                    | "hemos"
                    | "visto"
                    | "evidence"
                    | "rastro"
                    | "tipo"
                    | "fault"
                    | "culpa"
                    | "cosa"
                    | "problem"
                    | "problema"
                    | "virus"
                    | "malware"
                    | "phishing"
                    | "ransomware"
                    | "spyware"
            )
    };
    // A denial ends with its sentence.
    let sentence = (0..=one.first).rev().find(|at| words[*at].starts).unwrap_or(0);
    let before = &words[sentence..one.first];
    let gap = before.iter().rev().take_while(|word| filler(word)).count();
    let Some(place) = before.len().checked_sub(gap + 1) else { return false };
    if before[place].text != "not" {
        return matches!(
            before[place].text.as_str(),
            "descartad" | "descartado" | "descartada" | "descarta"
        );
    }
    let behind = |at: usize| words.get(sentence + place + at);
    // "No, a virus was found" answers something else; "no sé qué virus es" denies nothing.
    let answers = behind(1).is_some_and(|next| {
        text.get(before[place].to..next.from).is_some_and(|gap| gap.contains([',', '-', '—', '(']))
    });
    let asks = |at: usize, word: &str| behind(at).is_some_and(|next| next.text == word);
    if answers || (asks(1, "se") && asks(2, "que")) {
        return false;
    }
    // "No network" is a network that does not work; "no virus" is none.
    one.tag == Kind::Security
        || before[place + 1..].iter().any(is)
        || place.checked_sub(1).is_some_and(|before_not| is(&before[before_not]))
}

/// What speaks for each kind.
#[derive(Default)]
struct Evidence {
    kinds: [(i32, Vec<String>); 7],
    counted: Vec<(Kind, &'static str)>,
}

impl Evidence {
    fn add(&mut self, kind: Kind, weight: i32, entry: &'static str, words: String) {
        // What is said twice is not twice as true.
        if weight <= 0 || self.counted.contains(&(kind, entry)) {
            return;
        }
        self.counted.push((kind, entry));
        let (score, known) = &mut self.kinds[kind.index()];
        // The first words say what it is about, the fifth adds little.
        *score += if known.len() < 3 { weight } else { (weight / 2).max(1) };
        if !known.iter().any(|known| known.eq_ignore_ascii_case(&words)) {
            known.push(words);
        }
    }

    fn score(&self, kind: Kind) -> i32 {
        self.kinds[kind.index()].0
    }

    fn ranked(self) -> Understanding {
        let mut candidates: Vec<Reading> = Kind::ALL
            .iter()
            .zip(self.kinds)
            .filter(|(_, (score, _))| *score > 0)
            .map(|(kind, (score, words))| Reading { kind: *kind, score, words })
            .collect();
        // Stable: what is as strong stays in the framework's order.
        candidates.sort_by_key(|reading| -reading.score);
        let best = candidates.first().map_or(0, |reading| reading.score);
        let next = candidates.get(1).map_or(0, |reading| reading.score);
        // Nothing else is certain while there is a sign of compromise.
        let alarmed = candidates
            .iter()
            .skip(1)
            .any(|reading| reading.kind == Kind::Security && reading.score >= ALARM);
        let certain = best >= CERTAIN && best - next >= MARGIN && best * 2 >= next * 3 && !alarmed;
        Understanding { candidates, certain, ..Understanding::default() }
    }
}

/// What is wanted: a repair, an answer, to be told, a change.
struct Intent {
    repair: i32,
    asked: (i32, Vec<String>),
    noticed: (i32, Vec<String>),
    changed: (i32, Vec<String>),
}

impl Intent {
    fn of(wants: &[Match<Wants>], words: &[Word], question: bool, text: &str) -> Self {
        let mut intent =
            Self { repair: 0, asked: (0, vec![]), noticed: (0, vec![]), changed: (0, vec![]) };
        let favours: Vec<_> = wants.iter().filter(|one| one.tag == Wants::Favour).collect();
        for one in wants {
            let said = shown(text, words, one);
            let add = |to: &mut (i32, Vec<String>), weight: i32| {
                to.0 += weight;
                if !to.1.contains(&said) {
                    to.1.push(said.clone());
                }
            };
            match one.tag {
                Wants::Repair => intent.repair += one.weight,
                Wants::Answer => add(&mut intent.asked, one.weight),
                Wants::Notice => add(&mut intent.noticed, one.weight),
                Wants::Favour => add(&mut intent.changed, one.weight),
                // An order stands at the beginning or behind "please"; elsewhere it is a tale.
                Wants::Change => {
                    let asked_for = favours.iter().any(|favour| {
                        favour.first <= one.first && one.first <= favour.last + REACH
                    });
                    let starts = words[one.first].starts;
                    add(
                        &mut intent.changed,
                        match (starts, asked_for) {
                            (true, _) => one.weight + 1,
                            (_, true) => one.weight,
                            _ => 1,
                        },
                    );
                }
                Wants::Nothing => {}
            }
        }
        intent.orders(words, text, &favours);
        // A mark alone makes a question of what nobody wants done or repaired.
        if question && (intent.asked.0 > 0 || intent.changed.0 == 0) {
            intent.asked.0 += if intent.repair == 0 { 3 } else { 1 };
            if intent.asked.1.is_empty() {
                intent.asked.1.push("?".into());
            }
        }
        intent
    }

    /// A Spanish infinitive at the beginning, or behind "podéis", is an order, whatever the verb;
    /// but for those that ask for help, an answer or a repair.
    fn orders(&mut self, words: &[Word], text: &str, favours: &[&Match<Wants>]) {
        let order = words.iter().enumerate().find(|(index, word)| {
            let behind = favours.iter().any(|favour| favour.last + 1 == *index);
            (word.starts || behind) && is_infinitive(&word.text)
        });
        let Some((_, word)) = order else { return };
        let said = text.get(word.from..word.to).unwrap_or_default().to_owned();
        if !self.changed.1.contains(&said) {
            self.changed.0 += SAID;
            self.changed.1.push(said);
        }
    }

    /// Sets what is wanted against what is spoken of.
    fn weigh(self, evidence: &mut Evidence) {
        let spoken = [Kind::Hardware, Kind::Service, Kind::Microsoft, Kind::Local];
        let most = spoken.into_iter().map(|kind| evidence.score(kind)).max().unwrap_or(0);
        let alarm = evidence.score(Kind::Security);
        // A question about compromise is a question too, and then nothing is certain.
        let asked_only = self.asked.0 - self.repair >= SAID;
        let most = if asked_only { most.max(alarm) } else { most };
        for (kind, (wanted, words)) in [
            (Kind::Change, self.changed),
            (
                Kind::Information,
                (self.asked.0.max(self.noticed.0), [self.asked.1, self.noticed.1].concat()),
            ),
        ] {
            // What does not work is to be repaired, however politely that is asked.
            let score = match wanted - self.repair {
                _ if wanted < 2 => 0,
                over if over >= SAID => most.min(8) + over,
                over if over > 0 => (most.min(8) + over - 2).max(over),
                over => wanted + over,
            };
            if score > 0 {
                evidence.kinds[kind.index()] = (score, words);
            }
        }
        // Nothing but a question or an announcement comes before a sign of compromise.
        if alarm >= ALARM {
            let others = spoken.into_iter().chain([Kind::Change]);
            let most = others.map(|kind| evidence.score(kind)).max().unwrap_or(0);
            evidence.kinds[Kind::Security.index()].0 = (alarm + FIRST).max(most + 1);
        }
    }
}

/// Looks like a Spanish infinitive that orders something.
fn is_infinitive(word: &str) -> bool {
    let ends = ["ar", "ir", "oner", "over", "ecer", "ceder", "tender", "traer", "volver"];
    // Names of things in either language, and verbs that order no change.
    let other = [
        "similar",
        "calendar",
        "celular",
        "lugar",
        "hogar",
        "auxiliar",
        "particular",
        "escolar",
        "militar",
        "ayudar",
        "mirar",
        "revisar",
        "comprobar",
        "decir",
        "confirmar",
        "indicar",
        "explicar",
        "aclarar",
        "solucionar",
        "arreglar",
        "reparar",
        "restablecer",
        "desbloquear",
        "resetear",
        "preguntar",
        "consultar",
        "informar",
        "comunicar",
        "avisar",
        "regular",
        "trabajar",
        "entrar",
        "acceder",
        "imprimir",
        "escuchar",
        "usar",
        "utilizar",
        "funcionar",
        "arrancar",
        "iniciar",
        "cargar",
        "guardar",
        "enviar",
        "recibir",
        "toolbar",
        "webinar",
        "sidebar",
        "titlebar",
        "navbar",
        "scrollbar",
        "taskbar",
        "elixir",
        "nadir",
        "encontrar",
    ];
    word.len() >= 5
        && !word.ends_with("air")
        && ends.iter().any(|end| word.ends_with(end))
        && !other.contains(&word)
}
