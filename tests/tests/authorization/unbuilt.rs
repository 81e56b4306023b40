//! Operations and roles of the contract that are not built. What is built is taken from here, and gets its rows or its
//! column in the table.

/// Operations: `METHOD /path` of a document, or the type of a WebSocket command.
pub(crate) const OPERATIONS: &[&str] = &[
    "PATCH /api/chatrooms/{roomId}",
    "DELETE /api/chatrooms/{roomId}",
    "DELETE /api/chatrooms/{roomId}/members/{userId}",
    "PUT /api/chatrooms/{roomId}/members/{userId}/role",
    "GET /api/chatrooms/{roomId}/bans",
    "PUT /api/chatrooms/{roomId}/bans/{userId}",
    "DELETE /api/chatrooms/{roomId}/bans/{userId}",
    "PATCH /api/chatrooms/{roomId}/messages/{seq}",
    "DELETE /api/chatrooms/{roomId}/messages/{seq}",
    "PUT /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}",
    "DELETE /api/chatrooms/{roomId}/messages/{seq}/reactions/{emoji}",
    "GET /api/events",
    "edit",
    "delete",
    "react",
];

/// Kinds of callers, each with the operation that makes somebody one.
pub(crate) const CALLERS: &[(&str, &str)] = &[
    ("moderator", "PUT /api/chatrooms/{roomId}/members/{userId}/role"),
    ("removed member", "DELETE /api/chatrooms/{roomId}/members/{userId}"),
    ("banned", "PUT /api/chatrooms/{roomId}/bans/{userId}"),
];

/// What of the lists is there all the same.
pub(crate) fn built(operations: &[&str], callers: &[(&str, &str)], there: impl Fn(&str) -> bool) -> Vec<String> {
    let operations = operations.iter().filter(|operation| there(operation));
    let operations = operations.map(|operation| format!("{operation} is built: take it from OPERATIONS"));
    let callers = callers.iter().filter(|(_, operation)| there(operation));
    let callers =
        callers.map(|(caller, _)| format!("a {caller} can be made: take them from CALLERS, add their column"));
    operations.chain(callers).collect()
}
