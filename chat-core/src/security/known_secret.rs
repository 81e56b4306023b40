//! Secrets that are none: those that a standard, a tutorial or a template prints, and those that one types for want of a
//! better one. Whoever attacks begins with them.

/// Whether a secret is one of those. It is no measure of how good a secret is.
pub(super) fn is_known(secret: &str) -> bool {
    let secret = secret.trim().trim_end_matches('=');
    let printed = PRINTED.iter().any(|printed| printed.trim_end_matches('=').eq_ignore_ascii_case(secret));
    printed || asks_to_be_replaced(secret) || repeats(secret)
}

/// As they stand in public places; those that [`asks_to_be_replaced`] knows are left out.
const PRINTED: &[&str] = &[
    // The 16 and 32 bytes from 0 on, of many a test vector.
    "000102030405060708090a0b0c0d0e0f",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    // RFC 7515, A.1; RFC 7520, 3.5.
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
    "hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg",
    // What key generators and the tutorials that used them have left in Spring applications.
    "404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970",
    "413F4428472B4B6250655368566D5970337336763979244226452948404D6351",
    "357538782F413F4428472B4B6250655368566D59703373367639792442264529",
    "357538782F413F4428472B4B6250655368566D59703373367639792442264528",
    "3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b",
    "======================BezKoder=Spring===========================",
    "======================Bezkoder=Spring========================",
    "bezkoder-secret-key",
    // The tutorials of FastAPI, of ASP.NET, and the documents of Hasura.
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "JWTAuthenticationHIGHsecuredPasswordVVVp1OH7Xzyr",
    "ByYM000OLMQG6VVVp1OH7Xzyr7gHuw1qvUC5dcGt3SNM",
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpDasdfT6R",
    // What Directus, Dify, Nacos and Superset came with, and were attacked by.
    "255d861b-5ea1-5996-9aa3-922530ec40b1",
    "6116487b-cda1-52c2-b5b5-c8022c45e263",
    "sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U",
    "SecretKey012345678901234567890123456789012345678901234567890123456789",
    "VGhpc0lzTXlDdXN0b21TZWNyZXRLZXkwMTIzNDU2Nzg=",
    "thisISaSECRET_1234",
    // jwt.io; Supabase's and NextAuth's templates.
    "a-string-secret-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-256-bits-long",
    "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "reallyreallyreallyreallyverysafe",
    // What one counts on a keyboard until it is long enough.
    "0123456789abcdef0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "12345678901234567890123456789012",
    "\u{2}\u{1}thisismyscretkey\u{1}\u{2}\\e\\y\\y\\h",
];

/// What placeholders say, without what stands between their words.
const ASKING: [&str; 9] = [
    "changeme",
    "changethis",
    "changeit",
    "replaceme",
    "replacethis",
    "replacewith",
    "your256bit",
    "yoursecret",
    "yourjwtsecret",
];

/// Whether it is a sentence such as `your-256-bit-secret` or `please_change_me_in_production`.
fn asks_to_be_replaced(secret: &str) -> bool {
    let letters: String = secret.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ASKING.iter().any(|words| letters.contains(words))
}

/// Whether it is one of these again and again, and nothing else.
fn repeats(secret: &str) -> bool {
    let letters: String = secret.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    ["0", "secret", "password", "jwtsecret", "test"].iter().any(|piece| letters.replace(piece, "").is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_somewhere_is_known_however_it_is_written() {
        for printed in PRINTED {
            assert!(is_known(printed), "{printed}");
            assert!(is_known(&printed.to_uppercase()) && is_known(&format!(" {printed}\n")), "{printed}");
        }
    }

    #[test]
    fn a_word_again_and_again_is_known() {
        for known in ["0".repeat(64), "secret".repeat(6), "secret-".repeat(6), "Password".repeat(4)] {
            assert!(is_known(&known), "{known}");
        }
    }

    #[test]
    fn what_asks_to_be_replaced_is_known() {
        for known in [
            "your-256-bit-secret",
            "your-256-bit-secret-your-256-bit-secret",
            "your_super_secret_jwt_key_change_this_in_production",
            "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
            "change-me-change-me-please-change-me",
            "REPLACE IT, replace-me, whatever it takes to be long",
        ] {
            assert!(is_known(known), "{known}");
        }
    }

    #[test]
    fn what_nobody_has_seen_is_not_known_whatever_stands_before_it() {
        for strange in [
            "prod-secret-key-9c1f4e7ab2d8053f6e91c4a7d20b8f35",
            "my super secret 31415 92653 58979 32384 62643 38327",
            "mossy lantern orbit quartz velvet harbour nine",
            "Zürich Köln Århus Łódź São Paulo Reykjavík",
            "k3y!",
            "a key of a house, longer than thirty-two bytes",
        ] {
            assert!(!is_known(strange), "{strange}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_random_key_is_known(bytes: [u8; 32]) {
            use base64::{Engine, engine::general_purpose::STANDARD};
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            proptest::prop_assume!(bytes != [0; 32]);
            proptest::prop_assert!(!is_known(&hex), "{hex}");
            proptest::prop_assert!(!is_known(&STANDARD.encode(bytes)), "{hex}");
        }
    }
}
