//! What floods of a chat-server cost those who are no part of them, and how fast the floods are refused.
//!
//! Each flood has a server of its own, on which the others are measured quiet first and then under it, so that both are
//! seconds apart. Server, others and flood share the machine.

mod flood;
mod honest;
mod http;

use std::time::Duration;

use chat_tests::Server;

use self::{
    flood::{Flood, Running},
    honest::{Honest, Times},
};
use crate::{
    Failure, figure::Figures, load::Load, machine::Machine, options::Scale, place::Kind, ratio::Ratio, report::Report,
};

/// One flood in one round.
struct Measured {
    flood: Flood,
    quiet: Times,
    under: Times,
    /// How fast the flood was refused, where it was.
    refused: Option<Load>,
}

/// Measures all floods.
pub(crate) async fn measure(scale: Scale, only: &str, machine: Machine) -> Result<Report, Failure> {
    let (connections, logins) = scale.flood();
    let needed = 2 * (connections + logins) as u64;
    if rlimit::increase_nofile_limit(needed)? < needed {
        return Err(format!("the system allows fewer than {needed} open files").into());
    }
    let mut order = Flood::ALL.to_vec();
    order.retain(|flood| flood.to_string().contains(only));
    let mut all = Vec::new();
    for _ in 0..scale.rounds() {
        for &flood in &order {
            let measured = round(flood, scale).await.map_err(|error| format!("{flood}: {error}"))?;
            eprintln!(
                "{flood}: a send took {:.2} ms quiet and {:.2} ms under it, p99",
                measured.quiet.send.p99_ms, measured.under.send.p99_ms
            );
            all.push(measured);
        }
        // Who came first comes last in the next round.
        let by = usize::from(order.len() > 1);
        order.rotate_left(by);
    }
    let (rounds, (_, cost)) = (scale.rounds(), scale.logins());
    let scale = format!("{rounds} rounds; {connections} handshakes half open, {logins} logins at once each second");
    let server = format!("chat-server on SQLite, synchronous = FULL, in a file; limits on, bcrypt at cost {cost}");
    let databases = vec![server];
    let (figures, ratios) = (figures(&all), ratios(&all));
    Ok(Report { machine, databases, scale, figures, ratios })
}

async fn round(flood: Flood, scale: Scale) -> Result<Measured, Failure> {
    let (_, cost) = scale.logins();
    let server = Server::with(&["--rate-limits", "on", "--password-cost", &cost.to_string()]).await;
    let honest = Honest::on(&server).await?;
    let span: Duration = scale.span().measured;
    let quiet = honest.measure(span).await?;
    let running = Running::begin(flood, &server, scale).await?;
    let under = honest.measure(span).await?;
    let refused = running.end().await?;
    if flood.is_refused() != refused.is_some() {
        return Err("it is refused, or not, unlike what is known of it".into());
    }
    Ok(Measured { flood, quiet, under, refused })
}

fn figures(all: &[Measured]) -> Figures {
    let mut figures = Figures::default();
    let mut add = |name: String, load: Load| figures.add(Kind::Sqlite, &name, load);
    for Measured { quiet, .. } in all {
        quiet.each().into_iter().for_each(|(what, load)| add(format!("{what}, quiet"), load));
    }
    for flood in Flood::ALL {
        let of_it = || all.iter().filter(|measured| measured.flood == flood);
        for Measured { under, .. } in of_it() {
            under.each().into_iter().for_each(|(what, load)| add(format!("{what}, under {flood}"), load));
        }
        for refused in of_it().filter_map(|measured| measured.refused) {
            add(format!("a refusal in {flood}"), refused);
        }
    }
    figures
}

/// To what was measured quiet on the same server.
fn ratios(all: &[Measured]) -> Vec<Ratio> {
    let mut ratios = Vec::new();
    for flood in Flood::ALL {
        let of_it: Vec<&Measured> = all.iter().filter(|measured| measured.flood == flood).collect();
        for (index, what) in Times::NAMES.into_iter().enumerate() {
            let pairs = of_it.iter().map(|measured| (measured.under.each(), measured.quiet.each()));
            let values =
                pairs.filter_map(|(under, quiet)| Some(under.get(index)?.1.p99_ms / quiet.get(index)?.1.p99_ms));
            ratios.extend(Ratio::told(Kind::Sqlite, format!("{what}, under {flood} to quiet, p99"), values));
        }
        let refused = of_it.iter().filter_map(|measured| Some(measured.refused?.p99_ms / measured.quiet.read.p99_ms));
        ratios.extend(Ratio::told(Kind::Sqlite, format!("a refusal in {flood} to a read when quiet, p99"), refused));
    }
    ratios
}
