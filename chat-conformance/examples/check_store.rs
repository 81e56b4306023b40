//! Looks at every promise on a store, one after the other, and says which are kept. Here it is SQLite in a temporary
//! folder; for your own store, change `fresh`.
//!
//! Run with `cargo run -p chat-conformance --example check_store`, and a word to look at those promises alone that have
//! it in their names.

use std::{process::ExitCode, sync::Arc, time::Instant};

use chat_conformance::{Fixture, async_trait, promises};
use chat_core::ports::store::Store;
use chat_sqlite::{OpenError, SqliteStore};
use tempfile::TempDir;

/// A store in a folder that goes with it.
struct Fresh {
    store: Arc<SqliteStore>,
    /// Opened beside the first, as another process would.
    beside: Arc<SqliteStore>,
    _folder: TempDir,
}

#[async_trait]
impl Fixture for Fresh {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn another_node(&self) -> Arc<dyn Store> {
        self.beside.clone()
    }
}

async fn fresh() -> Result<Fresh, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let store = open(&folder).await?;
    store.migrate().await?;
    Ok(Fresh { store, beside: open(&folder).await?, _folder: folder })
}

async fn open(folder: &TempDir) -> Result<Arc<SqliteStore>, OpenError> {
    let url = format!("sqlite:{}", folder.path().join("chat.db").display());
    Ok(Arc::new(SqliteStore::open(&url).await?))
}

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let began = Instant::now();
    let (mut looked_at, mut broken) = (0, 0);
    for promise in promises().iter().filter(|promise| promise.path().contains(&wanted)) {
        looked_at += 1;
        match promise.check(fresh().await?).await {
            Ok(()) => println!("kept    {}", promise.path()),
            Err(failure) => {
                broken += 1;
                println!("BROKEN  {failure}");
            }
        }
    }
    println!("{looked_at} promises in {:.1?}, {broken} broken", began.elapsed());
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
