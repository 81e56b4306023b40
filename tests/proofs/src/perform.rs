//! Doing to a real chat what a command says.

use chat_core::{
    Chat,
    api::{
        Admin as _, Bans as _, Blocks as _, ChangeCoins, ChangePassword, ChangeRoom, CreateRoom, EnsureUser,
        Friends as _, InviteUser, Invites as _, JoinKey, JoinRoom, Ledger as _, Login, Members as _, Messages as _,
        Register, Rooms as _, SendMessage, Sessions as _, SignedIn, UpdateUser, Users as _,
    },
    error::ChatError,
    model::{
        coin::{Amount, Coins},
        operator::Operator,
        room::Capacity,
        session::{Caller, SessionTokens},
    },
    ports::authenticator::Credentials,
};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    answer::{Answer, Reply, Tokens, plain},
    command::Command,
    names::{Names, Secret},
    words,
};

/// What the chat answered, in its own ids.
#[derive(Clone, Debug)]
pub struct Told {
    /// The answer.
    pub answer: Answer,
    /// The secret that came with it.
    pub secret: Option<Secret>,
}

/// Does it, and waits for the answer. The clock is moved by who holds it: that command is answered here alone.
///
/// # Panics
/// On any failure that is no answer of the rules: nothing here is out of order but what is asked.
pub async fn perform(chat: &Chat, names: &Names, command: &Command) -> Told {
    let mut secret = None;
    let answer = match ask(chat, names, command, &mut secret).await {
        Ok(reply) => Ok(reply),
        Err(ChatError::Rejected(rejection)) => Err(plain(rejection)),
        Err(failure) => panic!("{command:?} failed: {failure:?}"),
    };
    Told { answer, secret }
}

