//! URLs made from the administrator's.

use url::Url;

/// A server's URL, with an administrator's name and password.
#[derive(Clone, Debug)]
pub(crate) struct AdminUrl(Url);

impl AdminUrl {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("no URL: {error}"))?;
        if !["mysql", "mariadb"].contains(&url.scheme()) || !url.has_host() {
            return Err("no URL of a server, like mysql://root:password@127.0.0.1:3306".to_owned());
        }
        Ok(Self(url))
    }

    /// Without a database.
    pub(crate) fn server(&self) -> String {
        let mut url = self.0.clone();
        url.set_path("");
        url.into()
    }

    /// The administrator in that database.
    pub(crate) fn database(&self, name: &str) -> String {
        let mut url = self.0.clone();
        url.set_path(name);
        url.into()
    }

    /// Somebody else in that database.
    pub(crate) fn user(&self, database: &str, user: &str, password: &str) -> String {
        let mut url = self.0.clone();
        url.set_path(database);
        let set = url.set_username(user).and_then(|()| url.set_password(Some(password)));
        set.expect("a URL with a host takes a user");
        url.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_and_the_user_are_replaced_and_options_stay() {
        let url = AdminUrl::parse("mysql://root:a%40b@db.example:3307/other?ssl-mode=REQUIRED").expect("a URL");
        assert_eq!(url.server(), "mysql://root:a%40b@db.example:3307?ssl-mode=REQUIRED");
        assert_eq!(url.database("x"), "mysql://root:a%40b@db.example:3307/x?ssl-mode=REQUIRED");
        assert_eq!(url.user("x", "me", "pw"), "mysql://me:pw@db.example:3307/x?ssl-mode=REQUIRED");
    }

    #[test]
    fn what_names_no_server_is_refused() {
        for text in ["", "root@localhost", "postgres://localhost/x", "mysql:x"] {
            assert!(AdminUrl::parse(text).is_err(), "{text}");
        }
    }
}
