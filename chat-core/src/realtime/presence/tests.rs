use super::*;

const GRACE: Duration = Duration::from_secs(10);

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_millis(1_000_000).after(Duration::from_secs(seconds))
}

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn alone() -> Presence {
    Presence::new(NodeId::new(), GRACE, false)
}

/// What is told next: `alice+`, or `alice-` with the second in which she was last seen.
fn told(presence: &mut Presence) -> Vec<String> {
    let taken = std::iter::from_fn(|| presence.take_changed());
    let told = taken.map(|(user, change)| match change.last_seen {
        None => format!("{user}+"),
        Some(last_seen) => format!("{user}-{}", last_seen.since(at(0)).as_secs()),
    });
    told.collect()
}

/// Two nodes and a bus between them that may lose what it carries.
struct Pair {
    nodes: [Presence; 2],
}

impl Pair {
    /// Both know of each other.
    fn new() -> Self {
        let mut pair = Self { nodes: [(); 2].map(|()| Presence::new(NodeId::new(), GRACE, true)) };
        pair.exchange(0);
        pair
    }

    /// Carries what either has to say until neither has anything.
    fn exchange(&mut self, second: u64) {
        loop {
            let said = [0, 1].map(|from| self.carry(from, second));
            if said == [0, 0] {
                return;
            }
        }
    }

    fn carry(&mut self, from: usize, second: u64) -> usize {
        let (node, signs) = (self.nodes[from].node, self.nodes[from].take_signs());
        for sign in &signs {
            // A bus brings what a node says to the node itself, too.
            self.nodes.iter_mut().for_each(|presence| presence.hear(node, sign, at(second)));
        }
        signs.len()
    }

    fn lose(&mut self, from: usize) {
        assert_ne!(self.nodes[from].take_signs(), [], "there is something to lose");
    }

    fn told(&mut self) -> [Vec<String>; 2] {
        self.nodes.each_mut().map(told)
    }
}

fn lines(lines: &[&str]) -> [Vec<String>; 2] {
    [(); 2].map(|()| lines.iter().map(|line| (*line).to_owned()).collect())
}

#[test]
fn who_comes_is_online_until_the_grace_after_their_last_connection() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    presence.connected(&user("alice"));
    assert_eq!(told(&mut presence), ["alice+"], "once, on however many devices");
    presence.disconnected(&user("alice"), at(2));
    assert_eq!(presence.next_due(), None);
    presence.disconnected(&user("alice"), at(3));
    assert_eq!((presence.next_due(), presence.is_online(&user("alice"))), (Some(at(13)), true));
    presence.pass_time(Timestamp::from_millis(at(13).as_millis() - 1));
    assert_eq!(told(&mut presence), [""; 0]);
    presence.pass_time(at(13));
    assert_eq!(told(&mut presence), ["alice-3"]);
    assert!(!presence.is_online(&user("alice")) && presence.next_due().is_none());
}

#[test]
fn who_comes_back_within_the_grace_was_never_away() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    told(&mut presence);
    presence.disconnected(&user("alice"), at(1));
    presence.connected(&user("alice"));
    presence.pass_time(at(100));
    assert_eq!((told(&mut presence), presence.is_online(&user("alice"))), (vec![], true));
    presence.disconnected(&user("alice"), at(101));
    presence.pass_time(at(110));
    assert_eq!(told(&mut presence), [""; 0], "the grace begins anew");
    presence.pass_time(at(111));
    assert_eq!(told(&mut presence), ["alice-101"]);
}

#[test]
fn several_are_due_each_at_their_time() {
    let mut presence = alone();
    for (id, second) in [("alice", 3), ("bob", 1), ("carol", 2)] {
        presence.connected(&user(id));
        presence.disconnected(&user(id), at(second));
    }
    told(&mut presence);
    presence.pass_time(at(12));
    assert_eq!(told(&mut presence), ["bob-1", "carol-2"]);
    assert_eq!(presence.next_due(), Some(at(13)));
}

#[test]
fn who_is_put_offline_is_so_at_once_and_comes_back_by_a_new_connection() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    presence.connected(&user("bob"));
    presence.disconnected(&user("bob"), at(1));
    told(&mut presence);
    presence.put_offline(&user("alice"), at(5));
    presence.put_offline(&user("bob"), at(5));
    presence.put_offline(&user("nobody"), at(5));
    assert_eq!(told(&mut presence), ["alice-5", "bob-5"]);
    assert_eq!(presence.next_due(), None);
    presence.connected(&user("alice"));
    assert_eq!(told(&mut presence), ["alice+"], "while the old connection is still about to end");
    presence.disconnected(&user("alice"), at(7));
    presence.disconnected(&user("alice"), at(8));
    presence.pass_time(at(18));
    assert_eq!(told(&mut presence), ["alice-8"]);
}

#[test]
fn what_could_not_be_told_is_told_later_unless_it_is_no_longer_so() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    presence.connected(&user("bob"));
    let (alice, bob) = (presence.take_changed().unwrap(), presence.take_changed().unwrap());
    presence.put_offline(&user("alice"), at(3));
    presence.give_back(alice.0, alice.1);
    presence.give_back(bob.0, bob.1);
    assert_eq!(told(&mut presence), ["alice-3", "bob+"]);
}

