//! A run: the databases one after the other, on each the rounds, in each round everything beside each other.

use std::fs;

use crate::{
    Failure, consumers,
    contender::Contender,
    enumeration,
    figure::Figures,
    join::{self, INVITED, PAID},
    load::Load,
    machine::Machine,
    options::{Options, Subject},
    page::{self, LARGE, SMALL, SMALL_ROOM},
    place::{Kind, Place},
    ratio::{ALL, Ratio, ratios},
    reconnects, refusals,
    report::Report,
};

/// Measures, and reports. Answers whether what was required holds.
pub(crate) async fn run(options: &Options) -> Result<bool, Failure> {
    let machine = Machine::here();
    let report = match options.measure {
        Subject::Messages => messages(options, machine).await?,
        Subject::Refusals => refusals::measure(options.scale, &options.only, machine).await?,
        Subject::Reconnects => reconnects::measure(options.scale, machine).await?,
        Subject::Consumers => consumers::measure(options, machine).await?,
        Subject::Enumeration => enumeration::measure(options.scale, machine).await?,
    };
    print!("{}", report.markdown());
    if let Some(path) = &options.json {
        fs::write(path, serde_json::to_string_pretty(&report)?)?;
    }
    Ok(!options.require || holds(&report.ratios))
}

async fn messages(options: &Options, machine: Machine) -> Result<Report, Failure> {
    let (mut figures, mut databases) = (Figures::default(), Vec::new());
    for &kind in &options.databases {
        let Some(place) = Place::fresh(kind).await? else { continue };
        databases.push(place.describe().await?);
        let measured = Measured { kind, options, figures: &mut figures };
        measured.all(&place).await?;
        place.close().await;
    }
    // The rounds took them in turn.
    figures.sort(&Contender::of(Kind::MariaDb).iter().map(ToString::to_string).collect::<Vec<_>>());
    let compared: Vec<Ratio> = options.databases.iter().flat_map(|&kind| ratios(&figures, kind)).collect();
    let (rounds, large) = (options.scale.rounds(), options.scale.large_room());
    let scale = format!("{rounds} rounds; {large} events in the large room, {SMALL_ROOM} in the small one");
    Ok(Report { machine, databases, scale, figures, ratios: compared })
}

/// What is required is required of MariaDB.
fn holds(ratios: &[Ratio]) -> bool {
    ratios.iter().filter(|ratio| ratio.database == Kind::MariaDb && ratio.met).count() == ALL
}

/// What is being measured on one database.
struct Measured<'r> {
    kind: Kind,
    options: &'r Options,
    figures: &'r mut Figures,
}

impl Measured<'_> {
    async fn all(mut self, place: &Place) -> Result<(), Failure> {
        self.contenders().await?;
        if self.wants(INVITED) || self.wants(PAID) {
            self.joins().await?;
        }
        // Filling takes statements that only a server knows.
        if self.kind != Kind::Sqlite && (self.wants(LARGE) || self.wants(SMALL)) {
            self.pages(place).await?;
        }
        Ok(())
    }

    /// Each round has a database of its own, so that none pays for the rows of those before.
    async fn contenders(&mut self) -> Result<(), Failure> {
        let mut contenders = Contender::of(self.kind);
        contenders.retain(|contender| self.wants(&contender.to_string()));
        for _ in 0..self.options.scale.rounds() {
            let Some(place) = Place::fresh(self.kind).await? else { break };
            for contender in &contenders {
                let load = contender.measure(&place, self.options.scale).await;
                self.add(&contender.to_string(), load.map_err(|error| format!("{contender}: {error}"))?);
            }
            place.close().await;
            // Who came first comes last in the next round.
            let by = usize::from(contenders.len() > 1);
            contenders.rotate_left(by);
        }
        Ok(())
    }

    async fn joins(&mut self) -> Result<(), Failure> {
        for _ in 0..self.options.scale.rounds() {
            let Some(place) = Place::fresh(self.kind).await? else { break };
            let joins = join::measure(&place, self.options.scale).await?;
            self.add(INVITED, joins.invited);
            self.add(PAID, joins.paid);
            place.close().await;
        }
        Ok(())
    }

    async fn pages(&mut self, place: &Place) -> Result<(), Failure> {
        let rooms = page::Rooms::fill(place, self.options.scale).await?;
        for _ in 0..self.options.scale.rounds() {
            let pages = rooms.measure(self.options.scale).await?;
            self.add(LARGE, pages.large);
            self.add(SMALL, pages.small);
        }
        Ok(())
    }

    fn wants(&self, name: &str) -> bool {
        name.contains(&self.options.only)
    }

    fn add(&mut self, name: &str, load: Load) {
        let Load { per_second, p50_ms, p99_ms } = load;
        eprintln!("{} · {name}: {per_second:.0}/s, p50 {p50_ms:.2} ms, p99 {p99_ms:.2} ms", self.kind);
        self.figures.add(self.kind, name, load);
    }
}
