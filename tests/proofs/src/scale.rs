//! How much is tried.

/// The variable that multiplies every amount: 1 is what a change has to pass, more is a soak, a fraction is quick.
pub const SCALE: &str = "CHAT_TEST_SCALE";

/// That many times [`SCALE`], and at least one.
///
/// # Panics
/// When the variable is no positive number.
#[must_use]
pub fn scaled(amount: u32) -> u32 {
    let scale = match std::env::var(SCALE) {
        Ok(text) => text.parse::<f64>().unwrap_or_else(|_| panic!("{SCALE}={text} is no number")),
        Err(_) => 1.0,
    };
    assert!(0.0 < scale && scale <= 10_000.0, "{SCALE} is above 0 and at most 10,000");
    // Both are small enough to be exact, and the result is bounded by them.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and rounded on purpose")]
    let scaled = (f64::from(amount) * scale).round() as u32;
    scaled.max(1)
}
