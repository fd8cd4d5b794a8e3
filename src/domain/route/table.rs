//! The decision table: rules in order, of which the first that fits decides.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::terms::{
    Asker, Destination, Enrolled, Kind, RequestType, Ring, Scope, Set, Severity, Support, Term, or,
};

/// What is decided about: one value of every input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Case {
    /// What it is about.
    pub kind: Kind,
    /// How many users' devices are hit.
    pub scope: Scope,
    /// How bad it is.
    pub severity: Severity,
    /// What would be filed.
    pub request: RequestType,
    /// Who asks.
    pub asker: Asker,
    /// The device's ring.
    pub ring: Ring,
    /// Whether the device is enrolled.
    pub enrolled: Enrolled,
    /// Whose desk does the support.
    pub support: Support,
}

impl Case {
    /// An issue of `kind` of which nothing else is known: one user, severity C, asked by the
    /// escalation team, about an enrolled device.
    pub fn of(kind: Kind) -> Self {
        Self {
            kind,
            scope: Scope::One,
            severity: Severity::C,
            request: RequestType::Incident,
            asker: Asker::Team,
            ring: Ring::Unknown,
            enrolled: Enrolled::Yes,
            support: Support::CustomerLed,
        }
        .settled()
    }

    /// The same with what follows from the rest: a sign of compromise is an incident of severity A,
    /// a question and a change are requests of their own type, and requests are always C
    /// (`framework.md`, severity).
    #[must_use]
    pub fn settled(mut self) -> Self {
        match self.kind {
            Kind::Security => {
                self.request = RequestType::Incident;
                self.severity = Severity::A;
            }
            Kind::Information => self.request = RequestType::Information,
            Kind::Change => self.request = RequestType::Change,
            _ => {}
        }
        if self.request != RequestType::Incident {
            self.severity = Severity::C;
        }
        self
    }

    /// Every case that there is, each once: nothing but settled ones is ever decided.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::combinations().filter(|case| case.settled() == *case)
    }

    /// Every combination of inputs, also those that [`settled`](Self::settled) makes another case.
    pub fn combinations() -> impl Iterator<Item = Self> {
        let inputs = Kind::ALL.iter().flat_map(|kind| {
            Scope::ALL.iter().flat_map(move |scope| {
                Severity::ALL.iter().flat_map(move |severity| {
                    RequestType::ALL.iter().map(move |request| (*kind, *scope, *severity, *request))
                })
            })
        });
        inputs.flat_map(|(kind, scope, severity, request)| {
            Asker::ALL.iter().flat_map(move |asker| {
                Ring::ALL.iter().flat_map(move |ring| {
                    Enrolled::ALL.iter().flat_map(move |enrolled| {
                        Support::ALL.iter().map(move |support| Self {
                            kind,
                            scope,
                            severity,
                            request,
                            asker: *asker,
                            ring: *ring,
                            enrolled: *enrolled,
                            support: *support,
                        })
                    })
                })
            })
        })
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "kind={} scope={} severity={} type={} as={} ring={} enrolled={} support={}",
            self.kind,
            self.scope,
            self.severity,
            self.request,
            self.asker,
            self.ring,
            self.enrolled,
            self.support
        )
    }
}

/// For which cases a rule speaks: for those that fit every one of its inputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct When {
    /// `kind`
    pub kind: Set<Kind>,
    /// `scope`
    pub scope: Set<Scope>,
    /// `severity`
    pub severity: Set<Severity>,
    /// `type`
    #[serde(rename = "type")]
    pub request: Set<RequestType>,
    /// `as`
    #[serde(rename = "as")]
    pub asker: Set<Asker>,
    /// `ring`
    pub ring: Set<Ring>,
    /// `enrolled`
    pub enrolled: Set<Enrolled>,
    /// `support`
    pub support: Set<Support>,
}

impl When {
    /// Whether `case` fits.
    pub fn fits(&self, case: &Case) -> bool {
        self.kind.has(case.kind)
            && self.scope.has(case.scope)
            && self.severity.has(case.severity)
            && self.request.has(case.request)
            && self.asker.has(case.asker)
            && self.ring.has(case.ring)
            && self.enrolled.has(case.enrolled)
            && self.support.has(case.support)
    }

