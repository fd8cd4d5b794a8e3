//! Numbers, times and guids.

use super::*;

#[test]
fn numbers_of_any_size_and_precision_compare_exactly_with_integers() {
    all_understood(&[
        ("severity eq +2", "(severity Eq 2)"),
        ("severity eq 4.0", "(severity Eq 4)"),
        ("severity eq 1e3", "(severity Eq 1000)"),
        ("severity eq 1250E-1", "(severity Eq 125)"),
        ("severity eq 1250e-2", "false"),
        ("severity eq -0", "(severity Eq 0)"),
        ("severity eq 0e5", "(severity Eq 0)"),
        ("severity gt 2.5", "(severity Gt 2)"),
        ("severity ge 2.5", "(severity Gt 2)"),
        ("severity lt 2.5", "(severity Le 2)"),
        ("severity le 2.5", "(severity Le 2)"),
        ("severity lt -2.5", "(severity Le -3)"),
        ("severity gt 0.001", "(severity Gt 0)"),
        ("severity gt -1e-9", "(severity Gt -1)"),
        ("severity ne 2.5", "true"),
        ("2.5 lt severity", "(severity Gt 2)"),
        ("2 le severity", "(severity Ge 2)"),
        ("severity eq 9223372036854775807", "(severity Eq 9223372036854775807)"),
        ("severity eq 9223372036854775808", "false"),
        ("severity lt 9223372036854775808", "!severity?"),
        ("severity gt 9223372036854775806.5", "(severity Gt 9223372036854775806)"),
        ("severity eq -9223372036854775808", "(severity Eq -9223372036854775808)"),
        ("severity ge -9223372036854775808.5", "!severity?"),
        ("severity lt -9223372036854775808.5", "false"),
        ("severity lt 1e999999", "!severity?"),
        ("severity lt INF", "!severity?"),
        ("severity gt INF", "false"),
        ("severity gt -INF", "!severity?"),
        ("severity eq INF", "false"),
        ("severity ne NaN", "true"),
        ("severity eq NaN or severity lt NaN or severity ge NaN", "(false | false | false)"),
        ("severity in (1,2.0,2.5,INF,NaN)", "(severity in 1,2)"),
        ("1.10 eq 1.1 and -1.5 lt -1.4 and 2 lt 10 and -INF lt INF", "(true & true & true & true)"),
        ("NaN eq NaN or NaN ne NaN or INF eq INF", "(false | true | true)"),
        ("severity eq count", "(severity Eq count)"),
    ]);
    for source in [
        "severity eq 42.",
        "severity eq .1",
        "severity eq 1e",
        "severity eq 1e2e3",
        "severity eq 1e2.5",
        "severity eq 1e1000001",
        "severity eq 1e99999999999999999999",
        "severity eq 0x10",
        "severity eq 1_000",
        "severity eq + 1",
        "severity eq 1 2",
    ] {
        assert_eq!(refused(source).kind, ErrorKind::Invalid, "{source}");
    }
}

#[test]
fn times_of_any_precision_and_offset_compare_exactly_with_microseconds() {
    all_understood(&[
        ("at eq 1970-01-01T00:00Z", "(at Eq 0)"),
        ("at eq 1970-01-01t00:00:01z", "(at Eq 1000000)"),
        ("at eq 2021-12-14T14:06:25.0338102Z", "false"),
        ("at gt 2021-12-14T14:06:25.0338102Z", "(at Gt 1639490785033810)"),
        ("at ge 2021-12-14T14:06:25.0338102Z", "(at Gt 1639490785033810)"),
        ("at lt 2021-12-14T14:06:25.0338102Z", "(at Le 1639490785033810)"),
        ("at ge 2021-12-14T14:06:25.033810000000Z", "(at Ge 1639490785033810)"),
        ("at gt 1969-12-31T23:59:59.999999999999Z", "(at Gt -1)"),
        ("at eq 1970-01-01T02:00+02:00", "(at Eq 0)"),
        ("at eq 1969-12-31T20:30:00-03:30", "(at Eq 0)"),
        ("at eq 1972-06-30T23:59:60Z", "(at Eq 78796800000000)"),
        ("at eq 2000-02-29T00:00Z", "(at Eq 951782400000000)"),
        ("at ge 2013-05-24", "(at Ge 1369353600000000)"),
        ("at eq 0000-01-01", "(at Eq -62167219200000000)"),
        ("at gt -10000-04-01T00:00Z", "(at Gt -377728876800000000)"),
        ("at lt 999999999-01-01", "!at?"),
        ("at in (1970-01-01,1970-01-02T00:00Z)", "(at in 0,86400000000)"),
        ("2020-01-01 lt 2020-01-01T00:00-01:00", "true"),
    ]);
    for source in [
        "at eq 2021-13-01",
        "at eq 2021-00-01",
        "at eq 2021-02-29",
        "at eq 1900-02-29",
        "at eq 2021-04-31",
        "at eq 2021-01-00",
        "at eq 2021-1-01",
        "at eq 02021-01-01",
        "at eq 10000000000-01-01",
        "at eq 2021-01-01T24:00Z",
        "at eq 2021-01-01T00:60Z",
        "at eq 2021-01-01T00:00:61Z",
        "at eq 2021-01-01T00:00:00.Z",
        "at eq 2021-01-01T00:00:00.1234567890123Z",
        "at eq 2021-01-01T00:00.5Z",
        "at eq 2021-01-01T00:00",
        "at eq 2021-01-01T00:00 02:00",
        "at eq 2021-01-01T00:00+24:00",
        "at eq 2021-01-01T00:00+0200",
        "at eq 2021-01-01T00:00Zjunk",
        "at eq '2021-01-01T00:00Z'",
        "at eq 5",
    ] {
        assert_eq!(refused(source).kind, ErrorKind::Invalid, "{source}");
        assert_eq!(refused(source).offset, 6, "{source}");
    }
}

#[test]
fn guids_are_kept_in_lower_case() {
    all_understood(&[
        (
            "id eq 01234567-89AB-CDEF-0123-456789ABCDEF",
            r#"(id Eq "01234567-89ab-cdef-0123-456789abcdef")"#,
        ),
        (
            "id in (fedcba98-0000-0000-0000-00000000000A)",
            r#"(id in "fedcba98-0000-0000-0000-00000000000a")"#,
        ),
    ]);
    for source in [
        "id eq 01234567-89ab-cdef-0123-456789abcdeg",
        "id eq 01234567-89ab-cdef-456789abcdef",
        "id eq '01234567-89ab-cdef-0123-456789abcdef'",
        "name eq 01234567-89ab-cdef-0123-456789abcdef",
    ] {
        assert_eq!(refused(source).kind, ErrorKind::Invalid, "{source}");
    }
}
