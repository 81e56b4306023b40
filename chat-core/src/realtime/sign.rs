//! What nodes tell each other of who is connected to them.

use crate::model::{time::Timestamp, user::UserId, uuid_id};

uuid_id! {
    /// Which node: another one after each start.
    NodeId
}

/// What a node says. Came and went are numbered 1, 2, 3 … by the node that says them, so that who has missed one knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A user is connected to the node, who was not.
    Came {
        /// Which of the node's changes this is.
        number: u64,
        /// Who.
        user: UserId,
    },
    /// The last connection of a user to the node has ended.
    Went {
        /// Which of the node's changes this is.
        number: u64,
        /// Who.
        user: UserId,
        /// When.
        at: Timestamp,
    },
    /// All who are connected to the node.
    Here {
        /// After how many changes.
        number: u64,
        /// Who, in no order.
        users: Vec<UserId>,
    },
    /// The node lives.
    Alive {
        /// After how many changes.
        number: u64,
    },
    /// The node wants to know who is connected to another one, or to each.
    Ask {
        /// To which.
        of: Option<NodeId>,
    },
}
