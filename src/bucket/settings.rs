//! What does a project say of a bucket?

use serde::Deserialize;

/// Where a bucket is and which variables of the environment hold its keys.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `s3://bucket/prefix`
    pub url: String,
    /// address of a store other than Amazon's
    pub endpoint: Option<String>,
    /// its region; `us-east-1` where absent
    pub region: Option<String>,
    /// the variable that holds the access key's id; without it requests are not signed
    pub access_key_env: Option<String>,
    /// the variable that holds the secret that belongs to it
    pub secret_key_env: Option<String>,
    /// the variable that holds the token of a temporary key
    pub session_token_env: Option<String>,
}

impl Settings {
    /// Says what is wrong with the settings, if something is.
    ///
    /// # Errors
    /// What is wrong and what helps.
    pub fn check(&self) -> Result<(), String> {
        let (bucket, prefix) = self.parts()?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if bucket.is_empty() || !bucket.chars().all(is_name) {
            let wanted = "write `s3://bucket/prefix`, keys in access_key_env and secret_key_env";
            return Err(format!("url: no bucket has such a name; {wanted}"));
        }
        if object_store::path::Path::parse(prefix).is_err() {
            return Err("url: the prefix has an empty or relative part; leave that out".to_owned());
        }
        if let Some(endpoint) = &self.endpoint {
            let host = ["http://", "https://"].iter().find_map(|s| endpoint.strip_prefix(s));
            if host.is_none_or(|host| host.is_empty() || host.contains(['@', '?', '#'])) {
                let wanted = "write `https://host:port`, keys in access_key_env and secret_key_env";
                return Err(format!("endpoint is no address of a store; {wanted}"));
            }
        }
        match (&self.access_key_env, &self.secret_key_env, &self.session_token_env) {
            (Some(_), Some(_), _) | (None, None, None) => Ok(()),
            (None, None, Some(_)) => {
                Err("session_token_env needs access_key_env and secret_key_env".to_owned())
            }
            _ => Err("access_key_env and secret_key_env go together; give both".to_owned()),
        }
    }

    /// The bucket's name and the prefix in it, without slashes around it.
    pub(super) fn parts(&self) -> Result<(&str, &str), String> {
        let rest = self.url.strip_prefix("s3://").ok_or("url does not begin with `s3://`")?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        Ok((bucket, prefix.trim_matches('/')))
    }
}
