use chat_core::rules::block::{BlockFacts, decide_block};
use proptest::prelude::*;

use crate::{
    edge::{code, rarely},
    order::{assert_order, line},
};

type Blocking = (BlockFacts, bool);

fn blocking() -> impl Strategy<Value = Blocking> {
    (rarely(), rarely(), any::<bool>(), any::<bool>())
        .prop_map(|(oneself, unknown, blocks, block)| (BlockFacts { oneself, exists: !unknown, blocks }, block))
}

#[test]
fn r_fri_04_blocking_is_decided_in_the_order_of_the_rule() {
    let order = [
        line("invalid_request", |(facts, _): &Blocking| facts.oneself),
        line("user_not_found", |(facts, _)| !facts.exists),
        line("nothing", |(facts, block)| facts.blocks == *block),
        line("changes", |_| true),
    ];
    assert_order(file!(), blocking(), order, |(facts, block)| match decide_block(facts, *block) {
        Ok(changes) => if changes { "changes" } else { "nothing" }.to_owned(),
        Err(refused) => code(&refused),
    });
}
