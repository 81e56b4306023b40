//! Operations and roles of the contract that are not built. What is built is taken from here, and gets its rows or its
//! column in the table.

/// Operations: `METHOD /path` of a document, or the type of a WebSocket command.
pub(crate) const OPERATIONS: &[&str] = &["GET /api/events"];

/// Kinds of callers, each with the operation that makes somebody one.
pub(crate) const CALLERS: &[(&str, &str)] = &[];

/// What of the lists is there all the same.
pub(crate) fn built(operations: &[&str], callers: &[(&str, &str)], there: impl Fn(&str) -> bool) -> Vec<String> {
    let operations = operations.iter().filter(|operation| there(operation));
    let operations = operations.map(|operation| format!("{operation} is built: take it from OPERATIONS"));
    let callers = callers.iter().filter(|(_, operation)| there(operation));
    let callers =
        callers.map(|(caller, _)| format!("a {caller} can be made: take them from CALLERS, add their column"));
    operations.chain(callers).collect()
}
