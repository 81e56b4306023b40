use chat_core::{
    model::{
        coin::Reason,
        text::Name,
        user::{AdminUser, PasswordHash, Phone, Standing, User, UserId},
    },
    ports::store::{Credentials, LockedUser, StoreError},
};

use crate::row::{Columns, SqlRow};

/// A user and what is kept of their password.
pub fn locked_user<R: SqlRow>(row: &R) -> Result<LockedUser, StoreError> {
    let columns = Columns::new(row, "users", &["user_id"]);
    let user = User {
        id: columns.parsed("user_id", UserId::parse)?,
        name: columns.parsed("name", Name::parse)?,
        phone: columns.parsed_if_any("phone", Phone::parse)?,
        prime: columns.truth("prime")?,
        coins: columns.coins("coins")?,
        standing: columns.named("standing", standing)?,
        created_at: columns.time("created_at")?,
    };
    Ok(LockedUser { user, password: password(&columns)? })
}

/// A user and what else there is to say of their standing: `reason` and `erased_at`.
pub fn admin_user<R: SqlRow>(row: &R) -> Result<AdminUser, StoreError> {
    let columns = Columns::new(row, "standings", &["user_id"]);
    let (reason, erased_at) = (columns.parsed_if_any("reason", Reason::parse)?, columns.time_if_any("erased_at")?);
    Ok(AdminUser::new(locked_user(row)?.user, reason, erased_at))
}

/// What a sign-in is checked against.
pub fn credentials<R: SqlRow>(row: &R) -> Result<Credentials, StoreError> {
    let columns = Columns::new(row, "users", &["user_id"]);
    Ok(Credentials {
        user: columns.parsed("user_id", UserId::parse)?,
        password: password(&columns)?,
        standing: columns.named("standing", standing)?,
    })
}

fn password<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Option<PasswordHash>, StoreError> {
    Ok(columns.text_if_any("password_hash")?.map(PasswordHash::from_stored))
}

/// The standing of that name.
pub fn standing(name: &str) -> Option<Standing> {
    match name {
        "active" => Some(Standing::Active),
        "suspended" => Some(Standing::Suspended),
        "erased" => Some(Standing::Erased),
        _ => None,
    }
}
