//! What the operator sets, by flags or by the environment.

use std::{
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    num::NonZeroU32,
    path::PathBuf,
    time::Duration,
};

use axum::http::Uri;
use chat_core::{
    model::coin::Coins,
    policy::{FriendRequests, Policy, StartingCoins},
};
use chat_grpc::GrpcConfig;
use chat_http::{HttpConfig, IpNet};
use clap::{Parser, ValueEnum, builder::BoolishValueParser};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    connections::Connections, document::Document, grpc::GrpcOptions, irc::IrcOptions, limits::LimitOptions, open_files,
    web::WebClient, webhooks::WebhookOptions,
};

/// A chat server: rooms of up to six, messages in real time, coins, invites and friends.
///
/// Without any option it runs as a demo: on this machine alone, on a SQLite file under ./chat-data, with sample
/// accounts that it tells you about.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub(crate) struct Options {
    #[command(subcommand)]
    pub(crate) document: Option<Document>,

    /// Where to listen. Port 0 picks a free one
    #[arg(long, env = "CHAT_LISTEN", value_name = "ADDR:PORT", default_value = "127.0.0.1:8080", value_parser = address)]
    pub(crate) listen: SocketAddr,

    /// The folder for what the server keeps: the demo's database, and keys that it was not given
    #[arg(long, env = "CHAT_DATA_DIR", value_name = "DIR", default_value = "./chat-data")]
    pub(crate) data_dir: PathBuf,

    /// Where to store: `sqlite:PATH` (made when missing), `sqlite::memory:`, or
    /// `mysql://USER:PASSWORD@HOST:PORT/DATABASE` for MySQL and MariaDB. DATABASE_URL is read, too. None: demo mode
    #[arg(long, env = "CHAT_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub(crate) database_url: Option<SecretString>,

    /// How many connections to open at most: 16 to MySQL or MariaDB, or 4 that read a SQLite file, unless it is said
    #[arg(long, env = "CHAT_DATABASE_CONNECTIONS", value_name = "N")]
    pub(crate) database_connections: Option<NonZeroU32>,

    /// What the names of all tables begin with: two chats can share a database under two prefixes
    #[arg(long, env = "CHAT_TABLE_PREFIX", value_name = "PREFIX", default_value = "chat_")]
    pub(crate) table_prefix: String,

    /// A key that signs access tokens, at least 32 bytes, as by `openssl rand -base64 32`. Repeatable: the first signs, all
    /// verify; the variable takes one a line. None: one is made and kept in the data folder
    #[arg(long, env = "CHAT_JWT_KEY", value_name = "KEY", hide_env_values = true, value_delimiter = '\n')]
    pub(crate) jwt_key: Vec<SecretString>,

    /// The secret that goes into every stored password. None: one is made and kept in the data folder. Whoever loses it
    /// loses all passwords
    #[arg(long, env = "CHAT_PASSWORD_PEPPER", value_name = "PEPPER", hide_env_values = true)]
    pub(crate) password_pepper: Option<SecretString>,

    /// The operator's token: with it /admin is served. In demo mode one is made
    #[arg(long, env = "CHAT_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub(crate) admin_token: Option<SecretString>,

    /// One more operator: `NAME:RIGHTS:TOKEN`, where RIGHTS are `all`, or some of `look`, `users`, `coins`, `rooms`
    /// and `outbox` with commas between. Repeatable; the variable takes several with spaces between. The name stands in the audit
    #[arg(
        long,
        env = "CHAT_OPERATOR",
        value_name = "NAME:RIGHTS:TOKEN",
        hide_env_values = true,
        value_delimiter = ' '
    )]
    pub(crate) operator: Vec<SecretString>,

    /// An origin (`https://app.example`) whose pages may open the WebSocket. Repeatable
    #[arg(long, env = "CHAT_ALLOWED_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub(crate) allowed_origin: Vec<String>,

    /// With how many coins a user begins: `as-requested` (at most 1,000,000), or this many
    #[arg(long, env = "CHAT_STARTING_COINS", value_name = "as-requested|N", default_value = "as-requested", value_parser = starting_coins)]
    pub(crate) starting_coins: StartingCoins,

    /// What each room after the free one costs a user who is not prime
    #[arg(long, env = "CHAT_ROOM_PRICE", value_name = "COINS", default_value = "150", value_parser = coins)]
    pub(crate) room_price: Coins,

    /// Who may ask whom to be friends: those who share or shared a room, anyone, or nobody
    #[arg(long, env = "CHAT_FRIEND_REQUESTS", value_enum, default_value = "participants")]
    pub(crate) friend_requests: Asking,

    /// Moderators invite, as owners do
    #[arg(long, env = "CHAT_MODERATORS_INVITE", value_parser = BoolishValueParser::new())]
    pub(crate) moderators_invite: bool,

    /// An origin (`https://app.example`) whose pages may call the operations (CORS). Repeatable
    #[arg(long, env = "CHAT_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    pub(crate) cors_origin: Vec<String>,

    /// Whether `/` is a page to chat in
    #[arg(long, env = "CHAT_WEB_CLIENT", value_name = "on|off", hide_possible_values = true, default_value = "on")]
    pub(crate) web_client: WebClient,

    /// A proxy before the server, or a network of them (`10.0.0.0/8`): whom it names in X-Forwarded-For is the client.
    /// Repeatable
    #[arg(long, env = "CHAT_TRUSTED_PROXY", value_name = "CIDR", value_delimiter = ',', value_parser = network)]
    pub(crate) trusted_proxy: Vec<MaybeNetwork>,

    #[command(flatten)]
    pub(crate) limits: LimitOptions,

    #[command(flatten)]
    pub(crate) grpc: GrpcOptions,

    #[command(flatten)]
    pub(crate) webhooks: WebhookOptions,

    #[command(flatten)]
    pub(crate) irc: IrcOptions,

    /// How long an access token is good
    #[arg(long, env = "CHAT_ACCESS_TTL", value_name = "TIME", default_value = "15m", value_parser = some_time)]
    pub(crate) access_ttl: Duration,

    /// How long a refresh token is good when it is not used
    #[arg(long, env = "CHAT_REFRESH_TTL", value_name = "TIME", default_value = "30d", value_parser = some_time)]
    pub(crate) refresh_ttl: Duration,

    /// For how long the refresh token before the present one is answered again
    #[arg(long, env = "CHAT_REFRESH_GRACE", value_name = "TIME", default_value = "60s", value_parser = time)]
    pub(crate) refresh_grace: Duration,

    /// How long an invite can be used
    #[arg(long, env = "CHAT_INVITE_TTL", value_name = "TIME", default_value = "7d", value_parser = time)]
    pub(crate) invite_ttl: Duration,

    /// How long to wait after a declined friend request
    #[arg(long, env = "CHAT_DECLINE_WAIT", value_name = "TIME", default_value = "24h", value_parser = time)]
    pub(crate) decline_wait: Duration,

    /// For how long whoever has lost their last connection is shown as online
    #[arg(long, env = "CHAT_PRESENCE_GRACE", value_name = "TIME", default_value = "10s", value_parser = time)]
    pub(crate) presence_grace: Duration,

    /// How long a WebSocket, or a stream of gRPC, may wait before its hello
    #[arg(long, env = "CHAT_HELLO_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = some_time)]
    pub(crate) hello_timeout: Duration,

    /// How often a WebSocket, or a connection of gRPC, is pinged
    #[arg(long, env = "CHAT_HEARTBEAT", value_name = "TIME", default_value = "25s", value_parser = some_time)]
    pub(crate) heartbeat: Duration,

    /// bcrypt's cost, 4 to 31. Lower than 10 is for tests
    #[arg(long, env = "CHAT_PASSWORD_COST", value_name = "COST", default_value = "12", value_parser = clap::value_parser!(u32).range(4..=31))]
    pub(crate) password_cost: u32,
}