#[test]
fn who_has_looked_around_has_seen_what_changed_before() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    let looked = presence.last_serial();
    presence.connected(&user("bob"));
    let serials: Vec<u64> = std::iter::from_fn(|| presence.take_changed()).map(|(_, change)| change.serial).collect();
    assert_eq!(serials.iter().map(|serial| looked < *serial).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_node_alone_has_nobody_to_talk_to() {
    let mut presence = alone();
    presence.connected(&user("alice"));
    presence.beat(at(1));
    presence.hear(NodeId::new(), &Sign::Came { number: 1, user: user("bob") }, at(1));
    assert_eq!((presence.take_signs(), presence.is_online(&user("bob"))), (vec![], false));
}

#[test]
fn each_node_knows_who_is_connected_to_the_other() {
    let mut pair = Pair::new();
    pair.nodes[0].connected(&user("alice"));
    pair.exchange(1);
    assert_eq!(pair.told(), lines(&["alice+"]));
    pair.nodes[1].connected(&user("alice"));
    pair.nodes[0].disconnected(&user("alice"), at(3));
    pair.exchange(3);
    pair.nodes.iter_mut().for_each(|node| node.pass_time(at(100)));
    assert_eq!(pair.told(), lines(&[]), "she went from one to the other");
    pair.nodes[1].disconnected(&user("alice"), at(101));
    pair.exchange(101);
    pair.nodes.iter_mut().for_each(|node| node.pass_time(at(111)));
    assert_eq!(pair.told(), lines(&["alice-101"]));
}

#[test]
fn a_node_that_starts_asks_who_is_there() {
    let mut pair = Pair::new();
    pair.nodes[0].connected(&user("alice"));
    pair.exchange(1);
    pair.nodes[1] = Presence::new(NodeId::new(), GRACE, true);
    pair.exchange(2);
    assert_eq!(told(&mut pair.nodes[1]), ["alice+"]);
    pair.nodes[1].connected(&user("bob"));
    pair.exchange(3);
    assert!(pair.nodes[0].is_online(&user("bob")));
}

#[test]
fn a_lost_notice_is_made_up_for_by_the_next_one() {
    for healed_by_a_sign_of_life in [true, false] {
        let mut pair = Pair::new();
        pair.nodes[0].connected(&user("alice"));
        pair.nodes[0].connected(&user("bob"));
        pair.exchange(1);
        pair.told();
        pair.nodes[0].connected(&user("carol"));
        pair.nodes[0].disconnected(&user("alice"), at(2));
        pair.lose(0);
        if healed_by_a_sign_of_life {
            pair.nodes[0].beat(at(5));
        } else {
            pair.nodes[0].disconnected(&user("bob"), at(5));
        }
        pair.exchange(5);
        pair.nodes[1].pass_time(at(15));
        let others =
            if healed_by_a_sign_of_life { &["alice-5", "carol+"][..] } else { &["alice-5", "bob-5", "carol+"] };
        assert_eq!(told(&mut pair.nodes[1]), others);
    }
}

#[test]
fn a_lost_answer_is_asked_for_again() {
    let mut pair = Pair::new();
    pair.nodes[0].connected(&user("alice"));
    pair.lose(0);
    pair.nodes[0].beat(at(5));
    pair.carry(0, 5);
    pair.lose(1);
    pair.nodes[0].beat(at(10));
    pair.carry(0, 10);
    pair.carry(1, 10);
    pair.lose(0);
    assert!(!pair.nodes[1].is_online(&user("alice")));
    pair.nodes[0].beat(at(15));
    pair.exchange(15);
    assert!(pair.nodes[1].is_online(&user("alice")));
}

#[test]
fn what_comes_late_or_twice_changes_nothing() {
    let mut pair = Pair::new();
    pair.nodes[0].connected(&user("alice"));
    let came = pair.nodes[0].take_signs();
    pair.nodes[0].disconnected(&user("alice"), at(2));
    let went = pair.nodes[0].take_signs();
    let (node, other) = (pair.nodes[0].node, &mut pair.nodes[1]);
    for sign in came.iter().chain(&went).chain(&came).chain(&went).chain(&came) {
        other.hear(node, sign, at(3));
    }
    other.pass_time(at(13));
    assert_eq!((told(other), other.take_signs()), (vec!["alice-2".to_owned()], vec![]));
}

#[test]
fn a_list_that_is_older_than_what_is_known_is_not_believed() {
    let mut pair = Pair::new();
    let (node, old) = (pair.nodes[0].node, Sign::Here { number: 0, users: vec![] });
    pair.nodes[0].connected(&user("alice"));
    pair.exchange(1);
    pair.nodes[1].hear(node, &old, at(2));
    assert!(pair.nodes[1].is_online(&user("alice")));
}

#[test]
fn a_node_that_gives_no_sign_of_life_is_forgotten_and_believed_again() {
    let mut pair = Pair::new();
    pair.nodes[0].connected(&user("alice"));
    pair.nodes[0].connected(&user("bob"));
    pair.nodes[1].connected(&user("bob"));
    pair.exchange(1);
    pair.told();
    for second in [5, 10, 15] {
        pair.nodes[1].beat(at(second));
    }
    assert!(pair.nodes[1].is_online(&user("alice")));
    pair.nodes[1].beat(at(20));
    pair.nodes[1].pass_time(at(20));
    assert_eq!(told(&mut pair.nodes[1]), ["alice-1"], "bob is connected here as well");
    pair.nodes[0].beat(at(25));
    pair.exchange(25);
    assert_eq!(told(&mut pair.nodes[1]), ["alice+"]);
}
