//! Histories that cannot have happened, each of which must be told from those that can.

use chat_core::model::{coin::Coins, event::Seq, invite::InviteId, room::RoomId, user::UserId};
use chat_proofs::{
    answer::{Answer, Reply},
    command::{Command, Tag, id_of},
    history::{Call, Part, explain},
    words::user,
    world::World,
};

const TEA: Tag = 4;
const GAMES: Tag = 5;
const INVITE: Tag = 6;

fn room(tag: Tag) -> RoomId {
    RoomId::from_bytes(id_of(tag))
}

/// Two prime users with a room for two each, an invite from the one to the other, and two with 150 coins.
fn world() -> World {
    let mut world = World::default();
    for (number, coins) in [(0, 0), (1, 0), (2, 150), (3, 150)] {
        let register = Command::Register { tag: Tag::from(number), user: user(number), device: 0, coins, password: 0 };
        world.apply(&register).unwrap();
    }
    for (tag, owner) in [(TEA, user(0)), (GAMES, user(1))] {
        world.apply(&Command::SetPrime { user: owner.clone(), prime: true }).unwrap();
        world.apply(&Command::CreateRoom { tag, user: owner, capacity: 2, client_id: None }).unwrap();
    }
    let invite = Command::Invite { tag: INVITE, user: user(0), room: room(TEA), invitee: user(1), right: true };
    world.apply(&invite).unwrap();
    world
}

fn join(who: UserId, tag: Tag) -> Command {
    Command::Join { user: who, room: room(tag), right: true, dry_run: false, max_charge: None }
}

fn send(who: UserId, client_id: Option<u8>) -> Command {
    Command::Send { user: who, room: room(TEA), body: 0, client_id, reply_to: None }
}

fn call(command: Command, answer: Answer, begin: u64, end: u64) -> Call {
    Call { command, answer, begin, end, part: Part::Whole }
}

/// All at once, each answered as if it were alone.
fn each_alone(world: &World, commands: Vec<Command>) -> Vec<Call> {
    commands.into_iter().map(|command| call(command.clone(), world.clone().apply(&command), 0, 9)).collect()
}

/// All at once, answered as if it had been one after the other.
fn one_by_one(world: &World, commands: Vec<Command>) -> Vec<Call> {
    let mut world = world.clone();
    commands.into_iter().map(|command| call(command.clone(), world.apply(&command), 0, 9)).collect()
}

#[track_caller]
fn impossible(world: &World, calls: Vec<Call>) {
    assert!(explain(world, &calls).is_err(), "{calls:#?}");
}

/// What is done at once is answered one by one in whatever order, and never as if each were alone.
#[track_caller]
fn must_see_each_other(world: &World, commands: Vec<Command>) {
    let mut backwards = commands.clone();
    backwards.reverse();
    for possible in [one_by_one(world, commands.clone()), one_by_one(world, backwards)] {
        assert!(explain(world, &possible).is_ok(), "{possible:#?}");
    }
    impossible(world, each_alone(world, commands));
}

#[test]
fn r_adm_06_one_user_does_not_join_two_rooms_for_free() {
    must_see_each_other(&world(), vec![join(user(2), TEA), join(user(2), GAMES)]);
}

#[test]
fn r_adm_02_two_users_do_not_take_the_last_seat() {
    must_see_each_other(&world(), vec![join(user(2), TEA), join(user(3), TEA)]);
}

#[test]
fn r_coin_02_no_grant_is_lost_to_another_one() {
    let grant = |key| Command::ChangeCoins { user: user(2), amount: 1, reason: 0, key };
    must_see_each_other(&world(), vec![grant(0), grant(1)]);
}

#[test]
fn r_coin_03_a_grant_is_not_applied_twice_under_one_key() {
    let grant = Command::ChangeCoins { user: user(2), amount: 1, reason: 0, key: 0 };
    must_see_each_other(&world(), vec![grant.clone(), grant]);
}

#[test]
fn r_msg_02_two_messages_do_not_get_one_number() {
    must_see_each_other(&world(), vec![send(user(0), None), send(user(0), None)]);
}

#[test]
fn r_msg_04_one_client_id_is_not_two_messages() {
    let world = world();
    let (first, mut second) = (send(user(0), Some(1)), send(user(0), None));
    let mut calls = one_by_one(&world, vec![first.clone(), second.clone()]);
    second.clone_from(&first);
    calls[1].command = second;
    impossible(&world, calls);
}

