//! What is spoken of only to say that it is not so.

use super::{find::Match, words::Word};

/// "It is not the printer", "no es un virus", "no malware was found", "not hacked".
/// Of a sign of compromise (`is_alarm`) any denial counts.
pub(super) fn is_denied<T>(text: &str, words: &[Word], one: &Match<T>, is_alarm: bool) -> bool {
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
                    | "hay"
                    | "any"
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
    // "Nothing infected", "ningún virus".
    if is_alarm
        && matches!(before[place].text.as_str(), "nothing" | "none" | "ningun" | "ninguna" | "nada")
    {
        return true;
    }
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
    is_alarm
        || before[place + 1..].iter().any(is)
        || place.checked_sub(1).is_some_and(|before_not| is(&before[before_not]))
}
