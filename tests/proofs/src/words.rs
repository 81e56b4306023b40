//! Texts, by small numbers: what a command names, model and chat are given alike.

use chat_core::model::{
    coin::{CoinKey, Reason},
    emoji::Emoji,
    message::{ClientId, MessageBody},
    room::RoomPassword,
    session::DeviceId,
    text::Name,
    user::{Password, Phone, UserId},
};

/// The user of that number.
#[must_use]
pub fn user(number: u8) -> UserId {
    UserId::parse(&format!("u{number}")).expect("it is an id")
}

/// A name.
#[must_use]
pub fn name(number: u8) -> Name {
    Name::parse(&format!("Name {number}")).expect("it is a name")
}

/// Everybody's telephone number.
#[must_use]
pub fn phone() -> Phone {
    Phone::parse("+4930123456").expect("it is a number")
}

/// A device.
#[must_use]
pub fn device(number: u8) -> DeviceId {
    DeviceId::parse(&format!("device-{number}")).expect("it is an id")
}

/// A user's password.
#[must_use]
pub fn password(number: u8) -> Password {
    Password::parse(&format!("the password {number}")).expect("it is long enough")
}

/// Every room's password, or another one.
#[must_use]
pub fn room_password(right: bool) -> RoomPassword {
    RoomPassword::parse(if right { "open sesame" } else { "open barley" }).expect("it is long enough")
}

/// What a message says, to [`mentioned`].
#[must_use]
pub fn body(number: u8) -> MessageBody {
    let [one, other] = mentioned(number);
    let text = format!("message {number} \u{1F469}\u{200D}\u{1F680} '\\%_ @{one}, @{other}. @{one} me@{other}");
    MessageBody::parse(text).expect("it says something")
}

/// Whom a body mentions, in its order, if they are there.
#[must_use]
pub fn mentioned(number: u8) -> [UserId; 2] {
    [user(number + 1), user(number)]
}

/// An emoji.
#[must_use]
pub fn emoji(number: u8) -> Emoji {
    let face = char::from_u32(0x1F600 + u32::from(number)).expect("it is a character").to_string();
    Emoji::parse(&face).expect("it is one by itself")
}

/// A client's key.
#[must_use]
pub fn client_id(number: u8) -> ClientId {
    ClientId::parse(&format!("client-{number}")).expect("it is printable")
}

/// An operator's words.
#[must_use]
pub fn reason(number: u8) -> Reason {
    Reason::parse(&format!("reason {number}")).expect("it is short")
}

/// An operator's key.
#[must_use]
pub fn coin_key(number: u8) -> CoinKey {
    CoinKey::parse(&format!("key-{number}")).expect("it is printable")
}
