//! What users and addresses may ask for, as options.

use std::{num::NonZeroU32, str::FromStr, time::Duration};

use chat_core::{GuessLimits, GuessRate};
use chat_http::{Rate, RateLimits};
use clap::{Args, ValueEnum};

use crate::options::some_time;

#[derive(Args, Debug)]
pub(crate) struct LimitOptions {
    /// Limits of requests, connections and wrong passwords, for each user and each address. `off` is for tests under load
    #[arg(long, env = "CHAT_RATE_LIMITS", value_enum, default_value = "on")]
    rate_limits: Switch,

    /// Another limit than the default one (docs/security.md has them): `send=600/2m` lets a user send 600 messages at once,
    /// and as many again in each two minutes; `connections=50` has 50 WebSockets and event streams open, and as many streams of gRPC, which are connections of
    /// --address-connections, too. Repeatable
    #[arg(long, env = "CHAT_RATE_LIMIT", value_name = "KIND=N/TIME", value_delimiter = ',')]
    rate_limit: Vec<Limit>,

    /// How many connections to have open at once, WebSockets included; further ones are answered 503. Each is an open
    /// file: where the system allows fewer, there are fewer
    #[arg(long, env = "CHAT_MAX_CONNECTIONS", value_name = "N", default_value = "10000")]
    max_connections: NonZeroU32,

    /// How many of them an address may have; further ones are answered 429. Trusted proxies may have any number
    #[arg(long, env = "CHAT_ADDRESS_CONNECTIONS", value_name = "N", default_value = "400")]
    address_connections: NonZeroU32,

    /// How long the head of a request may take, and how long a connection waits for the next one
    #[arg(long, env = "CHAT_HEAD_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = some_time)]
    pub(crate) head_timeout: Duration,

    /// How large the head of a request may be, in bytes; what does not end within that is 431
    #[arg(long, env = "CHAT_HEAD_SIZE", value_name = "BYTES", default_value = "32768", value_parser = clap::value_parser!(u32).range(8_192..=1_048_576))]
    head_size: u32,

    /// How long the body of a request may take
    #[arg(long, env = "CHAT_BODY_TIMEOUT", value_name = "TIME", default_value = "30s", value_parser = some_time)]
    pub(crate) body_timeout: Duration,

    /// How long a client may take nothing of what it is sent, before it is given up
    #[arg(long, env = "CHAT_WRITE_TIMEOUT", value_name = "TIME", default_value = "1m", value_parser = some_time)]
    pub(crate) write_timeout: Duration,

    /// How long those who are being served may take to be done when the server is told to stop; then they are cut off
    #[arg(long, env = "CHAT_DRAIN_TIMEOUT", value_name = "TIME", default_value = "10s", value_parser = some_time)]
    pub(crate) drain_timeout: Duration,
}

/// Whether something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

/// All that can be set by its kind.
#[derive(Default)]
struct All {
    rates: RateLimits,
    guesses: GuessLimits,
}

impl All {
    /// Where the limit of that kind stands; none where there is no such kind.
    fn slot(&mut self, kind: &str) -> Option<Slot<'_>> {
        let Self { rates, guesses } = self;
        Some(match kind {
            "sign-in" => Slot::Rate(&mut rates.sign_in),
            "refresh" => Slot::Rate(&mut rates.refresh),
            "passwords" => Slot::Rate(&mut rates.passwords.user),
            "passwords-address" => Slot::Rate(&mut rates.passwords.address),
            "send" => Slot::Rate(&mut rates.send.user),
            "send-address" => Slot::Rate(&mut rates.send.address),
            "write" => Slot::Rate(&mut rates.write.user),
            "write-address" => Slot::Rate(&mut rates.write.address),
            "read" => Slot::Rate(&mut rates.read.user),
            "read-address" => Slot::Rate(&mut rates.read.address),
            "connect" => Slot::Rate(&mut rates.connect.user),
            "connect-address" => Slot::Rate(&mut rates.connect.address),
            "operate" => Slot::Rate(&mut rates.operate),
            "operator-guess" => Slot::Rate(&mut rates.operator_guess),
            "connections" => Slot::AtOnce(&mut rates.user_connections),
            "connections-address" => Slot::AtOnce(&mut rates.address_connections),
            "guesses-user" => Slot::Guesses(&mut guesses.user),
            "guesses-user-from" => Slot::Guesses(&mut guesses.user_from),
            "guesses-address" => Slot::Guesses(&mut guesses.address),
            "guesses-room" => Slot::Guesses(&mut guesses.room),
            "guesses-room-from" => Slot::Guesses(&mut guesses.room_from),
            _ => return None,
        })
    }
}

