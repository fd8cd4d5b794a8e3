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

/// Whether `text` shows nothing: it is empty, or all of it is white space, unsafe
/// ([`is_unsafe`]), or a code point that is not displayed by itself (Unicode's
/// `Default_Ignorable_Code_Point`, and the empty Braille pattern).
pub fn is_blank(text: &str) -> bool {
    let ignorable = |c: char| {
        matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
    };
    text.chars().all(|c| c.is_whitespace() || is_unsafe(c) || ignorable(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for blank in [
            "",
            " \n\t",
            "\u{a0}\u{202f}",
            "\u{200b}\u{200b}",
            "\u{feff}",
            "\u{202e}",
            " \u{200d} ",
            "\u{ad}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{1}",
            "\u{2800}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
        }
        for shown in ["-", "\u{202e}a", "👩\u{200d}🔧", "❤\u{fe0f}", " می\u{200c}خواهم "]
        {
            assert!(!is_blank(shown), "{shown:?}");
        }
    }

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
