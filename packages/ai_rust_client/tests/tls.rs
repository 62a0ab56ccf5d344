//! TLS over loopback: the CA bundle counts, names and authorities are checked.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ai_rust_client::chat::chat;
use ai_rust_client::error::{Error, Kind};
use ai_rust_client::http::config::{Config, Settings, Timeouts};
use ai_rust_client::http::network::NetworkSettings;
use ai_rust_client::http::transport::Transport;
use ai_rust_client::models::models;
use ai_rust_client::protocol::request::ChatRequest;
use ai_rust_client::runtime::executor::executor;
use ai_rust_client::stream::{Stream, StreamRequest};
use bytes::Bytes;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

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
        let acceptor = self.acceptor(&CertificateParams::new([name.to_owned()]).unwrap(), &[]);
        serve(acceptor, |mut socket| async move {
            let mut request = vec![0; 4096];
            let _ = socket.read(&mut request).await;
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", ANSWER.len());
            let _ = socket.write_all(format!("{head}{ANSWER}").as_bytes()).await;
            let _ = socket.shutdown().await;
        })
        .await
    }

    /// What accepts TLS with the certificate, and offers the protocols.
    fn acceptor(&self, params: &CertificateParams, protocols: &[&[u8]]) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(key.serialize_der().into()),
            )
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }
}

async fn serve<F: Future<Output = ()> + Send + 'static>(
    acceptor: TlsAcceptor,
    connection: impl Fn(TlsStream<TcpStream>) -> F + Copy + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that refuses the certificate ends the handshake.
                if let Ok(socket) = acceptor.accept(socket).await {
                    connection(socket).await;
                }
            });
        }
    });
    address
}

/// A proxy that connects every CONNECT to `to`, and the heads of the requests that it gets.
async fn connect_proxy(to: SocketAddr) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let requests = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            requests.lock().unwrap().push(String::from_utf8(head).unwrap());
            client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await.unwrap();
            let mut server = TcpStream::connect(to).await.unwrap();
            let _ = copy_bidirectional(&mut client, &mut server).await;
        }
    });
    (address, asked)
}

async fn ask(address: SocketAddr, ca_bundle: PathBuf) -> Result<String, Error> {
    ask_through(None, &format!("https://localhost:{}/v1", address.port()), ca_bundle).await
}

async fn ask_through(proxy: Option<String>, base_url: &str, ca_bundle: PathBuf) -> Result<String, Error> {
    let body = ChatRequest::new(vec!["m".to_owned()], vec![Bytes::from_static(b",\"messages\":[]}")]);
    let transport = transport(proxy, base_url, ca_bundle, Duration::from_secs(30));
    chat(transport, body).await.map(|response| response.answer.choice.text)
}

fn transport(proxy: Option<String>, base_url: &str, ca_bundle: PathBuf, idle: Duration) -> Arc<Transport> {
    let settings = Settings {
        api_key: Some("key".to_owned()),
        base_url: base_url.to_owned(),
        network: NetworkSettings { ca_bundle: Some(ca_bundle), proxy, ..NetworkSettings::default() },
        max_buffered: 64 << 10,
        ..Settings::default()
    };
    let connect = Some(Duration::from_secs(30));
    let timeouts =
        Timeouts { connect, idle: Some(idle), first_token: None, stall: None, end: None, total: None };
    let config = Config::new(settings, timeouts, 0).unwrap_or_else(|invalid| panic!("{invalid:?}"));
    Arc::new(Transport::new(Arc::new(config)))
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

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    let address = serve(authority.acceptor(&params, &[]), |_| async {}).await;
    let error = ask(address, authority.bundle("expired.pem")).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Connection);
    assert!(error.message().contains("expired"), "{error}");
}

