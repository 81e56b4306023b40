//! Who may operate the chat, from what the operator of the server set.

use std::collections::HashSet;

use chat_core::model::operator::{Operator, OperatorName, Right};
use chat_http::OperatorToken;
use secrecy::{ExposeSecret, SecretString};

use crate::failure::Failure;

/// What the audit calls who signs in with `--admin-token`.
const ADMIN: &str = "admin";
/// What it calls the server itself, which makes the sample accounts.
const HOST: &str = "host";
/// Shorter than this, in characters, a token could be guessed.
const MIN_TOKEN: usize = 16;

/// All operators: the one of `--admin-token`, who may do everything, and those of `--operator`.
pub(crate) fn operators(admin: Option<&SecretString>, others: &[SecretString]) -> Result<Vec<OperatorToken>, Failure> {
    let mut names = HashSet::from([ADMIN, HOST].map(str::to_owned));
    let mut operators = Vec::new();
    if let Some(token) = admin {
        operators.push(token_of(ADMIN, "all", token.expose_secret())?);
    }
    for text in others.iter().map(SecretString::expose_secret).filter(|text| !text.is_empty()) {
        let (name, token) = operator(text)?;
        if !names.insert(name) {
            return Err(Failure::Operator("each has a name of their own, and none is admin or host".to_owned()));
        }
        operators.push(token);
    }
    Ok(operators)
}

fn operator(text: &str) -> Result<(String, OperatorToken), Failure> {
    let mut parts = text.splitn(3, ':');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some(rights), Some(token)) => Ok((name.to_owned(), token_of(name, rights, token)?)),
        _ => Err(Failure::Operator("it is not NAME:RIGHTS:TOKEN".to_owned())),
    }
}

fn token_of(name: &str, rights: &str, token: &str) -> Result<OperatorToken, Failure> {
    if token.chars().count() < MIN_TOKEN {
        tracing::warn!("an operator's token has fewer than {MIN_TOKEN} characters and could be guessed");
    }
    let name = OperatorName::parse(name).map_err(|fault| Failure::Operator(format!("the name: {fault}")))?;
    let rights = match rights {
        "all" => Right::ALL.to_vec(),
        some => some.split(',').map(right).collect::<Result<_, _>>()?,
    };
    Ok(OperatorToken::new(Operator::new(name, rights), token.into())?)
}

fn right(name: &str) -> Result<Right, Failure> {
    // What stands there may be a token at the wrong place: it is not told.
    let refused = || Failure::Operator("the rights are all, or some of look, users, coins, rooms, outbox".to_owned());
    Right::from_name(name).ok_or_else(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Option<String> {
        operators(None, &[text.into()]).err().map(|failure| failure.told())
    }

    #[test]
    fn operators_have_a_name_rights_and_a_token() {
        let known = operators(Some(&"admin-token".into()), &["clerk:coins,look:se.cret~==".into(), "".into()]).unwrap();
        let shown = format!("{known:?}");
        assert_eq!(known.len(), 2);
        assert!(shown.contains("admin") && shown.contains("clerk") && shown.contains("Coins"), "{shown}");
        assert!(!shown.contains("se.cret") && !shown.contains("admin-token"), "{shown}");
    }

    #[test]
    fn what_is_wrong_is_told_without_the_token() {
        for wrong in [
            "clerk",
            "clerk:coins",
            "clerk:money:secret",
            "clerk:secret:look",
            "cl erk:all:secret",
            ":all:secret",
            "a:all:se cret",
            "admin:look:secret",
            "host:look:secret",
        ] {
            let told = told(wrong).unwrap();
            assert!(!told.contains("secret") && !told.contains("se cret"), "{told}");
        }
        assert_eq!(told("clerk:look:secret"), None);
        let twice = ["clerk:look:one".into(), "clerk:coins:other".into()];
        assert!(operators(None, &twice).is_err(), "the audit could not tell them apart");
    }
}
