//! The connection pool of a client, and single requests over it.

use std::borrow::Cow;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderValue, Method};
use reqwest::{Body, Client, ClientBuilder, Response};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::error::{Error, Kind, Phase};
use crate::http::config::Config;
use crate::http::connector::{ConnectorLayer, with_connect_timeout};
use crate::http::failures::{self, shown};
use crate::http::masks::End;
use crate::http::new_connections::NewConnections;
use crate::http::read_timeouts::ReadTimeouts;
use crate::http::refused_models::{RefusedModels, refused_models};
use crate::http::upload::{Upload, UploadProgress};

const MAX_BODY: usize = 256 << 20;
/// Errors with an image of the request in them have their reason behind it.
const MAX_PARSED_ERROR: usize = 256 << 10;
const MAX_REDIRECTS: usize = 5;
const MAX_HTTP2_WINDOW: u32 = (1 << 31) - 1;

/// Longer than any call, and far from an overflow of the clock.
const NO_LIMIT: Duration = Duration::from_secs(365 * 24 * 3600);

pub struct Transport {
    pub config: Arc<Config>,
    pub refused_models: Arc<RefusedModels>,
    clients: Arc<Clients>,
}

/// Built on first use.
#[derive(Default)]
struct Clients {
    pooled: OnceLock<Result<Client, Error>>,
    /// Repeats requests whose pooled connection the server had closed. It has no pool: its connections are new.
    unpooled: OnceLock<Result<Client, Error>>,
    new_connections: NewConnections,
}

#[derive(Clone, Copy)]
enum Pool {
    Kept,
    None,
}

impl Clients {
    fn slot(&self, pool: Pool) -> &OnceLock<Result<Client, Error>> {
        match pool {
            Pool::Kept => &self.pooled,
            Pool::None => &self.unpooled,
        }
    }

    fn get_or_build(&self, pool: Pool, config: &Config) -> &Result<Client, Error> {
        self.slot(pool).get_or_init(|| {
            let max_idle = match pool {
                Pool::Kept => config.network.max_idle_connections(),
                Pool::None => 0,
            };
            let layer = ConnectorLayer(self.new_connections.clone());
            build(config, Client::builder().pool_max_idle_per_host(max_idle).connector_layer(layer))
        })
    }
}

pub struct Request<'a> {
    pub method: Method,
    pub url: &'a Url,
    pub accept: &'static str,
    /// The pieces of the body; empty for a request without one.
    pub body: Vec<Bytes>,
}

impl Transport {
    /// Uses `process::PerProcess`: hold the interpreter.
    pub fn new(config: Arc<Config>) -> Self {
        Self { config, refused_models: refused_models(), clients: Arc::default() }
    }

    /// The same connections with the settings of one call.
    pub fn for_call(&self, config: Config) -> Self {
        Self {
            config: Arc::new(config),
            refused_models: Arc::clone(&self.refused_models),
            clients: Arc::clone(&self.clients),
        }
    }

    /// Loading the platform's certificates takes milliseconds. The first call that needs them does it, on another
    /// thread than the one that runs the network.
    async fn client(&self, pool: Pool) -> Result<&Client, Error> {
        if self.config.needs_tls() && self.clients.slot(pool).get().is_none() {
            let (clients, config) = (Arc::clone(&self.clients), Arc::clone(&self.config));
            // If no thread can be started, the client is built below.
            let _ = spawn_blocking(move || clients.get_or_build(pool, &config).is_ok()).await;
        }
        self.clients.get_or_build(pool, &self.config).as_ref().map_err(Clone::clone)
    }

    /// Send, and wait for the head of a successful response. Redirects are followed only within the origin, since
    /// another server must see neither the key nor the prompt, and only if they keep the method.
    pub async fn send(&self, request: Request<'_>) -> Result<Response, Error> {
        let mut url = Cow::Borrowed(request.url);
        for _ in 0..MAX_REDIRECTS {
            let response = self.send_to(&request, &url).await?;
            match redirect_target(&response) {
                Some(target) if target.origin() == url.origin() => url = Cow::Owned(target),
                _ if response.status().is_success() => return Ok(response),
                // In a box: the future of every request would have room for it otherwise.
                _ => return Err(Box::pin(self.status_error(response)).await),
            }
        }
        let message = format!("{} redirected more than {MAX_REDIRECTS} times; check base_url", shown(&url));
        Err(Error::new(Kind::Protocol, message))
    }

    /// A pooled connection may have been closed by the server. The request is then repeated once on a new connection,
    /// at once and within the same attempt.
    async fn send_to(&self, request: &Request<'_>, url: &Url) -> Result<Response, Error> {
        let sent = std::time::Instant::now();
        match self.send_with(self.client(Pool::Kept).await?, request, url).await? {
            Err(error) if self.clients.new_connections.was_stale(&error, sent) => {
                self.send_with(self.client(Pool::None).await?, request, url).await?
            }
            result => result,
        }
        .map_err(|error| failures::connection_error(&self.config, &error, url))
    }

    /// Fails with our own error only for a timeout.
    async fn send_with(
        &self,
        client: &Client,
        request: &Request<'_>,
        url: &Url,
    ) -> Result<reqwest::Result<Response>, Error> {
        let mut headers = self.config.headers.clone();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static(request.accept));
        if !request.body.is_empty() {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        let progress = UploadProgress::default();
        let upload = Upload::new(request.body.clone(), progress.clone());
        let mut http_request = reqwest::Request::new(request.method.clone(), url.clone());
        *http_request.headers_mut() = headers;
        *http_request.body_mut() = Some(Body::wrap(upload));
        let send = with_connect_timeout(self.config.timeouts.connect, client.execute(http_request));
        self.wait_for_head(pin!(send), &progress, url).await
    }

