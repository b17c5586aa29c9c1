//! With which certificate does the server show itself? Files that change are read again while it
//! runs, so that a certificate can be renewed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::SystemTime;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use thiserror::Error;

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum TlsError {
    /// a file that cannot be read
    #[error("`{}` holds no {what} in PEM that can be read: {why}", path.display())]
    File {
        /// the file
        path: PathBuf,
        /// what should be in it
        what: &'static str,
        /// why it cannot be read
        why: String,
    },
    /// a key of another certificate, or of a kind that is not known
    #[error("the certificate and the key do not belong together, or cannot be used")]
    Unfit(#[source] rustls::Error),
}

/// What is spoken over an encrypted connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alpn {
    /// HTTP/1.1
    Http,
    /// whatever the client wants: PostgreSQL's own
    Any,
}

/// A certificate with its key, as two files hold them.
#[derive(Debug)]
pub(super) struct Certificates {
    certificate: PathBuf,
    key: PathBuf,
    now: RwLock<Arc<Configs>>,
    seen: Mutex<Option<Print>>,
}

#[derive(Debug)]
struct Configs {
    http: Arc<ServerConfig>,
    any: Arc<ServerConfig>,
}

/// What tells files from other ones: times and sizes.
type Print = [(SystemTime, u64); 2];

impl Certificates {
    /// Reads both files.
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Self, TlsError> {
        let configs = Arc::new(configs(certificate, key)?);
        let seen = print(certificate, key).ok();
        Ok(Self {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
            now: RwLock::new(configs),
            seen: Mutex::new(seen),
        })
    }

    /// How a connection is encrypted that begins now.
    pub(super) fn config(&self, alpn: Alpn) -> Arc<ServerConfig> {
        let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
        match alpn {
            Alpn::Http => Arc::clone(&now.http),
            Alpn::Any => Arc::clone(&now.any),
        }
    }

    /// Reads the files again if they are others than before; where they cannot be used, as while
    /// one of both has been written, the last ones stay. It blocks.
    pub(super) fn look(&self) {
        let print = print(&self.certificate, &self.key).ok();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if *seen == print {
            return;
        }
        match configs(&self.certificate, &self.key) {
            Ok(configs) => {
                *self.now.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(configs);
                tracing::info!("a new certificate is used");
            }
            Err(error) => tracing::error!(%error, "the new certificate cannot be used"),
        }
        *seen = print;
    }
}

fn print(certificate: &Path, key: &Path) -> io::Result<Print> {
    let of = |path: &Path| {
        let known = fs::metadata(path)?;
        Ok::<_, io::Error>((known.modified()?, known.len()))
    };
    Ok([of(certificate)?, of(key)?])
}

fn configs(certificate: &Path, key: &Path) -> Result<Configs, TlsError> {
    let unreadable = |path: &Path, what, why: String| {
        let path = path.to_owned();
        TlsError::File { path, what, why }
    };
    let read = CertificateDer::pem_file_iter(certificate).and_then(Iterator::collect);
    let chain: Vec<CertificateDer<'static>> =
        read.map_err(|error| unreadable(certificate, "certificate", error.to_string()))?;
    if chain.is_empty() {
        return Err(unreadable(certificate, "certificate", "there is none in it".to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| unreadable(key, "private key", error.to_string()))?;
    let any = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Unfit)?
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .map_err(TlsError::Unfit)?;
    let mut http = any.clone();
    http.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Configs { http: Arc::new(http), any: Arc::new(any) })
}
