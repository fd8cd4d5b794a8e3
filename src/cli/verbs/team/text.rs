//! Text from files that people make: UTF-8, with or without a byte-order mark. Other encodings are
//! named, not guessed at.

use std::{io::Read, path::Path};

use crate::error::{Error, Result};

/// The largest file that is read: far more than the largest team has.
const LIMIT: u64 = 32 << 20;

/// All of `path`, or of standard input for `-`.
///
/// # Errors
/// Where it cannot be read, is too large, or is no UTF-8.
pub fn read(path: &Path) -> Result<String> {
    let shown = name(path);
    let cannot =
        |error: std::io::Error| Error::usage(format!("{shown} cannot be read")).cause(error);
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(std::io::stdin().lock()),
        false => Box::new(std::fs::File::open(path).map_err(cannot)?),
    };
    source.take(LIMIT + 1).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LIMIT {
        return Err(Error::usage(format!("{shown} is larger than {} MiB", LIMIT >> 20)));
    }
    decode(bytes, &shown)
}

/// How a file is called in messages.
pub fn name(path: &Path) -> String {
    match path == Path::new("-") {
        true => "standard input".into(),
        false => format!("`{}`", path.display()),
    }
}

/// UTF-8 without its byte-order mark.
pub fn decode(bytes: Vec<u8>, shown: &str) -> Result<String> {
    let utf16 = |order: &str| {
        Error::usage(format!("{shown} is UTF-16 ({order}), not UTF-8"))
            .hint("save it as UTF-8: `iconv -f UTF-16 -t UTF-8 FILE`")
    };
    // Text of European languages has a zero in every other byte.
    let zeros = |parity: usize| bytes.iter().take(64).skip(parity).step_by(2).all(|b| *b == 0);
    match bytes.as_slice() {
        [0xff, 0xfe, ..] => return Err(utf16("little-endian")),
        [0xfe, 0xff, ..] => return Err(utf16("big-endian")),
        [_, 0, _, 0, ..] if zeros(1) => return Err(utf16("little-endian, without a mark")),
        [0, _, 0, _, ..] if zeros(0) => return Err(utf16("big-endian, without a mark")),
        _ => {}
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let (at, bytes) = (error.utf8_error().valid_up_to(), error.as_bytes());
        let line = 1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count();
        Error::usage(format!("{shown} is not UTF-8: line {line} has the byte 0x{:02X}", bytes[at]))
            .cause("it looks like Latin-1 (ISO 8859-1 or Windows-1252)")
            .hint("save it as UTF-8: `iconv -f WINDOWS-1252 -t UTF-8 FILE`")
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    match text.find('\0') {
        None => Ok(text),
        Some(at) => {
            let line = 1 + text[..at].matches('\n').count();
            Err(Error::usage(format!("{shown} is no text: line {line} has a zero byte")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_utf_8_is_taken_and_others_are_named() {
        let decoded = |bytes: &[u8]| decode(bytes.to_vec(), "`f`").map_err(|error| error.message);
        assert_eq!(decoded(b"\xef\xbb\xbfupn,roles\n"), Ok("upn,roles\n".into()));
        assert_eq!(decoded("Gómez".as_bytes()), Ok("Gómez".into()));
        let utf16 = |order: fn(u16) -> [u8; 2], mark: bool| {
            let mark = mark.then_some(0xfeff_u16);
            mark.into_iter().chain("upn,roles\n".encode_utf16()).flat_map(order).collect::<Vec<_>>()
        };
        for (bytes, order) in [
            (utf16(u16::to_le_bytes, true), "little-endian"),
            (utf16(u16::to_be_bytes, true), "big-endian"),
            (utf16(u16::to_le_bytes, false), "little-endian, without a mark"),
            (utf16(u16::to_be_bytes, false), "big-endian, without a mark"),
        ] {
            assert_eq!(decoded(&bytes), Err(format!("`f` is UTF-16 ({order}), not UTF-8")));
        }
        assert_eq!(
            decoded(b"upn,displayName\nana@c,G\xf3mez\n"),
            Err("`f` is not UTF-8: line 2 has the byte 0xF3".into())
        );
        assert_eq!(decoded(b"a@c\nb\0@c"), Err("`f` is no text: line 2 has a zero byte".into()));
    }
}
