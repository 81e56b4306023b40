//! Prints a document of the API as this server would serve it, and starts no server.

use axum::{
    body::{self, Body},
    extract::Request,
};
use chat_core::{Chat, Secrets};
use clap::Subcommand;
use secrecy::SecretString;
use serde_json::Value;
use tower::ServiceExt;

use crate::{failure::Failure, kept_secret::random_secret, options::Options, router, store::ServerStore};

/// What to print instead of serving.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Document {
    /// Print the OpenAPI document of the operations, and end
    Openapi {
        /// That of the operators' operations, below /admin
        #[arg(long)]
        admin: bool,
    },
    /// Print the AsyncAPI document of the WebSocket and the event stream, and end
    Asyncapi,
}

impl Document {
    const fn path(self) -> &'static str {
        match self {
            Self::Openapi { admin: false } => "/api/openapi.json",
            Self::Openapi { admin: true } => "/admin/openapi.json",
            Self::Asyncapi => "/api/asyncapi.json",
        }
    }

    /// The document, as the router of a server with these options answers it; its store is one in memory.
    pub(crate) async fn text(self, options: &Options) -> Result<String, Failure> {
        let opened = ServerStore::open("sqlite::memory:", options).await?;
        let chat =
            Chat::builder_on(opened.store()).policy(options.policy()).secrets(Secrets::random()?).build().await?;
        let admin_token = SecretString::from(random_secret()?);
        let router = router(&chat, options, Some(&admin_token))?;
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = axum::http::Uri::from_static(self.path());
        let answer = router.oneshot(request).await.unwrap_or_else(|never| match never {});
        let bytes = body::to_bytes(answer.into_body(), usize::MAX).await.map_err(|_| Failure::Document)?;
        let document: Value = serde_json::from_slice(&bytes).map_err(|_| Failure::Document)?;
        opened.close().await;
        Ok(format!("{document:#}"))
    }
}
