use async_trait::async_trait;
use chat_core::ports::store::{SettingStore, StoreError};
use chat_sql::row::Columns;
use sqlx::mysql::MySqlRow;

use crate::{
    MySqlStore,
    literal::{Value, statement},
    tx::BEGIN,
};

const SETTING: &str = "SELECT name, value FROM chat_settings WHERE name = ?";
const INSERT_SETTING: &str = "
INSERT INTO chat_settings (name, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = value";

#[async_trait]
impl SettingStore for MySqlStore {
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.row(SETTING, &[Value::Ascii(name)]).await?.as_ref().map(setting).transpose()
    }

    async fn setting_or_insert(&self, name: &str, value: &str) -> Result<String, StoreError> {
        let tables = &self.shared().tables;
        let insert = statement(tables, INSERT_SETTING, &[Value::Ascii(name), Value::Ascii(value)]);
        let read = statement(tables, SETTING, &[Value::Ascii(name)]);
        // To insert what stands, and to read it again, does nothing.
        let rows = self.rows_of(&format!("{BEGIN}{insert};COMMIT;{read}")).await?;
        let stands = rows.first().map(setting).transpose()?;
        stands.ok_or_else(|| StoreError::Corrupt(format!("settings: {name} is gone as soon as it is set")))
    }
}

fn setting(row: &MySqlRow) -> Result<String, StoreError> {
    Columns::new(row, "settings", &["name"]).text("value").map(str::to_owned)
}