/// Who may ask whom to be friends.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Asking {
    Participants,
    Anyone,
    Nobody,
}

/// A network, where the text was not empty.
type MaybeNetwork = Option<IpNet>;

/// Those that are not empty.
fn given(origins: &[String]) -> Vec<String> {
    origins.iter().filter(|origin| !origin.is_empty()).cloned().collect()
}

impl Options {
    /// The proxies that were given.
    fn trusted_proxies(&self) -> Vec<IpNet> {
        self.trusted_proxy.iter().copied().flatten().collect()
    }

    /// The keys that were given. Empty is how container files say that there is none.
    pub(crate) fn jwt_keys(&self) -> Vec<SecretString> {
        self.jwt_key.iter().filter(|key| !key.expose_secret().is_empty()).cloned().collect()
    }

    /// The pepper, where one was given.
    pub(crate) fn password_pepper(&self) -> Option<SecretString> {
        self.password_pepper.clone().filter(|pepper| !pepper.expose_secret().is_empty())
    }

    pub(crate) fn policy(&self) -> Policy {
        Policy {
            starting_coins: self.starting_coins,
            room_price: self.room_price,
            invite_ttl: self.invite_ttl,
            moderators_invite: self.moderators_invite,
            friend_requests: match self.friend_requests {
                Asking::Participants => FriendRequests::Participants,
                Asking::Anyone => FriendRequests::Anyone,
                Asking::Nobody => FriendRequests::Nobody,
            },
            decline_wait: self.decline_wait,
            presence_grace: self.presence_grace,
            access_ttl: self.access_ttl,
            refresh_ttl: self.refresh_ttl,
            refresh_grace: self.refresh_grace,
            ..Policy::default()
        }
    }

    /// Those that may be open, for as many as the system allows files.
    pub(crate) fn connections(&self) -> Connections {
        let to_the_database = self.database_connections.map_or(0, NonZeroU32::get);
        let most = open_files::allow(self.limits.max_connections(), to_the_database);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Connections::new(most, self.limits.address_connections(), self.trusted_proxies())
    }

    pub(crate) fn http(&self) -> HttpConfig {
        HttpConfig {
            allowed_origins: given(&self.allowed_origin),
            cors_origins: given(&self.cors_origin),
            rate_limits: self.limits.rates(),
            trusted_proxies: self.trusted_proxies(),
            hello_timeout: self.hello_timeout,
            heartbeat: self.heartbeat,
            body_timeout: self.limits.body_timeout,
            ..HttpConfig::default()
        }
    }

