//! One command after the other, on the model and on the chat.

use crate::{
    command::Command,
    grounds::Stage,
    looks,
    perform::{Told, perform},
    world::World,
};
use chat_core::model::user::UserId;

impl Stage {
    /// Does a command on both, and compares what they answer.
    ///
    /// # Errors
    /// Where they differ, or the model itself breaks what must hold.
    pub async fn play(&mut self, world: &mut World, command: &Command) -> Result<(), String> {
        let expected = world.apply(command);
        world.check()?;
        if let Command::Advance(span) = command {
            self.clock.advance(*span);
        }
        let Told { answer, secret } = perform(&self.chat, &self.names, command).await;
        if let Ok(reply) = &answer {
            self.names.learn(command, reply, secret.as_ref());
        }
        let answer = answer.map(|reply| self.names.told(reply));
        if answer == expected {
            return Ok(());
        }
        Err(format!("{command:?}\n  is answered {answer:?}\n  instead of  {expected:?}"))
    }

    /// Looks at what a command can have touched.
    ///
    /// # Errors
    /// What is not as in the model.
    pub async fn look_after(&mut self, world: &World, command: &Command, others: &[UserId]) -> Result<(), String> {
        let users = command.actor().into_iter().chain(others);
        let users = users.filter(|user| world.accounts.contains_key(*user)).flat_map(looks::of_user);
        let rooms = command.room().into_iter().flat_map(|room| looks::of_room(world, room));
        let looks: Vec<Command> = users.chain(rooms).collect();
        self.look(world, &looks).await
    }

    /// Looks at everything.
    ///
    /// # Errors
    /// What is not as in the model.
    pub async fn look_at_all(&mut self, world: &World) -> Result<(), String> {
        self.look(world, &looks::of_all(world)).await
    }

    async fn look(&mut self, world: &World, looks: &[Command]) -> Result<(), String> {
        let mut same = world.clone();
        for look in looks {
            self.play(&mut same, look).await?;
        }
        Ok(())
    }
}