enum Slot<'a> {
    Rate(&'a mut Rate),
    Guesses(&'a mut GuessRate),
    AtOnce(&'a mut u32),
}

impl Slot<'_> {
    /// Sets it; `false` where the limit is of another form.
    fn set(self, count: NonZeroU32, time: Option<Duration>) -> bool {
        match (self, time) {
            (Self::Rate(rate), Some(time)) => *rate = Rate::new(count.get(), time),
            (Self::Guesses(rate), Some(time)) if Duration::ZERO < time / count.get() => {
                *rate = GuessRate { burst: count.get(), every: time / count.get() };
            }
            (Self::AtOnce(most), None) => *most = count.get(),
            _ => return false,
        }
        true
    }
}

/// A limit that was given. None where the text was empty, which is how container files say that there is none.
#[derive(Clone, Debug)]
struct Limit(Option<(String, NonZeroU32, Option<Duration>)>);

impl FromStr for Limit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        let refused = || "a limit is KIND=N/TIME, as in send=600/2m, or KIND=N for connections".to_owned();
        let (kind, limit) = text.split_once('=').ok_or_else(refused)?;
        let (count, time) = limit.split_once('/').map_or((limit, None), |(count, time)| (count, Some(time)));
        let count = count.parse().map_err(|_| refused())?;
        let time = time.map(some_time).transpose()?;
        let mut all = All::default();
        let slot = all.slot(kind).ok_or_else(|| format!("there is no limit of the kind {kind:?}"))?;
        if slot.set(count, time) { Ok(Self(Some((kind.to_owned(), count, time)))) } else { Err(refused()) }
    }
}

impl LimitOptions {
    pub(crate) fn are_on(&self) -> bool {
        self.rate_limits == Switch::On
    }

    pub(crate) fn rates(&self) -> Option<RateLimits> {
        self.are_on().then(|| self.all().rates)
    }

    pub(crate) fn guesses(&self) -> Option<GuessLimits> {
        self.are_on().then(|| self.all().guesses)
    }

    fn all(&self) -> All {
        let mut all = All::default();
        for (kind, count, time) in self.rate_limit.iter().filter_map(|Limit(limit)| limit.as_ref()) {
            if let Some(slot) = all.slot(kind) {
                slot.set(*count, *time);
            }
        }
        all
    }

    /// How many connections to have open.
    pub(crate) fn max_connections(&self) -> u32 {
        self.max_connections.get()
    }

    /// How many an address may have; any number, where nothing is limited.
    pub(crate) fn address_connections(&self) -> Option<usize> {
        self.are_on().then(|| usize::try_from(self.address_connections.get()).unwrap_or(usize::MAX))
    }

    /// In bytes.
    pub(crate) fn head_size(&self) -> usize {
        usize::try_from(self.head_size).unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        limits: LimitOptions,
    }

    fn parse(options: &[&str]) -> Result<LimitOptions, String> {
        let words = ["program"].iter().chain(options);
        Program::try_parse_from(words).map(|program| program.limits).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_given_is_as_the_libraries_have_it() {
        let limits = parse(&[]).unwrap();
        assert_eq!((limits.rates(), limits.guesses()), (Some(RateLimits::default()), Some(GuessLimits::default())));
        assert_eq!((limits.max_connections(), limits.address_connections()), (10_000, Some(400)));
    }

    #[test]
    fn a_limit_is_given_by_its_kind_and_the_last_one_counts() {
        let given = ["--rate-limit", "send=5/1m,send=7/10s", "--rate-limit", "connections=3", "--rate-limit", ""];
        let limits = parse(&[&given[..], &["--rate-limit", "guesses-user=300/30m"]].concat()).unwrap();
        let rates = limits.rates().unwrap();
        assert_eq!(rates.send.user, Rate::new(7, Duration::from_secs(10)));
        assert_eq!(rates.send.address, RateLimits::default().send.address);
        assert_eq!(rates.user_connections, 3);
        assert_eq!(limits.guesses(), Some(GuessLimits::default()), "300 in half an hour is one in 6 s");
    }

    #[test]
    fn what_is_no_limit_is_refused_with_a_word_of_why() {
        for (given, word) in [
            ("send", "KIND=N/TIME"),
            ("send=5", "KIND=N/TIME"),
            ("send=0/1m", "KIND=N/TIME"),
            ("send=5/0s", "more than nothing"),
            ("send=5/soon", "expected number"),
            ("connections=5/1m", "KIND=N/TIME"),
            ("guesses-user=5/1ns", "KIND=N/TIME"),
            ("shout=5/1m", "no limit of the kind"),
        ] {
            let refused = parse(&["--rate-limit", given]).unwrap_err();
            assert!(refused.contains(word), "{given}: {refused}");
        }
    }

    #[test]
    fn off_is_off() {
        let limits = parse(&["--rate-limits", "off", "--rate-limit", "send=5/1m"]).unwrap();
        assert_eq!((limits.rates(), limits.guesses(), limits.address_connections()), (None, None, None));
    }
}
