//! The server that is told of what happens, as options.

use std::time::Duration;

use chat_core::{ChatBuilder, model::outbox::ConsumerName};
use chat_webhooks::{Webhook, WebhookSecret};
use clap::{Args, builder::BoolishValueParser};
use secrecy::{ExposeSecret, SecretString};

use crate::{failure::Failure, options::some_time};

#[derive(Args, Debug)]
pub(crate) struct WebhookOptions {
    /// Where to POST what happens, signed as Standard Webhooks have it: `https://app.example/hooks`. None: nothing is told.
    /// All servers on one database are told the same
    #[arg(long, env = "CHAT_WEBHOOK_URL", value_name = "URL", hide_env_values = true)]
    webhook_url: Option<SecretString>,

    /// A secret that signs them, `whsec_` and Base64, as by `echo whsec_$(openssl rand -base64 32)`. Repeatable: all sign,
    /// so that a new one can take the place of an old one; the variable takes one a line
    #[arg(long, env = "CHAT_WEBHOOK_SECRET", value_name = "SECRET", hide_env_values = true, value_delimiter = '\n')]
    webhook_secret: Vec<SecretString>,

    /// Private addresses and http are taken, too: for a receiver in the own network
    #[arg(long, env = "CHAT_WEBHOOK_ALLOW_PRIVATE", value_parser = BoolishValueParser::new())]
    webhook_allow_private: bool,

    /// How long one request may take. What a server was sending when it died is sent again after four times that
    #[arg(long, env = "CHAT_WEBHOOK_TIMEOUT", value_name = "TIME", default_value = "15s", value_parser = some_time)]
    webhook_timeout: Duration,
}

/// Under this name the store keeps what is to be sent.
const CONSUMER: &str = "webhook";

impl WebhookOptions {
    /// The chat, with the webhook where one was asked for.
    pub(crate) fn told_by(&self, chat: ChatBuilder) -> Result<ChatBuilder, Failure> {
        // Empty is how container files say that there is none.
        let Some(url) = self.webhook_url.as_ref().map(ExposeSecret::expose_secret).filter(|url| !url.is_empty()) else {
            return Ok(chat);
        };
        let given = self.webhook_secret.iter().map(ExposeSecret::expose_secret).filter(|text| !text.is_empty());
        let secrets = given.map(WebhookSecret::parse).collect::<Result<Vec<_>, _>>().map_err(Failure::WebhookSecret)?;
        let webhook = if self.webhook_allow_private { Webhook::to_private } else { Webhook::new };
        let webhook = webhook(url, secrets).map_err(Failure::WebhookUrl)?;
        Ok(chat.consumer(consumer(), webhook.attempt_limit(self.webhook_timeout)))
    }
}

#[expect(clippy::expect_used, reason = "a constant that is a name")]
fn consumer() -> ConsumerName {
    ConsumerName::parse(CONSUMER).expect("seven letters are a name")
}
