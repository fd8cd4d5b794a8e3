//! Whatever is sent, there is an answer.

use proptest::prelude::*;

use super::*;

/// Pieces of the language in any order get deeper than random characters do.
fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            " ",
            " ",
            " ",
            "(",
            ")",
            ",",
            "'",
            "''",
            "-",
            "+",
            ".",
            "/",
            "$",
            "@",
            ":",
            "[",
            "{",
            "name",
            "severity",
            "open",
            "at",
            "id",
            "tags",
            "null",
            "true",
            "INF",
            "NaN",
            "1",
            "2.5",
            "1e9",
            "9223372036854775808",
            "'a'",
            "2021-01-01",
            "2021-01-01T00:00Z",
            "01234567-89ab-cdef-0123-456789abcdef",
            " eq ",
            " in ",
            " and ",
            " or ",
            "not ",
            " gt ",
            " add ",
            " has ",
            "contains(",
            "tolower(",
            "length(",
            "a.b",
            "é",
            "🦀",
            "\0",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,3}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn harmless(source: &str) {
    for error in [parse(source, SCHEMA).err(), parse_orderby(source, SCHEMA).err()] {
        let Some(error) = error else { continue };
        assert!(error.offset <= source.len(), "{error}");
        assert!(source.is_char_boundary(error.offset), "{error}");
        assert!(!error.to_string().ends_with(".."), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn by_pieces_of_the_language(source in soup()) {
        harmless(&source);
    }

    #[test]
    fn by_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        harmless(&String::from_utf8_lossy(&bytes));
    }
}
