//! What the proofs of the rules stand on: a plain model of the whole chat, the commands that both obey, and the search
//! for an order in which a history could have happened.

pub mod answer;
pub mod clock;
pub mod command;
pub mod dice;
pub mod ears;
pub mod grounds;
pub mod history;
pub mod invariants;
pub mod looks;
pub mod names;
pub mod perform;
pub mod play;
pub mod race;
pub mod scale;
pub mod words;
pub mod world;
