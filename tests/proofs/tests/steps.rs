//! Random sequences of all commands, on the model and on the real chat, step by step. A failure shrinks to the shortest
//! sequence that still fails, and names the seed that brings it back.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::UNIX_EPOCH,
};

use chat_core::model::user::{Standing, UserId};
use chat_proofs::{
    command::{Command, Tag},
    dice::{Dice, Draw, FIRST_TAG},
    ears::Ear,
    grounds::{Grounds, StoreKind},
    scale::scaled,
    world::World,
};
use chat_test_databases::Kind;
use proptest::{
    arbitrary::any,
    strategy::{BoxedStrategy, Strategy, ValueTree},
    test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner},
};
use proptest_state_machine::ReferenceStateMachine;
use tokio::runtime::Runtime;

/// How many steps a sequence has.
const LENGTH: usize = 50;

/// What is known while a sequence is drawn.
#[derive(Clone, Debug)]
struct State {
    world: World,
    prelude: Vec<Command>,
    past: Vec<Command>,
    next_tag: Tag,
}

#[derive(Clone, Debug)]
enum Step {
    Do(Command),
    /// A user connects who has missed so many events of each room.
    Connect {
        user: UserId,
        missed: u64,
    },
    HangUp,
}

struct Sequence;

impl ReferenceStateMachine for Sequence {
    type State = State;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<State> {
        let begin = |dice| {
            let prelude = Draw::prelude(Dice::new(dice));
            let mut world = World::default();
            for command in &prelude {
                let _ = world.apply(command);
            }
            State { world, prelude, past: Vec::new(), next_tag: FIRST_TAG }
        };
        any::<[u16; 8]>().prop_map(begin).boxed()
    }

    fn transitions(state: &State) -> BoxedStrategy<Step> {
        let state = state.clone();
        (any::<[u16; 8]>(), 0..100_u8).prop_map(move |(dice, kind)| draw(&state, dice, kind)).boxed()
    }

    fn apply(mut state: State, step: &Step) -> State {
        if let Step::Do(command) = step {
            let _ = state.world.apply(command);
            state.past.push(command.clone());
            state.next_tag += 1;
        }
        state
    }

    /// What an earlier step has made may be gone from a sequence that shrinks.
    fn preconditions(state: &State, step: &Step) -> bool {
        let world = &state.world;
        match step {
            Step::Do(command) => {
                command.actor().is_none_or(|user| world.accounts.contains_key(user))
                    && command.session().is_none_or(|session| world.sessions.contains_key(&session))
            }
            Step::Connect { user, .. } => {
                world.accounts.get(user).is_some_and(|account| account.user.standing == Standing::Active)
            }
            Step::HangUp => true,
        }
    }
}

fn draw(state: &State, values: [u16; 8], kind: u8) -> Step {
    let mut dice = Dice::new(values);
    let draw = |dice| Draw::new(&state.world, dice, state.next_tag);
    match kind {
        0..=59 => Step::Do(draw(dice).write()),
        60..=69 => Step::Do(draw(dice).read()),
        70..=82 => Step::Do(draw(dice).sign_in()),
        83..=85 => Step::Do(draw(dice).pause()),
        86..=88 => Step::Do(draw(dice).operate()),
        // A command again, as it was: a client that did not hear the answer.
        89..=95 if !state.past.is_empty() => Step::Do(dice.one(&state.past).again(state.next_tag)),
        99 => Step::HangUp,
        _ => {
            let accounts = state.world.accounts.values();
            let active = accounts.filter(|account| account.user.standing == Standing::Active);
            let users: Vec<UserId> = active.map(|account| account.user.id.clone()).collect();
            if users.is_empty() {
                return Step::HangUp;
            }
            Step::Connect { user: dice.one(&users), missed: dice.roll(4) as u64 }
        }
    }
}

/// Plays a sequence on a real chat. Answers how many steps it had.
async fn play(
    grounds: &Grounds,
    state: State,
    steps: Vec<Step>,
    seen: Option<Arc<AtomicUsize>>,
) -> Result<usize, String> {
    let mut stage = grounds.stage().await;
    let mut world = World::default();
    for command in &state.prelude {
        stage.play(&mut world, command).await?;
    }
    let mut ears: Vec<Ear> = Vec::new();
    let played = steps.len();
    for step in steps {
        if let Some(seen) = &seen {
            seen.fetch_add(1, Ordering::SeqCst);
        }
        match step {
            Step::Do(command) => {
                stage.play(&mut world, &command).await?;
                stage
                    .look_after(&world, &command, &others(&command))
                    .await
                    .map_err(|seen| format!("after {command:?}: {seen}"))?;
            }
            Step::Connect { user, missed } => {
                ears.push(Ear::open(&stage.chat, &stage.names, &world, &user, missed).await);
            }
            Step::HangUp => drop(ears.pop()),
        }
        for ear in &mut ears {
            ear.catch_up(&stage.names, &world).await?;
        }
    }
    stage.look_at_all(&world).await?;
    drop(ears);
    stage.chat.drain();
    stage.chat.drained().await;
    Ok(played)
}

