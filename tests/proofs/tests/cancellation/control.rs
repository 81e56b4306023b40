//! What a command does where nothing cuts it off: what each cut is measured by.

use crate::{command::Command, ground::Ground, scene::Scene, state::State};

/// What was tried of one command.
#[derive(Default)]
pub(crate) struct Points {
    pub(crate) tried: usize,
    /// After how many of them the effect was there.
    pub(crate) done: usize,
    /// Numbers in a row at which it came to its end before the cut.
    ends: usize,
}

impl Points {
    /// Counts a point; `None` where the command came to its end before it.
    pub(crate) fn count(&mut self, done: Option<bool>) {
        match done {
            Some(done) => {
                self.tried += 1;
                self.done += usize::from(done);
                self.ends = 0;
            }
            None => self.ends += 1,
        }
    }

    /// Whether there are no more. How often a command is polled depends on how soon its database answers, so one end is
    /// not the last.
    pub(crate) const fn are_all(&self) -> bool {
        self.ends == 3
    }
}

/// A command done twice, with the state before, between and after.
pub(crate) struct Control {
    pub(crate) before: State,
    pub(crate) first: String,
    pub(crate) after: State,
    pub(crate) heard: Vec<String>,
    second: String,
    at_the_end: State,
}

impl Control {
    pub(crate) async fn of(ground: &Ground, command: Command) -> Result<Self, String> {
        let scene = command.set(ground).await;
        let before = scene.state().await?;
        let ears = scene.listen(command.listeners()).await;
        let first = command.run(&scene).await?;
        let after = scene.state().await?;
        let heard = scene.heard(ears).await?;
        if before == after {
            return Err("without a cut it changes nothing that is looked at".to_owned());
        }
        let second = command.run(&scene).await?;
        let at_the_end = scene.state().await?;
        Ok(Self { before, first, after, heard, second, at_the_end })
    }

    /// Whether the effect is there; half of it is an error.
    pub(crate) fn is_done(&self, state: &State) -> Result<bool, String> {
        if *state == self.after {
            return Ok(true);
        }
        if *state == self.before {
            return Ok(false);
        }
        Err(format!("half of it is there: {}", difference(&self.before, state)))
    }

    /// Does the command again, after a cut that left its effect there or not.
    pub(crate) async fn again(&self, command: Command, scene: &Scene, done: bool) -> Result<(), String> {
        let (answer, end) = if done { (&self.second, &self.at_the_end) } else { (&self.first, &self.after) };
        let again = command.run(scene).await.map_err(|failed| format!("done again, it fails: {failed}"))?;
        if again != *answer {
            return Err(format!("done again, it answers {again:?}, and should {answer:?}"));
        }
        let state = scene.state().await?;
        if state != *end {
            return Err(format!("done again, the state is another: {}", difference(end, &state)));
        }
        Ok(())
    }
}

fn difference(expected: &State, found: &State) -> String {
    let missing = expected.iter().filter(|line| !found.contains(line)).map(|line| format!("- {line}"));
    let added = found.iter().filter(|line| !expected.contains(line)).map(|line| format!("+ {line}"));
    missing.chain(added).collect::<Vec<_>>().join("; ")
}
