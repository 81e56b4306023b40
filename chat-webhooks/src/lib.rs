//! Tells another server what happens in the chat, by signed requests as
//! [Standard Webhooks](https://www.standardwebhooks.com) have them.
//!
//! ```no_run
//! # async fn example(store: chat_sqlite::SqliteStore, secrets: chat_core::Secrets) -> Result<(), Box<dyn std::error::Error>> {
//! use chat_core::{Chat, model::outbox::ConsumerName};
//! use chat_webhooks::{Webhook, WebhookSecret};
//!
//! let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! let webhook = Webhook::new("https://app.example/hooks/chat", vec![secret])?;
//! let chat = Chat::builder(store).secrets(secrets).consumer(ConsumerName::parse("app")?, webhook).build().await?;
//! # drop(chat);
//! # Ok(())
//! # }
//! ```
//!
//! # What the receiver sees
//! A POST for each entry of the outbox, with `webhook-id`, which stays the same however often it is sent, so that what is
//! done twice is told by it; `webhook-timestamp`, the seconds since 1970; `webhook-signature`, a signature by each secret,
//! so that secrets can be replaced one after the other. The body says what happened and where, never what was said:
//! `{"type":"room.event","timestamp":"2026-11-23T12:00:00.000Z","data":{"roomId":"…","seq":7,"kind":"message"}}`.
//!
//! | `type` | `data` |
//! | --- | --- |
//! | `room.event` | `roomId`, `seq`, and the event's `kind` as its room's log calls it |
//! | `friendship.made`, `friendship.ended` | `userIds` |
//! | `user.suspended`, `user.restored`, `user.erased` | `userId` |
//! | `coins.changed` | `userId`, `number` of the ledger's entry |
//!
//! Any 2xx is success. 410 says that it is wanted no more: it is a dead letter at once. All else is tried again; redirects
//! are not followed.
//!
//! # Where it goes
//! To `https` alone, where Mozilla's certificate authorities vouch for it, or those of [`Webhook::trusting`]; and to no
//! address that is private, local or otherwise not of the public internet, unless it was made by
//! [`Webhook::to_private`]. A name is looked up for each request, its addresses are looked at, and the
//! connection goes to one of those and to no other.
#![warn(clippy::missing_errors_doc)]
#![deny(rustdoc::broken_intra_doc_links)]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod address;
mod body;
mod request;
mod secret;
mod webhook;

pub use self::{
    secret::{BadSecret, WebhookSecret},
    webhook::{BadAuthority, BadUrl, Webhook},
};
