use chat_core::{
    model::admission::{Admission, AdmissionKind},
    ports::store::{Entrant, StoreError},
};

use crate::{
    invite,
    row::{Columns, SqlRow},
};

/// Who stands at the door: one row of all the columns of an admission (`kind`, `coins`, `at`) and of an invite, where
/// there are any, and `is_member`, `is_banned`, `had_free_admission`.
pub fn entrant<R: SqlRow>(row: &R) -> Result<Entrant, StoreError> {
    let columns = Columns::new(row, "admissions", &["is_member"]);
    let has_invite = columns.bytes_if_any::<16>("invite_id")?.is_some();
    let has_admission = columns.text_if_any("kind")?.is_some();
    Ok(Entrant {
        is_member: columns.truth("is_member")?,
        is_banned: columns.truth("is_banned")?,
        admission: has_admission.then(|| admission(&columns)).transpose()?,
        had_free_admission: columns.truth("had_free_admission")?,
        invite: has_invite.then(|| invite(row)).transpose()?,
    })
}

fn admission<R: SqlRow>(columns: &Columns<'_, R>) -> Result<Admission, StoreError> {
    Ok(Admission {
        kind: columns.named("kind", AdmissionKind::from_name)?,
        coins: columns.coins("coins")?,
        at: columns.time("at")?,
    })
}
