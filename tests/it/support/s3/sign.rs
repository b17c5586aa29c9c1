//! Did who signed a request know the secret? (AWS Signature Version 4)

use sha2::{Digest, Sha256};

use super::http::{Request, encode};

/// Whether the request bears the signature of this key and this secret.
pub fn is_signed(request: &Request, access_key: &str, secret_key: &str) -> bool {
    let Some(authorization) = request.header("authorization") else { return false };
    let field = |name: &str| {
        let (_, rest) = authorization.split_once(&format!("{name}="))?;
        Some(rest.split(',').next().unwrap_or_default().trim().to_owned())
    };
    let (Some(credential), Some(signed), Some(signature)) =
        (field("Credential"), field("SignedHeaders"), field("Signature"))
    else {
        return false;
    };
    let Some(scope) = credential.strip_prefix(&format!("{access_key}/")) else { return false };
    let mut key = format!("AWS4{secret_key}").into_bytes();
    for part in scope.split('/') {
        key = hmac(&key, part.as_bytes()).to_vec();
    }
    let date = request.header("x-amz-date").unwrap_or_default();
    let hashed = hex::encode(Sha256::digest(canonical(request, &signed)));
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}");
    hex::encode(hmac(&key, text.as_bytes())) == signature
}

/// The request in the one form that is signed.
fn canonical(request: &Request, signed: &str) -> String {
    let mut pairs: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    pairs.sort();
    let mut headers = String::new();
    for name in signed.split(';') {
        let value = request.header(name).unwrap_or_default();
        let words: Vec<&str> = value.split_whitespace().collect();
        headers.push_str(&format!("{name}:{}\n", words.join(" ")));
    }
    let body = request.header("x-amz-content-sha256").unwrap_or_default();
    let query = pairs.join("&");
    format!("{}\n{}\n{query}\n{headers}\n{signed}\n{body}", request.method, request.path)
}

/// HMAC with SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    match key.len() {
        0..=64 => block[..key.len()].copy_from_slice(key),
        _ => block[..32].copy_from_slice(&Sha256::digest(key)),
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

/// RFC 4231, test cases 2 and 6.
#[test]
fn the_keyed_hash_is_the_published_one() {
    for (key, text, expected) in [
        (
            b"Jefe".to_vec(),
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ] {
        assert_eq!(hex::encode(hmac(&key, text.as_bytes())), expected);
    }
}
