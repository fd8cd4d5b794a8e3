//! Names inside the commands that are told as the next step.

/// `text` as a shell takes it: quoted where it has to be.
pub fn word(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.@:/+%,=".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    // What begins with a dash would be taken for a flag, quoted or not.
    let dashes = if text.starts_with('-') { "-- " } else { "" };
    format!("{dashes}'{}'", text.replace('\'', r"'\''"))
}

/// `1 device`, `3 devices`.
pub fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_a_shell() {
        for (name, shown) in [
            ("MMD-0042", "MMD-0042"),
            ("ana@contoso.com", "ana@contoso.com"),
            ("front desk", "'front desk'"),
            ("it's", r"'it'\''s'"),
            ("-x", "-- '-x'"),
            ("", "''"),
        ] {
            assert_eq!(word(name), shown);
        }
        assert_eq!(
            (count(1, "device"), count(0, "device")),
            ("1 device".into(), "0 devices".into())
        );
    }
}
