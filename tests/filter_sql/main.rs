//! What a filter selects: random filters over random rows, translated and run on SQLite, against
//! an evaluator that is written from the specification.

mod generate;
mod model;

use mmd::{
    domain::filter::{self, MAX_DEPTH, MAX_NODES, Order, Property, Type},
    service::store::filter_sql,
};
use proptest::prelude::*;
use rusqlite::{Connection, params_from_iter, types::Value};

use crate::{
    generate::{cond, row},
    model::Row,
};

const SCHEMA: &[Property] = &[
    Property::new("s0", Type::String),
    Property::new("s1", Type::String),
    Property::new("n0", Type::Int),
    Property::new("n1", Type::Int),
    Property::new("b0", Type::Bool),
    Property::new("b1", Type::Bool),
    Property::new("g0", Type::Guid),
    Property::new("g1", Type::Guid),
    Property::new("t0", Type::Time),
    Property::new("t1", Type::Time),
];

fn column(property: &str) -> &'static str {
    match property {
        "s0" => "t.s_0",
        "s1" => "t.s_1",
        "n0" => "t.n_0",
        "n1" => "t.n_1",
        "b0" => "t.b_0",
        "b1" => "t.b_1",
        "g0" => "t.g_0",
        "g1" => "t.g_1",
        "t0" => "t.t_0",
        "t1" => "t.t_1",
        _ => panic!("no such property: {property}"),
    }
}

fn database(rows: &[Row]) -> Connection {
    let connection = Connection::open_in_memory().expect("SQLite opens");
    connection
        .execute_batch(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, s_0 TEXT, s_1 TEXT, n_0 INTEGER,
             n_1 INTEGER, b_0 INTEGER, b_1 INTEGER, g_0 TEXT, g_1 TEXT, t_0 INTEGER,
             t_1 INTEGER) STRICT; CREATE INDEX i ON t (s_0)",
        )
        .expect("the table is made");
    for (id, row) in (0_isize..).zip(rows) {
        let Row { s: [s0, s1], n: [n0, n1], b: [b0, b1], g: [g0, g1], t: [t0, t1] } = row;
        connection
            .execute(
                "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                rusqlite::params![id, s0, s1, n0, n1, b0, b1, g0, g1, t0, t1],
            )
            .expect("the row is stored");
    }
    connection
}

/// The ids that a filter selects, after two placeholders of the caller's own.
fn selected(connection: &Connection, source: &str) -> Vec<isize> {
    let expr = filter::parse(source, SCHEMA).unwrap_or_else(|error| panic!("{source}: {error}"));
    let fragment = filter_sql::filter(&expr, column, 3);
    assert!(!fragment.sql.contains('\''), "nothing of a client's is written: {}", fragment.sql);
    let sql =
        format!("SELECT id FROM t WHERE id >= $1 AND id < $2 AND {} ORDER BY id", fragment.sql);
    let mut statement =
        connection.prepare(&sql).unwrap_or_else(|error| panic!("{source}: {sql}: {error}"));
    assert_eq!(statement.parameter_count(), 2 + fragment.values.len(), "{sql}");
    for index in 1..=statement.parameter_count() {
        let expected = format!("${index}");
        assert_eq!(statement.parameter_name(index), Some(expected.as_str()), "{sql}");
    }
    let values = [Value::Integer(0), Value::Integer(i64::MAX)].into_iter().chain(fragment.values);
    statement
        .query_map(params_from_iter(values), |row| row.get(0))
        .expect("the query runs")
        .collect::<Result<_, _>>()
        .expect("ids are integers")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_filter_selects_what_the_specification_says(
        cond in cond(),
        rows in prop::collection::vec(row(), 1..10),
    ) {
        let mut source = String::new();
        cond.write(&mut source, 0);
        // A large filter may be beyond the bounds; that is tested elsewhere.
        prop_assume!(source.len() <= filter::MAX_LENGTH);
        let expected: Vec<_> = (0_isize..)
            .zip(&rows)
            .filter(|(_, row)| cond.value(row) == Some(true))
            .map(|(id, _)| id)
            .collect();
        prop_assert_eq!(selected(&database(&rows), &source), expected, "{}", source);
    }
}

