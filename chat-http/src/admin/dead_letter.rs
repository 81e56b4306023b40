use std::sync::Arc;

use chat_core::{
    api::Admin,
    error::{Fault, FieldCode, Rejection},
    model::{
        operator::Operator,
        outbox::{self, OutboxId, Subject},
        user::Standing,
    },
};
use poem_openapi::{OpenApi, param::Path};

use super::Tag;
use crate::{
    answer::{Answer, NoContent},
    payload::Json,
    problem::Problem,
    query::Query,
    response::response,
    rest::page::Limit,
    signed_in::SignedIn,
    wire::Time,
};

response! {
    /// What a consumer should have been told, and was not.
    pub(super) struct DeadLetter = "DeadLetter" {
        /// Which entry of the outbox; a webhook's `webhook-id`.
        required entry_id: String = "entryId",
        /// Who should have been told.
        required consumer: String = "consumer",
        /// Of what: `room.event`, `friendship.made`, `friendship.ended`, `user.suspended`, `user.restored`, `user.erased` or
        /// `coins.changed`.
        required kind: String = "kind",
        /// In which room.
        optional room_id: String = "roomId",
        /// To which users: one, or two who became friends or are so no more.
        required user_ids: Vec<String> = "userIds",
        /// The number of the event, or of the ledger's entry.
        optional number: u64 = "number",
        /// When that happened.
        required at: Time = "at",
        /// How often it was tried.
        required attempts: u32 = "attempts",
        /// What the last attempt failed with.
        required error: String = "error",
        /// When it was given up.
        required died_at: Time = "diedAt",
    }
}

response! {
    /// A page of the dead letters.
    pub(super) struct DeadLetterPage = "DeadLetterPage" {
        /// The letters, the newest entry first.
        required dead_letters: Vec<DeadLetter> = "deadLetters",
        /// Whether there are older ones.
        required has_more: bool = "hasMore",
    }
}

pub(super) struct DeadLetterRoutes(pub(super) Arc<dyn Admin>);

#[OpenApi(tag = "Tag::DeadLetters")]
impl DeadLetterRoutes {
    /// Read what could not be told.
    ///
    /// What a consumer, such as a webhook, did not take after all its attempts, or refused for good.
    #[oai(path = "/admin/dead-letters", method = "get", operation_id = "listDeadLetters")]
    async fn list_dead_letters(
        &self,
        operator: SignedIn<Operator>,
        /// Only letters older than this one: its `entryId`.
        before: Query<String>,
        /// How many.
        limit: Query<Limit>,
    ) -> Answer<Json<DeadLetterPage>> {
        let before = before.0.as_deref().map(before_id).transpose()?;
        let page = self.0.dead_letters(&operator.0, before, limit.count()).await?;
        let dead_letters = page.letters.into_iter().map(DeadLetter::from).collect();
        Ok(Json(DeadLetterPage { dead_letters, has_more: page.has_more }))
    }

    /// Have a dead letter sent again.
    ///
    /// It goes out before what waits in its room, with all its attempts anew.
    #[oai(path = "/admin/dead-letters/:entryId/retry", method = "post", operation_id = "retryDeadLetter")]
    async fn retry_dead_letter(
        &self,
        operator: SignedIn<Operator>,
        /// Which.
        #[oai(name = "entryId")]
        entry: Path<String>,
    ) -> Answer<NoContent> {
        self.0.retry_dead_letter(&operator.0, entry_id(&entry)?).await?;
        Ok(NoContent)
    }

    /// Delete a dead letter.
    ///
    /// It is sent no more.
    #[oai(path = "/admin/dead-letters/:entryId", method = "delete", operation_id = "deleteDeadLetter")]
    async fn delete_dead_letter(
        &self,
        operator: SignedIn<Operator>,
        /// Which.
        #[oai(name = "entryId")]
        entry: Path<String>,
    ) -> Answer<NoContent> {
        self.0.delete_dead_letter(&operator.0, entry_id(&entry)?).await?;
        Ok(NoContent)
    }
}

fn before_id(text: &str) -> Result<OutboxId, Problem> {
    let fault = || Problem::invalid(vec![Fault::new(FieldCode::BadFormat, "the entryId of a letter").at("before")]);
    OutboxId::parse(text).ok_or_else(fault)
}

fn entry_id(text: &str) -> Result<OutboxId, Problem> {
    Ok(OutboxId::parse(text).ok_or(Rejection::DeadLetterNotFound)?)
}

impl From<outbox::DeadLetter> for DeadLetter {
    fn from(letter: outbox::DeadLetter) -> Self {
        let entry = letter.entry;
        let (kind, room, users, number) = match entry.subject {
            Subject::Logged { room, seq } => ("room.event", Some(room), Vec::new(), Some(seq.get())),
            Subject::FriendshipMade { user, other } => ("friendship.made", None, vec![user, other], None),
            Subject::FriendshipEnded { user, other } => ("friendship.ended", None, vec![user, other], None),
            Subject::StandingChanged { user, standing } => (standing_kind(standing), None, vec![user], None),
            Subject::CoinsChanged { user, number } => ("coins.changed", None, vec![user], Some(number)),
        };
        Self {
            entry_id: entry.id.to_string(),
            consumer: entry.consumer.to_string(),
            kind: kind.to_owned(),
            room_id: room.map(|room| room.to_string()),
            user_ids: users.iter().map(ToString::to_string).collect(),
            number,
            at: Time(entry.at),
            attempts: entry.attempts,
            error: letter.error,
            died_at: Time(letter.died_at),
        }
    }
}

const fn standing_kind(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "user.restored",
        Standing::Suspended => "user.suspended",
        Standing::Erased => "user.erased",
    }
}