    /// What of `case` does not fit, in words; empty where all does.
    pub fn misfits(&self, case: &Case) -> Vec<String> {
        fn one<T: Term>(name: &str, wanted: Set<T>, is: T) -> Option<String> {
            let misfit = || format!("{name} is `{}`, not {}", is.as_str(), or(&wanted.terms()));
            (!wanted.has(is)).then(misfit)
        }
        [
            one("kind", self.kind, case.kind),
            one("scope", self.scope, case.scope),
            one("severity", self.severity, case.severity),
            one("type", self.request, case.request),
            one("as", self.asker, case.asker),
            one("ring", self.ring, case.ring),
            one("enrolled", self.enrolled, case.enrolled),
            one("support", self.support, case.support),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        fn one<T: Term>(name: &str, set: Set<T>) -> Option<String> {
            let words = || set.terms().into_iter().map(T::as_str).collect::<Vec<_>>().join("|");
            (!set.is_any()).then(|| format!("{name}={}", words()))
        }
        let parts: Vec<_> = [
            one("kind", self.kind),
            one("scope", self.scope),
            one("severity", self.severity),
            one("type", self.request),
            one("as", self.asker),
            one("ring", self.ring),
            one("enrolled", self.enrolled),
            one("support", self.support),
        ]
        .into_iter()
        .flatten()
        .collect();
        f.write_str(if parts.is_empty() { "any" } else { "" })?;
        f.write_str(&parts.join(" "))
    }
}

/// What a rule says of the cases that it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name, unique in its table.
    pub id: String,
    /// Which cases.
    pub when: When,
    /// Where they go.
    pub to: Destination,
    /// By whom the way leads, in words.
    pub via: Option<String>,
    /// What the desk does before.
    pub first: Option<String>,
    /// Whether elevated access may help.
    pub elevate: bool,
    /// Why.
    pub because: String,
    /// Where the framework says so.
    pub source: Option<String>,
    /// True for a rule of the organisation's own table.
    pub own: bool,
}

/// How somebody is reached; everything may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contact {
    /// What they are called here.
    pub name: Option<String>,
    /// A telephone number, an address.
    pub contact: Option<String>,
    /// When.
    pub hours: Option<String>,
    /// What they ask for: a contract, a customer number.
    pub id: Option<String>,
}

impl Contact {
    /// All that is known of it but its name, on one line; `None` where nobody could be reached by
    /// it.
    pub fn line(&self) -> Option<String> {
        let id = self.id.as_ref().map(|id| format!("id {id}"));
        let hours = self.hours.as_ref().map(|hours| format!("hours {hours}"));
        if self.contact.is_none() && id.is_none() {
            return None;
        }
        let parts = [self.contact.clone(), id, hours];
        Some(parts.into_iter().flatten().collect::<Vec<_>>().join("; "))
    }

    /// The same, with what `general` knows of what it leaves out.
    #[must_use]
    pub fn over(&self, general: Option<&Self>) -> Self {
        let Some(general) = general else { return self.clone() };
        let first = |own: &Option<String>, other: &Option<String>| own.clone().or(other.clone());
        Self {
            name: first(&self.name, &general.name),
            contact: first(&self.contact, &general.contact),
            hours: first(&self.hours, &general.hours),
            id: first(&self.id, &general.id),
        }
    }
}

/// Rules, and who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name and version; with those of the table beneath it.
    pub label: String,
    /// Whose desk does the support.
    pub support: Support,
    /// In order.
    pub rules: Vec<Rule>,
    /// By destination.
    pub contacts: BTreeMap<Destination, Contact>,
    /// Hardware vendors, by manufacturer.
    pub manufacturers: BTreeMap<String, Contact>,
}

/// What became of one rule in a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It did not fit, and why.
    Passed(Vec<String>),
    /// It decided.
    Fired,
    /// An earlier one had decided.
    NotReached,
}

impl Table {
    /// Every case that it is ever asked: support is of its own kind.
    pub fn cases(&self) -> impl Iterator<Item = Case> + use<> {
        let support = self.support;
        Case::all().filter(move |case| case.support == support)
    }

    /// The first rule that fits; a checked table has one for every case.
    pub fn decide(&self, case: &Case) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.when.fits(case))
    }

    /// Every rule, with what became of it.
    pub fn explain(&self, case: &Case) -> Vec<(&Rule, Tried)> {
        let mut decided = false;
        let mut tried = Vec::with_capacity(self.rules.len());
        for rule in &self.rules {
            tried.push((
                rule,
                if decided {
                    Tried::NotReached
                } else if rule.when.fits(case) {
                    decided = true;
                    Tried::Fired
                } else {
                    Tried::Passed(rule.when.misfits(case))
                },
            ));
        }
        tried
    }

    /// What is said of a manufacturer; of several names that fit the longest.
    pub fn maker(&self, manufacturer: &str) -> Option<&Contact> {
        let maker = manufacturer.to_lowercase();
        // `Dell` for `Dell Inc.`
        let fits = |name: &str| maker.starts_with(&name.to_lowercase());
        let named = self.manufacturers.iter().filter(|(name, _)| fits(name));
        named.max_by_key(|(name, _)| name.len()).map(|(_, contact)| contact)
    }

    /// The hardware vendor for `manufacturer`; what is not said of it is that of all.
    pub fn vendor(&self, manufacturer: Option<&str>) -> Option<Contact> {
        let general = self.contacts.get(&Destination::HardwareVendor);
        match manufacturer.and_then(|maker| self.maker(maker)) {
            Some(contact) => Some(contact.over(general)),
            None => general.cloned(),
        }
    }
}