/// Whom a command may touch besides its actor.
fn others(command: &Command) -> Vec<UserId> {
    match command {
        Command::Invite { invitee: other, .. }
        | Command::RemoveMember { other, .. }
        | Command::SetRole { other, .. }
        | Command::Ban { other, .. }
        | Command::LiftBan { other, .. }
        | Command::RequestFriend { other, .. }
        | Command::Unfriend { other, .. }
        | Command::Block { other, .. }
        | Command::Unblock { other, .. }
        | Command::SetPrime { user: other, .. }
        | Command::EnsureUser { user: other, .. }
        | Command::Suspend { user: other, .. }
        | Command::Lift { user: other }
        | Command::Erase { user: other }
        | Command::EndSessions { user: other }
        | Command::ChangeCoins { user: other, .. }
        | Command::Register { user: other, .. } => vec![other.clone()],
        _ => Vec::new(),
    }
}

/// The seed of this run: `PROPTEST_RNG_SEED`, or the time.
fn seed() -> u64 {
    match std::env::var("PROPTEST_RNG_SEED") {
        Ok(seed) => seed.parse().expect("PROPTEST_RNG_SEED is a number"),
        Err(_) => UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos() as u64),
    }
}

fn sequences(kind: StoreKind, steps: u32) {
    let runtime = Runtime::new().unwrap();
    // A pool is not dropped outside of it.
    let _context = runtime.enter();
    let Some(grounds) = runtime.block_on(Grounds::open(kind)) else { return };
    let seed = seed();
    let cases = scaled(steps).div_ceil(LENGTH as u32);
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..Config::default()
    };
    let played = AtomicUsize::new(0);
    let done = TestRunner::new(config).run(&Sequence::sequential_strategy(LENGTH), |(state, steps, seen)| {
        let steps = runtime.block_on(play(&grounds, state, steps, seen)).map_err(TestCaseError::fail)?;
        played.fetch_add(steps, Ordering::Relaxed);
        Ok(())
    });
    match done {
        Ok(()) => println!("{} steps on {kind}, 0 violations, seed {seed}", played.into_inner()),
        Err(TestError::Fail(why, (state, steps, _))) => {
            let lines = |steps: Vec<String>| steps.join("\n  ");
            let prelude = lines(state.prelude.iter().map(|command| format!("{command:?}")).collect());
            let steps = lines(steps.iter().map(|step| format!("{step:?}")).collect());
            panic!("{why}\nafter\n  {prelude}\nand\n  {steps}\non {kind}; again with PROPTEST_RNG_SEED={seed}")
        }
        Err(aborted) => panic!("{aborted}"),
    }
}

/// What is answered in so many sequences, by kind and by code.
fn answers(sequences: u32) -> BTreeSet<String> {
    let mut runner = TestRunner::new(Config { rng_seed: RngSeed::Fixed(1), ..Config::default() });
    let strategy = Sequence::sequential_strategy(LENGTH);
    let mut answers = BTreeSet::new();
    for _ in 0..sequences {
        let (state, steps, _) = strategy.new_tree(&mut runner).unwrap().current();
        let mut world = World::default();
        let commands =
            steps.into_iter().filter_map(|step| if let Step::Do(command) = step { Some(command) } else { None });
        for command in state.prelude.into_iter().chain(commands) {
            let answer = world.apply(&command).map_err(|rejection| rejection.kind_and_code().1);
            let kind = |debug: String| debug.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
            let answer = answer.map_or_else(str::to_owned, |reply| kind(format!("{reply:?}")));
            answers.insert(format!("{}: {answer}", kind(format!("{command:?}"))));
        }
    }
    answers
}

#[test]
fn the_sequences_reach_what_can_be_answered() {
    let answers = answers(3_000);
    let expected = include_str!("answers.txt").lines().map(str::to_owned);
    let missing: Vec<String> = expected.filter(|answer| !answers.contains(answer)).collect();
    assert!(missing.is_empty(), "never answered: {missing:#?}");
}

#[test]
fn every_sequence_of_commands_is_answered_as_the_model_answers_it_on_sqlite() {
    sequences(StoreKind::Memory, 50_000);
}

#[test]
fn every_sequence_of_commands_is_answered_as_the_model_answers_it_on_mysql() {
    sequences(StoreKind::Database(Kind::MySql), 10_000);
}
