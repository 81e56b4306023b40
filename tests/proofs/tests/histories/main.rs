//! Many commands at once. Small histories are explained: there is one order of all their commands that the model
//! answers as the chat did. Of large ones the end is looked at, while readers look all the time.

mod bad;
mod large;
mod seats;
mod small;

use chat_proofs::{
    command::{Command, Tag},
    dice::{Dice, Draw, FIRST_TAG},
    grounds::Stage,
    world::World,
};

/// Random numbers that a seed brings back (xorshift64*, Marsaglia 2003 and Vigna 2016).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 16) % limit
    }

    fn dice(&mut self) -> Dice {
        Dice::new(std::array::from_fn(|_| (self.next() >> 40) as u16))
    }
}

/// The seed of this run: `CHAT_TEST_SEED`, or the time.
fn seed() -> u64 {
    match std::env::var("CHAT_TEST_SEED") {
        Ok(seed) => seed.parse().expect("CHAT_TEST_SEED is a number"),
        Err(_) => std::time::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64).max(1),
    }
}

/// A world in which some things have happened already, and the next free tag.
async fn warm_up(stage: &mut Stage, random: &mut Random) -> Result<(World, Tag), String> {
    let (mut world, mut tag) = (World::default(), FIRST_TAG);
    for command in Draw::prelude(random.dice()) {
        stage.play(&mut world, &command).await?;
    }
    for _ in 0..20 {
        let command = write(&world, random, tag);
        stage.play(&mut world, &command).await?;
        tag += 1;
    }
    Ok((world, tag))
}

/// A command that may change something, without what only one after the other makes sense.
fn write(world: &World, random: &mut Random, tag: Tag) -> Command {
    Draw::new(world, random.dice(), tag).write()
}
