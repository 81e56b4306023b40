use std::time::Duration;

use crate::rate::Rate;

/// How much of what users and addresses may ask for. One that is over its rate is answered 429 `rate_limited`.
///
/// An address is what a router of HTTP is told of as `ConnectInfo<SocketAddr>`, and the services of gRPC by their server, or
/// what a trusted proxy says in its place; of IPv6 it is the network of 64 bits. Where they are not told, as under
/// `axum::serve(listener, router)` without `into_make_service_with_connect_info`, nothing is limited by address.
///
/// ```
/// use std::time::Duration;
///
/// use chat_limits::{Rate, RateLimits};
///
/// let limits = RateLimits { sign_in: Rate::new(20, Duration::from_secs(60)), ..RateLimits::default() };
/// assert_eq!(limits.send.user.burst(), 600);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// Registering and logging in, by address: whoever does so has no user yet. Default 120 a minute.
    pub sign_in: Rate,
    /// Refreshing, by address. What is shown cannot be guessed: this is so that nobody who guesses passwords keeps others
    /// at the same address from staying signed in. Default 600 a minute.
    pub refresh: Rate,
    /// What can be tried with guessed passwords by users who are signed in: joining, inviting, changing one's password.
    /// Default 30 a minute for a user, 300 for an address.
    pub passwords: RatePair,
    /// Sending messages. Default 600 in two minutes for a user, 6,000 for an address.
    pub send: RatePair,
    /// All else that changes something. Default 300 a minute for a user, 3,000 for an address.
    pub write: RatePair,
    /// What only looks. Default 600 a minute for a user, 6,000 for an address.
    pub read: RatePair,
    /// Opening WebSockets and streams. Default 100 a minute for a user, 600 for an address.
    pub connect: RatePair,
    /// What operators do, by address, once it is known that they are operators. Default 600 a minute.
    pub operate: Rate,
    /// Requests to the operators' API, by address, that show no operator's token, or an operator's who has not come from
    /// that address before. Beyond it the next such one is refused whatever it shows, so that a guess that is right is not
    /// told from one that is wrong; operators who have come from there before go on. Default 120 a minute.
    pub operator_guess: Rate,
    /// How many WebSockets and streams a user may have open at once. Default 50.
    pub user_connections: u32,
    /// How many WebSockets and streams an address may have open at once. Default 200.
    pub address_connections: u32,
}

/// The rates of one kind: those of a user, whatever the address, and those of an address, whoever comes from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RatePair {
    /// What a user may.
    pub user: Rate,
    /// What an address may, all its users together.
    pub address: Rate,
}

impl Default for RateLimits {
    fn default() -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        const A_WHILE: Duration = Duration::from_secs(120);
        let pair =
            |user, address, period| RatePair { user: Rate::new(user, period), address: Rate::new(address, period) };
        Self {
            sign_in: Rate::new(120, MINUTE),
            refresh: Rate::new(600, MINUTE),
            passwords: pair(30, 300, MINUTE),
            send: pair(600, 6_000, A_WHILE),
            write: pair(300, 3_000, MINUTE),
            read: pair(600, 6_000, MINUTE),
            connect: pair(100, 600, MINUTE),
            operate: Rate::new(600, MINUTE),
            operator_guess: Rate::new(120, MINUTE),
            user_connections: 50,
            address_connections: 200,
        }
    }
}
