//! Logins that are refused, and one that is not: whether the time they take tells who has an account.

use std::{fmt, time::Duration};

use chat_core::{
    Chat,
    api::{Admin, EnsureUser, Login, Register, Sessions, Users},
    error::{ChatError, Rejection},
    model::{
        coin::Coins,
        session::DeviceId,
        text::Name,
        user::{Password, Phone, UserId},
    },
};
use tokio::time::Instant;

use crate::{
    Failure,
    figure::Figures,
    load::Load,
    machine::Machine,
    options::Scale,
    place::{Kind, Place},
    ratio::Ratio,
    report::Report,
};

const PASSWORD: &str = "correct horse";
/// How much less the older password costs.
const OLDER_BY: u32 = 2;

/// Who tries to sign in, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    RightPassword,
    WrongPassword,
    UnknownUser,
    PasswordlessUser,
    OlderCost,
}

impl Attempt {
    const ALL: [Self; 5] =
        [Self::RightPassword, Self::WrongPassword, Self::UnknownUser, Self::PasswordlessUser, Self::OlderCost];

    const fn user(self) -> &'static str {
        match self {
            Self::RightPassword | Self::WrongPassword => "dora",
            Self::UnknownUser => "nobody",
            Self::PasswordlessUser => "emil",
            Self::OlderCost => "anna",
        }
    }

    /// How long it takes to be answered.
    async fn time(self, chat: &Chat) -> Result<Duration, Failure> {
        let password = if self == Self::RightPassword { PASSWORD } else { "battery staple" };
        let login = Login {
            user_id: self.user().to_owned(),
            device: DeviceId::parse("phone")?,
            password: password.into(),
            address: None,
        };
        let begun = Instant::now();
        let answer = chat.login(login).await;
        let taken = begun.elapsed();
        match (self, answer) {
            (Self::RightPassword, Ok(_)) => Ok(taken),
            (Self::RightPassword, Err(error)) => Err(error.into()),
            (_, Err(ChatError::Rejected(Rejection::InvalidCredentials))) => Ok(taken),
            (_, Err(error)) => Err(error.into()),
            (_, Ok(_)) => Err(format!("{self}: signed in").into()),
        }
    }
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RightPassword => "login: right password",
            Self::WrongPassword => "login: wrong password",
            Self::UnknownUser => "login: unknown user",
            Self::PasswordlessUser => "login: user of the host's, without a password",
            Self::OlderCost => "login: wrong password of a user whose own was hashed at a lower cost",
        })
    }
}

/// Measures all of them, one after the other in each turn.
pub(crate) async fn measure(scale: Scale, machine: Machine) -> Result<Report, Failure> {
    let (turns, cost) = scale.logins();
    let place = Place::fresh(Kind::Sqlite).await?.ok_or("a file is always there")?;
    register(&place.chat_at(cost - OLDER_BY).await?, Attempt::OlderCost.user()).await?;
    let chat = place.chat_at(cost).await?;
    register(&chat, Attempt::WrongPassword.user()).await?;
    chat.ensure_user(EnsureUser::new(UserId::parse(Attempt::PasswordlessUser.user())?)).await?;
    let (mut figures, mut order) = (Figures::default(), Attempt::ALL);
    for _ in 0..scale.rounds() {
        let mut times = Attempt::ALL.map(|attempt| (attempt, Vec::new()));
        for _ in 0..turns {
            for attempt in order {
                let taken = attempt.time(&chat).await?;
                times.iter_mut().filter(|(of, _)| *of == attempt).for_each(|(_, times)| times.push(taken));
            }
            order.rotate_left(1);
        }
        for (attempt, times) in times {
            figures.add(Kind::Sqlite, &attempt.to_string(), Load::of(times.len(), times.iter().sum(), times));
        }
    }
    let ratios = ratios(&figures);
    let databases = vec![place.describe().await?];
    place.close().await;
    let scale = format!(
        "{} rounds of {turns} turns; bcrypt at cost {cost}, the older one at {}",
        scale.rounds(),
        cost - OLDER_BY
    );
    Ok(Report { machine, databases, scale, figures, ratios })
}

/// Each to the wrong password of the same round.
fn ratios(figures: &Figures) -> Vec<Ratio> {
    let rounds = |attempt: Attempt| figures.rounds(Kind::Sqlite, &attempt.to_string());
    let to_wrong = |attempt: Attempt| {
        let pairs = rounds(attempt).iter().zip(rounds(Attempt::WrongPassword));
        let name = format!("{attempt}, to the wrong password, p50");
        Ratio::told(Kind::Sqlite, name, pairs.map(|(one, wrong)| one.p50_ms / wrong.p50_ms))
    };
    let others = Attempt::ALL.into_iter().filter(|attempt| *attempt != Attempt::WrongPassword);
    others.filter_map(to_wrong).collect()
}

async fn register(chat: &Chat, id: &str) -> Result<(), Failure> {
    let register = Register {
        user_id: UserId::parse(id)?,
        device: DeviceId::parse("phone")?,
        name: Name::parse("Somebody")?,
        phone: Phone::parse("+15550100")?,
        coins: Coins::ZERO,
        password: Password::parse(PASSWORD)?,
    };
    chat.register(register).await?;
    Ok(())
}
