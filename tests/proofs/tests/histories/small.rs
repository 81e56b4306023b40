//! Up to twelve commands at once, each in a task of its own, and each history explained.

use std::collections::BTreeSet;

use chat_core::model::{room::RoomId, user::UserId};
use chat_proofs::{
    command::{Command, Tag},
    dice::Draw,
    grounds::{Grounds, Stage, StoreKind},
    history::{Call, explain},
    looks,
    scale::scaled,
    world::World,
};
use chat_test_databases::Kind;

use crate::{Random, seed, warm_up};

/// How many histories one world has, each going on from where the last one ended.
const HISTORIES: u32 = 40;

/// What is done at once: mostly what meets, since it is about the same room or the same user.
fn commands(world: &World, random: &mut Random, tag: &mut Tag) -> Vec<Command> {
    let mut commands: Vec<Command> = Vec::new();
    for _ in 0..8 + random.below(5) {
        let command = match random.below(12) {
            10 => Draw::new(world, random.dice(), *tag).operate(),
            0 | 1 => Draw::new(world, random.dice(), *tag).read(),
            // The same twice at once: a client that has lost patience.
            2 if !commands.is_empty() => {
                let again = usize::try_from(random.below(commands.len() as u64)).expect("it is an index");
                commands[again].again(*tag)
            }
            _ => Draw::new(world, random.dice(), *tag).write(),
        };
        commands.push(command);
        *tag += 1;
    }
    let commands = commands.into_iter().map(|command| within_the_log(world, command)).collect();
    without_pages_of_who_comes_or_goes(world, commands)
}

/// Who marks as read what is not there yet gets an end that the log had meanwhile, and need not be its last one
/// (ARCHITECTURE.md, Decisions).
fn within_the_log(world: &World, mut command: Command) -> Command {
    if let Command::MarkRead { room, seq, .. } = &mut command
        && let Some(place) = world.places.get(room)
    {
        *seq = (*seq).min(place.room.last_seq);
    }
    command
}

/// Who comes into which room or leaves it, if the command does so.
fn door(world: &World, command: &Command) -> Option<(UserId, RoomId)> {
    match command {
        Command::Join { user, room, .. } | Command::Leave { user, room } => Some((user.clone(), *room)),
        Command::RemoveMember { room, other, .. } | Command::Ban { room, other, .. } => Some((other.clone(), *room)),
        Command::JoinByInvite { user, invite, .. } => {
            world.invites.get(invite).map(|invite| (user.clone(), invite.room))
        }
        _ => None,
    }
}

/// A page of a log is read before the membership: who joins in between may read a page without their `joined`
/// (ARCHITECTURE.md, Known limits).
fn without_pages_of_who_comes_or_goes(world: &World, commands: Vec<Command>) -> Vec<Command> {
    let moving: BTreeSet<_> = commands.iter().filter_map(|command| door(world, command)).collect();
    let stays = |command: &Command| match command {
        Command::History { user, room, .. } => !moving.contains(&(user.clone(), *room)),
        _ => true,
    };
    commands.into_iter().filter(stays).collect()
}

/// The commands that show what the history can have touched. The log of a room is read by all who can have a seat in it
/// afterwards: who has left is refused, and then an order that nobody has seen would be taken on trust.
fn looks(world: &World, commands: &[Command]) -> Vec<Command> {
    let doors: Vec<_> = commands.iter().filter_map(|command| door(world, command)).collect();
    let rooms: BTreeSet<_> =
        commands.iter().filter_map(Command::room).chain(doors.iter().map(|(_, room)| *room)).collect();
    let seated = |room: &RoomId| world.places.get(room).into_iter().flat_map(|place| &place.members);
    let readers: BTreeSet<_> = rooms
        .iter()
        .flat_map(|room| seated(room).map(|member| (member.user.clone(), *room)))
        .chain(doors.iter().cloned())
        .collect();
    let users = world.accounts.keys().flat_map(looks::of_user);
    let rooms = rooms.iter().flat_map(|room| looks::of_room(world, *room));
    let logs = readers.into_iter().map(|(user, room)| looks::log_of(room, user));
    users.chain(rooms).chain(logs).collect()
}

/// One history and what it leaves behind.
async fn history(stage: &mut Stage, world: &World, commands: Vec<Command>) -> Result<World, String> {
    let looks = looks(world, &commands);
    let mut calls = stage.race(commands.into_iter().map(|command| vec![command]).collect()).await;
    let ended = calls.iter().map(|call| call.end).max().unwrap_or(0) + 1;
    let after = stage.race(vec![looks]).await;
    calls.extend(after.into_iter().map(|call| Call { begin: ended + call.begin, end: ended + call.end, ..call }));
    let world = explain(world, &calls)?;
    world.check()?;
    Ok(world)
}

/// So many histories of one world.
async fn chain(grounds: &Grounds, random: &mut Random, count: u32) -> Result<(), String> {
    let mut stage = grounds.stage().await;
    let (mut world, mut tag) = warm_up(&mut stage, random).await?;
    for _ in 0..count {
        let commands = commands(&world, random, &mut tag);
        world = history(&mut stage, &world, commands).await?;
    }
    stage.look_at_all(&world).await?;
    stage.chat.drain();
    stage.chat.drained().await;
    Ok(())
}

async fn histories(kind: StoreKind, count: u32) {
    let Some(grounds) = Grounds::open(kind).await else { return };
    let seed = seed();
    let (mut random, mut left) = (Random(seed), scaled(count));
    let count = left;
    while 0 < left {
        let next = HISTORIES.min(left);
        if let Err(why) = chain(&grounds, &mut random, next).await {
            panic!("{why}\non {kind}; CHAT_TEST_SEED={seed} draws the same commands");
        }
        left -= next;
    }
    println!("{count} histories on {kind}, all explained, seed {seed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_commands_happen_in_one_order_on_sqlite() {
    histories(StoreKind::Sqlite, 2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_commands_happen_in_one_order_on_mariadb() {
    histories(StoreKind::Database(Kind::MariaDb), 2_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_commands_happen_in_one_order_on_mysql() {
    histories(StoreKind::Database(Kind::MySql), 1_000).await;
}
