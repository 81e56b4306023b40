//! What clients say, as types of the model. A malformed id names nothing that exists.

use chat_core::{
    api::{self, JoinKey, MessageId},
    error::{Fault, FieldCode, FieldError, Rejection},
    model::{
        coin::Coins,
        emoji::Emoji,
        event::Seq,
        friend::{RequestBox, RequestId},
        invite::{InviteId, InviteToken},
        message::{ClientId, MessageBody},
        room::{Capacity, Role, RoomId, RoomPassword},
        session::DeviceId,
        text::Name,
        user::{Password, Phone, UserId},
    },
    ports::store::EventRange,
};

use crate::{refusal::Refusal, v1};

/// The fields of a request, of which all that are wrong are told at once.
#[derive(Default)]
struct Fields(Vec<FieldError>);

impl Fields {
    /// Reads a field; none where it is wrong.
    fn read<T>(&mut self, name: &'static str, value: Result<T, Fault>) -> Option<T> {
        value.map_err(|fault| self.0.push(fault.at(name))).ok()
    }

    /// Reads a field that may be absent.
    fn read_given<V, T>(
        &mut self,
        name: &'static str,
        value: Option<V>,
        parse: impl FnOnce(V) -> Result<T, Fault>,
    ) -> Option<Option<T>> {
        self.read(name, value.map(parse).transpose())
    }

    /// The request that is made of fields, of which each is there that is not wrong.
    fn finish<T>(self, made: Option<T>) -> Result<T, Refusal> {
        match made {
            Some(made) if self.0.is_empty() => Ok(made),
            _ => Err(Rejection::Invalid(self.0).into()),
        }
    }
}

fn invalid(faults: impl IntoIterator<Item = FieldError>) -> Refusal {
    Rejection::Invalid(faults.into_iter().collect()).into()
}

pub(crate) fn room_id(text: &str) -> Result<RoomId, Refusal> {
    Ok(RoomId::parse(text).ok_or(Rejection::RoomNotFound)?)
}

pub(crate) fn user_id(text: &str) -> Result<UserId, Refusal> {
    Ok(UserId::parse(text).map_err(|_| Rejection::UserNotFound)?)
}

/// Where the rules look at other things first: what is no user id is nobody's.
pub(crate) fn somebody(text: &str) -> Option<UserId> {
    UserId::parse(text).ok()
}

pub(crate) fn device_id(text: &str) -> Result<DeviceId, Refusal> {
    Ok(DeviceId::parse(text).map_err(|_| Rejection::SessionNotFound)?)
}

pub(crate) fn request_id(text: &str) -> Result<RequestId, Refusal> {
    Ok(RequestId::parse(text).ok_or(Rejection::RequestNotFound)?)
}

/// The room and the membership are looked at first, so that what is no id goes on as one that nothing has.
pub(crate) fn invite_id(text: &str) -> InviteId {
    InviteId::parse(text).unwrap_or(InviteId::from_bytes([0; 16]))
}

fn message_id(room: &str, seq: u64) -> Result<MessageId, Refusal> {
    Ok(MessageId { room: room_id(room)?, seq: Seq::new(seq) })
}

fn coins(count: i64) -> Result<Coins, Fault> {
    Coins::new(count).ok_or_else(|| Fault::new(FieldCode::OutOfRange, format!("from 0 to {}", Coins::MAX)))
}

/// How many of a list are told at once, where it is said otherwise.
const MAX_LIMIT: i32 = 200;
const DEFAULT_LIMIT: usize = 50;

pub(crate) fn limit(count: Option<i32>) -> Result<usize, Refusal> {
    match count.map(usize::try_from) {
        None => Ok(DEFAULT_LIMIT),
        Some(Ok(count)) if (1..=MAX_LIMIT as usize).contains(&count) => Ok(count),
        Some(_) => Err(invalid([Fault::new(FieldCode::OutOfRange, "from 1 to 200").at("limit")])),
    }
}

