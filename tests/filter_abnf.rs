//! The parser against the grammar's own test cases, which are read from outside the project.
//!
//! `MMD_SHARED_DATA` names the directory that holds them, by default `../shared/data`.

#[path = "common/mod.rs"]
mod require;

use std::{collections::BTreeSet, path::PathBuf};

use mmd::domain::filter::{self, ErrorKind, FilterError, Property, Type};
use serde_yaml_ng::Value;

const FILE: &str = "odata-abnf-testcases.yaml";

/// Which of the cases about filters are inside the subset, counted from 1 in the order of the
/// file. [`in_subset`] works the same list out; both stand here so that neither drifts.
const SUBSET: &[usize] = &[
    6, 7, 10, 11, 12, 13, 14, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, 28, 29, 31, 47, 48, 49, 50,
    54, 56, 62, 71, 72, 115, 132, 140, 182, 185,
];

struct Case {
    rule: String,
    input: String,
    /// Whether the grammar must refuse it.
    fails: bool,
}

impl Case {
    /// The expression, percent-decoded; `None` where the option's name is already wrong.
    fn expression(&self) -> Option<String> {
        if self.rule != "filter" {
            return Some(decoded(&self.input));
        }
        let name = self.input.strip_prefix('$').unwrap_or(&self.input);
        name.strip_prefix("filter=").map(decoded)
    }
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// All cases, or `None` (and a word about it) where the file is not there.
fn cases() -> Option<Vec<Case>> {
    let directory = std::env::var_os("MMD_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let Ok(text) = std::fs::read_to_string(directory.join(FILE)) else {
        require::missing(FILE);
        return None;
    };
    // One plain scalar holds a raw tab, which YAML readers refuse.
    let file: Value = serde_yaml_ng::from_str(&text.replace('\t', " ")).expect("is YAML");
    let cases = file["TestCases"].as_sequence().expect("holds a list of cases");
    let text = |case: &Value, member: &str| match &case[member] {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        _ => String::new(),
    };
    let case = |case| Case {
        rule: text(case, "Rule"),
        input: text(case, "Input"),
        fails: !case["FailAt"].is_null(),
    };
    Some(cases.iter().map(case).collect())
}

/// The words of an expression outside its strings, each with the character behind it; and
/// those other characters that are no white space.
fn scan(expression: &str) -> (Vec<(String, Option<char>)>, String) {
    let (mut words, mut others) = (Vec::new(), String::new());
    let mut in_string = false;
    let chars: Vec<char> = expression.chars().collect();
    let mut at = 0;
    while at < chars.len() {
        let c = chars[at];
        in_string ^= c == '\'';
        let start = at;
        at += 1;
        if in_string {
            continue;
        }
        if c.is_alphanumeric() {
            while chars.get(at).is_some_and(|c| c.is_alphanumeric() || ".-:".contains(*c)) {
                at += 1;
            }
            words.push((chars[start..at].iter().collect(), chars.get(at).copied()));
        } else if !c.is_whitespace() {
            others.push(c);
        }
    }
    (words, others)
}

const OPERATORS: &[&str] = &["and", "or", "not", "eq", "ne", "gt", "ge", "lt", "le", "in"];
const FUNCTIONS: &[&str] = &["contains", "startswith", "endswith", "tolower", "toupper"];
const FOREIGN: &[&str] = &["add", "sub", "mul", "div", "divby", "mod", "has"];

/// Whether a correct expression is inside the subset, told without the parser.
fn in_subset(expression: &str) -> bool {
    let (words, others) = scan(expression);
    let known = |list: &[&str], word: &str| list.contains(&word.to_lowercase().as_str());
    let is_name = |word: &str| word.starts_with(char::is_alphabetic);
    let mut after_in = false;
    !others.contains(['/', '[', '{', '$', '@', '"', '-'])
        && words.iter().all(|(word, next)| {
            let member = std::mem::replace(&mut after_in, known(&["in"], word));
            let foreign = known(FOREIGN, word)
                // What `in` looks through is a list of literals.
                || (member && is_name(word))
                || (is_name(word) && word.contains('.'))
                || match next {
                    Some('(') => !known(FUNCTIONS, word),
                    // A literal of another type.
                    Some('\'') => true,
                    _ => false,
                };
            !foreign
        })
}

fn names(expression: &str) -> BTreeSet<String> {
    let literal = ["true", "false", "null"];
    scan(expression)
        .0
        .into_iter()
        .map(|(word, _)| word)
        .filter(|word| word.starts_with(char::is_alphabetic))
        .filter(|word| {
            let lower = word.to_lowercase();
            !OPERATORS.contains(&lower.as_str())
                && !FUNCTIONS.contains(&lower.as_str())
                && !literal.contains(&lower.as_str())
        })
        .collect()
}

/// Whether the expression is a filter when its names are properties of some type each.
fn has_a_typing(expression: &str) -> Result<(), FilterError> {
    const TYPES: [Type; 5] = [Type::String, Type::Int, Type::Bool, Type::Guid, Type::Time];
    let names: Vec<&'static str> =
        names(expression).into_iter().map(|name| &*name.leak()).collect();
    let typings = TYPES.len().pow(u32::try_from(names.len()).expect("names are few"));
    let mut last = Ok(());
    for typing in 0..typings {
        let mut digits = typing;
        let mut schema = Vec::new();
        for name in &names {
            schema.push(Property::new(name, TYPES[digits % TYPES.len()]));
            digits /= TYPES.len();
        }
        last = filter::parse(expression, &schema).map(drop);
        if last.is_ok() {
            break;
        }
    }
    last
}

#[test]
fn every_case_about_filters_is_understood_or_refused_as_it_should() {
    let Some(cases) = cases() else { return };
    let rules = ["filter", "boolCommonExpr", "commonExpr"];
    let cases: Vec<_> = cases.iter().filter(|case| rules.contains(&&*case.rule)).collect();
    assert_eq!(cases.len(), 187, "the file is another one");
    let mut subset = Vec::new();
    for (number, case) in (1..).zip(cases) {
        let Some(expression) = case.expression() else {
            assert!(case.fails, "{number}: {} has no option", case.input);
            continue;
        };
        let parsed = filter::parse_syntax(&expression);
        if let Err(error) = &parsed {
            assert!(error.offset <= expression.len(), "{number}: {expression}: {error}");
            assert!(!error.reason.is_empty(), "{number}: {expression}");
        }
        if case.fails {
            assert!(parsed.is_err(), "{number}: {expression} is no filter");
        } else if in_subset(&expression) {
            subset.push(number);
            assert_eq!(parsed, Ok(()), "{number}: {expression}");
            // Some cases are values and no conditions; any value can be compared with null.
            let value = format!("({expression}) eq null");
            let condition = if case.rule == "commonExpr" { &value } else { &expression };
            assert_eq!(has_a_typing(condition), Ok(()), "{number}: {condition}");
        } else {
            assert!(parsed.is_err(), "{number}: {expression} is outside the subset");
        }
    }
    assert_eq!(subset, SUBSET);
}

#[test]
fn what_only_this_service_lacks_is_never_called_wrong() {
    let Some(cases) = cases() else { return };
    for case in cases {
        let about_filters = ["filter", "boolCommonExpr", "commonExpr"].contains(&&*case.rule);
        let Some(expression) = case.expression().filter(|_| about_filters && !case.fails) else {
            continue;
        };
        // A name of some other model is wrong here, not merely unsupported.
        if let Err(error) = filter::parse_syntax(&expression)
            && !error.reason.starts_with("there is no function")
        {
            assert_eq!(error.kind, ErrorKind::Unsupported, "{expression}: {error}");
        }
    }
}

#[test]
fn literals_are_those_of_the_grammar() {
    let Some(cases) = cases() else { return };
    let mut tried = 0;
    for case in cases {
        let ty = match &*case.rule {
            "guid" => Type::Guid,
            "date" | "dateTimeOffsetValue" => Type::Time,
            "decimalValue" | "doubleValue" | "int64Literal" | "int64Value" | "int32Value" => {
                Type::Int
            }
            "boolean" => Type::Bool,
            "stringLiteral" => Type::String,
            _ => continue,
        };
        tried += 1;
        // A rule called a value describes a body, where nothing is encoded.
        let encoded = !case.rule.ends_with("Value");
        let literal = if encoded { decoded(&case.input) } else { case.input.clone() };
        let parsed = filter::parse(&format!("p eq {literal}"), &[Property::new("p", ty)]);
        match parsed {
            Ok(_) => assert!(!case.fails, "{}: {literal} is no literal", case.rule),
            Err(error) => assert!(case.fails, "{}: {literal}: {error}", case.rule),
        }
    }
    assert!(tried > 40, "only {tried} literals: the file is another one");
}
