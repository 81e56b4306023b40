//! The server that is told of what happens, as options.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use chat_core::{ChatBuilder, model::outbox::ConsumerName};
use chat_webhooks::{Webhook, WebhookSecret};
use clap::{
    Args,
    builder::{BoolishValueParser, OsStringValueParser, TypedValueParser},
};
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

    /// A file of such secrets, one a line: a command line can be seen by others. All sign, beside those given otherwise
    #[arg(long, env = "CHAT_WEBHOOK_SECRET_FILE", value_name = "FILE", value_parser = path())]
    webhook_secret_file: Option<PathBuf>,

    /// A file of certificate authorities, as PEM, that the receiver's certificate has to be of. None: those of the public web
    #[arg(long, env = "CHAT_WEBHOOK_CA", value_name = "FILE", value_parser = path())]
    webhook_ca: Option<PathBuf>,

    /// Private addresses and http are taken, too: for a receiver in the own network
    #[arg(long, env = "CHAT_WEBHOOK_ALLOW_PRIVATE", value_parser = BoolishValueParser::new())]
    webhook_allow_private: bool,

    /// How long one request may take. What a server was sending when it died is sent again after four times that
    #[arg(long, env = "CHAT_WEBHOOK_TIMEOUT", value_name = "TIME", default_value = "15s", value_parser = some_time)]
    webhook_timeout: Duration,
}

/// A path; nothing is one, too, which [`given`] leaves out.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

/// Empty is how container files say that there is none.
fn given(path: Option<&PathBuf>) -> Option<&Path> {
    path.map(PathBuf::as_path).filter(|path| !path.as_os_str().is_empty())
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
        let webhook = if self.webhook_allow_private { Webhook::to_private } else { Webhook::new };
        let mut webhook = webhook(url, self.secrets()?).map_err(Failure::WebhookUrl)?;
        if let Some(path) = given(self.webhook_ca.as_ref()) {
            let pem = fs::read(path).map_err(unreadable(path))?;
            webhook = webhook.trusting(&pem).map_err(Failure::WebhookCa)?;
        }
        Ok(chat.consumer(consumer(), webhook.attempt_limit(self.webhook_timeout)))
    }

    /// Those given one by one, then those in the file.
    fn secrets(&self) -> Result<Vec<WebhookSecret>, Failure> {
        let one_by_one = self.webhook_secret.iter().map(ExposeSecret::expose_secret).filter(|text| !text.is_empty());
        let one_by_one = one_by_one.map(|text| WebhookSecret::parse(text).map_err(Failure::WebhookSecret));
        let mut secrets = one_by_one.collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = given(self.webhook_secret_file.as_ref()) {
            let text = SecretString::from(fs::read_to_string(path).map_err(unreadable(path))?);
            let lines = text.expose_secret().lines().map(str::trim).filter(|line| !line.is_empty());
            let in_file = lines.map(WebhookSecret::parse).collect::<Result<Vec<_>, _>>();
            let in_file = in_file.map_err(Failure::WebhookSecretFile)?;
            if in_file.is_empty() {
                return Err(Failure::NoWebhookSecret(path.to_owned()));
            }
            secrets.extend(in_file);
        }
        Ok(secrets)
    }
}

fn unreadable(path: &Path) -> impl FnOnce(io::Error) -> Failure {
    |source| Failure::File { path: path.to_owned(), source }
}

#[expect(clippy::expect_used, reason = "a constant that is a name")]
fn consumer() -> ConsumerName {
    ConsumerName::parse(CONSUMER).expect("seven letters are a name")
}
