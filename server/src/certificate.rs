//! The certificate of the listener, read again when its files change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::digest::{Context, Digest, SHA256};
use rustls::crypto::aws_lc_rs as provider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{InconsistentKeys, ServerConfig};

/// The protocols that are spoken, the preferred one first (RFC 7301).
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where a certificate and its key are, in PEM.
#[derive(Clone, Debug)]
pub struct CertificateFiles {
    /// The certificate, followed by those between it and an authority.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug)]
pub enum InvalidCertificate {
    /// A file cannot be read.
    Unreadable(PathBuf, std::io::Error),
    /// A file does not have what it should.
    NoCertificate(PathBuf),
    /// The same of the key.
    NoKey(PathBuf),
    /// They do not belong together, or are of no known kind.
    Unusable(rustls::Error),
}

impl fmt::Display for InvalidCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "cannot read `{}`: {error}", path.display()),
            Self::NoCertificate(path) => {
                write!(f, "`{}` is not a list of certificates in PEM", path.display())
            }
            Self::NoKey(path) => {
                write!(f, "`{}` is not a private key in PEM without a passphrase", path.display())
            }
            Self::Unusable(rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
                f.write_str("the certificate is not that of the key")
            }
            Self::Unusable(error) => write!(f, "the certificate cannot be used with the key: {error}"),
        }
    }
}

impl InvalidCertificate {
    /// The file that is at fault, if it is one of the two.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Unreadable(file, _) | Self::NoCertificate(file) | Self::NoKey(file) => Some(file),
            Self::Unusable(_) => None,
        }
    }
}

impl CertificateFiles {
    /// Reads the pair.
    pub fn read(&self) -> Result<Certificate, InvalidCertificate> {
        let (chain, key) = (read(&self.certificate)?, read(&self.key)?);
        let mut content = Context::new(&SHA256);
        content.update(&chain);
        content.update(&key);
        let pair = self.pair(&chain, &key).map(Arc::new);
        Ok(Certificate { content: content.finish(), pair })
    }

    fn pair(&self, chain: &[u8], key: &[u8]) -> Result<CertifiedKey, InvalidCertificate> {
        let no_certificate = || InvalidCertificate::NoCertificate(self.certificate.clone());
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(chain).collect();
        let chain = chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(no_certificate)?;
        let key = PrivateKeyDer::from_pem_slice(key);
        let key = key.map_err(|_| InvalidCertificate::NoKey(self.key.clone()))?;
        CertifiedKey::from_der(chain, key, &provider::default_provider())
            .map_err(InvalidCertificate::Unusable)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, InvalidCertificate> {
    std::fs::read(path).map_err(|error| InvalidCertificate::Unreadable(path.to_owned(), error))
}

/// What was read from the files.
#[derive(Debug)]
pub struct Certificate {
    /// The digest of both.
    content: Digest,
    /// The pair, if it is one.
    pub pair: Result<Arc<CertifiedKey>, InvalidCertificate>,
}

/// The certificate in use.
pub struct CurrentCertificate {
    files: CertificateFiles,
    pair: RwLock<Arc<CertifiedKey>>,
}

impl CurrentCertificate {
    /// Reads it for the first time. Also returns the digest of what was read.
    pub fn read(files: CertificateFiles) -> Result<(Arc<Self>, Digest), InvalidCertificate> {
        let Certificate { content, pair } = files.read()?;
        Ok((Arc::new(Self { files, pair: RwLock::new(pair?) }), content))
    }

    /// Reads it again. If the files have changed since `content` was read, it is used from now on, and the result says so; a
    /// faulty one changes nothing.
    pub fn refresh(&self, content: &mut Option<Digest>) -> Result<bool, InvalidCertificate> {
        let is_same = |digest: &Digest, content: &Option<Digest>| {
            content.as_ref().is_some_and(|known| known.as_ref() == digest.as_ref())
        };
        match self.files.read() {
            Ok(read) if is_same(&read.content, content) => Ok(false),
            Ok(read) => {
                *content = Some(read.content);
                *self.pair.write().unwrap_or_else(PoisonError::into_inner) = read.pair?;
                Ok(true)
            }
            // Said once.
            Err(_) if content.is_none() => Ok(false),
            Err(error) => {
                *content = None;
                Err(error)
            }
        }
    }

    /// How the listener secures connections.
    pub fn server_config(self: &Arc<Self>) -> Result<Arc<ServerConfig>, rustls::Error> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Arc::new(config))
    }
}

impl ResolvesServerCert for CurrentCertificate {
    fn resolve(&self, _client: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.pair.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl fmt::Debug for CurrentCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.files.fmt(f)
    }
}
