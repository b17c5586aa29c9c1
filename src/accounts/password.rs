//! Which passwords are taken, and is one the right one? Kept is argon2id of it, as a text that says
//! how it was made (PHC).

use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use unicode_normalization::UnicodeNormalization;

use super::error::AccountsError;

/// Characters that a password has at least.
const LENGTH_MIN: usize = 12;
/// Bytes that it has at most, so that nobody keeps the server busy with one.
const LENGTH_MAX: usize = 1024;
/// Words that are tried first; a password that is one of them with digits and signs is not taken.
const COMMON: [&str; 8] = [
    "password",
    "passwort",
    "patron",
    "letmein",
    "welcome",
    "qwertyuiop",
    "administrator",
    "admin",
];

/// What is kept of a password. There are no rules of composition: length is what counts.
///
/// # Errors
/// When the password is too short, too long, or among the first that anybody tries.
pub(super) fn hash(name: &str, password: &str) -> Result<String, AccountsError> {
    refuse(name, password).map_err(AccountsError::Password)?;
    hashed(password)
}

fn hashed(password: &str) -> Result<String, AccountsError> {
    let normal: String = password.nfc().collect();
    // argon2id with 19 MiB and two passes, as OWASP recommends.
    let hash = Argon2::default().hash_password(normal.as_bytes());
    Ok(hash.map_err(|_| AccountsError::Hash)?.to_string())
}

fn refuse(name: &str, password: &str) -> Result<(), &'static str> {
    if password.chars().count() < LENGTH_MIN {
        return Err("it has fewer than 12 characters; four or five words in a row are a good one");
    }
    if password.len() > LENGTH_MAX {
        return Err("it has more than 1024 bytes");
    }
    if password.chars().any(char::is_control) {
        return Err("it has characters that nobody can type");
    }
    let bare: String = password.chars().filter(|one| one.is_alphabetic()).collect();
    let bare = bare.to_lowercase();
    let of_name: String = name.chars().filter(|one| one.is_alphabetic()).collect();
    let is_of = |word: &str| !word.is_empty() && bare.replace(word, "").chars().count() < 4;
    if is_of(&of_name) || bare.is_empty() {
        return Err("it is made of the name, or of nothing but digits and signs");
    }
    if COMMON.into_iter().any(is_of) {
        return Err("it is among the first that anybody tries");
    }
    let mut letters: Vec<char> = bare.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    match letters.len() < 4 {
        true => Err("it repeats a few letters"),
        false => Ok(()),
    }
}

/// Whether a password is the one of which a hash is kept. Where there is none it takes as long, and
/// is not.
pub(super) fn verify(password: &str, kept: Option<&str>) -> bool {
    if password.len() > LENGTH_MAX {
        return false;
    }
    let normal: String = password.nfc().collect();
    let against = kept.unwrap_or_else(|| dummy());
    let Ok(hash) = PasswordHash::new(against) else { return false };
    let is_right = Argon2::default().verify_password(normal.as_bytes(), &hash).is_ok();
    is_right && kept.is_some()
}

/// The hash of a password that nobody knows. Made once, when a server begins, so that the first
/// unknown name takes no longer than others.
pub fn dummy() -> &'static str {
    static DUMMY: OnceLock<String> = OnceLock::new();
    DUMMY.get_or_init(|| {
        let unknown = super::secret::text("").unwrap_or_default();
        hashed(&unknown).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_common_passwords_are_not_taken() {
        let refused = [
            "",
            "elevenchars",
            "Password2026!",
            "PASSWORD1234",
            "123456789012",
            "hannelore123",
            "Hannelore-Hannelore",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "patron-patron-patron",
            "welcome!!!2026",
            "a\u{7}bcdefghijklmn",
        ];
        for password in refused {
            assert!(refuse("hannelore", password).is_err(), "{password}");
        }
        assert!(refuse("ann", &"long word ".repeat(103)).is_err());
        let taken = [
            "correct horse battery",
            "twelve-chars",
            "my password is unlike yours",
            "没有人会猜到这个很长的密码",
            "hannelore likes bread",
        ];
        for password in taken {
            assert_eq!(refuse("hannelore", password), Ok(()), "{password}");
        }
    }

    #[test]
    fn a_password_fits_its_own_hash_alone() {
        let kept = hash("ann", "correct horse battery").unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(verify("correct horse battery", Some(&kept)));
        assert!(!verify("correct horse batterx", Some(&kept)));
        assert!(!verify("correct horse battery", None));
        assert!(!verify("", Some("")));
        assert!(dummy().starts_with("$argon2id$"));
        let other = hash("ann", "correct horse battery").unwrap();
        assert_ne!(other, kept, "each has a salt of its own");
        // The same letters, composed and decomposed.
        let composed = hash("ann", "sch\u{f6}ne lange w\u{f6}rter").unwrap();
        assert!(verify("scho\u{308}ne lange wo\u{308}rter", Some(&composed)));
    }
}
