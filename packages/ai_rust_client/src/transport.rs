//! One connection pool, and one request over it.

use std::borrow::Cow;
use std::error::Error as _;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, LOCATION};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::{Body, Client, Response};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};
use url::Url;

use crate::config::Config;
use crate::error::{Details, Error, Kind, Phase};
use crate::refusals::{Refusals, refusals};
use crate::retry;
use crate::timers::Timers;
use crate::upload::{Progress, Upload};
use crate::wire::Reported;

const LONGEST_ERROR_BODY: usize = 64 << 10;
const LONGEST_BODY: usize = 256 << 20;

const MOST_REDIRECTS: usize = 5;

pub struct Transport {
    pub config: Arc<Config>,
    pub refusals: Arc<Refusals>,
    client: Arc<OnceLock<Result<Client, Error>>>,
}

pub struct Request<'a> {
    pub method: Method,
    pub url: &'a Url,
    pub accept: &'static str,
    /// One after the other; none for a request without a body.
    pub body: Vec<Bytes>,
}

impl Transport {
    /// Call it where `process::PerProcess` may be used.
    pub fn new(config: Arc<Config>) -> Self {
        Self { config, refusals: refusals(), client: Arc::default() }
    }

    /// Reading the platform's certificates takes milliseconds, so the first call that needs them pays for it, and off
    /// the thread that runs the network, which may be an event loop's.
    async fn client(&self) -> Result<&Client, Error> {
        if self.config.needs_tls() && self.client.get().is_none() {
            let (client, config) = (Arc::clone(&self.client), Arc::clone(&self.config));
            // Where no thread can be had it is made here.
            let _ = spawn_blocking(move || client.get_or_init(|| build(&config)).is_ok()).await;
        }
        self.client.get_or_init(|| build(&self.config)).as_ref().map_err(Clone::clone)
    }

    /// Send, and wait for the head of a successful answer. Redirects are followed within the origin only (another must
    /// see neither the key nor the question), and only those that keep the method.
    pub async fn send(&self, request: Request<'_>) -> Result<Response, Error> {
        let mut url = Cow::Borrowed(request.url);
        for _ in 0..MOST_REDIRECTS {
            let response = self.send_to(&request, &url).await?;
            match redirected(&response) {
                Some(there) if there.origin() == url.origin() => url = Cow::Owned(there),
                _ if response.status().is_success() => return Ok(response),
                _ => return Err(self.status_error(response).await),
            }
        }
        let message = format!("{} redirected more than {MOST_REDIRECTS} times; check base_url", shown(&url));
        Err(Error::new(Kind::Protocol, message))
    }

    async fn send_to(&self, request: &Request<'_>, url: &Url) -> Result<Response, Error> {
        let mut headers = self.config.headers.clone();
        headers.entry(ACCEPT).or_insert(HeaderValue::from_static(request.accept));
        if !request.body.is_empty() {
            headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        }
        let progress = Progress::default();
        let upload = Upload::new(request.body.clone(), progress.clone());
        let mut sent = reqwest::Request::new(request.method.clone(), url.clone());
        *sent.headers_mut() = headers;
        *sent.body_mut() = Some(Body::wrap(upload));
        self.until_head(pin!(self.client().await?.execute(sent)), &progress, url)
            .await?
            .map_err(|error| self.connection_error(error, url))
    }

    /// Wait for the head; the idle timer runs from the last piece of the request that was sent.
    async fn until_head<T>(
        &self,
        mut send: Pin<&mut impl Future<Output = T>>,
        progress: &Progress,
        url: &Url,
    ) -> Result<T, Error> {
        let Some(limit) = self.config.timeouts.idle else { return Ok(send.await) };
        // The connection's own timer ends before this one.
        let unconnected = Instant::now() + self.config.timeouts.connect + limit;
        loop {
            // Without a connection yet: look again soon whether there is one.
            let due =
                progress.last().map_or_else(|| unconnected.min(Instant::now() + limit), |last| last + limit);
            if let Ok(head) = timeout_at(due, send.as_mut()).await {
                return Ok(head);
            }
            if progress.last().map_or(unconnected, |last| last + limit) <= Instant::now() {
                let doing = format!("waiting for the answer of {}", shown(url));
                return Err(timed_out(Phase::Idle, limit, &doing));
            }
        }
    }

    /// Open a connection and leave it in the pool; failures show when it is needed.
    pub async fn prewarm(&self) {
        if let Ok(client) = self.client().await {
            let _ = client.head(self.config.endpoint(&["models"])).send().await;
        }
    }

    /// A whole body, of a try that began at `sent`. White space is what some providers send to keep the connection
    /// alive: it counts as bytes and not as content.
    pub async fn read_body(&self, response: Response, sent: Instant) -> Result<Vec<u8>, Error> {
        let request_id = request_id(response.headers());
        self.read_up_to(response, LONGEST_BODY, sent)
            .await
            .and_then(|(body, whole)| {
                if whole {
                    Ok(body)
                } else {
                    Err(Error::new(Kind::Protocol, "the answer is longer than 256 MiB"))
                }
            })
            .map_err(|mut error| {
                error.details_mut().request_id = request_id;
                error
            })
    }

    async fn read_up_to(
        &self,
        mut response: Response,
        limit: usize,
        sent: Instant,
    ) -> Result<(Vec<u8>, bool), Error> {
        let mut body = Vec::new();
        let mut timers = Timers::new(&self.config.timeouts, sent);
        while let Some(bytes) =
            timers.within(response.chunk()).await?.map_err(|error| broke_midway(&error))?
        {
            timers.last_byte = Instant::now();
            if !bytes.trim_ascii().is_empty() {
                timers.last_content = Some(timers.last_byte);
            }
            let room = limit - body.len();
            body.extend_from_slice(&bytes[..bytes.len().min(room)]);
            if bytes.len() > room {
                return Ok((body, false));
            }
        }
        Ok((body, true))
    }

