use std::sync::Arc;

use chat_core::{
    api::{self, Admin},
    model::{
        coin::{Amount, CoinKey, Coins, Reason},
        operator::Operator,
        user::{self, Standing, UserId},
    },
};
use poem_openapi::{OpenApi, param::Path};

use super::Tag;
use crate::{
    answer::{Answer, Created, CreatedOrOk, NoContent},
    payload::Json,
    query::Query,
    request,
    response::response,
    rest::{page::Limit, user_id},
    signed_in::SignedIn,
    wire::{Time, coin::CoinEntry},
};

request! {
    /// Whether a user is prime.
    struct SetPrime = "SetPrimeRequest" {
        /// As it shall be.
        required prime: bool = "prime",
    }
}

request! {
    /// Whether a user is suspended.
    struct SetSuspended = "SetSuspendedRequest" {
        /// As it shall be.
        required suspended: bool = "suspended",
        /// Why; operators read it, while the user is suspended and in the audit. No control characters.
        optional reason: Reason = "reason",
    }
}

request! {
    /// A grant or a debit.
    struct ChangeCoins = "ChangeCoinsRequest" {
        /// How many coins: above zero they are granted, below zero debited. Not 0.
        required amount: Amount = "amount",
        /// Why; the user reads it. No control characters.
        required reason: Reason = "reason",
        /// A key of printable ASCII, unique for the user: the same again answers the entry that was made first.
        required key: CoinKey = "key",
    }
}

response! {
    /// A user, as operators see them.
    pub(super) struct AdminUser = "AdminUser" {
        /// Who.
        required user_id: String = "userId",
        /// The name that others see; of one who was erased, the id.
        required name: String = "name",
        /// In E.164. Absent where the host's users have none, and of one who was erased.
        optional phone: String = "phone",
        /// Whether the user may make rooms and be invited.
        required prime: bool = "prime",
        /// The balance. Absent where the application keeps the coins itself and was not asked: in lists, and in answers
        /// to what was done.
        optional avail_coins: i64 = "availCoins",
        /// Since when.
        required created_at: Time = "createdAt",
        /// Whether the user can sign in nowhere.
        required suspended: bool = "suspended",
        /// Why, in an operator's words. While the user is suspended.
        optional suspended_reason: String = "suspendedReason",
        /// When the user was erased, where they were.
        optional erased_at: Time = "erasedAt",
    }
}

response! {
    /// A page of users.
    pub(super) struct AdminUsers = "AdminUsers" {
        /// The users, in the order of their ids.
        required users: Vec<AdminUser> = "users",
        /// Whether there are more after the last of them.
        required has_more: bool = "hasMore",
    }
}

pub(super) struct UserRoutes(pub(super) Arc<dyn Admin>);

#[OpenApi(tag = "Tag::Users")]
impl UserRoutes {
    /// Find users.
    ///
    /// By what their id or their name holds, in the order of the ids.
    #[oai(path = "/admin/users", method = "get", operation_id = "findUsers")]
    async fn find_users(
        &self,
        operator: SignedIn<Operator>,
        /// What their id holds, in whatever case, or their name, as it is written. Absent: all users.
        query: Query<String>,
        /// Only users whose ids come after this one.
        after: Query<UserId>,
        /// How many.
        limit: Query<Limit>,
    ) -> Answer<Json<AdminUsers>> {
        let query = query.0.unwrap_or_default();
        let page = self.0.find_users(&operator.0, &query, after.0.as_ref(), limit.count()).await?;
        let users = page.users.into_iter().map(AdminUser::from).collect();
        Ok(Json(AdminUsers { users, has_more: page.has_more }))
    }

    /// Look at a user.
    ///
    /// With what operators know of them.
    #[oai(path = "/admin/users/:userId", method = "get", operation_id = "getUser")]
    async fn get_user(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<Json<AdminUser>> {
        Ok(Json(self.0.find_user(&operator.0, &user_id(&user)?).await?.into()))
    }

    /// Make a user prime, or no longer so.
    ///
    /// Twice is no error.
    #[oai(path = "/admin/users/:userId/prime", method = "put", operation_id = "setPrime")]
    async fn set_prime(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
        set: Json<SetPrime>,
    ) -> Answer<Json<AdminUser>> {
        Ok(Json(self.0.set_prime(&operator.0, &user_id(&user)?, set.0.prime).await?.into()))
    }

    /// Suspend a user, or lift that.
    ///
    /// Who is suspended signs in nowhere; their sockets are closed with 4003. Sessions go on once it is lifted. Twice is
    /// no error.
    #[oai(path = "/admin/users/:userId/suspended", method = "put", operation_id = "setSuspended")]
    async fn set_suspended(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
        set: Json<SetSuspended>,
    ) -> Answer<Json<AdminUser>> {
        let (user, Json(SetSuspended { suspended, reason })) = (user_id(&user)?, set);
        let user = if suspended {
            self.0.suspend_user(&operator.0, &user, reason).await?
        } else {
            self.0.lift_user(&operator.0, &user, reason).await?
        };
        Ok(Json(user.into()))
    }

    /// Grant coins to a user, or debit them.
    ///
    /// Once for each `key`, so that the call may be repeated.
    #[oai(path = "/admin/users/:userId/coins", method = "post", operation_id = "changeCoins")]
    async fn change_coins(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
        change: Json<ChangeCoins>,
    ) -> Answer<CreatedOrOk<CoinEntry>> {
        let Json(ChangeCoins { amount, reason, key }) = change;
        let change = api::ChangeCoins { amount, reason, key };
        let changed = self.0.change_coins(&operator.0, &user_id(&user)?, change).await?;
        let entry = changed.entry.into();
        Ok(if changed.repeated { CreatedOrOk::Ok(entry) } else { CreatedOrOk::Created(Created::new(entry)) })
    }

    /// End all sessions of a user.
    ///
    /// Their sockets are closed with 4002. They may sign in again. Users whom the host signs in have no sessions here.
    #[oai(path = "/admin/users/:userId/sessions", method = "delete", operation_id = "endSessions")]
    async fn end_sessions(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.end_sessions(&operator.0, &user_id(&user)?).await?;
        Ok(NoContent)
    }

    /// Erase a user for good.
    ///
    /// They leave all rooms, their friendships, requests and sessions end, name and phone are gone. Their messages stay
    /// under the bare id, which is never given again. Twice is no error.
    #[oai(path = "/admin/users/:userId", method = "delete", operation_id = "eraseUser")]
    async fn erase_user(
        &self,
        operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<NoContent> {
        self.0.erase_user(&operator.0, &user_id(&user)?).await?;
        Ok(NoContent)
    }
}

impl From<user::AdminUser> for AdminUser {
    fn from(seen: user::AdminUser) -> Self {
        let user = seen.user;
        Self {
            user_id: user.id.to_string(),
            name: user.name.to_string(),
            phone: user.phone.map(|phone| phone.as_str().to_owned()),
            prime: user.prime,
            avail_coins: seen.coins.map(Coins::get),
            created_at: Time(user.created_at),
            suspended: user.standing == Standing::Suspended,
            suspended_reason: seen.suspended_reason.map(|reason| reason.as_str().to_owned()),
            erased_at: seen.erased_at.map(Time),
        }
    }
}
