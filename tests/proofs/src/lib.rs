//! What the proofs of the rules stand on: a plain model of the whole chat, the commands that both obey, and the search
//! for an order in which a history could have happened.

pub mod scale;