    async fn status_error(&self, response: Response) -> Error {
        let status = response.status();
        let headers = response.headers().clone();
        let url = response.url().clone();
        let body = self
            .read_up_to(response, LONGEST_ERROR_BODY, Instant::now())
            .await
            .map(|(body, _)| body)
            .unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        let said = match serde_json::from_str(&body) {
            Ok(json) => Reported::from_body(&json).message,
            Err(_) => self.config.excerpt(&body),
        };
        let said = match headers.get(LOCATION).and_then(|location| location.to_str().ok()) {
            Some(location) if status.is_redirection() => {
                format!("it redirects to {location}")
            }
            _ => said,
        };
        let said = if said.is_empty() { "no reason given".to_owned() } else { said };
        let message = format!("{} answered {status}: {said}{}", shown(&url), hint(status.as_u16()));
        Error::with(
            Kind::Status(status.as_u16()),
            message,
            Details {
                status: Some(status.as_u16()),
                request_id: request_id(&headers),
                body,
                headers: text_of(&headers),
                retry_after: retry::retry_after(&headers, SystemTime::now()),
                should_retry: headers.get("x-should-retry").and_then(|v| v.to_str().ok()?.parse().ok()),
                ..Details::default()
            },
        )
    }

    fn connection_error(&self, error: reqwest::Error, url: &Url) -> Error {
        if error.is_connect() && error.is_timeout() {
            let doing = format!("connecting to {}", shown(url));
            return timed_out(Phase::Connect, self.config.timeouts.connect, &doing);
        }
        let why = causes(&error);
        let message = if error.is_connect() {
            let hint = if why.contains("certificate") || why.contains("UnknownIssuer") {
                "; if the server uses a private authority, pass its certificate as ca_bundle"
            } else {
                "; check base_url, the network and the proxy settings"
            };
            format!("could not connect to {}: {why}{hint}", shown(url))
        } else {
            format!("{} closed the connection before it answered: {why}", shown(url))
        };
        Error::new(Kind::Connection, message)
    }
}

/// Not tried again: the model has worked, and been paid for it.
fn broke_midway(error: &reqwest::Error) -> Error {
    let message = format!("the connection broke before the answer was whole: {}", causes(error));
    Error::with(Kind::Connection, message, Details { delivered: true, ..Details::default() })
}

pub fn timed_out(phase: Phase, limit: Duration, doing: &str) -> Error {
    let (what, setting) = match phase {
        Phase::Connect => ("no connection", "connect_timeout"),
        Phase::Idle => ("no byte", "idle_timeout"),
        Phase::FirstToken => ("no content", "first_token_timeout"),
        Phase::Stall => ("no further content", "stall_timeout"),
        Phase::Total => ("no end", "total_timeout"),
    };
    let seconds = limit.as_secs_f64();
    Error::new(
        Kind::Timeout(phase),
        format!("{what} within {seconds} s while {doing}; {setting} sets the limit"),
    )
}

/// As much of a body as an error keeps.
pub fn kept(body: &str) -> String {
    let mut end = body.len().min(LONGEST_ERROR_BODY);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body[..end].to_owned()
}

fn text_of(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let known =
        ["x-request-id", "request-id", "x-generation-id"].iter().find_map(|name| headers.get(*name))?;
    Some(String::from_utf8_lossy(known.as_bytes()).into_owned())
}

/// Where an answer sends its request to, if it is to be sent again as it was.
fn redirected(response: &Response) -> Option<Url> {
    let again = matches!(response.status().as_u16(), 307 | 308);
    let location = response.headers().get(LOCATION).filter(|_| again)?.to_str().ok()?;
    response.url().join(location).ok()
}

/// A URL as it may be shown: without its query, which may hold a key.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The causes of an error, outermost first, each once, without URLs.
pub fn causes(error: &reqwest::Error) -> String {
    let mut told: Vec<String> = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.iter().any(|earlier| earlier.contains(&text)) {
            told.push(text);
        }
        cause = error.source();
    }
    if told.is_empty() { "the connection failed".to_owned() } else { told.join(": ") }
}

fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => "; set base_url to where the API is, redirects are not followed with a key",
        401 => "; check the API key",
        402 => "; add credits at the provider, or choose a free model",
        404 => "; check the model's name and base_url",
        _ => "",
    }
}

fn build(config: &Config) -> Result<Client, Error> {
    // Only the first of a process takes effect; the others are the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("ai_rust_client/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(config.timeouts.connect)
        .pool_max_idle_per_host(100)
        // `send` follows them itself: the body is sent piece by piece, and reqwest could not send it again.
        .redirect(reqwest::redirect::Policy::none());
    if let Some(proxy) = &config.proxy {
        builder = builder.proxy(proxy.clone());
    }
    builder = if config.needs_tls() {
        builder.tls_certs_merge(config.roots.iter().cloned())
    } else {
        // Nothing here speaks TLS: do without the platform's roots, which a bare machine may not even have.
        builder.tls_certs_only([])
    };
    builder.build().map_err(|error| {
        let message = format!(
            "could not set up TLS: {}; install the system's CA certificates (ca-certificates) or pass ca_bundle",
            causes(&error)
        );
        Error::new(Kind::Connection, message)
    })
}
