use async_trait::async_trait;

use super::StoreError;

/// A few named values about the store itself, such as what its passwords were peppered with.
#[async_trait]
pub trait SettingStore: Send + Sync + 'static {
    /// The value of that name.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Sets the value where none is set, and answers the one that stands then, whoever set it.
    async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, StoreError>;
}
