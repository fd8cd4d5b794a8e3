//! What text from elsewhere may hold.

/// Whether `text` is the address of one mailbox that mail can be sent to, by the parser that mail goes
/// through. Without quotes and address literals in brackets: nobody who is to be reached has such a
/// one, and what holds a `,` or a `<` is a list or a name.
pub fn is_email(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || c.is_control() || ",;:<>()[]\"\\".contains(c);
    !text.contains(odd) && text.parse::<lettre::Address>().is_ok()
}

/// C0, C1, DEL, line separators, bidirectional controls, and characters that show nothing but can
/// make two different names look the same. Joiners are none of them: scripts and emoji need them.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_and_nothing_else() {
        for good in ["jd@contoso.com", "a.b+c@x", "o'hara@x.y-z.example", "élodie@büro.example"] {
            assert!(is_email(good), "{good}");
        }
        let bad = ["", "jd", "@x", "jd@", "a@b@c", "a b@c", "a@b,c@d", "<a@b>", "a@b\r\nBcc:c@d"];
        let no_mail =
            ["a..b@c.de", ".a@c.de", "a.@c.de", "a@-b-.co", "a@b.c.", "a@b..c", "\"a\"@b"];
        for bad in bad.into_iter().chain(no_mail) {
            assert!(!is_email(bad), "{bad}");
        }
    }
}