#[expect(clippy::too_many_lines, reason = "one line a command, and as many as there are")]
async fn ask(chat: &Chat, names: &Names, command: &Command, secret: &mut Option<Secret>) -> Result<Reply, ChatError> {
    let caller = Caller::user(command.actor().map_or_else(|| words::user(0), |user| names.user(user)));
    let (caller, host) = (&caller, &Operator::host());
    Ok(match command {
        Command::Advance(_) => Reply::Done,
        Command::Register { user, device, coins, password, .. } => {
            let register = Register {
                user_id: names.user(user),
                device: words::device(*device),
                name: words::name(0),
                phone: words::phone(),
                coins: Coins::new(*coins).expect("it is a balance"),
                password: words::password(*password),
            };
            signed_in(chat, chat.register(register).await?, secret).await?
        }
        Command::Me { .. } => Reply::User(chat.me(caller).await?),
        Command::UpdateMe { name, .. } => {
            let update = UpdateUser { name: Some(words::name(*name)), phone: None };
            Reply::User(chat.update_me(caller, update).await?)
        }
        Command::Profile { other, .. } => Reply::Profile(chat.profile(caller, &names.user(other)).await?),
        Command::Login { user, device, password, .. } => {
            let login = Login {
                user_id: names.user(user).to_string(),
                device: words::device(*device),
                password: words::password(*password).expose().into(),
                address: None,
            };
            signed_in(chat, chat.login(login).await?, secret).await?
        }
        Command::Refresh { session, generation } => {
            let refresh = &names.keys(*session).refresh;
            let tokens = chat.refresh(&refresh[(*generation).min(refresh.len() - 1)]).await?;
            let known = known(&tokens);
            *secret = Some(Secret::Tokens(tokens));
            Reply::Tokens(known)
        }
        Command::Authenticate { session, nth } => {
            let access = &names.keys(*session).access;
            Reply::Caller(chat.authenticate(&Credentials::token(&access[(*nth).min(access.len() - 1)])).await?.user)
        }
        Command::Logout { session } => {
            chat.logout(&names.keys(*session).caller).await?;
            Reply::Done
        }
        Command::Sessions { session } => Reply::Sessions(chat.sessions(&names.keys(*session).caller).await?),
        Command::EndSession { session, device } => {
            chat.end_session(&names.keys(*session).caller, &words::device(*device)).await?;
            Reply::Done
        }
        Command::ChangePassword { session, old, new } => {
            let change = ChangePassword { old: words::password(*old).expose().into(), new: words::password(*new) };
            chat.change_password(&names.keys(*session).caller, change).await?;
            Reply::Done
        }
        Command::CreateRoom { capacity, client_id, .. } => {
            let create = CreateRoom {
                name: words::name(1),
                password: words::room_password(true),
                capacity: Capacity::parse((*capacity).into()).expect("a capacity is from 2 to 6"),
                client_id: client_id.map(words::client_id),
            };
            Reply::Created(chat.create_room(caller, create).await?)
        }
        Command::Rooms { .. } => Reply::Rooms(chat.rooms(caller).await?),
        Command::Room { room, .. } => Reply::Room(chat.room(caller, names.room(*room)).await?),
        Command::Join { room, right, dry_run, max_charge, .. } => {
            let key = JoinKey::Password { room: names.room(*room), password: room_password(*right) };
            join(chat, caller, key, *dry_run, *max_charge).await?
        }
        Command::JoinByInvite { invite, dry_run, max_charge, .. } => {
            join(chat, caller, JoinKey::Invite(names.token(*invite)), *dry_run, *max_charge).await?
        }
        Command::Leave { room, .. } => {
            chat.leave_room(caller, names.room(*room)).await?;
            Reply::Done
        }
        Command::Members { room, .. } => Reply::Members(chat.members(caller, names.room(*room)).await?),
        Command::RemoveMember { room, other, .. } => {
            chat.remove_member(caller, names.room(*room), Some(names.user(other))).await?;
            Reply::Done
        }
        Command::SetRole { room, other, role, .. } => {
            Reply::Member(chat.set_role(caller, names.room(*room), Some(names.user(other)), *role).await?)
        }
        Command::Bans { room, .. } => Reply::Bans(chat.bans(caller, names.room(*room)).await?),
        Command::Ban { room, other, .. } => {
            chat.ban(caller, names.room(*room), Some(names.user(other))).await?;
            Reply::Done
        }
        Command::LiftBan { room, other, .. } => {
            chat.lift_ban(caller, names.room(*room), Some(names.user(other))).await?;
            Reply::Done
        }
        Command::ChangeRoom { room, name, capacity, .. } => {
            let capacity = capacity.map(|capacity| Capacity::parse(capacity.into()).expect("it is from 2 to 6"));
            let change = ChangeRoom { name: name.map(words::name), password: None, capacity };
            // The room as it looks afterwards is looked at afterwards.
            chat.change_room(caller, names.room(*room), change).await?;
            Reply::Done
        }
        Command::CloseOwnRoom { room, .. } => {
            chat.close_own_room(caller, names.room(*room)).await?;
            Reply::Done
        }
        Command::Invite { room, invitee, right, .. } => {
            let invite = InviteUser { invitee: Some(names.user(invitee)), password: room_password(*right) };
            let made = chat.invite(caller, names.room(*room), invite).await?;
            *secret = Some(Secret::Invite(made.token));
            Reply::Invite(made.invite)
        }
        Command::Invites { room, .. } => Reply::Invites(chat.invites(caller, names.room(*room)).await?),
        Command::RevokeInvite { room, invite, .. } => {
            chat.revoke_invite(caller, names.room(*room), names.invite(*invite)).await?;
            Reply::Done
        }
        Command::CoinEntries { before, limit, .. } => Reply::Entries(chat.coin_entries(caller, *before, *limit).await?),
        Command::Send { room, body, client_id, reply_to, .. } => {
            let send = SendMessage {
                room: names.room(*room),
                body: words::body(*body),
                client_id: client_id.map(words::client_id),
                reply_to: *reply_to,
            };
            Reply::Sent(chat.send_message(caller, send).await?)
        }
        Command::History { room, range, limit, .. } => {
            Reply::History(chat.history(caller, names.room(*room), *range, *limit).await?)
        }
        Command::MarkRead { room, seq, .. } => Reply::Read(chat.mark_read(caller, names.room(*room), *seq).await?),
        Command::RequestFriend { other, .. } => {
            Reply::Requested(chat.request_friend(caller, Some(names.user(other))).await?)
        }
        Command::FriendRequests { which, .. } => Reply::Requests(chat.friend_requests(caller, *which).await?),
        Command::AcceptRequest { request, .. } => {
            Reply::Request(chat.accept_request(caller, names.request(*request)).await?)
        }
        Command::DeclineRequest { request, .. } => {
            Reply::Request(chat.decline_request(caller, names.request(*request)).await?)
        }
        Command::WithdrawRequest { request, .. } => {
            chat.withdraw_request(caller, names.request(*request)).await?;
            Reply::Done
        }
        Command::Friends { .. } => Reply::Friends(chat.friends(caller).await?),
        Command::Unfriend { other, .. } => {
            chat.unfriend(caller, &names.user(other)).await?;
            Reply::Done
        }
        Command::Blocks { .. } => Reply::Blocks(chat.blocks(caller).await?),
        Command::Block { other, .. } => {
            chat.block(caller, &names.user(other)).await?;
            Reply::Done
        }
        Command::Unblock { other, .. } => {
            chat.unblock(caller, &names.user(other)).await?;
            Reply::Done
        }
        Command::FindUser { user } => Reply::AdminUser(chat.find_user(host, &names.user(user)).await?),
        Command::FindUsers { limit } => Reply::AdminUsers(chat.find_users(host, names.prefix(), None, *limit).await?),
        Command::EnsureUser { user, coins } => {
            let coins = coins.map(|coins| Coins::new(coins).expect("it is a balance"));
            let ensure = EnsureUser { name: words::name(2), coins, ..EnsureUser::new(names.user(user)) };
            Reply::User(chat.ensure_user(ensure).await?)
        }
        Command::LookAtRoom { room } => Reply::AdminRoom(chat.look_at_room(host, names.room(*room)).await?),
        Command::SetPrime { user, prime } => Reply::AdminUser(chat.set_prime(host, &names.user(user), *prime).await?),
        Command::Suspend { user, reason } => {
            Reply::AdminUser(chat.suspend_user(host, &names.user(user), reason.map(words::reason)).await?)
        }
        Command::Lift { user } => Reply::AdminUser(chat.lift_user(host, &names.user(user), None).await?),
        Command::Erase { user } => {
            chat.erase_user(host, &names.user(user)).await?;
            Reply::Done
        }
        Command::EndSessions { user } => {
            chat.end_sessions(host, &names.user(user)).await?;
            Reply::Done
        }
        Command::CloseRoom { room } => {
            chat.close_room(host, names.room(*room)).await?;
            Reply::Done
        }
        Command::ChangeCoins { user, amount, reason, key } => {
            let change = ChangeCoins {
                amount: Amount::parse(*amount).expect("it is a change"),
                reason: words::reason(*reason),
                key: words::coin_key(*key),
            };
            Reply::Coins(chat.change_coins(host, &names.user(user), change).await?)
        }
    })
}

fn room_password(right: bool) -> SecretString {
    words::room_password(right).expose().into()
}

async fn join(
    chat: &Chat,
    caller: &Caller,
    key: JoinKey,
    dry_run: bool,
    max_charge: Option<i64>,
) -> Result<Reply, ChatError> {
    let max_charge = max_charge.map(|max| Coins::new(max).expect("it is a price"));
    Ok(Reply::Joined(Box::new(chat.join_room(caller, JoinRoom { key, dry_run, max_charge }).await?)))
}

async fn signed_in(chat: &Chat, signed_in: SignedIn, secret: &mut Option<Secret>) -> Result<Reply, ChatError> {
    let tokens = known(&signed_in.session);
    let access_token = signed_in.session.access_token.expose_secret();
    let caller = chat.authenticate(&Credentials::token(access_token)).await?;
    *secret = Some(Secret::Session(caller, signed_in.session));
    Ok(Reply::SignedIn(signed_in.user, tokens))
}

fn known(tokens: &SessionTokens) -> Tokens {
    Tokens {
        expires_at: tokens.expires_at,
        refresh_expires_at: tokens.refresh_expires_at,
        device: tokens.device.clone(),
    }
}