#[tokio::test]
async fn a_slow_handshake_does_not_count_as_silence() {
    let authority = Authority::new();
    let acceptor = authority.acceptor(&CertificateParams::new(["localhost".to_owned()]).unwrap(), &[]);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("https://localhost:{}/v1", listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let mut socket = acceptor.accept(socket).await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        socket
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 21\r\n\r\n{\"data\":[{\"id\":\"m\"}]}")
            .await
            .unwrap();
        let _ = socket.shutdown().await;
    });
    let transport = transport(None, &base_url, authority.bundle("slow.pem"), Duration::from_millis(500));
    assert_eq!(models(transport).await.unwrap()[0].id, "m");
}

#[tokio::test]
async fn http_2_is_spoken_where_it_is_offered() {
    let authority = Authority::new();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let acceptor = authority.acceptor(&params, &[b"h2", b"http/1.1"]);
    let address = serve(acceptor, |socket| async move {
        let mut connection = h2::server::handshake(socket).await.unwrap();
        while let Some(Ok((request, mut respond))) = connection.accept().await {
            assert_eq!((request.method().as_str(), request.uri().path()), ("POST", "/v1/chat/completions"));
            assert_eq!(request.headers()["authorization"], "Bearer key");
            let mut body = respond.send_response(http::Response::new(()), false).unwrap();
            body.send_data(ANSWER.into(), true).unwrap();
        }
    })
    .await;
    assert_eq!(ask(address, authority.bundle("http2.pem")).await.unwrap(), "over TLS");
}

#[tokio::test]
async fn unread_streams_do_not_stop_other_calls_of_their_http_2_connection() {
    const UNREAD: usize = 8;
    let authority = Authority::new();
    let params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let acceptor = authority.acceptor(&params, &[b"h2"]);
    let address = serve(acceptor, |socket| async move {
        let mut connection = h2::server::handshake(socket).await.unwrap();
        let mut open = Vec::new();
        while let Some(Ok((_, mut respond))) = connection.accept().await {
            let mut body = respond.send_response(http::Response::new(()), false).unwrap();
            if open.len() < UNREAD {
                let event = r#"data: {"choices":[{"index":0,"delta":{"content":"text"}}]}"#;
                body.send_data(format!("{event}\n\n").repeat(64 << 10).into(), false).unwrap();
                open.push(body);
            } else {
                body.send_data(ANSWER.into(), true).unwrap();
            }
        }
    })
    .await;
    let base_url = format!("https://localhost:{}/v1", address.port());
    let transport = transport(None, &base_url, authority.bundle("unread.pem"), Duration::from_secs(5));
    let request = || ChatRequest::new(vec!["m".to_owned()], vec![Bytes::from_static(b",\"messages\":[]}")]);
    let client = CancellationToken::new();
    let mut streams = Vec::new();
    for _ in 0..UNREAD {
        let stream = Stream::open(
            Arc::clone(&transport),
            executor().unwrap(),
            StreamRequest::Chat(request()),
            &client,
        );
        executor().unwrap().attend();
        let is_full = async {
            while !stream.buffer.with(|buffer| buffer.is_full()) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(5), is_full).await.unwrap();
        streams.push(stream);
    }
    let answer = chat(transport, request()).await.map(|response| response.answer.choice.text);
    assert_eq!(answer.unwrap(), "over TLS");
    client.cancel();
}

#[tokio::test]
async fn a_tunnel_through_a_proxy_shows_it_the_name_and_nothing_else() {
    let authority = Authority::new();
    let address = authority.serve("provider.invalid").await;
    let (proxy, asked) = connect_proxy(address).await;
    let proxy = Some(format!("http://user:word@{proxy}"));
    let text = ask_through(proxy, "https://provider.invalid/v1", authority.bundle("proxied.pem")).await;
    assert_eq!(text.unwrap(), "over TLS");
    let asked = asked.lock().unwrap().join("");
    assert!(asked.starts_with("CONNECT provider.invalid:443 HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("proxy-authorization: basic dxnlcjp3b3jk"), "{asked}");
    assert!(!asked.contains("Bearer"), "{asked}");
}
