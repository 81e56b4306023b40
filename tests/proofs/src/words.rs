//! Texts, by small numbers: what a command names, model and chat are given alike.

use chat_core::model::{
    coin::{CoinKey, Reason},
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

/// What a message says.
#[must_use]
pub fn body(number: u8) -> MessageBody {
    MessageBody::parse(format!("message {number} \u{1F469}\u{200D}\u{1F680} '\\%_")).expect("it says something")
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
