//! The order of answers that a rule gives, written down a second time and held against the decision.

use std::{cell::RefCell, fmt::Debug};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};

/// A line of the order: where nothing before it applies and this does, this is the answer.
pub(crate) struct Line<F> {
    answer: &'static str,
    when: fn(&F) -> bool,
    alone: bool,
}

pub(crate) const fn line<F>(answer: &'static str, when: fn(&F) -> bool) -> Line<F> {
    Line { answer, when, alone: false }
}

/// A line after which no other can apply where it does.
pub(crate) const fn sole<F>(answer: &'static str, when: fn(&F) -> bool) -> Line<F> {
    Line { answer, when, alone: true }
}

/// How often a line was the first that applied, and how often with others after it.
#[derive(Clone, Copy, Default)]
struct Seen {
    first: u32,
    before_others: u32,
}

/// Holds a decision against its order, whose last line applies always. Each line must have been the answer, and also
/// where others after it applied, unless it stands alone.
#[track_caller]
pub(crate) fn assert_order<S, const N: usize>(
    source: &'static str,
    facts: S,
    order: [Line<S::Value>; N],
    decide: fn(&S::Value) -> String,
) where
    S: Strategy<Value: Clone + Debug>,
{
    let seen = RefCell::new([Seen::default(); N]);
    let config = Config::default();
    let config = Config { cases: config.cases.max(256).saturating_mul(16), source_file: Some(source), ..config };
    let mut runner = TestRunner::new(config);
    let ran = runner.run(&facts, |facts| {
        let applying: Vec<usize> = (0..N).filter(|&at| (order[at].when)(&facts)).collect();
        let first = applying[0];
        prop_assert_eq!(decide(&facts), order[first].answer);
        let seen = &mut seen.borrow_mut()[first];
        seen.first += 1;
        seen.before_others += u32::from(applying.len() > 2);
        Ok(())
    });
    if let Err(failed) = ran {
        panic!("{failed}\n{runner}");
    }
    for (at, (line, seen)) in order.iter().zip(seen.into_inner()).enumerate() {
        assert_ne!(seen.first, 0, "no facts led to `{}`, line {at}", line.answer);
        let alone = line.alone || at + 2 >= N;
        assert_eq!(seen.before_others == 0, alone, "`{}`, line {at}, and the lines after it", line.answer);
    }
}
