//! Where do secrets come from, and what is kept of them? 256 random bits; of these only a hash.

use sha2::{Digest, Sha256};

use super::error::AccountsError;

/// Bytes of a secret, and of a hash of it.
pub(super) const BYTES: usize = 32;
/// Bytes of what SHA-256 takes at once.
const BLOCK: usize = 64;

/// Random bytes.
pub(super) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], AccountsError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A new secret as text, that begins with what it is for.
pub(super) fn text(begin: &str) -> Result<String, AccountsError> {
    Ok(format!("{begin}{}", hex::encode(random::<BYTES>()?)))
}

/// What is kept of a secret. It has 256 random bits, so that nobody can try them all, and needs no
/// salt.
pub(super) fn hash(secret: &str) -> [u8; BYTES] {
    Sha256::digest(secret.as_bytes()).into()
}

/// HMAC-SHA-256 (RFC 2104).
pub(super) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; BYTES] {
    let mut block = [0; BLOCK];
    let hashed: [u8; BYTES];
    let key = if key.len() > BLOCK {
        hashed = Sha256::digest(key).into();
        &hashed[..]
    } else {
        key
    };
    for (byte, given) in block.iter_mut().zip(key) {
        *byte = *given;
    }
    let mut inner = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let inner = inner.finalize();
    let outer = Sha256::new_with_prefix(block.map(|byte| byte ^ 0x5c));
    outer.chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyed_hash_is_that_of_rfc_4231() {
        // Test cases 2 and 6 of RFC 4231.
        let cases: [(&[u8], &[u8], &str); 2] = [
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (key, data, expected) in cases {
            let (one, other) = data.split_at(7);
            assert_eq!(hex::encode(hmac(key, &[one, other])), expected);
        }
    }

    #[test]
    fn no_two_secrets_are_the_same() {
        let (one, other) = (text("patron_").unwrap(), text("patron_").unwrap());
        assert_ne!(one, other);
        assert_eq!(one.len(), "patron_".len() + 64);
        assert_ne!(hash(&one), hash(&other));
    }
}
