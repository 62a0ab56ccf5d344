//! TLS over loopback: the CA bundle counts, names and authorities are checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ai_rust_client::call::Body;
use ai_rust_client::chat::chat;
use ai_rust_client::config::{Config, Settings, Timeouts};
use ai_rust_client::error::{Error, Kind};
use ai_rust_client::transport::Transport;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const ANSWER: &str = r#"{"choices":[{"message":{"content":"over TLS"},"finish_reason":"stop"}]}"#;

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its certificate as a file.
    fn bundle(&self, name: &str) -> PathBuf {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, self.0.pem()).unwrap();
        path
    }

    /// A server on loopback whose certificate is for `name`; it answers every request alike.
    async fn serve(&self, name: &str) -> SocketAddr {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    // A client that refuses the certificate ends the handshake.
                    let Ok(mut socket) = acceptor.accept(socket).await else { return };
                    let mut request = vec![0; 4096];
                    let _ = socket.read(&mut request).await;
                    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", ANSWER.len());
                    let _ = socket.write_all(format!("{head}{ANSWER}").as_bytes()).await;
                    let _ = socket.shutdown().await;
                });
            }
        });
        address
    }
}

async fn ask(address: SocketAddr, ca_bundle: PathBuf) -> Result<String, Error> {
    let settings = Settings {
        base_url: format!("https://localhost:{}/v1", address.port()),
        ca_bundle: Some(ca_bundle),
        ..Settings::default()
    };
    let limit = Duration::from_secs(30);
    let timeouts =
        Timeouts { connect: limit, idle: Some(limit), first_token: None, stall: None, total: None };
    let config = Config::new(settings, timeouts, 0).unwrap_or_else(|invalid| panic!("{invalid:?}"));
    let body = Body::new(vec!["m".to_owned()], b",\"messages\":[]}");
    chat(Arc::new(Transport::new(Arc::new(config))), body).await.map(|response| response.answer.text)
}

#[tokio::test]
async fn an_authority_in_the_bundle_is_trusted() {
    let authority = Authority::new();
    let address = authority.serve("localhost").await;
    assert_eq!(ask(address, authority.bundle("trusted.pem")).await.unwrap(), "over TLS");
}

#[tokio::test]
async fn an_unknown_authority_is_refused_with_a_hint() {
    let address = Authority::new().serve("localhost").await;
    let error = ask(address, Authority::new().bundle("other.pem")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connection);
    assert!(error.message().contains("ca_bundle"), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let address = authority.serve("elsewhere.example").await;
    let error = ask(address, authority.bundle("named.pem")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connection);
    assert!(error.message().contains("certificate"), "{error}");
}
