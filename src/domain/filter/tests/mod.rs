//! The language, case by case. What a filter selects is tested against SQLite in
//! `tests/filter_sql`.

mod literals;
mod nothing_panics;
mod refusals;

use super::*;

const SCHEMA: &[Property] = &[
    Property::new("name", Type::String),
    Property::new("type", Type::String).with_synonyms(&[("Change Request", "ChangeRequest")]),
    Property::new("severity", Type::Int),
    Property::new("count", Type::Int),
    Property::new("open", Type::Bool),
    Property::new("done", Type::Bool),
    Property::new("id", Type::Guid),
    Property::new("at", Type::Time),
    Property::new("tags", Type::Other),
];

/// A filter as it was understood, with every parenthesis.
fn show(expr: &Expr) -> String {
    let joined = |parts: &[Expr], op: &str| {
        format!("({})", parts.iter().map(show).collect::<Vec<_>>().join(op))
    };
    match expr {
        Expr::Const(None) => "unknown".into(),
        Expr::Const(Some(value)) => value.to_string(),
        Expr::Property(name) => (*name).into(),
        Expr::Not(inner) => format!("!{}", show(inner)),
        Expr::And(parts) => joined(parts, " & "),
        Expr::Or(parts) => joined(parts, " | "),
        Expr::Compare(op, l, r) => format!("({} {op:?} {})", value(l), value(r)),
        Expr::CompareBool(op, l, r) => format!("({} {op:?} {})", show(l), show(r)),
        Expr::IsNull(operand) => format!("{}?", value(operand)),
        Expr::In { operand, values, or_null } => {
            let mut all: Vec<_> = values.iter().map(value).collect();
            all.extend(or_null.then(|| "null".into()));
            format!("({} in {})", value(operand), all.join(","))
        }
        Expr::Test(test, text, part) => format!("{test:?}({},{})", value(text), value(part)),
    }
}

fn value(operand: &Operand) -> String {
    match operand {
        Operand::Property(name) => (*name).into(),
        Operand::Text(text) => format!("{text:?}"),
        Operand::Int(value) => value.to_string(),
        Operand::Folded(case, inner) => format!("{case:?}({})", value(inner)),
    }
}

fn understood(source: &str) -> String {
    match parse(source, SCHEMA) {
        Ok(expr) => show(&expr),
        Err(error) => panic!("{source}: {error}"),
    }
}

fn refused(source: &str) -> FilterError {
    match parse(source, SCHEMA) {
        Ok(expr) => panic!("{source} was understood as {}", show(&expr)),
        Err(error) => error,
    }
}

#[track_caller]
fn all_understood(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(understood(source), *expected, "{source}");
    }
}

