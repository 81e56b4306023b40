//! Many commands at once on a real chat, with when each began and ended.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use tokio::{sync::Barrier, task::JoinSet};

use crate::{
    command::Command,
    grounds::Stage,
    history::Call,
    perform::{Told, perform},
};

impl Stage {
    /// Runs each list in a task of its own, all from the same instant, and notes the history.
    ///
    /// # Panics
    /// On a failure that is no answer of the rules.
    pub async fn race(&mut self, tasks: Vec<Vec<Command>>) -> Vec<Call> {
        let (ticks, start) = (Arc::new(AtomicU64::new(0)), Arc::new(Barrier::new(tasks.len())));
        let names = Arc::new(self.names.clone());
        let mut running = JoinSet::new();
        for commands in tasks {
            let (ticks, start) = (Arc::clone(&ticks), Arc::clone(&start));
            let (chat, names) = (self.chat.clone(), Arc::clone(&names));
            running.spawn(async move {
                start.wait().await;
                let mut done = Vec::with_capacity(commands.len());
                for command in commands {
                    let begin = ticks.fetch_add(1, Ordering::SeqCst);
                    let told = perform(&chat, &names, &command).await;
                    done.push((command, told, begin, ticks.fetch_add(1, Ordering::SeqCst)));
                }
                done
            });
        }
        let done: Vec<(Command, Told, u64, u64)> = running.join_all().await.into_iter().flatten().collect();
        // First all names, since one command's answer may speak of what another one has made.
        for (command, told, ..) in &done {
            if let Ok(reply) = &told.answer {
                self.names.learn(command, reply, told.secret.as_ref());
            }
        }
        let call = |(command, told, begin, end): (Command, Told, u64, u64)| {
            let answer = told.answer.map(|reply| self.names.told(reply));
            Call::parts(command, answer, begin, end)
        };
        done.into_iter().flat_map(call).collect()
    }
}
