//! What is refused, with which status, where and in which words.

use super::*;

#[test]
fn what_is_wrong_is_400_with_its_offset_and_a_sentence() {
    for (source, offset, reason) in [
        ("", 0, "expected a value, found the end"),
        ("name eq", 7, "expected a value, found the end"),
        ("name eq eq 'a'", 11, "expected an operator or the end, found a string"),
        ("eq 'a'", 3, "expected an operator or the end, found a string"),
        ("(open", 5, "expected `)`, found the end"),
        ("open)", 4, "expected an operator or the end, found `)`"),
        ("open & done", 5, "expected an operator or the end, found `&`"),
        ("contains(name)", 0, "`contains` takes two arguments"),
        ("tolower(name,'a') eq 'a'", 0, "`tolower` takes one argument"),
        ("length() eq 1", 0, "`length` takes one argument"),
        ("foo(name)", 0, "there is no function `foo`"),
        ("any()", 0, "`any` needs a collection before it"),
        ("name", 0, "a condition is needed here, and this is a string"),
        ("open and severity", 9, "a condition is needed here, and this is a number"),
        (
            "not name eq 'a'",
            4,
            "a condition is needed here, and this is a string; `not` binds tighter than a comparison",
        ),
        ("contains(severity,'a')", 9, "a string is needed here, and this is a number"),
        ("contains(name,1)", 14, "a string is needed here, and this is a number"),
        ("tolower(open)", 8, "a string is needed here, and this is a boolean"),
        ("name eq 1", 8, "a string cannot be compared with a number"),
        ("1 eq name", 0, "a string cannot be compared with a number"),
        ("severity eq '2'", 12, "a number cannot be compared with a string"),
        ("severity eq true", 12, "a number cannot be compared with a boolean"),
        ("name eq severity", 8, "a string cannot be compared with a number"),
        ("contains(name,null) eq 'a'", 23, "a boolean cannot be compared with a string"),
        ("1 eq 'a'", 0, "a number cannot be compared with a string"),
        ("name eq \"a\"", 8, "strings stand in single quotes"),
        ("name eq\u{a0}'a'", 7, "a space is missing after `eq`"),
    ] {
        let error = refused(source);
        assert_eq!((error.offset, error.reason.as_str()), (offset, reason), "{source}");
        assert_eq!(error.status(), 400, "{source}");
    }
    assert_eq!(
        refused("nome eq 'a'").to_string(),
        "The `$filter` is not valid at offset 0: there is no property `nome` here; known are \
         `name`, `type`, `severity`, `count`, `open`, `done`, `id`, `at`, `tags`."
    );
    assert_eq!(refused("name eq 'a' and nome eq 'a'").offset, 16);
    assert_eq!(refused("name eq 'é' and nome eq 'a'").offset, 17, "offsets are bytes");
    assert!(refused(&format!("{} eq 1", "x".repeat(5000))).reason.contains("xxx…`"));
}

#[test]
fn what_is_odata_but_outside_the_subset_is_501() {
    for (source, offset, what) in [
        ("length(name) eq 19", 0, "the function `length`"),
        ("IndexOf(name,'a') eq 1", 0, "the function `IndexOf`"),
        ("at lt now()", 6, "the function `now`"),
        ("cast(name,Edm.Int32) eq 1", 0, "the function `cast`"),
        ("geo.length(name) eq 1", 0, "the function `geo.length`"),
        ("My.Own(a=1)", 0, "the function `My.Own`"),
        ("severity add 1 eq 2", 9, "arithmetic"),
        ("1 lt severity mul 2", 14, "arithmetic"),
        ("-severity lt 0", 0, "arithmetic"),
        ("name has My.Color'Red'", 5, "the operator `has`"),
        ("name eq My.Color'Red'", 8, "enumeration literals"),
        ("contact/email eq 'a'", 0, "paths into other objects"),
        ("tags/any(t:t eq 'a')", 0, "paths into other objects"),
        ("tags/$count gt 1", 0, "paths into other objects"),
        ("$it eq 'a'", 0, "`$it`, `$this` and `$root`"),
        ("name eq @p", 8, "annotations and parameter aliases"),
        ("name in ['a']", 8, "`in` with anything but a list of literals"),
        ("name in tags", 8, "`in` with anything but a list of literals"),
        ("name in (tags)", 9, "`in` with anything but a list of literals"),
        ("[1] eq [2]", 0, "JSON arrays and objects"),
        ("at gt duration'PT1H'", 6, "duration literals"),
        ("at gt 12:30:00", 6, "time-of-day literals"),
        ("tags eq 'a'", 0, "filtering by `tags`, which is a collection or an object"),
    ] {
        let error = refused(source);
        assert_eq!((error.offset, error.reason.as_str()), (offset, what), "{source}");
        assert_eq!(error.status(), 501, "{source}");
    }
    assert_eq!(
        refused("length(name) eq 19").to_string(),
        "This service does not support the function `length` (`$filter`, offset 0)."
    );
    // A syntax error behind it wins: the whole is no OData.
    assert_eq!(refused("length(name) eq").status(), 400);
}

#[test]
fn size_is_bounded_everywhere() {
    let refused_at = |source: String| {
        let error = refused(&source);
        assert_eq!(error.kind, ErrorKind::Invalid, "{}", error.reason);
        error.reason
    };
    let nested =
        |n: usize, open: &str, close: &str| format!("{}open{}", open.repeat(n), close.repeat(n));
    assert_eq!(understood(&nested(MAX_DEPTH, "(", ")")), "open");
    assert!(refused_at(nested(MAX_DEPTH + 1, "(", ")")).contains("nested"));
    assert!(parse(&nested(MAX_DEPTH - 1, "not ", ""), SCHEMA).is_ok());
    assert!(refused_at(nested(MAX_DEPTH, "not ", "")).contains("nested"));
    assert!(refused_at(nested(2000, "not ", "")).contains("nested"));
    assert!(refused_at(nested(4000, "(", ")")).contains("nested"));
    assert!(refused_at(nested(4000, "-", "")).contains("nested"));
    assert!(refused_at("tolower(".repeat(1000)).contains("nested"));
    assert!(refused_at(format!("open{}", " eq open".repeat(MAX_DEPTH))).contains("nested"));
    assert!(refused_at(format!("open{}", " in (true)".repeat(MAX_DEPTH))).contains("nested"));
    assert!(refused_at(format!("1{}", " add 1".repeat(MAX_DEPTH))).contains("nested"));
    // A chain is no nesting: one node for itself, one for each operand.
    let chain = |n: usize| vec!["open"; n].join(" or ");
    assert!(parse(&chain(MAX_NODES - 1), SCHEMA).is_ok());
    assert!(refused_at(chain(MAX_NODES)).contains("parts"));
    let list = |n: usize| format!("severity in ({})", vec!["1"; n].join(","));
    assert!(parse(&list(MAX_LIST), SCHEMA).is_ok());
    assert!(refused_at(list(MAX_LIST + 1)).contains("at most"));
    let string = |n: usize| format!("name eq '{}'", "x".repeat(n - 10));
    assert!(parse(&string(MAX_LENGTH), SCHEMA).is_ok());
    assert!(refused_at(string(MAX_LENGTH + 1)).contains("longer"));
}