#[test]
fn documented_filters_are_understood() {
    all_understood(&[
        ("name eq 'MMD-03690457680'", r#"(name Eq "MMD-03690457680")"#),
        ("contains(name,'Office')", r#"Contains(name,"Office")"#),
        ("name eq 'resolved' and severity eq 2", r#"((name Eq "resolved") & (severity Eq 2))"#),
    ]);
}

#[test]
fn operators_bind_as_the_specification_says() {
    all_understood(&[
        ("open or done and open", "(open | (done & open))"),
        ("(open or done) and open", "((open | done) & open)"),
        ("open and done or open and done", "((open & done) | (open & done))"),
        ("not open and done", "(!open & done)"),
        ("not open eq done", "(!open Eq done)"),
        ("not (open eq done)", "!(open Eq done)"),
        ("not(open)", "!open"),
        ("not not open", "!!open"),
        ("not name in ('a')", r#"!(name in "a")"#),
        ("not contains(name,'a') eq true", r#"(!Contains(name,"a") Eq true)"#),
        ("open eq severity gt 1", "(open Eq (severity Gt 1))"),
        ("severity gt 1 eq open", "((severity Gt 1) Eq open)"),
        ("open eq done eq open", "((open Eq done) Eq open)"),
        ("open ne done and open eq done", "((open Ne done) & (open Eq done))"),
        ("open gt done ge open", "((open Gt done) Ge open)"),
        ("open in (true) eq done", "((open Eq true) Eq done)"),
        ("open or done or open", "(open | done | open)"),
        ("open or (done or open)", "(open | done | open)"),
        ("(open or done) or (open and done)", "(open | done | (open & done))"),
    ]);
}

#[test]
fn case_matters_for_properties_only() {
    all_understood(&[
        ("NOT open eq true OR name EQ 'x'", r#"((!open Eq true) | (name Eq "x"))"#),
        ("StartsWith(ToLower(name),'a')", r#"StartsWith(Lower(name),"a")"#),
        ("ENDSWITH(TOUPPER(name),'a')", r#"EndsWith(Upper(name),"a")"#),
        ("name IN ('a') AND severity Gt 1", r#"((name in "a") & (severity Gt 1))"#),
        ("open eq TRUE or open eq False", "((open Eq true) | (open Eq false))"),
    ]);
    assert_eq!(refused("Name eq 'x'").offset, 0);
    assert_eq!(refused("name eq NULL").offset, 8);
}

#[test]
fn white_space_is_wanted_round_operators_and_allowed_in_parentheses() {
    all_understood(&[
        ("( open\t)", "open"),
        ("contains( name , 'a' )", r#"Contains(name,"a")"#),
        ("name  eq\t'a'", r#"(name Eq "a")"#),
        ("name in ( 'a' , 'b' )", r#"(name in "a","b")"#),
    ]);
    for (source, offset) in [
        (" open", 0),
        ("open ", 5),
        ("(open)and done", 6),
        ("open and(done)", 8),
        ("name eq'a'", 7),
        ("name in('a')", 7),
        ("contains (name,'a')", 9),
        ("open\nand done", 4),
    ] {
        assert_eq!((refused(source).offset, refused(source).status()), (offset, 400), "{source}");
    }
}

#[test]
fn strings_keep_everything_and_double_their_quotes() {
    all_understood(&[
        ("name eq ''", r#"(name Eq "")"#),
        ("name eq ''''", r#"(name Eq "'")"#),
        ("name eq 'O''Neil'", r#"(name Eq "O'Neil")"#),
        ("name eq ' and not ('", r#"(name Eq " and not (")"#),
        (r"name eq '%_\ é 🦀'", r#"(name Eq "%_\\ é 🦀")"#),
        ("type eq 'Change Request'", r#"(type Eq "ChangeRequest")"#),
        ("'Change Request' ne type", r#"(type Ne "ChangeRequest")"#),
        ("type in ('Incident','Change Request')", r#"(type in "Incident","ChangeRequest")"#),
        ("name eq 'Change Request'", r#"(name Eq "Change Request")"#),
    ]);
    assert_eq!(refused("name eq 'x").offset, 8);
    assert_eq!(refused("name eq 'O'Neil'").offset, 11);
    assert!(refused("name eq 'O'Neil'").reason.contains("written twice"));
    assert_eq!(refused("name eq 'a\0b'").offset, 10);
}

#[test]
fn null_is_a_value_for_equality_and_unknown_elsewhere() {
    all_understood(&[
        ("name eq null", "name?"),
        ("null ne name", "!name?"),
        ("name gt null", "false"),
        ("null le severity", "false"),
        ("null eq null", "true"),
        ("null ge null", "false"),
        ("'a' eq null", "false"),
        ("null", "unknown"),
        ("not null", "!unknown"),
        ("open and null", "(open & unknown)"),
        ("open eq null", "(open Eq unknown)"),
        ("contains(name,null)", "unknown"),
        ("contains(null,null) eq null", "true"),
        ("null gt contains(name,null)", "false"),
        ("tolower(null) eq null", "true"),
        ("tolower(name) eq null", "Lower(name)?"),
    ]);
}

#[test]
fn a_list_is_equality_with_any_member() {
    all_understood(&[
        ("name in ()", "false"),
        ("name in (null)", "name?"),
        ("name in ('a',null)", r#"(name in "a",null)"#),
        ("null in ('a')", "false"),
        ("null in ('a',null)", "true"),
        ("'a' in ('b','a')", "true"),
        ("open in (true,false)", "(open Ne unknown)"),
        ("open in (null,true)", "(open Ne false)"),
        ("open in (null,true,false)", "true"),
        ("severity in (2.5)", "false"),
        ("severity in (2.5,null)", "severity?"),
        ("tolower(name) in ('a')", r#"(Lower(name) in "a")"#),
        ("contains(name,'a') in (null)", r#"(Contains(name,"a") Eq unknown)"#),
    ]);
    for (source, offset) in [
        ("name in ('a',)", 13),
        ("name in (,'a')", 9),
        ("name in 'a'", 8),
        ("name in ('a' 'b')", 13),
        ("name in ('a'", 12),
        ("name in ('a',name)", 13),
        ("name in (name,'a')", 13),
        ("name in ('a',1)", 13),
        ("severity in (1,true)", 15),
        ("'a' in ('a',1)", 12),
        ("open in (1)", 9),
    ] {
        assert_eq!((refused(source).offset, refused(source).status()), (offset, 400), "{source}");
    }
}

#[test]
fn literals_alone_are_worked_out() {
    all_understood(&[
        ("true", "true"),
        ("true eq false", "false"),
        ("true gt false", "true"),
        ("'b' gt 'a'", "true"),
        ("contains('abc','b')", "true"),
        ("startswith('abc','b')", "false"),
        ("endswith('abc','')", "true"),
        ("tolower('ÄB') eq 'Äb'", "true"),
        ("toupper(tolower('äB')) eq 'äB'", "true"),
        ("open", "open"),
        ("contains(name,'a') eq true", r#"(Contains(name,"a") Eq true)"#),
        ("contains('abc',name)", r#"Contains("abc",name)"#),
    ]);
}

#[test]
fn an_order_is_a_list_of_properties() {
    let order = |property, descending| Order { property, descending };
    let parsed = |source| parse_orderby(source, SCHEMA).expect("is understood");
    assert_eq!(parsed("at desc"), [order("at", true)]);
    assert_eq!(
        parsed("name,severity ASC , at\tDesc"),
        [order("name", false), order("severity", false), order("at", true)]
    );
    for (source, offset, status) in [
        ("", 0, 400),
        ("name,", 5, 400),
        (",name", 0, 400),
        ("name down", 5, 400),
        ("name desc desc", 10, 400),
        ("nome", 0, 400),
        ("Name", 0, 400),
        ("name eq 'a'", 5, 400),
        ("tolower(name)", 0, 501),
        ("contact/email", 0, 501),
        ("$it", 0, 501),
        ("tags", 0, 501),
    ] {
        let error = parse_orderby(source, SCHEMA).expect_err(source);
        assert_eq!((error.offset, error.status()), (offset, status), "{source}");
    }
}
