use chat_core::model::{
    ban,
    room::{NamedMember, Role},
};

use super::time;
use crate::v1;

impl From<NamedMember> for v1::Member {
    fn from(NamedMember { member, name }: NamedMember) -> Self {
        Self {
            user_id: member.user.to_string(),
            name: name.to_string(),
            role: v1::Role::from(member.role).into(),
            joined_at: Some(time(member.joined_at)),
            read_seq: member.read_seq.get(),
        }
    }
}

impl From<Role> for v1::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Owner => Self::Owner,
            Role::Moderator => Self::Moderator,
            Role::Member => Self::Member,
        }
    }
}

impl From<ban::Ban> for v1::Ban {
    fn from(ban: ban::Ban) -> Self {
        Self { user_id: ban.user.to_string(), by: ban.by.to_string(), at: Some(time(ban.at)) }
    }
}
