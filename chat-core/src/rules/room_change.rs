//! What its owner makes of a room.

use crate::{
    error::Rejection,
    model::room::{Capacity, Role},
};

/// Whether a member changes what the room is: its owner does; its capacity not below its members (R-ADM-02, R-ADM-03).
///
/// # Errors
/// `NotAMember`, `NotAllowed`, `RoomClosed`, `CapacityBelowMembers`, in this order.
pub fn decide_change(
    role: Option<Role>,
    closed: bool,
    members: u8,
    capacity: Option<Capacity>,
) -> Result<(), Rejection> {
    owning(role)?;
    if closed {
        return Err(Rejection::RoomClosed);
    }
    if capacity.is_some_and(|capacity| capacity.get() < members) {
        return Err(Rejection::CapacityBelowMembers);
    }
    Ok(())
}

/// What closing a room comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closing {
    /// It is closed from now on.
    Now,
    /// It was closed before.
    Before,
}

/// What comes of closing a room: its owner does (R-ADM-10).
///
/// # Errors
/// `NotAMember`, `NotAllowed`, in this order.
pub fn decide_close(role: Option<Role>, closed: bool) -> Result<Closing, Rejection> {
    owning(role)?;
    Ok(if closed { Closing::Before } else { Closing::Now })
}

fn owning(role: Option<Role>) -> Result<(), Rejection> {
    match role {
        None => Err(Rejection::NotAMember),
        Some(Role::Owner) => Ok(()),
        Some(_) => Err(Rejection::NotAllowed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(decided: Result<(), Rejection>) -> &'static str {
        decided.map_or_else(|refused| refused.kind_and_code().1, |()| "yes")
    }

    #[test]
    fn r_adm_02_03_the_owner_changes_a_room_and_its_capacity_not_below_its_members() {
        let four = Capacity::parse(4).ok();
        let change = |role, closed, members| code(decide_change(role, closed, members, four));
        assert_eq!(change(None, true, 6), "not_a_member");
        assert_eq!(change(Some(Role::Moderator), true, 6), "not_allowed");
        assert_eq!(change(Some(Role::Owner), true, 6), "room_closed");
        assert_eq!(change(Some(Role::Owner), false, 5), "capacity_below_members");
        assert_eq!(change(Some(Role::Owner), false, 4), "yes");
        assert_eq!(code(decide_change(Some(Role::Owner), false, 6, None)), "yes");
    }

    #[test]
    fn r_adm_10_the_owner_closes_a_room_once() {
        assert_eq!(code(decide_close(None, true).map(drop)), "not_a_member");
        assert_eq!(code(decide_close(Some(Role::Moderator), true).map(drop)), "not_allowed");
        assert_eq!(decide_close(Some(Role::Owner), false), Ok(Closing::Now));
        assert_eq!(decide_close(Some(Role::Owner), true), Ok(Closing::Before));
    }
}
