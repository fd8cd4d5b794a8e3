//! A QR code in half blocks: two rows of modules to a line of text.

use qrcode::{Color, QrCode};
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    secret::Secret,
};

/// Light modules round the code; the standard asks for four.
const QUIET: usize = 4;

/// Draws `secret`. With `color` as black on white; without, in the terminal's own colours, which
/// are taken to be light on dark.
pub(super) fn draw(secret: &Secret, color: bool) -> Result<Zeroizing<String>> {
    let code = QrCode::new(secret.expose().as_bytes())
        .map_err(|error| Error::failed("the password does not fit a QR code").cause(error))?;
    let (modules, width) = (code.to_colors(), code.width());
    let is_light = |x: usize, y: usize| {
        let inside = (QUIET..QUIET + width).contains(&x) && (QUIET..QUIET + width).contains(&y);
        !inside || modules[(y - QUIET) * width + x - QUIET] == Color::Light
    };
    let side = width + 2 * QUIET;
    let mut text = Zeroizing::new(String::with_capacity(side * side * 3));
    for y in (0..side).step_by(2) {
        if color {
            text.push_str("\u{1b}[97;40m");
        }
        for x in 0..side {
            text.push(match (is_light(x, y), is_light(x, y + 1)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            });
        }
        text.push_str(if color { "\u{1b}[0m\n" } else { "\n" });
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_drawn_with_its_quiet_zone() {
        let text = draw(&Secret::new("Kf7%".into()), false).unwrap();
        insta::assert_snapshot!(text.as_str(), @r"
        █████████████████████████████
        █████████████████████████████
        ████ ▄▄▄▄▄ ███▄▄▀█ ▄▄▄▄▄ ████
        ████ █   █ █  █▄▀█ █   █ ████
        ████ █▄▄▄█ █ ██▄ █ █▄▄▄█ ████
        ████▄▄▄▄▄▄▄█ ▀ ▀ █▄▄▄▄▄▄▄████
        ████▄▀▄▄▄ ▄▀▀█▀█ █▄ ▄  █▀████
        ████▄ █▄  ▄ █▀█▄█▄█▀ █▀ ▀████
        ████▄██▄█▄▄█ ▄  ▀ ▀█▄ ▀█▄████
        ████ ▄▄▄▄▄ █▀▀▄▀ ▀ ▄█▄▀▄█████
        ████ █   █ █ ▄▄█ ██ █▀▀▄█████
        ████ █▄▄▄█ █▄▀▄▄█▄█▀ ▄ ██████
        ████▄▄▄▄▄▄▄█▄█▄▄█▄██▄█▄▄█████
        █████████████████████████████
        █████████████████████████████
        ");
    }

    #[test]
    fn every_line_ends_its_own_colour() {
        let text = draw(&Secret::new("Kf7%".into()), true).unwrap();
        assert!(text.lines().all(|line| line.starts_with("\u{1b}[97;40m")));
        assert!(text.lines().all(|line| line.ends_with("\u{1b}[0m")));
    }

    #[test]
    fn what_does_not_fit_is_an_error_without_the_secret() {
        let error = draw(&Secret::new("x".repeat(4000)), false).unwrap_err();
        assert_eq!(error.message, "the password does not fit a QR code");
        assert!(!format!("{error:?}").contains("xx"));
    }
}
