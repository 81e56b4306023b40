//! Taking a seat, one at a time.

use chat_core::{
    Chat,
    api::{Admin, CreateRoom, InviteUser, Invites, JoinKey, JoinRoom, Register, Rooms, Users},
    model::{
        coin::Coins,
        operator::Operator,
        room::{Capacity, RoomId, RoomPassword},
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
};
use tokio::time::Instant;

use crate::{Failure, load::Load, options::Scale, place::Place, town::SEATS};

/// The name of the join by invite.
pub(crate) const INVITED: &str = "join by invite token, alone";
/// The name of the paid join.
pub(crate) const PAID: &str = "paid join by room password, bcrypt at cost 4 in it, alone";

const ROOM_PASSWORD: &str = "biscuits";
/// Enough for every paid seat of a round.
const COINS: Coins = match Coins::new(1_000_000) {
    Some(coins) => coins,
    None => Coins::ZERO,
};

/// The joins of a round.
pub(crate) struct Joins {
    /// By an invite's token: no password, no coins.
    pub(crate) invited: Load,
    /// By the room's password, for coins.
    pub(crate) paid: Load,
}

/// Joins fresh rooms until they are full.
pub(crate) async fn measure(place: &Place, scale: Scale) -> Result<Joins, Failure> {
    let chat = place.chat().await?;
    let owner = register(&chat, "owner", true).await?;
    let invited = invited(&chat, &owner, &rooms(&chat, &owner, scale).await?).await?;
    let paid = paid(&chat, &rooms(&chat, &owner, scale).await?).await?;
    Ok(Joins { invited, paid })
}

async fn invited(chat: &Chat, owner: &Caller, rooms: &[RoomId]) -> Result<Load, Failure> {
    let mut joins = Vec::new();
    for number in 1..SEATS {
        let guest = register(chat, &format!("guest-{number}"), true).await?;
        for &room in rooms {
            let invite = InviteUser { invitee: Some(guest.user.clone()), password: ROOM_PASSWORD.into() };
            let token = chat.invite(owner, room, invite).await?.token;
            joins.push((guest.clone(), JoinKey::Invite(token)));
        }
    }
    join_all(chat, joins, Coins::ZERO).await
}

async fn paid(chat: &Chat, rooms: &[RoomId]) -> Result<Load, Failure> {
    let (first, rest) = rooms.split_first().ok_or("there are no rooms to join")?;
    let mut joins = Vec::new();
    for number in 1..SEATS {
        let payer = register(chat, &format!("payer-{number}"), false).await?;
        // The first seat of a life is free.
        chat.join_room(&payer, join(key(*first))).await?;
        joins.extend(rest.iter().map(|&room| (payer.clone(), key(room))));
    }
    join_all(chat, joins, chat.policy().room_price).await
}

/// Joins one after the other; each has to take a new seat for that price.
async fn join_all(chat: &Chat, joins: Vec<(Caller, JoinKey)>, price: Coins) -> Result<Load, Failure> {
    let mut steps = Vec::with_capacity(joins.len());
    let begun = Instant::now();
    for (user, key) in joins {
        let begun = Instant::now();
        let joined = chat.join_room(&user, join(key)).await?;
        steps.push(begun.elapsed());
        if joined.already_member || joined.charged != price {
            return Err(format!("a seat for {price} was taken for {}", joined.charged).into());
        }
    }
    Ok(Load::of(steps.len(), begun.elapsed(), steps))
}

const fn join(key: JoinKey) -> JoinRoom {
    JoinRoom { key, dry_run: false, max_charge: None }
}

fn key(room: RoomId) -> JoinKey {
    JoinKey::Password { room, password: ROOM_PASSWORD.into() }
}

async fn rooms(chat: &Chat, owner: &Caller, scale: Scale) -> Result<Vec<RoomId>, Failure> {
    let mut rooms = Vec::new();
    for _ in 0..scale.joined_rooms() {
        let create = CreateRoom {
            name: Name::parse("Tea")?,
            password: RoomPassword::parse(ROOM_PASSWORD)?,
            capacity: Capacity::MAX,
            client_id: None,
        };
        rooms.push(chat.create_room(owner, create).await?.room.room.id);
    }
    Ok(rooms)
}

async fn register(chat: &Chat, id: &str, prime: bool) -> Result<Caller, Failure> {
    let id = UserId::parse(id)?;
    let register = Register {
        user_id: id.clone(),
        device: DeviceId::parse("phone")?,
        name: Name::parse("Somebody")?,
        phone: Phone::parse("+15550100")?,
        coins: COINS,
        password: Password::parse("correct horse")?,
    };
    chat.register(register).await?;
    if prime {
        chat.set_prime(&Operator::host(), &id, true).await?;
    }
    Ok(Caller::user(id))
}
