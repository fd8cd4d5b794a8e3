//! What speaks for each kind, and which kind that makes the best.

use super::{ALARM, Reading, Understanding};
use crate::domain::route::terms::{Kind, Term};

/// What a reading needs to be certain, however little speaks for others.
const CERTAIN: i32 = 5;

/// What the best needs over the next to be certain.
const MARGIN: i32 = 4;

/// What speaks for each kind.
#[derive(Default)]
pub(super) struct Evidence {
    pub(super) kinds: [(i32, Vec<String>); 7],
    counted: Vec<(Kind, &'static str)>,
}

impl Evidence {
    pub(super) fn add(&mut self, kind: Kind, weight: i32, entry: &'static str, words: String) {
        // What is said twice is not twice as true.
        if weight <= 0 || self.counted.contains(&(kind, entry)) {
            return;
        }
        self.counted.push((kind, entry));
        let (score, known) = &mut self.kinds[kind.index()];
        // The first words say what it is about, the fifth adds little.
        *score += if known.len() < 3 { weight } else { (weight / 2).max(1) };
        if !known.iter().any(|known| known.eq_ignore_ascii_case(&words)) {
            known.push(words);
        }
    }

    pub(super) fn score(&self, kind: Kind) -> i32 {
        self.kinds[kind.index()].0
    }

    pub(super) fn ranked(self) -> Understanding {
        let mut candidates: Vec<Reading> = Kind::ALL
            .iter()
            .zip(self.kinds)
            .filter(|(_, (score, _))| *score > 0)
            .map(|(kind, (score, words))| Reading { kind: *kind, score, words })
            .collect();
        // Stable: what is as strong stays in the framework's order.
        candidates.sort_by_key(|reading| -reading.score);
        let best = candidates.first().map_or(0, |reading| reading.score);
        let next = candidates.get(1).map_or(0, |reading| reading.score);
        // Nothing else is certain while there is a sign of compromise.
        let alarmed = candidates
            .iter()
            .skip(1)
            .any(|reading| reading.kind == Kind::Security && reading.score >= ALARM);
        let certain = best >= CERTAIN && best - next >= MARGIN && best * 2 >= next * 3 && !alarmed;
        Understanding { candidates, certain, ..Understanding::default() }
    }
}
