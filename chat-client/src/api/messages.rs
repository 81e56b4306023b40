//! A room's log by REST. What is written while one is connected goes through the `Client`, which asks again.

use super::{Api, part};
use crate::{error::Error, wire::History};

/// Which stretch of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// The newest.
    Newest,
    /// What comes right before this number.
    Before(u64),
    /// What comes right after this number.
    After(u64),
}

impl Api {
    /// A stretch of a room's log, in its order: at most `limit` events, which is 1 to 200.
    ///
    /// # Errors
    /// Those of any call; `not_a_member`.
    pub async fn history(&self, room_id: &str, page: Page, limit: u32) -> Result<History, Error> {
        let range = match page {
            Page::Newest => String::new(),
            Page::Before(seq) => format!("&before={seq}"),
            Page::After(seq) => format!("&after={seq}"),
        };
        self.get(&format!("/api/chatrooms/{}/messages?limit={limit}{range}", part(room_id))).await
    }
}
