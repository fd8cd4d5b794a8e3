//! Tables from TOML: the built-in one, and an organisation's own over it.
//!
//! A faulty file is refused whole, with the line and the reason: a table that is half used would
//! send issues to an address that nobody chose.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::{
    check::{self, Finding},
    table::{Contact, Rule, Table, When},
    terms::{Destination, Support, Word},
};

/// The rules of the framework.
pub const BUILT_IN: &str = include_str!("built-in.toml");

/// The largest file that is read, in bytes: many times what a table needs.
pub const MAX_BYTES: usize = 256 * 1024;

/// More rules than anybody keeps in the head.
const MAX_RULES: usize = 500;

/// The built-in rule that stays in front: new rules go behind it.
const FRONT: &str = "compromise";

/// Why a file is no table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, counted from 1; `None` where it is the whole.
    pub line: Option<usize>,
    /// What is wrong.
    pub reason: String,
}

impl Fault {
    fn whole(reason: impl Into<String>) -> Self {
        Self { line: None, reason: reason.into() }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.reason),
            None => f.write_str(&self.reason),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Spanned<String>,
    version: Spanned<String>,
    #[serde(default)]
    extends: Extends,
    #[serde(default)]
    support: Option<Support>,
    #[serde(default)]
    rule: Vec<RuleText>,
    #[serde(default)]
    destinations: BTreeMap<Word<Destination>, ContactText>,
    #[serde(default)]
    manufacturers: BTreeMap<Spanned<String>, ContactText>,
}

/// What lies beneath a table.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Extends {
    #[default]
    BuiltIn,
    Nothing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: Spanned<String>,
    #[serde(default)]
    before: Option<Spanned<String>>,
    #[serde(default)]
    when: When,
    to: Word<Destination>,
    via: Option<String>,
    first: Option<String>,
    #[serde(default)]
    elevate: bool,
    because: String,
    source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContactText {
    name: Option<String>,
    contact: Option<String>,
    hours: Option<String>,
    id: Option<String>,
}

/// The built-in table.
///
/// # Errors
/// Never: a test reads and checks it.
pub fn built_in() -> Result<Table, Fault> {
    let file = parse(BUILT_IN)?;
    let rules = file.rule.into_iter().map(|rule| rule.rule(false)).collect();
    Ok(Table {
        label: format!("{} {}", file.name.get_ref(), file.version.get_ref()),
        support: Support::CustomerLed,
        rules,
        contacts: BTreeMap::new(),
        manufacturers: BTreeMap::new(),
    })
}

/// A table from the bytes of a file, whole and checked.
///
/// # Errors
/// For what is too large, not UTF-8, no table, or leaves a case undecided.
pub fn read(bytes: &[u8]) -> Result<Table, Fault> {
    let (table, lines) = assemble(bytes)?;
    let findings = check::check(&table);
    match findings.iter().find(|finding| finding.is_fault()) {
        None => Ok(table),
        Some(finding) => {
            let line = finding.rule().and_then(|rule| lines.get(rule)).copied();
            Err(Fault { line, reason: finding.to_string() })
        }
    }
}

/// A finding, and the line of its rule where it is about one.
pub type Placed = (Option<usize>, Finding);

/// As [`read`], but the findings of the check are handed on.
///
/// # Errors
/// For what is too large, not UTF-8, or no table.
pub fn read_with_findings(bytes: &[u8]) -> Result<(Table, Vec<Placed>), Fault> {
    let (table, lines) = assemble(bytes)?;
    let findings = check::check(&table).into_iter();
    let placed = findings.map(|finding| {
        let line = finding.rule().and_then(|rule| lines.get(rule)).copied();
        (line, finding)
    });
    let placed = placed.collect();
    Ok((table, placed))
}

type Lines = BTreeMap<String, usize>;

