//! The benchmarks' server over TLS: HTTP/2 if the client offers it (ALPN), otherwise HTTP/1.1. It sends the same prepared
//! answers as `server.py`.
//!
//!     tls_server FOLDER
//!
//! The first line of stdin has the answers as JSON. Then the server writes `ca.pem`, the certificate of an authority that it
//! creates for this run, into the folder, and prints its address. It answers each further line with what it has used so
//! far: CPU seconds, and requests of each protocol. It exits at the end of stdin.

use std::io::BufRead;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use serde::Deserialize;
use tokio::net::TcpListener;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

mod cpu;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A whole answer; and the chunks of a stream, which are repeated, with the text at its end.
#[derive(Deserialize)]
struct Answers {
    whole: String,
    parts: Vec<String>,
    end: String,
    at_once: usize,
}

#[derive(Default)]
struct Served {
    http1: AtomicUsize,
    http2: AtomicUsize,
}

/// Sends its pieces one by one. Between two of them it lets the connection write, or pauses.
struct Pieces {
    rest: std::vec::IntoIter<Bytes>,
    pause: Option<Duration>,
    waiting: Option<Pin<Box<Sleep>>>,
    yielded: bool,
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(waiting) = &mut self.waiting {
            if waiting.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.waiting = None;
        } else if !self.yielded {
            self.yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.yielded = false;
        self.waiting = self.pause.map(|pause| Box::pin(tokio::time::sleep(pause)));
        Poll::Ready(self.rest.next().map(|piece| Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.len() == 0
    }
}

/// `/stream-N`, `/apart-N` and `/paced-N` are streams, everything else is a whole answer.
fn pieces(answers: &Answers, path: &str) -> (bool, Pieces) {
    let (kind, count) =
        path.split('/').nth(1).and_then(|first| first.split_once('-')).unwrap_or(("answer", "0"));
    let streamed = kind != "answer";
    let mut pieces: Vec<Bytes> = Vec::new();
    if streamed {
        let count = count.parse().unwrap_or(0);
        let at_once = if kind == "stream" { answers.at_once } else { 1 };
        let numbers: Vec<usize> = (0..count).collect();
        for some in numbers.chunks(at_once) {
            let text: String = some.iter().map(|n| answers.parts[n % answers.parts.len()].as_str()).collect();
            pieces.push(text.into());
        }
        pieces.push(answers.end.clone().into());
    } else {
        pieces.push(answers.whole.clone().into());
    }
    let pause = (kind == "paced").then_some(Duration::from_millis(5));
    (streamed, Pieces { rest: pieces.into_iter(), pause, waiting: None, yielded: false })
}

async fn answer(
    request: Request<Incoming>,
    answers: Arc<Answers>,
    served: Arc<Served>,
) -> Result<Response<Pieces>, Failure> {
    let counter = if request.version() == Version::HTTP_2 { &served.http2 } else { &served.http1 };
    counter.fetch_add(1, Ordering::Relaxed);
    let (streamed, pieces) = pieces(&answers, request.uri().path());
    request.into_body().collect().await?;
    let mut response = Response::builder();
    if streamed {
        response = response.header("content-type", "text/event-stream");
    } else {
        let length: usize = pieces.rest.as_slice().iter().map(Bytes::len).sum();
        response = response.header("content-type", "application/json").header("content-length", length);
    }
    Ok(response.body(pieces)?)
}

fn acceptor(folder: &str) -> Result<TlsAcceptor, Failure> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    // A certificate with its issuer's name counts as self-signed with OpenSSL.
    params.distinguished_name.push(DnType::CommonName, "authority of the benchmarks");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;
    std::fs::write(format!("{folder}/ca.pem"), authority.pem())?;
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(["127.0.0.1".to_owned()])?;
    params.use_authority_key_identifier_extension = true;
    let certificate = params.signed_by(&key, &authority)?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Answers each line of stdin with what was used so far, and exits at its end.
fn report_usage(served: &Served) {
    for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
        let (http1, http2) = (served.http1.load(Ordering::Relaxed), served.http2.load(Ordering::Relaxed));
        println!(r#"{{"cpu": {}, "http1": {http1}, "http2": {http2}}}"#, cpu::seconds());
    }
    std::process::exit(0);
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("usage: tls_server FOLDER")?;
    let mut first = String::new();
    std::io::stdin().read_line(&mut first)?;
    let answers: Arc<Answers> = Arc::new(serde_json::from_str(&first)?);
    let served = Arc::new(Served::default());
    let acceptor = acceptor(&folder)?;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("https://{}", listener.local_addr()?);
    let usage = Arc::clone(&served);
    std::thread::spawn(move || report_usage(&usage));
    loop {
        let (socket, _) = listener.accept().await?;
        socket.set_nodelay(true)?;
        let (acceptor, answers, served) = (acceptor.clone(), Arc::clone(&answers), Arc::clone(&served));
        tokio::spawn(async move {
            // A client that goes away in the middle ends only its own connection.
            let Ok(socket) = acceptor.accept(socket).await else { return };
            let service = service_fn(|request| answer(request, Arc::clone(&answers), Arc::clone(&served)));
            let _ = auto::Builder::new(TokioExecutor::new())
                .serve_connection(TokioIo::new(socket), service)
                .await;
        });
    }
}
