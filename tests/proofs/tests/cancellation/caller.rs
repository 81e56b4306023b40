//! The caller goes away: the future of a call is polled so often, and then dropped.

use std::{future::poll_fn, pin::pin, task::Poll};

use tokio::{task::yield_now, time::timeout};

use crate::{
    command::Command,
    control::{Control, Points},
    ground::{Ground, PATIENCE},
    scene::Scene,
};

/// How often the runtime goes round between the last poll and the drop: not at all, and until a write that the poll
/// has set going is under way.
const ROUNDS: [usize; 2] = [0, 4];

/// Drops the call after each number of polls up to its end; answers the points, or what was broken.
pub(crate) async fn every_point(ground: &Ground, command: Command) -> Result<Points, String> {
    let control = Control::of(ground, command).await?;
    let mut points = Points::default();
    for (polls, rounds) in (0..).flat_map(|polls| ROUNDS.map(|rounds| (polls, rounds))) {
        let done = point(ground, command, &control, polls, rounds)
            .await
            .map_err(|broken| format!("dropped after {polls} polls and {rounds} rounds: {broken}"))?;
        points.count(done);
        if points.are_all() {
            break;
        }
    }
    Ok(points)
}

/// Whether the write was done all the same; `None` where the call came to its end.
async fn point(
    ground: &Ground,
    command: Command,
    control: &Control,
    polls: usize,
    rounds: usize,
) -> Result<Option<bool>, String> {
    let scene = command.set(ground).await;
    let ears = scene.listen(command.listeners()).await;
    let asked = scene.clock.count();
    let answer = timeout(PATIENCE, polled(command.run(&scene), polls, rounds)).await.map_err(|_| "it hangs")?;
    // Behind the write, if there is one, in every queue that leads to the one connection.
    scene.others_go_on().await?;
    let begun = asked + Scene::OTHERS_ASK < scene.clock.count();
    let done = control.is_done(&scene.state().await?)?;
    let heard = scene.heard(ears).await?;
    if let Some(answer) = &answer
        && (*answer != Ok(control.first.clone()) || !done)
    {
        return Err(format!("not cut off, it answered {answer:?}, done {done}"));
    }
    if begun && !done {
        return Err("the write had begun, and was not carried out".to_owned());
    }
    let expected: &[String] = if done { &control.heard } else { &[] };
    if heard != expected {
        return Err(format!("done {done}, and live connections heard {heard:?}, not {expected:?}"));
    }
    control.again(command, &scene, done).await?;
    Ok(answer.is_none().then_some(done))
}

/// Polls a future so often, each time when it is woken, lets the runtime go round, and drops it; its output, where it came
/// to its end.
async fn polled<F: Future>(future: F, polls: usize, rounds: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = polls;
    let output = poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    if output.is_none() {
        for _ in 0..rounds {
            yield_now().await;
        }
    }
    output
}
