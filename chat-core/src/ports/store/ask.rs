use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::{AttemptId, Store};

/// For how long a store is asked what became of a commit whose answer was lost, before the caller hears that nobody
/// knows.
pub const ASK_LIMIT: Duration = Duration::from_secs(2);

const PAUSE: Duration = Duration::from_millis(20);

/// Asks a store for [`ASK_LIMIT`] whether an attempt was committed: `None` where it could not tell in that time.
pub async fn ask(store: &dyn Store, attempt: AttemptId) -> Option<bool> {
    let asked = async {
        loop {
            match store.was_committed(attempt).await {
                Ok(committed) => return committed,
                Err(_) => sleep(PAUSE).await,
            }
        }
    };
    timeout(ASK_LIMIT, asked).await.ok()
}