pub(crate) fn register(request: v1::RegisterRequest) -> Result<api::Register, Refusal> {
    let mut fields = Fields::default();
    let user_id = fields.read("user_id", UserId::parse(&request.user_id));
    let device = fields.read("device_id", DeviceId::parse(&request.device_id));
    let name = fields.read("name", Name::parse(&request.name));
    let phone = fields.read("phone", Phone::parse(&request.phone));
    let coins = fields.read("avail_coins", coins(request.avail_coins));
    let password = fields.read("password", Password::parse(&request.password));
    let made = || {
        let (user_id, device, name) = (user_id?, device?, name?);
        Some(api::Register { user_id, device, name, phone: phone?, coins: coins?, password: password? })
    };
    fields.finish(made())
}

pub(crate) fn update_user(request: v1::UpdateMeRequest) -> Result<api::UpdateUser, Refusal> {
    let mut fields = Fields::default();
    let name = fields.read_given("name", request.name, |name| Name::parse(&name));
    let phone = fields.read_given("phone", request.phone, |phone| Phone::parse(&phone));
    let made = || Some(api::UpdateUser { name: name?, phone: phone? });
    fields.finish(made())
}

pub(crate) fn login_device(device: &str) -> Result<DeviceId, Refusal> {
    DeviceId::parse(device).map_err(|fault| invalid([fault.at("device_id")]))
}

pub(crate) fn change_password(request: v1::ChangePasswordRequest) -> Result<api::ChangePassword, Refusal> {
    let new = Password::parse(&request.new_password).map_err(|fault| invalid([fault.at("new_password")]))?;
    Ok(api::ChangePassword { old: request.old_password.into(), new })
}

pub(crate) fn create_room(request: v1::CreateRoomRequest) -> Result<api::CreateRoom, Refusal> {
    let mut fields = Fields::default();
    let name = fields.read("name", Name::parse(&request.name));
    let password = fields.read("password", RoomPassword::parse(&request.password));
    let capacity = fields.read_given("capacity", request.capacity, |count| Capacity::parse(count.into()));
    let client_id = fields.read_given("client_id", request.client_id, |key| ClientId::parse(&key));
    let made = || {
        let capacity = capacity?.unwrap_or(Capacity::MAX);
        Some(api::CreateRoom { name: name?, password: password?, capacity, client_id: client_id? })
    };
    fields.finish(made())
}

pub(crate) fn change_room(request: v1::UpdateRoomRequest) -> Result<api::ChangeRoom, Refusal> {
    let mut fields = Fields::default();
    let name = fields.read_given("name", request.name, |name| Name::parse(&name));
    let password = fields.read_given("password", request.password, |password| RoomPassword::parse(&password));
    let capacity = fields.read_given("capacity", request.capacity, |count| Capacity::parse(count.into()));
    let made = || Some(api::ChangeRoom { name: name?, password: password?, capacity: capacity? });
    fields.finish(made())
}

pub(crate) fn join_room(request: v1::JoinRoomRequest) -> Result<api::JoinRoom, Refusal> {
    let v1::JoinRoomRequest { room_id: room, password, invite_token, dry_run, max_charge } = request;
    let mut fields = Fields::default();
    let max_charge = fields.read_given("max_charge", max_charge, coins);
    let max_charge = fields.finish(max_charge)?;
    let key = match (room, password, invite_token) {
        (Some(room), Some(password), None) => JoinKey::Password { room: room_id(&room)?, password: password.into() },
        (None, None, Some(token)) => JoinKey::Invite(InviteToken::from_client(&token)),
        (room, password, None) => {
            let needed = Fault::new(FieldCode::Required, "give room_id and password, or invite_token alone");
            return Err(invalid(those([("room_id", room.is_none()), ("password", password.is_none())], &needed)));
        }
        (room, password, Some(_)) => {
            let words = "invite_token stands in for room_id and password: leave them out";
            let superfluous = Fault::new(FieldCode::Unknown, words);
            return Err(invalid(those([("room_id", room.is_some()), ("password", password.is_some())], &superfluous)));
        }
    };
    Ok(api::JoinRoom { key, dry_run, max_charge })
}

