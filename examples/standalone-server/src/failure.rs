//! Why the server does not start.

use std::{io, net::SocketAddr, path::PathBuf};

use chat_core::{BuildError, SecretsError, error::ChatError, ports::store::StoreError};
use chat_http::NoBearerToken;
use chat_sqlite::MigrateError;
use chat_webhooks::{BadAuthority, BadSecret, BadUrl};

/// Told to the operator, whole: no cause is left for a second look.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("the data folder {path:?} cannot be made")]
    DataDir { path: PathBuf, source: io::Error },
    #[error("{path:?} cannot be read or written")]
    File { path: PathBuf, source: io::Error },
    #[error("{0:?} is empty, and should hold a secret: put it back, or remove the file to have one made anew")]
    EmptySecret(PathBuf),
    #[error("the system gives no randomness")]
    NoRandomness,
    #[error("--database-url begins with sqlite: or mysql://")]
    NoDatabaseUrl,
    #[error("--database-url begins with sqlite: or mysql://, not with {0}:")]
    Scheme(String),
    #[error("--database-url")]
    OpenSqlite(#[source] chat_sqlite::OpenError),
    #[error("--database-url")]
    OpenMySql(#[source] chat_mysql::OpenError),
    #[error("--table-prefix: {0:?} does not match [a-z][a-z0-9_]*, has more than 24 characters, or is sqlite_")]
    TablePrefix(String),
    #[error("the database cannot be brought to this version")]
    Migrate(#[from] MigrateError),
    #[error("the database failed")]
    Store(#[from] StoreError),
    #[error("--jwt-key")]
    JwtKey(#[source] SecretsError),
    #[error("--password-pepper")]
    PasswordPepper(#[source] SecretsError),
    #[error("the chat cannot be put together")]
    Build(#[from] BuildError),
    #[error("the sample accounts cannot be made")]
    Samples(#[source] ChatError),
    #[error("demo mode listens on this machine alone, not on {0}: name a --database-url to serve others")]
    DemoBeyondLoopback(SocketAddr),
    #[error(
        "this store was made by demo mode, and its sample accounts have passwords that everybody knows: use another one"
    )]
    DemoStore,
    #[error("--admin-token, --operator")]
    OperatorToken(#[from] NoBearerToken),
    #[error("--operator: {0}")]
    Operator(String),
    #[error("--webhook-url")]
    WebhookUrl(#[source] BadUrl),
    #[error("--webhook-secret")]
    WebhookSecret(#[source] BadSecret),
    #[error("--webhook-secret-file")]
    WebhookSecretFile(#[source] BadSecret),
    #[error("--webhook-secret-file: {0:?} holds no secret")]
    NoWebhookSecret(PathBuf),
    #[error("--webhook-ca")]
    WebhookCa(#[source] BadAuthority),
    #[error("the document could not be written")]
    Document,
    #[error("nothing can be printed")]
    Print(#[source] io::Error),
    #[error("cannot listen on {address}")]
    Listen { address: SocketAddr, source: io::Error },
    #[error("the process cannot wait for signals")]
    Signals(#[source] io::Error),
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        match error {
            SecretsError::EmptyPepper | SecretsError::KnownPepper => Self::PasswordPepper(error),
            SecretsError::NoRandomness => Self::NoRandomness,
            _ => Self::JwtKey(error),
        }
    }
}

impl Failure {
    /// The failure and all its causes in one line.
    pub(crate) fn told(&self) -> String {
        let mut told = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let text = error.to_string();
            if !told.ends_with(&text) {
                told.push_str(": ");
                told.push_str(&text);
            }
            cause = error.source();
        }
        told
    }
}