    /// The idle timeout starts with the last piece of the request.
    async fn wait_for_head<T>(
        &self,
        mut send: Pin<&mut impl Future<Output = T>>,
        progress: &UploadProgress,
        url: &Url,
    ) -> Result<T, Error> {
        let Some(limit) = self.config.timeouts.idle else { return Ok(send.await) };
        // The connect timeout expires before this one.
        let connect_deadline = Instant::now() + self.config.timeouts.connect.unwrap_or(NO_LIMIT) + limit;
        loop {
            // Without a connection, check again soon whether there is one.
            let deadline = progress
                .last()
                .map_or_else(|| connect_deadline.min(Instant::now() + limit), |last| last + limit);
            if let Ok(head) = timeout_at(deadline, send.as_mut()).await {
                return Ok(head);
            }
            if progress.last().map_or(connect_deadline, |last| last + limit) <= Instant::now() {
                let doing = format!("waiting for the answer of {}", shown(url));
                return Err(Error::timeout(Phase::Idle, limit, &doing));
            }
        }
    }

    /// Wait for the head of a response, at most until its first content is due.
    pub async fn limit_first_token<T>(
        &self,
        sent: Instant,
        head: Pin<&mut impl Future<Output = Result<T, Error>>>,
    ) -> Result<T, Error> {
        let Some(limit) = self.config.timeouts.first_token else { return head.await };
        timeout_at(sent + limit, head).await.unwrap_or_else(|_| {
            Err(Error::timeout(Phase::FirstToken, limit, "waiting for the answer to begin"))
        })
    }

    /// Open a connection and leave it in the pool. A failure is reported by the first call that needs the connection.
    pub async fn prewarm(&self) {
        if let Ok(client) = self.client(Pool::Kept).await {
            let request = client.head(self.config.endpoint(&["models"])).send();
            let _ = with_connect_timeout(self.config.timeouts.connect, request).await;
        }
    }

    /// Read the whole body of an attempt that began at `sent`. Some providers send white space to keep the connection
    /// alive: it counts as bytes but not as content.
    pub async fn read_body(&self, mut response: Response, sent: Instant) -> Result<Vec<u8>, Error> {
        let mut body = Vec::new();
        match self.read_up_to(&mut response, MAX_BODY, sent, &mut body).await {
            Ok(true) => Ok(body),
            Ok(false) => Err(Error::new(Kind::Protocol, "the answer is longer than 256 MiB")),
            Err(error) => Err(error),
        }
    }

    /// Read the first `limit` bytes into `body`. Returns whether that is the whole body.
    async fn read_up_to(
        &self,
        response: &mut Response,
        limit: usize,
        sent: Instant,
        body: &mut Vec<u8>,
    ) -> Result<bool, Error> {
        let mut timeouts = ReadTimeouts::new(&self.config.timeouts, sent);
        loop {
            let read = timeouts.limit(response.chunk()).await?;
            let Some(bytes) = read.map_err(|error| failures::body_error(&error))? else {
                return Ok(true);
            };
            timeouts.last_byte = Instant::now();
            if !bytes.trim_ascii().is_empty() {
                timeouts.last_content = Some(timeouts.last_byte);
            }
            let room = limit - body.len();
            body.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if bytes.len() > room {
                return Ok(false);
            }
        }
    }

    async fn status_error(&self, mut response: Response) -> Error {
        let (status, headers, url) = (response.status(), response.headers().clone(), response.url().clone());
        let mut body = Vec::new();
        let is_whole = self.read_up_to(&mut response, MAX_PARSED_ERROR, Instant::now(), &mut body).await;
        let end = if let Ok(true) = is_whole { End::Complete } else { End::Cut };
        failures::status_error(&self.config, status, &headers, &url, (&body, end))
    }
}

/// The URL to which the same request must be sent again.
fn redirect_target(response: &Response) -> Option<Url> {
    let keeps_method = matches!(response.status().as_u16(), 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| keeps_method)?.to_str().ok()?;
    response.url().join(location).ok()
}

fn build(config: &Config, builder: ClientBuilder) -> Result<Client, Error> {
    // Only the first call in a process has an effect; the others install the same provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = builder
        .user_agent(concat!("ai_rust_client/", env!("CARGO_PKG_VERSION")))
        // Each stream has a window of its own. Those that are not read must not use up the one that all share.
        .http2_initial_connection_window_size(MAX_HTTP2_WINDOW)
        // `send` follows redirects itself: reqwest cannot repeat a body that is sent in pieces.
        .redirect(reqwest::redirect::Policy::none());
    builder = config.network.connect(builder);
    builder = if config.needs_tls() {
        config.network.secure(builder)
    } else {
        // Without TLS, do not load the platform's root certificates, which a minimal system may not have.
        builder.tls_certs_only([])
    };
    builder.build().map_err(|error| {
        let message = format!(
            "could not set up TLS: {}; install the system's CA certificates (ca-certificates) or pass ca_bundle",
            failures::causes(&error)
        );
        Error::new(Kind::Connection, message)
    })
}
