//! Random rows and well-typed filters.

use mmd::domain::filter::{CompareOp as Op, TextTest};
use proptest::prelude::*;

use crate::model::{Cond, Decimal, Row, Scalar};

/// Few and treacherous: wildcards, quotes, case pairs within and beyond ASCII, code points that
/// UTF-16 would order differently.
fn text() -> impl Strategy<Value = String> {
    let letter = prop::sample::select(
        "aAbBzZ%_\\'\"é É ß ı İ \u{212a} [*? $1 ? \u{ffff} 🦀 \u{10000}"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(letter, 0..4).prop_map(String::from_iter)
}

fn guid() -> impl Strategy<Value = String> {
    prop::sample::select(vec![
        "01234567-89ab-cdef-0123-456789abcdef",
        "abcdef01-89ab-cdef-0123-456789abcdef",
        "00000000-0000-0000-0000-000000000000",
    ])
    .prop_map(str::to_owned)
}

fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -3_i64..=3,
        1 => prop::sample::select(vec![i64::MIN, i64::MIN + 1, i64::MAX - 1, i64::MAX]),
    ]
}

fn micro() -> impl Strategy<Value = i64> {
    prop_oneof![
        4 => -2_i64..=2,
        2 => 1_639_490_785_033_808_i64..1_639_490_785_033_812,
        1 => -60_000_000_000_000_000_i64..200_000_000_000_000_000,
    ]
}

fn pair<T: Clone + std::fmt::Debug>(
    value: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = [Option<T>; 2]> {
    let one = prop::option::weighted(0.75, value);
    [one.clone(), one]
}

pub fn row() -> impl Strategy<Value = Row> {
    (
        pair(text().boxed()),
        pair(integer().boxed()),
        pair(any::<bool>().boxed()),
        pair(guid().boxed()),
        pair(micro().boxed()),
    )
        .prop_map(|(s, n, b, g, t)| Row { s, n, b, g, t })
}

fn string_literal() -> BoxedStrategy<Scalar> {
    prop_oneof![6 => text().prop_map(Scalar::Text), 1 => Just(Scalar::Null)].boxed()
}

fn string() -> BoxedStrategy<Scalar> {
    let leaf = prop_oneof![
        3 => (0..2_usize).prop_map(|i| Scalar::Property('s', i)),
        2 => string_literal(),
    ];
    leaf.prop_recursive(2, 3, 1, |inner| {
        (any::<bool>(), inner).prop_map(|(upper, inner)| Scalar::Folded(upper, Box::new(inner)))
    })
    .boxed()
}

fn number_literal() -> BoxedStrategy<Scalar> {
    let decimal = (integer(), 0..=6_u32, -1_i128..=1).prop_map(|(whole, scale, more)| {
        let mantissa = i128::from(whole) * 10_i128.pow(scale) + more;
        Decimal { mantissa, scale }
    });
    prop_oneof![
        8 => (decimal, any::<bool>()).prop_map(|(d, exponent)| Scalar::Number(d, exponent)),
        1 => Just(Scalar::Null),
        1 => Just(Scalar::NotANumber),
        1 => any::<bool>().prop_map(Scalar::Infinite),
    ]
    .boxed()
}

fn time_literal() -> BoxedStrategy<Scalar> {
    let pico = prop::sample::select(vec![0, 0, 1, 100_000, 999_999]);
    prop_oneof![
        8 => (micro(), pico, -1439..=1439_i64).prop_map(|(m, p, east)| Scalar::Time(m, p, east)),
        1 => Just(Scalar::Null),
    ]
    .boxed()
}

fn guid_literal() -> BoxedStrategy<Scalar> {
    prop_oneof![
        8 => (guid(), any::<bool>()).prop_map(|(guid, upper)| Scalar::Guid(guid, upper)),
        1 => Just(Scalar::Null),
    ]
    .boxed()
}

fn op() -> impl Strategy<Value = Op> {
    prop::sample::select(vec![Op::Eq, Op::Ne, Op::Gt, Op::Ge, Op::Lt, Op::Le])
}

fn comparisons(
    value: BoxedStrategy<Scalar>,
    literal: BoxedStrategy<Scalar>,
) -> BoxedStrategy<Cond> {
    prop_oneof![
        3 => (op(), value.clone(), value.clone()).prop_map(|(op, l, r)| Cond::Compare(op, l, r)),
        1 => (value, prop::collection::vec(literal, 0..4)).prop_map(|(l, list)| Cond::In(l, list)),
    ]
    .boxed()
}

fn leaf() -> BoxedStrategy<Cond> {
    let with_property = |kind: char, literal: BoxedStrategy<Scalar>| {
        let property = (0..2_usize).prop_map(move |i| Scalar::Property(kind, i));
        prop_oneof![property, literal].boxed()
    };
    let test =
        prop::sample::select(vec![TextTest::Contains, TextTest::StartsWith, TextTest::EndsWith]);
    prop_oneof![
        1 => Just(Cond::Null),
        1 => any::<bool>().prop_map(Cond::Literal),
        4 => (0..2_usize).prop_map(Cond::Property),
        4 => comparisons(string(), string_literal()),
        3 => comparisons(with_property('n', number_literal()), number_literal()),
        3 => comparisons(with_property('t', time_literal()), time_literal()),
        2 => comparisons(with_property('g', guid_literal()), guid_literal()),
        4 => (test, string(), string()).prop_map(|(test, l, r)| Cond::Test(test, l, r)),
    ]
    .boxed()
}

pub fn cond() -> impl Strategy<Value = Cond> {
    leaf().prop_recursive(5, 24, 3, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..4);
        let members = prop::collection::vec(prop::option::of(any::<bool>()), 0..4);
        prop_oneof![
            2 => inner.clone().prop_map(|inner| Cond::Not(Box::new(inner))),
            2 => parts.clone().prop_map(Cond::And),
            2 => parts.prop_map(Cond::Or),
            1 => (op(), inner.clone(), inner.clone())
                .prop_map(|(op, l, r)| Cond::CompareBools(op, Box::new(l), Box::new(r))),
            1 => (inner, members).prop_map(|(l, list)| Cond::InBools(Box::new(l), list)),
        ]
    })
}
