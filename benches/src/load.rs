//! A load: many who each wait for their answer before they go on.

use std::{future::Future, sync::Arc, time::Duration};

use chat_core::model::{event::Seq, message::ClientId, room::RoomId, user::UserId};
use serde::Serialize;
use tokio::{sync::Barrier, task::JoinSet, time::Instant};

use crate::Failure;

/// A message that was acknowledged. Its body is [`body_of`](crate::town::body_of) its client id.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) room: RoomId,
    pub(crate) seq: Seq,
    pub(crate) sender: UserId,
    pub(crate) client_id: ClientId,
}

/// Somebody who sends.
pub(crate) trait Sender: Send + 'static {
    /// Sends one message, and waits until it is acknowledged.
    fn send(&mut self) -> impl Future<Output = Result<Acknowledged, Failure>> + Send;
}

/// How long a load lasts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// Before anything counts: caches fill, batches find their size.
    pub(crate) warm_up: Duration,
    /// While it counts.
    pub(crate) measured: Duration,
}

/// What a load came to.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Load {
    /// How many a second.
    pub(crate) per_second: f64,
    /// The median of how long one took, in milliseconds.
    pub(crate) p50_ms: f64,
    /// How long 99 of 100 took at most, in milliseconds.
    pub(crate) p99_ms: f64,
}

impl Load {
    /// So many done within that time, in steps that took so long.
    #[expect(clippy::cast_precision_loss, reason = "counts of a run are far below 2^52")]
    pub(crate) fn of(done: usize, within: Duration, mut steps: Vec<Duration>) -> Self {
        steps.sort_unstable();
        let ms = |step: Duration| step.as_secs_f64() * 1e3;
        Self {
            per_second: done as f64 / within.as_secs_f64(),
            p50_ms: ms(percentile(&steps, 50)),
            p99_ms: ms(percentile(&steps, 99)),
        }
    }
}

/// The least that so many of 100 do not exceed, of what is sorted (nearest rank).
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default()
}

/// Lets all send at once, each again as soon as it has its answer. Answers what was acknowledged, of each sender in the
/// order in which it sent, the warm-up's included.
pub(crate) async fn closed_loop<S: Sender>(
    senders: Vec<S>,
    span: Span,
) -> Result<(Load, Vec<Vec<Acknowledged>>), Failure> {
    let start = Arc::new(Barrier::new(senders.len()));
    let mut tasks = JoinSet::new();
    for sender in senders {
        let start = Arc::clone(&start);
        tasks.spawn(async move {
            start.wait().await;
            send_for(sender, span).await
        });
    }
    let (mut steps, mut acknowledged) = (Vec::new(), Vec::new());
    while let Some(done) = tasks.join_next().await {
        let (taken, sent) = done??;
        steps.extend(taken);
        acknowledged.push(sent);
    }
    Ok((Load::of(steps.len(), span.measured, steps), acknowledged))
}

/// What counts is answered within the measured time.
async fn send_for(mut sender: impl Sender, span: Span) -> Result<(Vec<Duration>, Vec<Acknowledged>), Failure> {
    let (mut steps, mut acknowledged) = (Vec::new(), Vec::new());
    let counts_from = Instant::now() + span.warm_up;
    let counts_until = counts_from + span.measured;
    loop {
        let begun = Instant::now();
        acknowledged.push(sender.send().await?);
        let done = Instant::now();
        if counts_until <= done {
            return Ok((steps, acknowledged));
        }
        if counts_from <= done {
            steps.push(done - begun);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    #[test]
    fn percentiles_are_steps_that_were_taken() {
        let steps: Vec<Duration> = (1..=200).map(ms).collect();
        assert_eq!(percentile(&steps, 50), ms(100));
        assert_eq!(percentile(&steps, 99), ms(198));
        assert_eq!(percentile(&steps[..1], 99), ms(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }

    #[test]
    fn a_load_counts_what_was_done_and_not_its_steps() {
        let load = Load::of(1_000, ms(500), vec![ms(30), ms(10), ms(20)]);
        assert!((load.per_second - 2_000.0).abs() < 1e-6, "{load:?}");
        assert!((load.p50_ms - 20.0).abs() < 1e-6 && (load.p99_ms - 30.0).abs() < 1e-6, "{load:?}");
    }
}
