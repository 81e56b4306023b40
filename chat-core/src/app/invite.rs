use std::sync::Arc;

use async_trait::async_trait;
use secrecy::ExposeSecret;

use super::{
    chat::{Chat, Inner},
    session::VERIFICATIONS,
    transaction::{Command, Tx},
};
use crate::{
    api::{InviteUser, Invites, MadeInvite},
    error::{ChatError, Rejection},
    model::{
        invite::{Invite, InviteId, InviteToken},
        room::RoomId,
        session::Caller,
        user::{PasswordHash, Standing, UserId},
    },
    rules::{self, invite::InviteFacts},
    security::guesses::Then,
};

#[async_trait]
impl Invites for Chat {
    async fn invite(&self, caller: &Caller, room: RoomId, invite: InviteUser) -> Result<MadeInvite, ChatError> {
        let chat = &self.0;
        let guess = chat.room_guess(room, &caller.user).await?;
        let made = chat.invite(&caller.user, room, &invite).await;
        guess.ends_with(&made, chat.guesses.now(), Then::Known);
        made
    }

    async fn invites(&self, caller: &Caller, room: RoomId) -> Result<Vec<Invite>, ChatError> {
        // First the list, then the membership: whoever has left in between is refused.
        let invites = self.0.store.invites_to(room).await?;
        let membership = self.0.as_member(room, &caller.user).await?;
        if !rules::invite::may_invite(membership.role, &self.0.policy) {
            return Err(Rejection::NotAllowed.into());
        }
        Ok(invites)
    }

    async fn revoke_invite(&self, caller: &Caller, room: RoomId, invite: InviteId) -> Result<(), ChatError> {
        self.0.execute(Revoke { user: caller.user.clone(), room, invite }).await
    }
}

impl Inner {
    async fn invite(
        self: &Arc<Self>,
        user: &UserId,
        room: RoomId,
        invite: &InviteUser,
    ) -> Result<MadeInvite, ChatError> {
        for _ in 0..VERIFICATIONS {
            let verified = self.store.room(room).await?.ok_or(Rejection::RoomNotFound)?.password;
            let password_ok = self.passwords.verify(invite.password.expose_secret(), Some(&verified)).await?;
            let mut random = [0; 24];
            getrandom::fill(&mut random).map_err(|error| ChatError::Internal(format!("no randomness: {error}")))?;
            let token = InviteToken::from_random(random);
            let (user, invitee) = (user.clone(), invite.invitee.clone());
            let command = Make { user, room, invitee, verified, password_ok, token: token.clone() };
            if let Some(invite) = self.execute(command).await? {
                return Ok(MadeInvite { invite, token });
            }
        }
        Err(ChatError::Overloaded("the room's password is being changed again and again"))
    }
}

/// Makes an invite; `None` where the password that was verified is not the stored one any more.
struct Make {
    user: UserId,
    room: RoomId,
    invitee: Option<UserId>,
    verified: PasswordHash,
    password_ok: bool,
    token: InviteToken,
}

#[async_trait]
impl Command for Make {
    type Answer = Option<Invite>;

    async fn run(&self, chat: &Inner, tx: &mut Tx) -> Result<Self::Answer, ChatError> {
        let invitee = match &self.invitee {
            Some(invitee) => tx.lock_actor_and(&self.user, invitee).await?.1,
            None => {
                tx.lock_actor(&self.user).await?;
                None
            }
        };
        let locked = tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?;
        if locked.password != self.verified {
            return Ok(None);
        }
        let mut facts = InviteFacts {
            role: tx.member_in(self.room, &self.user).await?.map(|member| member.role),
            closed: locked.room.closed_at.is_some(),
            password_ok: self.password_ok,
            oneself: self.invitee.as_ref() == Some(&self.user),
            invitee_exists: false,
            invitee_is_member: false,
            invitee_banned: false,
            invitee_prime: false,
        };
        // An erased user is none, and a suspended one is invited as any: what counts is their standing at the door.
        if let Some(invitee) = invitee.as_ref().filter(|invitee| invitee.user.standing != Standing::Erased) {
            facts.invitee_exists = true;
            facts.invitee_is_member = tx.member_in(self.room, &invitee.user.id).await?.is_some();
            facts.invitee_banned = tx.is_banned(self.room, &invitee.user.id).await?;
            facts.invitee_prime = invitee.user.prime;
        }
        rules::invite::decide_invite(&facts, &chat.policy)?;
        let invitee = invitee.ok_or(Rejection::UserNotFound)?.user.id;
        let invite = Invite {
            id: InviteId::new(),
            room: self.room,
            maker: self.user.clone(),
            invitee,
            created_at: tx.now,
            expires_at: tx.now.after(chat.policy.invite_ttl),
            used_at: None,
            revoked_at: None,
        };
        tx.insert_invite(&invite, &self.token.hash()).await?;
        Ok(Some(invite))
    }
}

struct Revoke {
    user: UserId,
    room: RoomId,
    invite: InviteId,
}

#[async_trait]
impl Command for Revoke {
    type Answer = ();

    async fn run(&self, _: &Inner, tx: &mut Tx) -> Result<(), ChatError> {
        tx.lock_actor(&self.user).await?;
        tx.lock_room(self.room).await?.ok_or(Rejection::RoomNotFound)?;
        let role = tx.member_in(self.room, &self.user).await?.map(|member| member.role);
        let invite = tx.invite_in(self.room, self.invite).await?;
        rules::invite::decide_revoke(&self.user, role, invite.as_ref())?;
        let now = tx.now;
        tx.revoke_invite(self.invite, now).await?;
        Ok(())
    }
}
