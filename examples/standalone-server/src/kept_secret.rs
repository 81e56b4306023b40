//! Secrets that the operator did not give: made once, and kept in the data folder.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use secrecy::SecretString;

use crate::failure::Failure;

/// The secret that is kept under `name`; made and kept where there is none.
pub(crate) fn kept_secret(data_dir: &Path, name: &str) -> Result<SecretString, Failure> {
    let path = data_dir.join(name);
    let failed = |source| Failure::File { path: path.clone(), source };
    match fs::read_to_string(&path) {
        Ok(secret) if secret.trim().is_empty() => Err(Failure::EmptySecret(path)),
        Ok(secret) => Ok(secret.trim().into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = random_secret()?;
            keep(data_dir, &path, &secret).map_err(failed)?;
            // Another process may have been first: what stands there now is the secret.
            fs::read_to_string(&path).map(|secret| secret.trim().into()).map_err(failed)
        }
        Err(error) => Err(failed(error)),
    }
}

/// 256 random bits as text.
pub(crate) fn random_secret() -> Result<String, Failure> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| Failure::NoRandomness)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Written whole under another name first, and on disk before it has its own: a half-written key would be lost with
/// all that was signed by it. A file that stands there already stays.
fn keep(data_dir: &Path, path: &PathBuf, secret: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = private_file(&draft)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    let linked = match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    };
    fs::remove_file(&draft)?;
    linked?;
    File::open(data_dir)?.sync_all()
}

/// A file that only its owner reads.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_secret_is_made_once_and_kept_from_others() {
        let folder = tempfile::tempdir().unwrap();
        let first = kept_secret(folder.path(), "jwt.key").unwrap();
        let again = kept_secret(folder.path(), "jwt.key").unwrap();
        assert_eq!(first.expose_secret(), again.expose_secret());
        assert_eq!(first.expose_secret().len(), 64);
        let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["jwt.key"]);
        #[cfg(unix)]
        {
            let mode = std::os::unix::fs::PermissionsExt::mode(
                &fs::metadata(folder.path().join("jwt.key")).unwrap().permissions(),
            );
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn an_empty_file_is_not_taken_for_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("jwt.key"), "\n").unwrap();
        assert!(matches!(kept_secret(folder.path(), "jwt.key"), Err(Failure::EmptySecret(_))));
    }
}
