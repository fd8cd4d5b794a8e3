//! The rules of support requests (`framework.md`, People and duties, The path of an issue,
//! Severity): who may file what, what is promised, and what time brings.

mod attachment;
mod filing;
mod kinds;
mod times;

pub use attachment::{LONGEST_NAME, NameFault, name_fault};
pub use filing::{Filing, Refusal, may_file, may_support, needs_contact};
pub use kinds::{Area, Destination, Hours, Severity, TicketType};
pub use times::{
    ANSWER_WITHIN, Calendar, Promise, REACTIVATE_WITHIN, answer_by, due_anew, may_reactivate,
    respond_by, unanswered, update_by,
};

use crate::domain::password::{Entropy, letters};

/// A new ticket's id, as documented: `MMD-[0-9]{7}-[A-Z0-9]{5}`.
pub fn id(entropy: &mut dyn Entropy) -> String {
    let number = letters(entropy, "0123456789", 7);
    let mark = letters(entropy, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 5);
    format!("MMD-{number}-{mark}")
}

/// Whether `text` has the form of a ticket's id.
pub fn is_id(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("MMD-") else { return false };
    let Some((number, mark)) = rest.split_once('-') else { return false };
    number.len() == 7
        && number.bytes().all(|b| b.is_ascii_digit())
        && mark.len() == 5
        && mark.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// The id as it is written, whatever the letters it was typed in: no two differ by them alone. Any
/// other text stays as it is.
pub fn canonical(text: String) -> String {
    let upper = text.to_ascii_uppercase();
    if is_id(&upper) { upper } else { text }
}

/// The id in the key of an OData path segment, `tickets('MMD-1465058-R5V8P')`, after percent
/// decoding; a quote inside is doubled. `None` where the segment is none.
pub fn key(segment: &str) -> Option<String> {
    let quoted = segment.strip_prefix("tickets('")?.strip_suffix("')")?;
    let single = quoted.replace("''", "\u{0}");
    (!single.contains('\'')).then(|| single.replace('\u{0}', "'"))
}

/// The path segment that names the ticket `id`, before percent encoding.
pub fn segment(id: &str) -> String {
    format!("tickets('{}')", id.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::password::SystemEntropy;

    #[test]
    fn ids_have_the_documented_form() {
        for _ in 0..100 {
            let id = id(&mut SystemEntropy);
            assert!(is_id(&id), "{id}");
        }
        assert!(is_id("MMD-1465058-R5V8P"));
        let wrong = ["MMD-146505-R5V8P", "MMD-1465058-r5v8p", "MMD-1465058-R5V8", "MMD-1465058"];
        for wrong in wrong.into_iter().chain(["", "mmd-1465058-R5V8P", "MMD-1465058-R5V8P "]) {
            assert!(!is_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn an_id_is_known_in_any_letters() {
        for typed in ["mmd-1465058-r5v8p", "Mmd-1465058-R5v8p", "MMD-1465058-R5V8P"] {
            assert_eq!(canonical(typed.to_owned()), "MMD-1465058-R5V8P");
        }
        for other in ["", "mmd-1465058", "inc0012345", " mmd-1465058-r5v8p"] {
            assert_eq!(canonical(other.to_owned()), other);
        }
    }

    #[test]
    fn a_key_is_quoted_and_its_quotes_are_doubled() {
        assert_eq!(key("tickets('MMD-1465058-R5V8P')").unwrap(), "MMD-1465058-R5V8P");
        assert_eq!(key("tickets('a''b')").unwrap(), "a'b");
        assert_eq!(key("tickets('''')").unwrap(), "'");
        assert_eq!(key("tickets('')").unwrap(), "");
        for wrong in ["tickets(1)", "tickets('a'b')", "tickets", "tickets()", "tickets('", "x('a')"]
        {
            assert_eq!(key(wrong), None, "{wrong}");
        }
        for id in ["MMD-1465058-R5V8P", "a'b", "''", "it's a 'quote'"] {
            assert_eq!(key(&segment(id)).unwrap(), id);
        }
    }
}
