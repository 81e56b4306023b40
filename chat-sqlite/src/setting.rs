use async_trait::async_trait;
use chat_core::ports::store::{SettingStore, StoreError};
use sqlx::Row;

use crate::{SqliteStore, error::from_driver, sql::Db};

const SETTING: &str = "SELECT value FROM chat_settings WHERE name = ?1";
const INSERT_SETTING: &str = "INSERT INTO chat_settings (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING";

#[async_trait]
impl SettingStore for SqliteStore {
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let mut reading = self.reading().await?;
        setting(&mut reading.db(), name).await
    }

    async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let mut writer = self.writing().await?;
        let mut db = Db { connection: writer.connection(), tables: &self.shared().tables };
        let insert = db.query(INSERT_SETTING).bind(name).bind(value);
        db.execute(insert).await.map_err(from_driver)?;
        let stands = setting(&mut db, name).await?;
        writer.commit(sqlx::query("COMMIT")).await?;
        stands.ok_or_else(|| StoreError::Corrupt(format!("settings: {name} is gone as soon as it is set")))
    }
}

async fn setting(db: &mut Db<'_>, name: &str) -> Result<Option<String>, StoreError> {
    let query = db.query(SETTING).bind(name);
    let row = db.row(query).await.map_err(from_driver)?;
    row.map(|row| row.try_get(0)).transpose().map_err(from_driver)
}
