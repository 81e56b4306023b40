use chat_core::api;

use crate::v1;

impl From<api::Sent> for v1::SendMessageResponse {
    fn from(sent: api::Sent) -> Self {
        Self { event: Some((&sent.event).into()), repeated: sent.repeated }
    }
}

impl From<api::ChangedMessage> for v1::ChangedMessage {
    fn from(changed: api::ChangedMessage) -> Self {
        Self { message: Some((&changed.message).into()), event: changed.event.as_ref().map(v1::Event::from) }
    }
}

impl From<api::History> for v1::GetHistoryResponse {
    fn from(history: api::History) -> Self {
        Self {
            events: history.events.iter().map(v1::Event::from).collect(),
            has_more: history.has_more,
            last_seq: history.last_seq.get(),
        }
    }
}

impl From<api::ReadPosition> for v1::ReadPosition {
    fn from(position: api::ReadPosition) -> Self {
        Self { read_seq: position.read_seq.get(), unread: position.unread }
    }
}
