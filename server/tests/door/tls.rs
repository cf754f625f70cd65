//! Connections with TLS to a proxy.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use server::{CertificateFiles, CurrentCertificate};

/// A connection.
pub type Stream = StreamOwned<ClientConnection, TcpStream>;

/// The path of a file in `tests/certificates`.
pub fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/certificates").join(name)
}

/// How a listener secures connections by the certificate `first`.
pub fn server_config() -> Arc<ServerConfig> {
    let files = CertificateFiles { certificate: file("first.pem"), key: file("first.key") };
    let (current, _) = CurrentCertificate::read(files).unwrap();
    current.server_config().unwrap()
}

/// A client's settings, which trust the certificates of the tests.
pub fn client_config(protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    for name in ["first.pem", "second.pem"] {
        roots.add(CertificateDer::from_pem_file(file(name)).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let mut config = builder.unwrap().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// A new connection on which the handshake is done.
pub fn connect(address: SocketAddr, protocols: &[&str]) -> Stream {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let name = "localhost".try_into().unwrap();
    let mut connection = ClientConnection::new(client_config(protocols), name).unwrap();
    while connection.is_handshaking() {
        connection.complete_io(&mut socket).unwrap();
    }
    StreamOwned::new(connection, socket)
}