/// The same fault at those fields that have it.
fn those(fields: [(&'static str, bool); 2], fault: &Fault) -> impl Iterator<Item = FieldError> {
    fields.into_iter().filter(|(_, has)| *has).map(|(field, _)| fault.clone().at(field))
}

pub(crate) fn role(number: i32) -> Result<Role, Refusal> {
    match v1::Role::try_from(number) {
        Ok(v1::Role::Owner) => Ok(Role::Owner),
        Ok(v1::Role::Moderator) => Ok(Role::Moderator),
        Ok(v1::Role::Member) => Ok(Role::Member),
        Ok(v1::Role::Unspecified) => Err(invalid([Fault::new(FieldCode::Required, "must be given").at("role")])),
        Err(_) => Err(invalid([Fault::new(FieldCode::BadFormat, "there is no such role").at("role")])),
    }
}

pub(crate) fn request_box(number: i32) -> Result<RequestBox, Refusal> {
    match v1::RequestBox::try_from(number) {
        Ok(v1::RequestBox::Unspecified | v1::RequestBox::In) => Ok(RequestBox::In),
        Ok(v1::RequestBox::Out) => Ok(RequestBox::Out),
        Err(_) => Err(invalid([Fault::new(FieldCode::BadFormat, "in or out").at("box")])),
    }
}

pub(crate) fn send_message(request: v1::SendMessageRequest) -> Result<api::SendMessage, Refusal> {
    let mut fields = Fields::default();
    let body = fields.read("body", MessageBody::parse(request.body));
    let client_id = fields.read_given("client_id", request.client_id, |key| ClientId::parse(&key));
    let made = || Some((body?, client_id?));
    let (body, client_id) = fields.finish(made())?;
    let reply_to = request.reply_to.map(Seq::new);
    Ok(api::SendMessage { room: room_id(&request.room_id)?, body, client_id, reply_to })
}

pub(crate) fn edit(request: v1::EditMessageRequest) -> Result<(MessageId, MessageBody), Refusal> {
    let body = MessageBody::parse(request.body).map_err(|fault| invalid([fault.at("body")]))?;
    Ok((message_id(&request.room_id, request.seq)?, body))
}

pub(crate) fn delete(request: &v1::DeleteMessageRequest) -> Result<MessageId, Refusal> {
    message_id(&request.room_id, request.seq)
}

pub(crate) fn add_reaction(request: &v1::AddReactionRequest) -> Result<(MessageId, api::React), Refusal> {
    let emoji = emoji(&request.emoji)?;
    Ok((message_id(&request.room_id, request.seq)?, api::React::With(emoji)))
}

pub(crate) fn remove_reaction(request: &v1::RemoveReactionRequest) -> Result<(MessageId, api::React), Refusal> {
    let emoji = emoji(&request.emoji)?;
    Ok((message_id(&request.room_id, request.seq)?, api::React::Without(emoji)))
}

fn emoji(text: &str) -> Result<Emoji, Refusal> {
    Emoji::parse(text).map_err(|fault| invalid([fault.at("emoji")]))
}

pub(crate) fn range(request: &v1::GetHistoryRequest) -> Result<EventRange, Refusal> {
    match (request.before, request.after) {
        (None, None) => Ok(EventRange::Newest),
        (Some(before), None) => Ok(EventRange::Before(Seq::new(before))),
        (None, Some(after)) => Ok(EventRange::After(Seq::new(after))),
        (Some(_), Some(_)) => {
            let fault = Fault::new(FieldCode::BadFormat, "give before or after, not both");
            Err(invalid([fault.clone().at("before"), fault.at("after")]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "01a22e0a-d10e-720e-8aaf-09667f545073";

    /// What is wrong with which field.
    #[track_caller]
    fn faults<T>(read: Result<T, Refusal>) -> Vec<(String, String)> {
        let Err(refusal) = read else { panic!("was taken") };
        let problem = v1::Problem::from(refusal);
        assert_eq!(problem.code, "invalid_request");
        problem.errors.into_iter().map(|error| (error.field, error.code)).collect()
    }

    fn told(faults: &[(&str, &str)]) -> Vec<(String, String)> {
        faults.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
    }

    #[test]
    fn every_field_that_is_wrong_is_told_at_once() {
        let wrong = v1::RegisterRequest { avail_coins: -1, ..v1::RegisterRequest::default() };
        let expected = [
            ("user_id", "too_short"),
            ("device_id", "too_short"),
            ("name", "too_short"),
            ("phone", "bad_format"),
            ("avail_coins", "out_of_range"),
            ("password", "too_short"),
        ];
        assert_eq!(faults(register(wrong)), told(&expected));
        let (name, password) = ("Tea".to_owned(), "tea".to_owned());
        let wrong = v1::CreateRoomRequest { name, password, capacity: Some(7), client_id: Some(String::new()) };
        let expected = [("password", "too_short"), ("capacity", "out_of_range"), ("client_id", "too_short")];
        assert_eq!(faults(create_room(wrong)), told(&expected));
        let wrong = v1::UpdateMeRequest { name: Some(" ".to_owned()), phone: Some("1".to_owned()) };
        assert_eq!(faults(update_user(wrong)), told(&[("name", "too_short"), ("phone", "bad_format")]));
    }

    #[test]
    fn what_is_absent_stays_or_is_the_default() {
        let change = change_room(v1::UpdateRoomRequest::default()).unwrap();
        assert!(change.name.is_none() && change.password.is_none() && change.capacity.is_none());
        let (name, password) = ("Tea".to_owned(), "biscuits".to_owned());
        let create = create_room(v1::CreateRoomRequest { name, password, ..v1::CreateRoomRequest::default() }).unwrap();
        assert_eq!(create.capacity, Capacity::MAX);
    }

    #[test]
    fn a_seat_is_asked_for_by_room_and_password_or_by_an_invite_alone() {
        let join = |room_id: Option<&str>, password: Option<&str>, invite_token: Option<&str>| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let (room_id, password, invite_token) = (own(room_id), own(password), own(invite_token));
            join_room(v1::JoinRoomRequest { room_id, password, invite_token, dry_run: false, max_charge: None })
        };
        assert!(matches!(join(Some(ROOM), Some("x"), None).unwrap().key, JoinKey::Password { .. }));
        assert!(matches!(join(None, None, Some("inv_x")).unwrap().key, JoinKey::Invite(_)));
        assert_eq!(faults(join(None, None, None)), told(&[("room_id", "required"), ("password", "required")]));
        assert_eq!(faults(join(Some(ROOM), None, None)), told(&[("password", "required")]));
        assert_eq!(faults(join(Some(ROOM), None, Some("inv_x"))), told(&[("room_id", "unknown")]));
        let costs = v1::JoinRoomRequest { max_charge: Some(-1), ..v1::JoinRoomRequest::default() };
        assert_eq!(faults(join_room(costs)), told(&[("max_charge", "out_of_range")]));
    }

    #[test]
    fn a_page_has_1_to_200_entries_and_50_unless_it_is_said() {
        assert_eq!([None, Some(1), Some(200)].map(|count| limit(count).ok()), [Some(50), Some(1), Some(200)]);
        for wrong in [0, -1, 201, i32::MAX, i32::MIN] {
            assert_eq!(faults(limit(Some(wrong))), told(&[("limit", "out_of_range")]), "{wrong}");
        }
    }

    #[test]
    fn a_stretch_is_before_or_after_a_number_or_the_newest() {
        let asked = |before, after| range(&v1::GetHistoryRequest { before, after, ..v1::GetHistoryRequest::default() });
        assert_eq!(asked(None, None).ok(), Some(EventRange::Newest));
        assert_eq!(asked(Some(7), None).ok(), Some(EventRange::Before(Seq::new(7))));
        assert_eq!(asked(None, Some(7)).ok(), Some(EventRange::After(Seq::new(7))));
        assert_eq!(faults(asked(Some(7), Some(7))), told(&[("before", "bad_format"), ("after", "bad_format")]));
    }

    #[test]
    fn an_enumeration_of_a_later_version_is_not_guessed_at() {
        assert_eq!(role(v1::Role::Moderator.into()).ok(), Some(Role::Moderator));
        assert_eq!(faults(role(0)), told(&[("role", "required")]));
        assert_eq!(faults(role(99)), told(&[("role", "bad_format")]));
        assert_eq!(request_box(0).ok(), Some(RequestBox::In));
        assert_eq!(request_box(v1::RequestBox::Out.into()).ok(), Some(RequestBox::Out));
        assert_eq!(faults(request_box(99)), told(&[("box", "bad_format")]));
    }
}
