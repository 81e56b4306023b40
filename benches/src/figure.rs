//! Figures over rounds.

use serde::Serialize;

use crate::{load::Load, place::Kind};

/// One thing, measured in every round.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    pub(crate) database: Kind,
    pub(crate) name: String,
    pub(crate) rounds: Vec<Load>,
}

/// The middle of what was measured, and how far it went apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lowest: f64,
    pub(crate) highest: f64,
}

impl Spread {
    /// The spread of some values; `None` of none.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (&lowest, &highest) = (values.first()?, values.last()?);
        let upper = *values.get(values.len() / 2)?;
        let lower = *values.get((values.len() - 1) / 2)?;
        Some(Self { median: f64::midpoint(lower, upper), lowest, highest })
    }
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Figures(Vec<Figure>);

impl Figures {
    /// Adds what one round came to.
    pub(crate) fn add(&mut self, database: Kind, name: &str, load: Load) {
        match self.0.iter_mut().find(|figure| figure.database == database && figure.name == name) {
            Some(figure) => figure.rounds.push(load),
            None => self.0.push(Figure { database, name: name.to_owned(), rounds: vec![load] }),
        }
    }

    /// Brings them into an order: that of the names in the list, and what is not in it behind.
    pub(crate) fn sort(&mut self, names: &[String]) {
        let place = |figure: &Figure| names.iter().position(|name| *name == figure.name).unwrap_or(names.len());
        self.0.sort_by_key(|figure| (figure.database as u8, place(figure)));
    }

    /// The rounds of one figure; none where it was not measured.
    pub(crate) fn rounds(&self, database: Kind, name: &str) -> &[Load] {
        let found = self.0.iter().find(|figure| figure.database == database && figure.name == name);
        found.map_or(&[], |figure| figure.rounds.as_slice())
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Figure> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_stands_in_the_middle() {
        let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
        assert_eq!(spread, Spread { median: 2.0, lowest: 1.0, highest: 3.0 });
        assert_eq!(Spread::of([1.0, 2.0, 10.0, 4.0]).unwrap().median.to_string(), "3");
        assert_eq!(Spread::of([]), None);
    }
}
