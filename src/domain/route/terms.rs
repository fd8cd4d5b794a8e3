//! The words of the table: what a case is described by, and where it may go.

use std::{fmt, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, de};

pub use crate::domain::ticket::{Destination, Severity};

/// A closed list of words.
pub trait Term: Copy + Eq + fmt::Debug + 'static {
    /// What the list is called in a table and in messages.
    const NAME: &'static str;
    /// All of it, in the order of the framework.
    const ALL: &'static [Self];

    /// As it is written in flags, tables and JSON.
    fn as_str(self) -> &'static str;

    /// Its place in the list.
    fn index(self) -> usize;
}

macro_rules! term {
    ($(#[$doc:meta])* $name:ident as $list:literal {
        $($(#[$about:meta])* $word:ident = $text:literal,)+
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$about])* $word,)+
        }

        impl Term for $name {
            const NAME: &'static str = $list;
            const ALL: &'static [Self] = &[$(Self::$word),+];

            fn as_str(self) -> &'static str {
                match self { $(Self::$word => $text),+ }
            }

            fn index(self) -> usize {
                self as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, String> {
                find(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
                Word::deserialize(source).map(|Word(term)| term)
            }
        }
    };
}

fn find<T: Term>(text: &str) -> Result<T, String> {
    let found = T::ALL.iter().copied().find(|term| term.as_str() == text);
    found.ok_or_else(|| format!("`{text}` is no {}: write {}", T::NAME, or(T::ALL)))
}

/// A term as a table writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Word<T>(pub T);

impl<'de, T: Term> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(source)?;
        find(&text).map(Word).map_err(de::Error::custom)
    }
}

/// `a`, `b` or `c`.
pub fn or<T: Term>(terms: &[T]) -> String {
    let words: Vec<_> = terms.iter().map(|term| format!("`{}`", term.as_str())).collect();
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

term! {
    /// What an issue is about (`framework.md`, kinds in words).
    Kind as "kind of issue" {
        /// The thing itself, its driver or firmware.
        Hardware = "hardware",
        /// Something that the managed service deployed or decided.
        Service = "service",
        /// A Microsoft product's own fault or limit.
        Microsoft = "microsoft",
        /// The organisation's own: line of business, printer, network, VPN, account, share.
        Local = "local",
        /// A sign of compromise.
        Security = "security",
        /// A question or an announcement; nothing is broken.
        Information = "information",
        /// Something that works is to be altered.
        Change = "change",
    }
}

term! {
    /// How many users' devices are hit.
    Scope as "scope" {
        /// One.
        One = "one",
        /// Several users'.
        Several = "several",
        /// Everybody's.
        All = "all",
    }
}

impl Term for Severity {
    const NAME: &'static str = "severity";
    const ALL: &'static [Self] = &Severity::ALL;

    fn as_str(self) -> &'static str {
        self.letter()
    }

    fn index(self) -> usize {
        self as usize
    }
}

term! {
    /// What is filed.
    RequestType as "type of request" {
        /// Something is broken.
        Incident = "incident",
        /// A request for information.
        Information = "information",
        /// A change request.
        Change = "change",
    }
}

impl RequestType {
    /// The kind that the type alone says; an incident may be about anything.
    pub fn kind(self) -> Option<Kind> {
        match self {
            RequestType::Incident => None,
            RequestType::Information => Some(Kind::Information),
            RequestType::Change => Some(Kind::Change),
        }
    }
}

term! {
    /// Who asks.
    Asker as "asker" {
        /// Tier 1 and tier 2.
        Desk = "desk",
        /// The support escalation team.
        Team = "team",
        /// An IT admin.
        Admin = "admin",
    }
}

term! {
    /// The update ring of the device.
    Ring as "ring" {
        /// Gets neither elevation nor incident support.
        Test = "test",
        /// The second ring.
        First = "first",
        /// The third.
        Fast = "fast",
        /// The rest.
        Broad = "broad",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

term! {
    /// Whether the device is enrolled in the service.
    Enrolled as "answer to whether a device is enrolled" {
        /// It is, or nobody knows otherwise.
        Yes = "yes",
        /// It is not.
        No = "no",
    }
}

term! {
    /// Whose desk does the support.
    Support as "kind of support" {
        /// The organisation's own.
        CustomerLed = "customer-led",
        /// A partner's.
        PartnerLed = "partner-led",
    }
}

impl Term for Destination {
    const NAME: &'static str = "destination";
    const ALL: &'static [Self] = Destination::ALL;

    fn as_str(self) -> &'static str {
        Destination::as_str(self)
    }

    fn index(self) -> usize {
        self as usize
    }
}

/// Some words of one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Set<T>(u8, PhantomData<T>);

impl<T: Term> Set<T> {
    /// Every word.
    pub const ANY: Self = Self(u8::MAX, PhantomData);

    /// These words.
    pub fn of(terms: &[T]) -> Self {
        Self(terms.iter().fold(0, |bits, term| bits | 1 << term.index()), PhantomData)
    }

    /// Whether `term` is among them.
    pub fn has(self, term: T) -> bool {
        self.0 & (1 << term.index()) != 0
    }

    /// True where nothing is excluded.
    pub fn is_any(self) -> bool {
        T::ALL.iter().all(|term| self.has(*term))
    }

    /// The words, in the list's order.
    pub fn terms(self) -> Vec<T> {
        T::ALL.iter().copied().filter(|term| self.has(*term)).collect()
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(u8::MAX, PhantomData)
    }
}

/// One word, or a list of words.
impl<'de, T: Term> Deserialize<'de> for Set<T> {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Words<T>(PhantomData<T>);

        impl<'de, T: Term> de::Visitor<'de> for Words<T> {
            type Value = Set<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "a {} or a list of them: {}", T::NAME, or(T::ALL))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Set<T>, E> {
                find(text).map(|term| Set::of(&[term])).map_err(E::custom)
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Set<T>, A::Error> {
                let mut terms = Vec::new();
                while let Some(Word(term)) = list.next_element()? {
                    terms.push(term);
                }
                if terms.is_empty() {
                    return Err(de::Error::custom(format!(
                        "an empty list of {} fits nothing: leave it out for any",
                        T::NAME
                    )));
                }
                Ok(Set::of(&terms))
            }
        }

        source.deserialize_any(Words(PhantomData))
    }
}
