//! The task in which a write runs is aborted at each of its polls, as the end of a runtime does.

use chat_core::planted::cut;
use tokio::time::timeout;

use crate::{
    command::Command,
    control::{Control, Points},
    ground::{Ground, PATIENCE},
};

/// Aborts the write at each poll up to its end; answers the points, or what was broken.
pub(crate) async fn every_point(ground: &Ground, command: Command) -> Result<Points, String> {
    let control = Control::of(ground, command).await?;
    let mut points = Points::default();
    for poll in 0.. {
        let done = point(ground, command, &control, poll)
            .await
            .map_err(|broken| format!("aborted at poll {poll}: {broken}"))?;
        points.count(done);
        if points.are_all() {
            break;
        }
    }
    Ok(points)
}

/// Whether the write was done all the same; `None` where it came to its end before.
async fn point(ground: &Ground, command: Command, control: &Control, poll: usize) -> Result<Option<bool>, String> {
    let scene = command.set(ground).await;
    let ears = scene.listen(command.listeners()).await;
    cut::abort_next(poll);
    let answer = timeout(PATIENCE, command.run(&scene)).await;
    let aborted = cut::was_aborted();
    let answer = answer.map_err(|_| "it hangs")?;
    scene.others_go_on().await?;
    let done = control.is_done(&scene.state().await?)?;
    let heard = scene.heard(ears).await?;
    if !aborted && (answer != Ok(control.first.clone()) || !done) {
        return Err(format!("not aborted, it answered {answer:?}, done {done}"));
    }
    let must_be_done = answer.is_ok();
    let may_be_done = answer.as_ref().map_or_else(|failed| failed.starts_with("UnknownOutcome"), |_| true);
    if (must_be_done && !done) || (done && !may_be_done) {
        return Err(format!("it answered {answer:?}, done {done}"));
    }
    if !done && !heard.is_empty() {
        return Err(format!("live connections heard of what was not done: {heard:?}"));
    }
    // Who was aborted while it committed could tell nobody any more.
    if done && heard != control.heard && !(aborted && heard.is_empty()) {
        return Err(format!("live connections heard {heard:?}, not {:?}", control.heard));
    }
    control.again(command, &scene, done).await?;
    Ok(aborted.then_some(done))
}