fn one_row() -> Connection {
    let s = [Some("50% off_a\\b".to_owned()), None];
    let none = [None, None];
    database(&[Row { s, n: [None, Some(1)], b: [None, Some(true)], g: none, t: [None, None] }])
}

#[test]
fn wildcards_are_characters_like_others() {
    let connection = one_row();
    for (source, selects) in [
        ("contains(s0,'%')", true),
        ("contains(s0,'50%_off')", false),
        ("contains(s0,'f_a\\b')", true),
        ("startswith(s0,'5_%')", false),
        ("startswith(s0,'50%')", true),
        ("startswith(s0,'50% OFF')", false),
        ("endswith(s0,'%')", false),
        ("endswith(s0,'\\b')", true),
        ("endswith(s0,'')", true),
        ("endswith(s0,'and 50% off_a\\b')", false),
    ] {
        assert_eq!(!selected(&connection, source).is_empty(), selects, "{source}");
    }
}

#[test]
fn an_order_with_null_is_false_and_not_unknown() {
    let connection = one_row();
    for (source, selects) in [
        ("n0 gt 1", false),
        ("not (n0 gt 1)", true),
        ("n0 le n1", false),
        ("not (n0 le n1)", true),
        ("n0 ne 1", true),
        ("not (n0 eq 1)", true),
        ("n0 eq null", true),
        ("not contains(s1,'a')", false),
        ("contains(s1,'a') eq null", true),
        ("not b0", false),
        ("b0 or b1", true),
        ("b0 and b1", false),
        ("(b0 and b1) eq null", true),
        ("n0 in (1,null)", true),
        ("not (n0 in (1))", true),
    ] {
        assert_eq!(!selected(&connection, source).is_empty(), selects, "{source}");
    }
}

#[test]
fn the_largest_filters_stay_within_what_the_database_allows() {
    let connection = one_row();
    let chain = |unit: &str, nodes: usize| vec![unit; (MAX_NODES - 1) / nodes].join(" or ");
    let mut alternating = "n1 eq 2".to_owned();
    for i in 0..MAX_DEPTH - 2 {
        let op = if i % 2 == 0 { "and" } else { "or" };
        alternating = format!("b1 {op} ({alternating})");
    }
    let nots = format!("{}b1", "not ".repeat(MAX_DEPTH - 2));
    let mut bools = "b1".to_owned();
    for _ in 0..MAX_DEPTH - 2 {
        bools = format!("b1 gt ({bools})");
    }
    let mut members = "b1".to_owned();
    for _ in 0..MAX_DEPTH - 2 {
        members = format!("{members} in (true,null)");
    }
    let list = format!("n1 in ({})", vec!["7"; filter::MAX_LIST].join(","));
    for source in [
        chain("b1", 1),
        chain("n1 eq 1", 3),
        chain("tolower(s1) ne toupper(s0)", 5),
        chain("not (b1 gt b0)", 4),
        alternating,
        nots,
        bools,
        members,
        list,
    ] {
        selected(&connection, &source);
    }
}

#[test]
fn an_equality_is_served_by_an_index() {
    let connection = one_row();
    for source in ["s0 eq 'a'", "s0 gt 'a'", "s0 in ('a','b')", "s0 eq null"] {
        let expr = filter::parse(source, SCHEMA).expect("is understood");
        let fragment = filter_sql::filter(&expr, column, 1);
        let plan: String = connection
            .query_row(
                &format!("EXPLAIN QUERY PLAN SELECT * FROM t WHERE {}", fragment.sql),
                params_from_iter(fragment.values),
                |row| row.get(3),
            )
            .expect("the query is planned");
        assert!(plan.starts_with("SEARCH t USING INDEX"), "{source}: {plan}");
    }
}

#[test]
fn nulls_come_first_ascending_and_last_descending() {
    let keys =
        [Order { property: "s0", descending: false }, Order { property: "n1", descending: true }];
    assert_eq!(filter_sql::order(&keys, column), "t.s_0 ASC NULLS FIRST, t.n_1 DESC NULLS LAST");
    assert_eq!(filter_sql::order(&[], column), "");
}
