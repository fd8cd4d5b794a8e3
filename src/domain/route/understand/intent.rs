//! What is wanted: a repair, an answer, to be told, a change.

use super::{ALARM, SAID, evidence::Evidence, find::Match, lexicon::Wants, shown, words::Word};
use crate::domain::route::terms::{Kind, Term};

/// What a sign of compromise has over everything else.
const FIRST: i32 = 6;

/// How many words behind "please" still belong to it.
const REACH: usize = 5;

/// What is wanted: a repair, an answer, to be told, a change.
pub(super) struct Intent {
    repair: i32,
    fine: bool,
    asked: (i32, Vec<String>),
    noticed: (i32, Vec<String>),
    changed: (i32, Vec<String>),
}

impl Intent {
    pub(super) fn of(wants: &[Match<Wants>], words: &[Word], question: bool, text: &str) -> Self {
        let mut intent = Self {
            repair: 0,
            fine: false,
            asked: (0, vec![]),
            noticed: (0, vec![]),
            changed: (0, vec![]),
        };
        let favours: Vec<_> = wants.iter().filter(|one| one.tag == Wants::Favour).collect();
        let mut told = Vec::new();
        for one in wants {
            let said = shown(text, words, one.first, one.last);
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
                    // "Removed" tells what somebody has done, unless that is asked for.
                    let tells = words[one.first].text.ends_with("ed");
                    match (starts, asked_for) {
                        (_, true) if tells => add(&mut intent.changed, one.weight),
                        _ if tells => {}
                        (true, _) => add(&mut intent.changed, one.weight + 1),
                        (_, true) => add(&mut intent.changed, one.weight),
                        _ => told.push(said.clone()),
                    }
                }
                Wants::NoRepair => intent.fine = true,
                Wants::Nothing => {}
            }
        }
        // However much is told of changes, it is not asked for.
        intent.changed.0 += i32::try_from(told.len()).unwrap_or(i32::MAX).min(SAID - 1);
        intent.changed.1.extend(told);
        intent.orders(words, text, &favours);
        if intent.fine {
            intent.repair = 0;
        }
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
            ((word.starts || behind) && is_infinitive(&word.text))
                || (word.starts && is_imperative(&word.text))
        });
        let Some((_, word)) = order else { return };
        let said = text.get(word.from..word.to).unwrap_or_default().to_owned();
        if !self.changed.1.contains(&said) {
            self.changed.0 += SAID;
            self.changed.1.push(said);
        }
    }

    /// Sets what is wanted against what is spoken of.
    pub(super) fn weigh(self, evidence: &mut Evidence) {
        let spoken = [Kind::Hardware, Kind::Service, Kind::Microsoft, Kind::Local];
        let most = spoken.into_iter().map(|kind| evidence.score(kind)).max().unwrap_or(0);
        let alarm = evidence.score(Kind::Security);
        // A question about compromise is a question too, and then nothing is certain.
        let asked_only = self.asked.0 - self.repair >= SAID;
        // Unless it is said that nothing has happened.
        let harmless = self.fine && self.asked.0.max(self.noticed.0) >= SAID;
        let most = if asked_only { most.max(alarm) } else { most };
        // Where nothing is to be repaired, what is wanted decides, whatever is spoken of.
        let most = if self.repair == 0 { most } else { most.min(8) };
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
                over if over >= SAID => most + over,
                over if over > 0 => (most + over - 2).max(over),
                over => wanted + over,
            };
            if score > 0 {
                evidence.kinds[kind.index()] = (score, words);
            }
        }
        // Nothing but a question or an announcement comes before a sign of compromise.
        if alarm >= ALARM && !harmless {
            let others = spoken.into_iter().chain([Kind::Change]);
            let most = others.map(|kind| evidence.score(kind)).max().unwrap_or(0);
            evidence.kinds[Kind::Security.index()].0 = (alarm + FIRST).max(most + 1);
        }
    }
}

/// Looks like a Spanish imperative with its object: "cámbienme", "pónganla".
fn is_imperative(word: &str) -> bool {
    let ends = ["enme", "anme", "ennos", "annos", "enlo", "enla", "anlo", "anla"];
    word.len() >= 7 && ends.iter().any(|end| word.ends_with(end))
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