    pub(crate) fn grpc(&self) -> GrpcConfig {
        GrpcConfig {
            hello_timeout: self.hello_timeout,
            heartbeat: self.heartbeat,
            rate_limits: self.limits.rates(),
            trusted_proxies: self.trusted_proxies(),
            call_timeout: self.limits.body_timeout,
        }
    }
}

/// An origin as browsers send it (RFC 6454, section 7): a slash at its end would never match.
fn origin(text: &str) -> Result<String, String> {
    // Empty is how container files say that there is none.
    if text.is_empty() {
        return Ok(String::new());
    }
    let refused = || "an origin is a scheme and a host, as in https://app.example".to_owned();
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(refused()) };
    if format!("{scheme}://{authority}").eq_ignore_ascii_case(text) { Ok(text.to_owned()) } else { Err(refused()) }
}

/// A network, or one address; none where the text is empty.
fn network(text: &str) -> Result<MaybeNetwork, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let one = || text.parse::<IpAddr>().map(IpNet::from);
    text.parse().or_else(|_| one()).map(Some).map_err(|_| "a network as in 10.0.0.0/8, or an address".to_owned())
}

/// Longer than this is taken for a slip of the hand.
const MAX_TIME: Duration = Duration::from_hours(100 * 365 * 24);

fn time(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(time) if MAX_TIME < time => Err("at most 100 years".to_owned()),
        Ok(time) => Ok(time),
        Err(error) => Err(error.to_string()),
    }
}

pub(crate) fn some_time(text: &str) -> Result<Duration, String> {
    match time(text) {
        Ok(Duration::ZERO) => Err("must be more than nothing".to_owned()),
        time => time,
    }
}

/// An address, where the text was not empty.
pub(crate) type MaybeAddress = Option<SocketAddr>;

/// Empty is how container files say that there is none.
pub(crate) fn maybe_address(text: &str) -> Result<MaybeAddress, String> {
    if text.is_empty() { Ok(None) } else { address(text).map(Some) }
}

/// The first address that the text stands for: names are looked up.
fn address(text: &str) -> Result<SocketAddr, String> {
    let mut addresses = text.to_socket_addrs().map_err(|error| error.to_string())?;
    addresses.next().ok_or_else(|| "no such address".to_owned())
}

fn coins(text: &str) -> Result<Coins, String> {
    let refused = || format!("a whole number from 0 to {}", Coins::MAX);
    text.parse().ok().and_then(Coins::new).ok_or_else(refused)
}

fn starting_coins(text: &str) -> Result<StartingCoins, String> {
    match text {
        "as-requested" => Ok(Policy::default().starting_coins),
        count => coins(count).map(StartingCoins::Fixed).map_err(|error| format!("as-requested, or {error}")),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_fit_together() {
        Options::command().debug_assert();
    }

    #[test]
    fn without_any_option_the_policy_is_the_default_one() {
        let options = Options::parse_from(["chat-server"]);
        assert_eq!(options.policy(), Policy::default());
        assert_eq!(options.http(), HttpConfig::default());
        assert_eq!((options.grpc(), options.grpc.address()), (GrpcConfig::default(), None));
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        assert!(
            ["https://app.example", "http://localhost:3000", "capacitor://localhost"]
                .map(origin)
                .iter()
                .all(Result::is_ok)
        );
        for wrong in ["*", "app.example", "https://app.example/", "https://app.example/x", "https://", "null"] {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        assert_eq!(network("10.1.2.3"), network("10.1.2.3/32"));
        assert!(network("fd00::/8").is_ok());
        for wrong in ["10.0.0.0/33", "proxy.example"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_empty_is_none() {
        let empty = ["--cors-origin", "", "--allowed-origin", "", "--trusted-proxy", ""];
        let more = ["--webhook-secret-file", "", "--webhook-ca", "", "--grpc-listen", "", "--irc-listen", ""];
        let options = Options::parse_from(["chat-server"].iter().chain(&empty).chain(&more));
        assert_eq!((options.grpc.address(), options.irc.address()), (None, None));
        assert_eq!(options.http(), HttpConfig::default());
    }

    #[test]
    fn a_variable_holds_several_keys_a_line_each() {
        let options = Options::parse_from(["chat-server", "--jwt-key", "a new key\nan old one\n"]);
        let keys: Vec<_> = options.jwt_keys().iter().map(|key| key.expose_secret().to_owned()).collect();
        assert_eq!(keys, ["a new key", "an old one"]);
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let secrets =
            ["--jwt-key", "k3y", "--password-pepper", "p3pper", "--admin-token", "t0ken", "--webhook-secret", "wh5ec"];
        let url = ["--database-url", "mysql://chat:w0rd@localhost/chat"];
        let shown = format!("{:?}", Options::parse_from(["chat-server"].iter().chain(&secrets).chain(&url)));
        for secret in ["k3y", "p3pper", "t0ken", "wh5ec", "w0rd"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
