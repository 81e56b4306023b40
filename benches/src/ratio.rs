//! What is compared, and what it has to come to.

use std::borrow::Cow;

use serde::Serialize;

use crate::{
    contender::{Contender, MANY},
    figure::{Figures, Spread},
    join::INVITED,
    load::Load,
    page::{LARGE, SMALL},
    place::Kind,
};

/// A comparison, round by round.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) database: Kind,
    pub(crate) name: Cow<'static, str>,
    pub(crate) value: Spread,
    pub(crate) bound: Bound,
    pub(crate) met: bool,
}

/// What the median has to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) enum Bound {
    AtLeast(f64),
    AtMost(f64),
    /// In milliseconds.
    BelowMs(f64),
    /// Nothing that would be required.
    Any,
}

impl Ratio {
    /// What was compared round by round, and has to be nothing; `None` where nothing was.
    pub(crate) fn told(database: Kind, name: String, values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let value = Spread::of(values)?;
        Some(Self { database, name: Cow::Owned(name), value, bound: Bound::Any, met: true })
    }
}

impl Bound {
    fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bound) => bound <= value,
            Self::AtMost(bound) => value <= bound,
            Self::BelowMs(bound) => value < bound,
            Self::Any => true,
        }
    }
}

const NAIVE: &str = "durable sends, 256 waiting, to the faster naive transaction";
const LIMIT: &str = "durable sends, 256 waiting, to the faster bulk INSERT";
const PAGES: &str = "newest page of the large room to that of the small one, p50";
const JOIN: &str = "join by invite token, p50";

/// How many comparisons a database has of which all was measured.
pub(crate) const ALL: usize = 4;

/// The comparisons on a database, of what was measured there.
pub(crate) fn ratios(figures: &Figures, database: Kind) -> Vec<Ratio> {
    let rounds = |name: &str| figures.rounds(database, name);
    let of = |is_one: fn(&Contender) -> bool| -> Vec<&[Load]> {
        Contender::of(database).iter().filter(|one| is_one(one)).map(|one| rounds(&one.to_string())).collect()
    };
    let sends = rounds(&Contender::Send { writers: MANY }.to_string());
    let naive = of(|one| matches!(one, Contender::Naive { .. }));
    let bulk = of(|one| matches!(one, Contender::Bulk { .. }));
    let rate = |load: &Load| load.per_second;
    let to_the_fastest = |others: &[&[Load]]| {
        let fastest = |round: usize| others.iter().filter_map(|rounds| rounds.get(round)).map(rate).reduce(f64::max);
        Spread::of(sends.iter().enumerate().filter_map(|(round, load)| Some(rate(load) / fastest(round)?)))
    };
    let pages = rounds(LARGE).iter().zip(rounds(SMALL)).map(|(large, small)| large.p50_ms / small.p50_ms);
    let all: [_; ALL] = [
        (NAIVE, to_the_fastest(&naive), Bound::AtLeast(3.0)),
        (LIMIT, to_the_fastest(&bulk), Bound::AtLeast(0.25)),
        (PAGES, Spread::of(pages), Bound::AtMost(1.2)),
        (JOIN, Spread::of(rounds(INVITED).iter().map(|load| load.p50_ms)), Bound::BelowMs(5.0)),
    ];
    let told = |(name, value, bound): (&'static str, Option<Spread>, Bound)| {
        let name = Cow::Borrowed(name);
        value.map(|value| Ratio { database, name, value, bound, met: bound.is_met(value.median) })
    };
    all.into_iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(per_second: f64, p50_ms: f64) -> Load {
        Load { per_second, p50_ms, p99_ms: p50_ms }
    }

    #[test]
    fn each_round_is_compared_with_the_fastest_of_the_same_round() {
        let mut figures = Figures::default();
        let [few, many] = [32, 128].map(|connections| Contender::Naive { writers: MANY, connections }.to_string());
        let sends = Contender::Send { writers: MANY }.to_string();
        for (round, factor) in [(300.0, 4.0), (100.0, 2.9), (200.0, 3.1)] {
            figures.add(Kind::MariaDb, &few, load(round / 2.0, 1.0));
            figures.add(Kind::MariaDb, &many, load(round, 1.0));
            figures.add(Kind::MariaDb, &sends, load(round * factor, 1.0));
        }
        let ratios = ratios(&figures, Kind::MariaDb);
        assert_eq!(ratios.len(), 1, "what was not measured is not compared: {ratios:?}");
        let value = ratios[0].value;
        assert!((value.median - 3.1).abs() < 1e-6 && ratios[0].met, "{ratios:?}");
        assert!((value.lowest - 2.9).abs() < 1e-6 && (value.highest - 4.0).abs() < 1e-6, "{ratios:?}");
    }

    #[test]
    fn a_bound_is_met_or_missed() {
        assert!(Bound::AtLeast(3.0).is_met(3.0) && !Bound::AtLeast(3.0).is_met(2.99));
        assert!(Bound::AtMost(1.2).is_met(1.2) && !Bound::AtMost(1.2).is_met(1.21));
        assert!(Bound::BelowMs(5.0).is_met(4.99) && !Bound::BelowMs(5.0).is_met(5.0));
    }
}
