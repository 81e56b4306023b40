//! As many cases as the scale says, drawn from one seed, which a failure prints beside the smallest case that shows it.

use std::cell::{Cell, RefCell};
use std::time::UNIX_EPOCH;

use chat_proofs::scale::scaled;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};

/// What is known of a case that went well.
pub(crate) enum Outcome {
    Refused,
    Taken,
}

/// Draws `count` cases, times the scale, and checks each. `what` they are stands in the line that tells of them.
///
/// # Panics
/// With the smallest case that fails, and how to see it again.
pub(crate) fn check_all<S: Strategy>(
    what: &str,
    count: u32,
    cases: &S,
    check: impl FnMut(&S::Value) -> Result<Outcome, String>,
) {
    let seed = match std::env::var("PROPTEST_RNG_SEED") {
        Ok(seed) => seed.parse().expect("PROPTEST_RNG_SEED is a number"),
        Err(_) => UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64),
    };
    let config = Config {
        cases: scaled(count),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let (checked, refused) = (Cell::new(0_u32), Cell::new(0_u32));
    let check = RefCell::new(check);
    let done = TestRunner::new(config).run(cases, |case| {
        let outcome = (check.borrow_mut())(&case).map_err(TestCaseError::fail)?;
        checked.set(checked.get() + 1);
        refused.set(refused.get() + u32::from(matches!(outcome, Outcome::Refused)));
        Ok(())
    });
    match done {
        Ok(()) => {
            let (checked, refused) = (checked.get(), refused.get());
            println!("{checked} {what}, {refused} of them refused, 0 violations, seed {seed}");
            // What is all taken, or all refused, was spoilt too little or too much.
            assert!(checked / 4 < refused && refused < checked, "{refused} of {checked} {what} were refused");
        }
        Err(TestError::Fail(why, case)) => panic!("{why}\non {case:#?}\nagain with PROPTEST_RNG_SEED={seed}"),
        Err(aborted) => panic!("{aborted}"),
    }
}
