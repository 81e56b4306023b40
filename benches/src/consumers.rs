//! What it costs those who send that the host is told: durable sends without a consumer, with one that takes all, and with a
//! webhook whose receiver is down.

use std::{fmt, net::Ipv4Addr, sync::Arc};

use chat_core::{
    ChatBuilder,
    model::outbox::{ConsumerName, OutboxEntry},
    ports::outbox::{Consumer, ConsumerError},
};
use chat_tests::{PATIENCE, random_key};
use chat_webhooks::{Webhook, WebhookSecret};
use tokio::{net::TcpListener, sync::Notify, time::timeout};

use crate::{
    Failure,
    contender::MANY,
    figure::Figures,
    load::Load,
    machine::Machine,
    options::Options,
    place::{Kind, Place},
    ratio::Ratio,
    report::Report,
    send,
};

/// Who is told of what is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Nobody,
    OneInTheProcess,
    AWebhookThatIsDown,
}

/// A consumer that takes everything.
#[derive(Clone, Default)]
struct Taker(Arc<Notify>);

#[async_trait::async_trait]
impl Consumer for Taker {
    async fn after_event(&self, _: &OutboxEntry) -> Result<(), ConsumerError> {
        self.0.notify_one();
        Ok(())
    }
}

impl Told {
    const ALL: [Self; 3] = [Self::Nobody, Self::OneInTheProcess, Self::AWebhookThatIsDown];

    /// How fast it is sent, on a database of its own: what waits in the outbox of one is no burden to the next. `None`
    /// where there is no such server.
    async fn measure(self, kind: Kind, options: &Options) -> Result<Option<Load>, Failure> {
        let Some(place) = Place::fresh(kind).await? else { return Ok(None) };
        let taker = Taker::default();
        let chat = self.told_by(place.builder(4), &taker).await?.build().await?;
        let load = send::through(&chat, &place, MANY, options.scale.span()).await?;
        if self == Self::OneInTheProcess {
            timeout(PATIENCE, taker.0.notified()).await.map_err(|_| "the consumer was told nothing")?;
        }
        chat.drain();
        chat.drained().await;
        place.close().await;
        Ok(Some(load))
    }

    async fn told_by(self, chat: ChatBuilder, taker: &Taker) -> Result<ChatBuilder, Failure> {
        let name = ConsumerName::parse("app")?;
        Ok(match self {
            Self::Nobody => chat,
            Self::OneInTheProcess => chat.consumer(name, taker.clone()),
            Self::AWebhookThatIsDown => chat.consumer(name, webhook_that_is_down().await?),
        })
    }
}

/// To a port on which nobody listens any more.
async fn webhook_that_is_down() -> Result<Webhook, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    drop(listener);
    let secret = WebhookSecret::parse(&format!("whsec_{}", random_key()))?;
    Ok(Webhook::to_private(&format!("http://{address}/hooks"), vec![secret])?)
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "durable sends, {MANY} waiting, ")?;
        f.write_str(match self {
            Self::Nobody => "no consumer",
            Self::OneInTheProcess => "a consumer in the process",
            Self::AWebhookThatIsDown => "a webhook whose receiver is down",
        })
    }
}

/// Measures all of them on each database, round by round.
pub(crate) async fn measure(options: &Options, machine: Machine) -> Result<Report, Failure> {
    let (mut figures, mut databases) = (Figures::default(), Vec::new());
    for &kind in &options.databases {
        let Some(place) = Place::fresh(kind).await? else { continue };
        databases.push(place.describe().await?);
        place.close().await;
        let mut all = Told::ALL;
        for _ in 0..options.scale.rounds() {
            for told in all {
                let Some(load) = told.measure(kind, options).await? else { continue };
                let Load { per_second, p50_ms, p99_ms } = load;
                eprintln!("{kind} · {told}: {per_second:.0}/s, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms");
                figures.add(kind, &told.to_string(), load);
            }
            // Who came first comes last in the next round.
            all.rotate_left(1);
        }
    }
    figures.sort(&Told::ALL.map(|told| told.to_string()));
    let ratios = options.databases.iter().flat_map(|&kind| ratios(&figures, kind)).collect();
    let scale = format!("{} rounds", options.scale.rounds());
    Ok(Report { machine, databases, scale, figures, ratios })
}

/// How many are sent a second, and how long one takes, to the same where nobody is told.
fn ratios(figures: &Figures, kind: Kind) -> Vec<Ratio> {
    let rounds = |told: Told| figures.rounds(kind, &told.to_string());
    let mut ratios = Vec::new();
    for told in [Told::OneInTheProcess, Told::AWebhookThatIsDown] {
        let pairs = || rounds(told).iter().zip(rounds(Told::Nobody));
        let rates = pairs().map(|(with, without)| with.per_second / without.per_second);
        let slowest = pairs().map(|(with, without)| with.p99_ms / without.p99_ms);
        ratios.extend(Ratio::told(kind, format!("{told}, to none, a second"), rates));
        ratios.extend(Ratio::told(kind, format!("{told}, to none, p99"), slowest));
    }
    ratios
}
