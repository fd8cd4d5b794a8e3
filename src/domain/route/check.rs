//! Whether a table decides every case, and whether every rule of it can speak.
//!
//! The inputs are few and closed, so this is no argument but an enumeration of all cases.

use super::{
    table::{Case, Table},
    terms::{Destination, Kind, Support},
};

/// Something wrong with a table, with a case that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// No rule decides this case.
    Gap(Case),
    /// A rule never speaks: whatever fits it is decided by an earlier one.
    Unreachable {
        /// The rule.
        rule: String,
        /// True for one of the organisation's own; a built-in one may well be overruled.
        own: bool,
        /// A case that fits it.
        example: Case,
        /// The rule that decides that case.
        by: String,
    },
    /// A rule fits no case that there is.
    Idle {
        /// The rule.
        rule: String,
        /// True for one of the organisation's own.
        own: bool,
        /// A combination of inputs that fits it, and is decided as another case.
        example: Case,
    },
    /// A rule is for the other kind of support than the table's.
    OtherSupport {
        /// The rule.
        rule: String,
        /// True for one of the organisation's own.
        own: bool,
        /// That of the table.
        support: Support,
    },
    /// A sign of compromise does not go to security operations.
    Unsafe {
        /// The rule that decides.
        rule: String,
        /// The case.
        example: Case,
    },
    /// A device with a sign of compromise may be elevated.
    Elevating {
        /// The rule that decides.
        rule: String,
        /// The case.
        example: Case,
    },
}

impl Finding {
    /// True where the table must not be used; false where it is only good to know.
    pub fn is_fault(&self) -> bool {
        !matches!(
            self,
            Finding::Unreachable { own: false, .. }
                | Finding::Idle { own: false, .. }
                | Finding::OtherSupport { own: false, .. }
        )
    }

    /// The rule that is at fault, if one is.
    pub fn rule(&self) -> Option<&str> {
        match self {
            Finding::Gap(_) => None,
            Finding::Unreachable { rule, .. }
            | Finding::Idle { rule, .. }
            | Finding::OtherSupport { rule, .. }
            | Finding::Unsafe { rule, .. }
            | Finding::Elevating { rule, .. } => Some(rule),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Gap(case) => write!(f, "no rule decides this case: {case}"),
            Finding::Unreachable { rule, example, by, .. } => write!(
                f,
                "the rule `{rule}` can never fire: `{by}` stands before it and decides, for instance, {example}"
            ),
            Finding::Idle { rule, example, .. } => {
                let settled = example.settled();
                write!(
                    f,
                    "the rule `{rule}` can never fire: kind={} severity={} type={} is always \
                     decided as severity={} type={}",
                    example.kind,
                    example.severity,
                    example.request,
                    settled.severity,
                    settled.request
                )
            }
            Finding::OtherSupport { rule, support, .. } => {
                write!(
                    f,
                    "the rule `{rule}` can never fire: the support of this table is `{support}`"
                )
            }
            Finding::Unsafe { rule, example } => write!(
                f,
                "the rule `{rule}` sends a sign of compromise elsewhere than to \
                 `{}`: {example}",
                Destination::SecurityOperations
            ),
            Finding::Elevating { rule, example } => write!(
                f,
                "the rule `{rule}` lets a device with a sign of compromise be elevated: {example}"
            ),
        }
    }
}

/// Tries every case with the table's own kind of support, for no other is decided by it. Nothing
/// found means: complete, every rule can fire, compromise is safe.
pub fn check(table: &Table) -> Vec<Finding> {
    let mut fired = vec![false; table.rules.len()];
    let mut hidden: Vec<Option<(Case, usize)>> = vec![None; table.rules.len()];
    let (mut gap, mut wrong) = (None, None);
    for case in table.cases() {
        let mut decided = None;
        for (index, rule) in table.rules.iter().enumerate() {
            // Once a rule has fired somewhere, where else it fits does not matter.
            if decided.is_some() && fired[index] || !rule.when.fits(&case) {
                continue;
            }
            match decided {
                None => decided = Some(index),
                Some(by) => _ = hidden[index].get_or_insert((case, by)),
            }
        }
        let Some(index) = decided else {
            gap.get_or_insert(case);
            continue;
        };
        fired[index] = true;
        let rule = &table.rules[index];
        if case.kind == Kind::Security {
            let (id, example) = (|| rule.id.clone(), case);
            if rule.to != Destination::SecurityOperations {
                wrong.get_or_insert_with(|| Finding::Unsafe { rule: id(), example });
            } else if rule.elevate {
                wrong.get_or_insert_with(|| Finding::Elevating { rule: id(), example });
            }
        }
    }
    let silent = fired.iter().zip(hidden).enumerate().filter(|(_, (fired, _))| !**fired);
    let unreachable = silent.filter_map(|(index, (_, hidden))| {
        let rule = &table.rules[index];
        let (id, own) = (rule.id.clone(), rule.own);
        match hidden {
            Some((example, by)) => {
                let by = table.rules[by].id.clone();
                Some(Finding::Unreachable { rule: id, own, example, by })
            }
            None if !rule.when.support.has(table.support) => {
                Some(Finding::OtherSupport { rule: id, own, support: table.support })
            }
            // No set of an input is empty, so some combination fits every rule.
            None => Case::combinations()
                .find(|case| rule.when.fits(case))
                .map(|example| Finding::Idle { rule: id, own, example }),
        }
    });
    gap.map(Finding::Gap).into_iter().chain(wrong).chain(unreachable).collect()
}