#[test]
fn r_msg_02_no_number_is_left_out() {
    let world = world();
    let mut calls = each_alone(&world, vec![send(user(0), None)]);
    let Ok(Reply::Sent(sent)) = &mut calls[0].answer else { panic!("{calls:?}") };
    sent.event.seq = Seq::new(sent.event.seq.get() + 1);
    impossible(&world, calls);
}

#[test]
fn r_inv_03_an_invite_does_not_open_twice() {
    let mut world = world();
    let by_invite = || Command::JoinByInvite {
        user: user(1),
        invite: InviteId::from_bytes(id_of(INVITE)),
        dry_run: false,
        max_charge: None,
    };
    let entered = world.apply(&by_invite());
    world.apply(&Command::Leave { user: user(1), room: room(TEA) }).unwrap();
    let Ok(Reply::Joined(joined)) = entered else { panic!("{entered:?}") };
    impossible(&world, vec![call(by_invite(), Ok(Reply::Joined(joined)), 0, 9)]);
}

#[test]
fn r_fri_02_crossing_requests_do_not_both_stay_open() {
    let mut world = world();
    world.apply(&join(user(2), TEA)).unwrap();
    let ask = |tag, from, to| Command::RequestFriend { tag, user: user(from), other: user(to) };
    impossible(&world, each_alone(&world, vec![ask(10, 0, 2), ask(11, 2, 0)]));
}

#[test]
fn r_adm_09_nobody_sees_a_seat_without_its_charge() {
    let mut world = world();
    world.apply(&join(user(2), TEA)).unwrap();
    let joining = join(user(2), GAMES);
    let (members, me) = (Command::Members { user: user(1), room: room(GAMES) }, Command::Me { user: user(2) });
    let before = world.clone().apply(&me);
    let mut after = world.clone();
    let (joined, seated, paid) = (after.apply(&joining), after.apply(&members), after.apply(&me));
    let seen = |balance| {
        // While the join is under way, first the members are read and then the coins.
        vec![
            call(joining.clone(), joined.clone(), 0, 9),
            call(members.clone(), seated.clone(), 1, 2),
            call(me.clone(), balance, 3, 4),
        ]
    };
    assert!(explain(&world, &seen(paid)).is_ok());
    impossible(&world, seen(before));
}

#[test]
fn r_msg_03_what_was_acknowledged_is_seen_by_who_looks_afterwards() {
    let world = world();
    let (granting, me) =
        (Command::ChangeCoins { user: user(2), amount: 1, reason: 0, key: 0 }, Command::Me { user: user(2) });
    let stale = world.clone().apply(&me);
    let granted = world.clone().apply(&granting);
    let at_once = vec![call(granting.clone(), granted.clone(), 0, 3), call(me.clone(), stale.clone(), 2, 4)];
    assert!(explain(&world, &at_once).is_ok(), "while it is under way, both may be seen");
    impossible(&world, vec![call(granting, granted, 0, 1), call(me, stale, 2, 3)]);
}

#[test]
fn r_adm_07_a_room_is_not_paid_for_twice() {
    let mut world = world();
    world.apply(&Command::ChangeCoins { user: user(2), amount: 150, reason: 0, key: 0 }).unwrap();
    world.apply(&join(user(2), TEA)).unwrap();
    let mut calls = one_by_one(&world, vec![join(user(2), GAMES), join(user(2), GAMES)]);
    let (first, second) = calls.split_at_mut(1);
    let (Ok(Reply::Joined(first)), Ok(Reply::Joined(second))) = (&first[0].answer, &mut second[0].answer) else {
        panic!("both are let in")
    };
    second.charged = first.charged;
    second.balance = Coins::ZERO;
    impossible(&world, calls);
}

#[test]
fn r_msg_07_a_read_position_does_not_go_back() {
    let mut world = world();
    for _ in 0..3 {
        world.apply(&send(user(0), None)).unwrap();
    }
    world.apply(&join(user(2), TEA)).unwrap();
    world.apply(&send(user(0), None)).unwrap();
    let read = |seq| Command::MarkRead { user: user(2), room: room(TEA), seq: Seq::new(seq) };
    world.apply(&read(6)).unwrap();
    let Ok(Reply::Read(mut position)) = world.clone().apply(&read(5)) else { panic!("it is a member") };
    position.read_seq = Seq::new(5);
    impossible(&world, vec![call(read(5), Ok(Reply::Read(position)), 0, 1)]);
}
