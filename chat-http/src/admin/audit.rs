use std::sync::Arc;

use chat_core::{
    api::Admin,
    error::{Fault, FieldCode},
    model::operator::{self, AuditId, Operator},
};
use poem_openapi::OpenApi;

use super::Tag;
use crate::{
    answer::Answer,
    payload::Json,
    problem::Problem,
    query::Query,
    response::{response, word},
    rest::page::Limit,
    signed_in::SignedIn,
    wire::Time,
};

response! {
    /// What an operator did.
    pub(super) struct AuditEntry = "AuditEntry" {
        /// Which entry.
        required audit_id: String = "auditId",
        /// Who did it.
        required operator: String = "operator",
        /// What.
        required act: ActName = "act",
        /// To which user, where it was one.
        optional user_id: String = "userId",
        /// To which room, where it was one.
        optional room_id: String = "roomId",
        /// What else there is to say: a reason, or how many coins under which key.
        optional detail: String = "detail",
        /// When.
        required at: Time = "at",
    }
}

word! {
    /// What an operator did.
    pub(super) ActName(operator::Act) {
        PrimeGiven, PrimeTaken, Suspended, Lifted, Erased, SessionsEnded, CoinsChanged, RoomClosed,
        DeadLetterSent, DeadLetterDeleted
    }
}

response! {
    /// A page of the audit.
    pub(super) struct AuditPage = "AuditPage" {
        /// The entries, the newest first.
        required entries: Vec<AuditEntry> = "entries",
        /// Whether there are older ones.
        required has_more: bool = "hasMore",
    }
}

pub(super) struct AuditRoutes(pub(super) Arc<dyn Admin>);

#[OpenApi(tag = "Tag::Audit")]
impl AuditRoutes {
    /// Read what operators did.
    ///
    /// Whatever they changed; looks are not written down. Entries are never changed or removed.
    #[oai(path = "/admin/audit", method = "get", operation_id = "listAudit")]
    async fn list_audit(
        &self,
        operator: SignedIn<Operator>,
        /// Only entries older than this one: its `auditId`.
        before: Query<String>,
        /// How many.
        limit: Query<Limit>,
    ) -> Answer<Json<AuditPage>> {
        let before = before.0.as_deref().map(audit_id).transpose()?;
        let page = self.0.audit(&operator.0, before, limit.count()).await?;
        let entries = page.entries.into_iter().map(AuditEntry::from).collect();
        Ok(Json(AuditPage { entries, has_more: page.has_more }))
    }
}

fn audit_id(text: &str) -> Result<AuditId, Problem> {
    let fault = || Problem::invalid(vec![Fault::new(FieldCode::BadFormat, "the auditId of an entry").at("before")]);
    AuditId::parse(text).ok_or_else(fault)
}

impl From<operator::AuditEntry> for AuditEntry {
    fn from(entry: operator::AuditEntry) -> Self {
        Self {
            audit_id: entry.id.to_string(),
            operator: entry.operator.to_string(),
            act: ActName(entry.act),
            user_id: entry.user.map(|user| user.to_string()),
            room_id: entry.room.map(|room| room.to_string()),
            detail: entry.detail,
            at: Time(entry.at),
        }
    }
}