fn assemble(bytes: &[u8]) -> Result<(Table, Lines), Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::whole(format!("it is larger than {} KiB", MAX_BYTES / 1024)));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Fault {
        line: Some(line_of(bytes, error.valid_up_to())),
        reason: "it is not UTF-8".into(),
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file = parse(text)?;
    let at = |span: std::ops::Range<usize>| Some(line_of(text.as_bytes(), span.start));
    for (what, value) in [("name", &file.name), ("version", &file.version)] {
        if value.get_ref().trim().is_empty() {
            return Err(Fault { line: at(value.span()), reason: format!("the `{what}` is blank") });
        }
    }
    let own = format!("{} {}", file.name.get_ref().trim(), file.version.get_ref().trim());
    let mut table = match file.extends {
        Extends::BuiltIn => built_in()?,
        Extends::Nothing => Table { label: String::new(), rules: Vec::new(), ..built_in()? },
    };
    table.label = match table.label.as_str() {
        "" => own,
        beneath => format!("{own}, over {beneath}"),
    };
    table.support = file.support.unwrap_or(table.support);
    table.contacts =
        file.destinations.into_iter().map(|(Word(to), text)| (to, text.contact())).collect();
    table.manufacturers = manufacturers(file.manufacturers, text.as_bytes())?;
    if file.rule.len() > MAX_RULES {
        return Err(Fault::whole(format!("it has more than {MAX_RULES} rules")));
    }
    let mut lines = Lines::new();
    let mut replaced = BTreeSet::new();
    for rule in file.rule {
        let line = line_of(text.as_bytes(), rule.id.span().start);
        add(&mut table.rules, rule, line, &mut lines, &mut replaced)?;
    }
    Ok((table, lines))
}

/// Who serves whose devices; names are compared case aside, and a blank one would fit every maker.
fn manufacturers(
    named: BTreeMap<Spanned<String>, ContactText>,
    text: &[u8],
) -> Result<BTreeMap<String, Contact>, Fault> {
    let mut named: Vec<_> = named.into_iter().collect();
    named.sort_by_key(|(name, _)| name.span().start);
    let mut lines = BTreeMap::new();
    for (name, _) in &named {
        let line = line_of(text, name.span().start);
        let name = name.get_ref();
        let fault = |reason: String| Err(Fault { line: Some(line), reason });
        if name.trim().is_empty() {
            return fault("the name of a manufacturer is blank".into());
        }
        if let Some(first) = lines.insert(name.to_lowercase(), line) {
            return fault(format!("the manufacturer `{name}` stands on line {first} already"));
        }
    }
    Ok(named.into_iter().map(|(name, text)| (name.into_inner(), text.contact())).collect())
}

/// Puts one rule of an own table into its place.
fn add(
    rules: &mut Vec<Rule>,
    text: RuleText,
    line: usize,
    lines: &mut Lines,
    replaced: &mut BTreeSet<String>,
) -> Result<(), Fault> {
    let fault = |reason: String| Fault { line: Some(line), reason };
    let id = text.id.get_ref().clone();
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || id.len() > 60 || !id.chars().all(is_name) {
        return Err(fault(format!("`{id}` is no id: small letters, digits and `-`")));
    }
    if text.because.trim().is_empty() {
        return Err(fault(format!("the rule `{id}` says no reason: `because` is blank")));
    }
    if let Some(first) = lines.insert(id.clone(), line) {
        return Err(fault(format!("the id `{id}` stands on line {first} already")));
    }
    let place = |rules: &[Rule], id: &str| rules.iter().position(|rule| rule.id == id);
    let before = text.before.as_ref().map(|before| before.get_ref().clone());
    let rule = text.rule(true);
    match (place(rules, &id), before) {
        (Some(_), Some(_)) => {
            return Err(fault(format!(
                "`{id}` replaces a rule in its place: leave out `before`, or choose another id"
            )));
        }
        (Some(index), None) => {
            replaced.insert(id);
            rules[index] = rule;
        }
        (None, Some(before)) => match place(rules, &before) {
            Some(index) => rules.insert(index, rule),
            None => return Err(fault(format!("there is no rule `{before}` to stand before"))),
        },
        (None, None) => {
            // Behind the front rule and the own ones that were put there before.
            let theirs = |rule: &&Rule| {
                rule.id == FRONT || (rule.own && !replaced.contains(rule.id.as_str()))
            };
            let index = rules.iter().take_while(theirs).count();
            rules.insert(index, rule);
        }
    }
    Ok(())
}

fn parse(text: &str) -> Result<File, Fault> {
    toml::from_str(text).map_err(|error| Fault {
        line: error.span().map(|span| line_of(text.as_bytes(), span.start)),
        // The parser's own sentence may have several lines.
        reason: error.message().lines().collect::<Vec<_>>().join(" "),
    })
}

fn line_of(text: &[u8], offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl RuleText {
    fn rule(self, own: bool) -> Rule {
        Rule {
            id: self.id.into_inner(),
            when: self.when,
            to: self.to.0,
            via: self.via,
            first: self.first,
            elevate: self.elevate,
            because: self.because,
            source: self.source,
            own,
        }
    }
}

impl ContactText {
    fn contact(self) -> Contact {
        let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        Contact {
            name: said(self.name),
            contact: said(self.contact),
            hours: said(self.hours),
            id: said(self.id),
        }
    }
}
