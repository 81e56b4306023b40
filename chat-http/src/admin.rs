//! The operator's API: what nobody can do to themself (R-ACC-05). It has a router, a token and a document of its own.

use std::sync::Arc;

use async_trait::async_trait;
use axum::{Router, middleware};
use chat_core::{
    api::{self, Admin},
    error::Rejection,
    model::{
        coin::{Amount, CoinKey, Reason},
        user::{self, Standing, UserId},
    },
};
use http::{HeaderMap, Method};
use poem_openapi::{OpenApi, OpenApiService, param::Path};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::{
    answer::{Answer, Created, CreatedOrOk},
    code::Code,
    every_request::every_request,
    mount::openapi_json,
    payload::Json,
    poem_service::PoemService,
    problem::Problem,
    request,
    response::response,
    signed_in::{SignIn, SignedIn, bearer_token, invalid_token, is_token68},
    wire::{Time, coin::CoinEntry},
};

/// The secret with which the operator signs in, as `Authorization: Bearer …`.
#[derive(Clone, Debug)]
pub struct OperatorToken(SecretString);

/// No `Authorization` header can carry this text as a bearer token (RFC 6750, section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoBearerToken;

impl std::fmt::Display for NoBearerToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a bearer token has one or more of A-Z a-z 0-9 - . _ ~ + /, and may end in =")
    }
}

impl std::error::Error for NoBearerToken {}

impl OperatorToken {
    /// Takes a token of any strength; at least 128 random bits are advised.
    ///
    /// # Errors
    /// Where no client could send it.
    pub fn new(token: SecretString) -> Result<Self, NoBearerToken> {
        if is_token68(token.expose_secret()) { Ok(Self(token)) } else { Err(NoBearerToken) }
    }
}

/// The operator's API: `/admin/…`, with its document at `/admin/openapi.json`. It has no fallback, so that it can be
/// merged with [`router`](crate::router()) or stand alone, for instance on an address of its own.
pub fn admin_router(admin: impl Admin, token: OperatorToken) -> Router {
    let service = service(Arc::new(admin));
    let sign_in: Arc<dyn SignIn<Operator>> = Arc::new(ByToken(token));
    Router::new()
        .route("/admin/openapi.json", openapi_json(&service, codes_of, false))
        .route_service("/admin/{*path}", PoemService::new(service, sign_in, codes_of))
        .layer(middleware::from_fn(every_request))
}

fn service(admin: Arc<dyn Admin>) -> OpenApiService<AdminRoutes, ()> {
    OpenApiService::new(AdminRoutes(admin), "Chat: operator's API", env!("CARGO_PKG_VERSION"))
        .description("What the operator does to users. The bearer token is the operator's own, not that of a session.")
}

fn codes_of(operation: &str) -> Option<&'static [Code]> {
    Some(match operation {
        "getUser" | "setPrime" => &[Code::UserNotFound],
        "changeCoins" => {
            &[Code::UserNotFound, Code::IdempotencyConflict, Code::InsufficientCoins, Code::BalanceOverflow]
        }
        _ => return None,
    })
}

#[derive(Clone, Copy, Debug)]
struct Operator;

struct ByToken(OperatorToken);

#[async_trait]
impl SignIn<Operator> for ByToken {
    async fn caller(&self, _: &Method, headers: &HeaderMap) -> Result<Operator, Problem> {
        let token = bearer_token(headers)?;
        // Takes as long wherever a guess of the right length goes wrong.
        let expected = self.0.0.expose_secret().as_bytes();
        if bool::from(expected.ct_eq(token.as_bytes())) { Ok(Operator) } else { Err(invalid_token()) }
    }
}

request! {
    /// Whether a user is prime.
    struct SetPrime = "SetPrimeRequest" {
        /// As it shall be.
        required prime: bool = "prime",
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
    /// A user, as the operator sees them.
    struct AdminUser = "AdminUser" {
        /// Who.
        required user_id: String = "userId",
        /// The name that others see.
        required name: String = "name",
        /// In E.164. Absent where the host's users have none.
        optional phone: String = "phone",
        /// Whether the user may make rooms and be invited.
        required prime: bool = "prime",
        /// The balance.
        required avail_coins: i64 = "availCoins",
        /// Since when.
        required created_at: Time = "createdAt",
        /// Whether the user can sign in nowhere.
        required suspended: bool = "suspended",
    }
}

struct AdminRoutes(Arc<dyn Admin>);

#[OpenApi]
impl AdminRoutes {
    /// Look at a user.
    #[oai(path = "/admin/users/:userId", method = "get", operation_id = "getUser")]
    async fn get_user(
        &self,
        _operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
    ) -> Answer<Json<AdminUser>> {
        Ok(Json(self.0.find_user(&user_id(&user)?).await?.into()))
    }

    /// Make a user prime, or no longer so.
    ///
    /// Twice is no error.
    #[oai(path = "/admin/users/:userId/prime", method = "put", operation_id = "setPrime")]
    async fn set_prime(
        &self,
        _operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
        set: Json<SetPrime>,
    ) -> Answer<Json<AdminUser>> {
        Ok(Json(self.0.set_prime(&user_id(&user)?, set.0.prime).await?.into()))
    }

    /// Grant coins to a user, or debit them.
    ///
    /// Once for each `key`, so that the call may be repeated.
    #[oai(path = "/admin/users/:userId/coins", method = "post", operation_id = "changeCoins")]
    async fn change_coins(
        &self,
        _operator: SignedIn<Operator>,
        /// Who.
        #[oai(name = "userId")]
        user: Path<String>,
        change: Json<ChangeCoins>,
    ) -> Answer<CreatedOrOk<CoinEntry>> {
        let Json(ChangeCoins { amount, reason, key }) = change;
        let changed = self.0.change_coins(&user_id(&user)?, api::ChangeCoins { amount, reason, key }).await?;
        let entry = changed.entry.into();
        Ok(if changed.repeated { CreatedOrOk::Ok(entry) } else { CreatedOrOk::Created(Created::new(entry)) })
    }
}

fn user_id(text: &str) -> Result<UserId, Problem> {
    Ok(UserId::parse(text).map_err(|_| Rejection::UserNotFound)?)
}

impl From<user::User> for AdminUser {
    fn from(user: user::User) -> Self {
        Self {
            user_id: user.id.to_string(),
            name: user.name.to_string(),
            phone: user.phone.map(|phone| phone.as_str().to_owned()),
            prime: user.prime,
            avail_coins: user.coins.get(),
            created_at: Time(user.created_at),
            suspended: user.standing == Standing::Suspended,
        }
    }
}
