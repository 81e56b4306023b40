use std::sync::Arc;

use chat_core::{
    api::{self, ChatService},
    model::{
        coin::Coins,
        session::{Caller, DeviceId},
        text::Name,
        user::{Password, Phone, UserId},
    },
};
use poem_openapi::{OpenApi, param::Path};

use super::{Tag, user_id};
use crate::{
    answer::{Answer, Created},
    payload::Json,
    request,
    signed_in::SignedIn,
    stranger::Stranger,
    wire::{
        session::SignedInUser,
        user::{Profile, User},
    },
};

request! {
    /// A user to be registered, and the device that is signed in by it.
    pub(super) struct Register = "RegisterRequest" {
        /// The id, for good; it differs from all others in more than case. `A-Z a-z 0-9 . _ @ : + -`, not `.` or `..`.
        required user_id: UserId = "userId",
        /// The device. `A-Z a-z 0-9 . _ @ : + -`.
        required device: DeviceId = "deviceId",
        /// The name that others see: 1 to 64 characters, white space around them not counted.
        required name: Name = "name",
        /// In E.164: `+` and 7 to 15 digits, the first not 0. Shown to oneself alone.
        required phone: Phone = "phone",
        /// The coins to begin with. The server may set a maximum, or give another number.
        required coins: Coins = "availCoins",
        /// Any characters but NUL.
        required password: Password = "password",
    }
}

request! {
    /// What to change of oneself; what is absent stays.
    pub(super) struct UpdateMe = "UpdateMeRequest" {
        /// Another name.
        optional name: Name = "name",
        /// Another telephone number, in E.164.
        optional phone: Phone = "phone",
    }
}

/// Beside the other operations of users, since a host that has users of its own leaves it out.
pub(super) struct RegisterRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Users")]
impl RegisterRoutes {
    /// Register a user.
    ///
    /// The answer holds a session for the device, so that no login is needed.
    #[oai(path = "/api/register", method = "post", operation_id = "register")]
    async fn register(&self, _stranger: Stranger, register: Json<Register>) -> Answer<Created<SignedInUser>> {
        let Json(Register { user_id, device, name, phone, coins, password }) = register;
        let register = api::Register { user_id, device, name, phone, coins, password };
        Ok(Created::new(self.0.register(register).await?.into()))
    }
}

pub(super) struct UserRoutes(pub(super) Arc<dyn ChatService>);

#[OpenApi(tag = "Tag::Users")]
impl UserRoutes {
    /// Look at oneself.
    ///
    /// With what nobody else sees: the phone and the coins.
    #[oai(path = "/api/me", method = "get", operation_id = "getMe")]
    async fn get_me(&self, caller: SignedIn<Caller>) -> Answer<Json<User>> {
        Ok(Json(self.0.me(&caller.0).await?.into()))
    }

    /// Change one's name or phone.
    ///
    /// What is absent stays as it is.
    #[oai(path = "/api/me", method = "patch", operation_id = "updateMe")]
    async fn update_me(&self, caller: SignedIn<Caller>, update: Json<UpdateMe>) -> Answer<Json<User>> {
        let Json(UpdateMe { name, phone }) = update;
        Ok(Json(self.0.update_me(&caller.0, api::UpdateUser { name, phone }).await?.into()))
    }

    /// Look at a user.
    ///
    /// As any signed-in user sees them, with how they stand to the caller.
    #[oai(path = "/api/profile/:userId", method = "get", operation_id = "getProfile")]
    async fn get_profile(
        &self,
        caller: SignedIn<Caller>,
        /// Whose profile.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<Json<Profile>> {
        Ok(Json(self.0.profile(&caller.0, &user_id(&user)?).await?.into()))
    }
}
