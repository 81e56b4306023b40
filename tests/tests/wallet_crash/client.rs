//! The chat's side of the wallet, which can be made to stop where its process is to be killed.

use std::{future::pending, panic::resume_unwind, str::FromStr, sync::Arc};

use async_trait::async_trait;
use chat_core::{
    model::{charge::Charge, coin::Coins, user::UserId},
    ports::{
        bus::{Bus, BusSink},
        store::Source,
        wallet::{Reserved, Wallet},
    },
    realtime::{LocalBus, notice::Notice},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::books::{Request, Step};

/// What a process says when it has come to its stop.
pub(crate) const HERE: &str = "here";

/// Where a process goes no further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The wallet is about to be asked.
    Before(Step),
    /// Its answer is there, and nothing was done about it.
    Answered(Step),
    /// The answer is there, and it goes on: the seat's transaction is on its way.
    Passed,
    /// The seat's transaction is committed, and nobody was told.
    Committed,
}

impl Stop {
    const ALL: [Self; 8] = [
        Self::Before(Step::Reserve),
        Self::Before(Step::Capture),
        Self::Before(Step::Release),
        Self::Answered(Step::Reserve),
        Self::Answered(Step::Capture),
        Self::Answered(Step::Release),
        Self::Passed,
        Self::Committed,
    ];
}

impl FromStr for Stop {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|stop| format!("{stop:?}") == name);
        known.ok_or_else(|| format!("{name} is no stop"))
    }
}

/// Waits to be killed.
async fn halt() {
    println!("\n{HERE}");
    pending().await
}

pub(crate) struct TcpWallet {
    pub(crate) address: String,
    pub(crate) stop: Option<Stop>,
}

impl TcpWallet {
    async fn exchange(&self, asked: &str) -> Result<String, Source> {
        let mut stream = BufReader::new(TcpStream::connect(&self.address).await?);
        stream.write_all(asked.as_bytes()).await?;
        let mut answer = String::new();
        stream.read_line(&mut answer).await?;
        match answer.trim_end() {
            "" => Err("it hung up".into()),
            "failed" => Err("the wallet fails, as it shall".into()),
            // Quietly: it is as it shall be.
            "panic" => resume_unwind(Box::new("the wallet panics")),
            answer => Ok(answer.to_owned()),
        }
    }

    async fn ask(&self, step: Step, charge: &Charge) -> Result<String, Source> {
        if self.stop == Some(Stop::Before(step)) {
            halt().await;
        }
        let (key, user, room) = (charge.id.to_string(), charge.user.as_str().to_owned(), charge.room.to_string());
        let answer = self.exchange(&Request { step, key, user, room, coins: charge.coins.get() }.line()).await;
        match self.stop {
            Some(Stop::Answered(at)) if at == step => halt().await,
            Some(Stop::Passed) if step == Step::Reserve => println!("\n{HERE}"),
            _ => {}
        }
        answer
    }
}

/// A word, and a number of coins.
fn coins(answer: &str) -> Result<(&str, Coins), Source> {
    let (word, number) = answer.split_once(' ').ok_or("a word and a number")?;
    Ok((word, Coins::new(number.parse()?).ok_or("never below zero")?))
}

#[async_trait]
impl Wallet for TcpWallet {
    async fn balance(&self, user: &UserId) -> Result<Coins, Source> {
        let answer = self.exchange(&format!("balance {}\n", user.as_str())).await?;
        Ok(coins(&answer)?.1)
    }

    async fn reserve(&self, charge: &Charge) -> Result<Reserved, Source> {
        let answer = self.ask(Step::Reserve, charge).await?;
        match coins(&answer)? {
            ("yes", left) => Ok(Reserved::Yes { left }),
            (_, available) => Ok(Reserved::No { available }),
        }
    }

    async fn capture(&self, charge: &Charge) -> Result<(), Source> {
        self.ask(Step::Capture, charge).await.map(drop)
    }

    async fn release(&self, charge: &Charge) -> Result<(), Source> {
        self.ask(Step::Release, charge).await.map(drop)
    }
}

/// The bus of one node, which stops where a seat was taken that nobody has heard of.
pub(crate) struct StoppingBus {
    pub(crate) inner: LocalBus,
    pub(crate) stop: Option<Stop>,
}

#[async_trait]
impl Bus for StoppingBus {
    fn attach(&self, sink: Arc<dyn BusSink>) {
        self.inner.attach(sink);
    }

    fn reaches_others(&self) -> bool {
        self.inner.reaches_others()
    }

    async fn publish(&self, notices: Vec<Notice>) {
        if self.stop == Some(Stop::Committed) && notices.iter().any(|notice| matches!(notice, Notice::Logged(_))) {
            halt().await;
        }
        self.inner.publish(notices).await;
    }
}
