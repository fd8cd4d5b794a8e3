//! What a device knows of itself.

/// The system's name and version, in words.
pub(super) fn os_version() -> Option<String> {
    let text = std::fs::read_to_string("/etc/os-release").ok()?;
    pretty_name(&text)
}

/// The serial number on the case, where the firmware tells one to this user.
pub(super) fn serial_number() -> Option<String> {
    let text = std::fs::read_to_string("/sys/class/dmi/id/product_serial").ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn pretty_name(os_release: &str) -> Option<String> {
    let value = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    let value = value.trim().trim_matches(['"', '\'']);
    (!value.is_empty()).then(|| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::pretty_name;

    #[test]
    fn a_system_is_called_what_it_calls_itself() {
        let text = "NAME=\"Debian\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n";
        assert_eq!(pretty_name(text).as_deref(), Some("Debian GNU/Linux 13 (trixie)"));
        assert_eq!(pretty_name("NAME=x\nPRETTY_NAME=\"\"\n"), None);
    }
}
