//! The figures, for people and for programs.

use std::fmt::Write as _;

use serde::Serialize;

use crate::{
    figure::{Figures, Spread},
    machine::Machine,
    ratio::{Bound, Ratio},
};

/// What a run found.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) machine: Machine,
    /// Each database in words.
    pub(crate) databases: Vec<String>,
    pub(crate) scale: String,
    pub(crate) figures: Figures,
    pub(crate) ratios: Vec<Ratio>,
}

impl Report {
    /// As Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) -> std::fmt::Result {
        let Machine { processor, cores, load_before } = &self.machine;
        let load = load_before.map_or_else(|| "unknown".to_owned(), |load| format!("{load:.2}"));
        writeln!(text, "{processor}, {cores} cores, load before {load}. {}.", self.scale)?;
        for database in &self.databases {
            writeln!(text, "{database}.")?;
        }
        writeln!(text, "\n| database | what | a second | p50 | p99 |\n| --- | --- | ---: | ---: | ---: |")?;
        for figure in self.figures.iter() {
            let rate = Spread::of(figure.rounds.iter().map(|load| load.per_second));
            let p50 = Spread::of(figure.rounds.iter().map(|load| load.p50_ms));
            let p99 = Spread::of(figure.rounds.iter().map(|load| load.p99_ms));
            let (Some(rate), Some(p50), Some(p99)) = (rate, p50, p99) else { continue };
            let (median, lowest, highest) = (thousands(rate.median), thousands(rate.lowest), thousands(rate.highest));
            writeln!(
                text,
                "| {} | {} | {median} ({lowest}–{highest}) | {:.2} ms | {:.2} ms |",
                figure.database, figure.name, p50.median, p99.median
            )?;
        }
        writeln!(
            text,
            "\n| database | ratio | median (lowest–highest) | has to be | |\n| --- | --- | ---: | ---: | --- |"
        )?;
        for Ratio { database, name, value, bound, met } in &self.ratios {
            let Spread { median, lowest, highest } = value;
            let (unit, bound) = match bound {
                Bound::AtLeast(bound) => ("", format!("at least {bound}")),
                Bound::AtMost(bound) => ("", format!("at most {bound}")),
                Bound::BelowMs(bound) => (" ms", format!("below {bound} ms")),
                Bound::Any => ("", String::new()),
            };
            let met = match met {
                _ if bound.is_empty() => "",
                true => "met",
                false => "**missed**",
            };
            writeln!(text, "| {database} | {name} | {median:.2}{unit} ({lowest:.2}–{highest:.2}) | {bound} | {met} |")?;
        }
        Ok(())
    }
}

/// A count as people read it: 12,345.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index != 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        for (value, text) in [(0.4, "0"), (999.0, "999"), (1_000.0, "1,000"), (1_234_567.0, "1,234,567")] {
            assert_eq!(thousands(value), text);
        }
    }
}
