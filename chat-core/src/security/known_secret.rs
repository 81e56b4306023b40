//! Secrets that are none: those that a standard, a tutorial or a template prints, and those that one types for want of a
//! better one. Whoever attacks begins with them.

/// Whether a secret can be told without knowing it.
pub(super) fn is_known(secret: &str) -> bool {
    let secret = secret.trim().trim_end_matches('=');
    let printed = PRINTED.iter().any(|printed| printed.trim_end_matches('=').eq_ignore_ascii_case(secret));
    printed || repeats(secret.as_bytes()) || counts(secret.as_bytes()) || is_placeholder(secret)
}

/// As they stand in public places; those that [`is_placeholder`] knows are left out.
const PRINTED: [&str; 25] = [
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
    "\u{2}\u{1}thisismyscretkey\u{1}\u{2}\\e\\y\\y\\h",
];

/// Whether it is one piece again and again.
fn repeats(secret: &[u8]) -> bool {
    let again = |piece: usize| secret.iter().zip(&secret[piece..]).all(|(byte, later)| byte == later);
    (1..=secret.len() / 2).any(again)
}

/// Whether it counts or spells the alphabet, mostly: three of four bytes are the one before or beside it.
fn counts(secret: &[u8]) -> bool {
    let steps = secret.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) <= 1).count();
    3 * secret.len() <= 4 * (steps + 1)
}

/// What placeholders are made of.
const WORDS: &str = "a able access admin always an and another any api app application as at auth authentication \
     authorization backend be bearer better bit bits bytes byte can chain change changed changeit changeme changethis char \
     character characters chars chat choose client code complex config cookie credentials crypto custom database db debug \
     default demo dev develop development do dont dummy encryption enough enter env example extremely fake fallback for \
     foo bar baz fifty from generate generated goes good has hash have hello here hmac hs hundred i in inproduction insecure \
     insert instead is it its jwt keep key keys least length local localhost long longer make me min minimum minimal mock \
     more must my need needs never no not null of on one only or our own pass passphrase password passwd pepper permanent \
     phrase pick placeholder please private prod production project public put qwerty qwertyuiop asdf asdfgh asdfghjkl \
     zxcvbnm random real really refresh replace replaced replaceme replacethis replacewith required rotate safe salt sample \
     secret secrets secure secured security server service session set sha share shared should sign signed signature signing \
     six sixty some something spring store string strong strongly sub super supersecret sure symmetric temp temporary test \
     testing tests text than that the this thirty to todo token tokens too two tutorial ultra undefined unique unsafe until \
     use used user valid value var verification verify very we which will with word words world xxx you your yours";

/// Whether it is a sentence such as `your-256-bit-secret` or `change me in production`: three of four characters are in such
/// words. What stands between them does not count, nor do short numbers beside them.
fn is_placeholder(secret: &str) -> bool {
    let secret = secret.to_lowercase();
    let (mut told, mut strange) = (0, 0);
    for run in secret.split(|c: char| !c.is_alphanumeric()) {
        let letters: String = run.chars().map(|c| if c.is_ascii_digit() { ' ' } else { c }).collect();
        let in_words: usize = letters.split(' ').map(letters_in_words).sum();
        let in_none = letters.bytes().filter(|byte| *byte != b' ').count() - in_words;
        let numbers = run.split(|c: char| !c.is_ascii_digit());
        let digits = numbers.filter(|number| 0 < in_none || !says_nothing(number)).map(str::len).sum::<usize>();
        told += in_words;
        strange += in_none + digits;
    }
    3 * strange < told
}

/// Whether a number is a year, a number of bits, or one that counts.
fn says_nothing(number: &str) -> bool {
    number.len() <= 4 || counts(number.as_bytes())
}

/// How many letters of a run without spaces are in words, at most.
fn letters_in_words(run: &str) -> usize {
    let mut told = vec![0; run.len() + 1];
    for end in 1..=run.len() {
        let so_far = &run.as_bytes()[..end];
        let ending = WORDS.split_whitespace().filter(|word| so_far.ends_with(word.as_bytes()));
        told[end] = ending.map(|word| told[end - word.len()] + word.len()).fold(told[end - 1], usize::max);
    }
    told[run.len()]
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
    fn what_repeats_or_counts_is_known() {
        for known in [
            "k".repeat(32),
            "\0".repeat(32),
            "0".repeat(64),
            format!("{}=", "A".repeat(43)),
            "secret".repeat(6),
            "d1f0".repeat(8),
            "deadbeef".repeat(4) + "dead",
            "0123456789abcdef0123456789abcdef".to_owned(),
            "abcdefghijklmnopqrstuvwxyz0123456789".to_owned(),
            "x".to_owned(),
        ] {
            assert!(is_known(&known), "{known}");
        }
    }

    #[test]
    fn what_asks_to_be_replaced_is_known() {
        for known in [
            "your-256-bit-secret",
            "a-string-secret-at-least-256-bits-long",
            "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
            "super-secret-jwt-token-with-at-least-32-characters-long",
            "your_super_secret_jwt_key_change_this_in_production",
            "YOUR_SUPER_SECRET_KEY_MAKE_SURE_IT_IS_LONG_ENOUGH",
            "CHANGE_ME_TO_A_COMPLEX_RANDOM_SECRET",
            "change-me-change-me-please-change-me",
            "changeme",
            "my-secret-token-to-change-in-production",
            "reallyreallyreallyreallyverysafe",
            "THIS IS USED TO SIGN AND VERIFY JWT TOKENS, REPLACE IT WITH YOUR OWN SECRET, IT CAN BE ANY STRING",
            "mySecretKeyForJwtAuthenticationToken123456789",
            "a key of the tests, longer than thirty-two bytes",
            "a pepper of thirty-two bytes, too",
            "pepper",
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
        ] {
            assert!(!is_known(strange), "{strange}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_random_key_is_known(bytes: [u8; 32]) {
            use base64::{Engine, engine::general_purpose::STANDARD};
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            // Also a generator of random numbers yields such, but once in a life of the universe.
            proptest::prop_assume!(bytes.iter().collect::<std::collections::HashSet<_>>().len() > 20);
            proptest::prop_assert!(!is_known(&hex), "{hex}");
            proptest::prop_assert!(!is_known(&STANDARD.encode(bytes)), "{hex}");
        }
    }
}
