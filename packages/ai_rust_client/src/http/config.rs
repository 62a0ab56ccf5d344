//! The settings of a client, validated.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Certificate, Proxy};
use url::Url;

use crate::http::secret::{MASK, Secret};

/// Room for the headers of a request, which are added to a copy of the client's.
const HEADER_CAPACITY: usize = 12;

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    pub idle: Option<Duration>,
    pub first_token: Option<Duration>,
    pub stall: Option<Duration>,
    pub end: Option<Duration>,
    pub total: Option<Duration>,
}

/// The settings as the caller passes them.
#[derive(Default)]
pub struct Settings {
    pub api_key: Option<String>,
    pub base_url: String,
    pub headers: Vec<(String, String)>,
    pub proxy: Option<String>,
    pub ca_bundle: Option<PathBuf>,
    pub log_content: bool,
}

pub struct Config {
    base_url: Url,
    /// The URL of chat completions.
    pub chat_url: Url,
    pub headers: HeaderMap,
    secrets: Vec<Secret>,
    /// The same for all clients with the same base URL and headers.
    pub scope: u64,
    has_key: bool,
    pub timeouts: Timeouts,
    pub max_retries: u32,
    pub proxy: Option<Proxy>,
    proxy_is_tls: bool,
    pub roots: Vec<Certificate>,
    /// Whether debug messages may contain prompts and answers.
    pub log_content: bool,
}

/// An invalid setting.
#[derive(Debug)]
pub enum Invalid {
    Value(String),
    File(PathBuf, std::io::Error),
}

fn invalid<T>(message: impl Into<String>) -> Result<T, Invalid> {
    Err(Invalid::Value(message.into()))
}

impl Config {
    pub fn new(settings: Settings, timeouts: Timeouts, max_retries: u32) -> Result<Self, Invalid> {
        let (base_url, credentials) = parse_base_url(&settings.base_url)?;
        let mut headers = HeaderMap::with_capacity(HEADER_CAPACITY);
        let mut secrets = Vec::new();
        let api_key = settings.api_key.filter(|key| !key.is_empty());
        let authorization = api_key.as_ref().map(|key| format!("Bearer {key}")).or(credentials);
        if let Some(authorization) = authorization {
            let Ok(mut value) = HeaderValue::from_str(&authorization) else {
                return invalid(
                    "api_key contains a character that is not allowed in an HTTP header; is there a line break in it?",
                );
            };
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
            secrets.extend(authorization.split_once(' ').map(|(_, secret)| Secret::new(secret)));
        }
        for (name, text) in settings.headers {
            let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
                return invalid(format!("headers: {name:?} is not a valid name of an HTTP header"));
            };
            let Ok(mut value) = HeaderValue::from_str(&text) else {
                return invalid(format!(
                    "headers[{name:?}] contains a character that is not allowed in an HTTP header"
                ));
            };
            if contains_secret(header.as_str()) {
                value.set_sensitive(true);
                secrets.push(Secret::new(text.strip_prefix("Bearer ").unwrap_or(&text)));
            }
            headers.insert(header, value);
        }
        Ok(Self {
            scope: scope(&base_url, &headers),
            has_key: headers.contains_key(AUTHORIZATION),
            chat_url: join(&base_url, &["chat", "completions"]),
            base_url,
            headers,
            secrets,
            timeouts,
            max_retries,
            proxy_is_tls: is_tls_proxy(settings.proxy.as_deref()),
            proxy: settings.proxy.as_deref().map(parse_proxy).transpose()?,
            log_content: settings.log_content,
            roots: settings.ca_bundle.map_or(Ok(Vec::new()), read_roots)?,
        })
    }

    pub fn endpoint(&self, path: &[&str]) -> Url {
        join(&self.base_url, path)
    }

    pub fn needs_tls(&self) -> bool {
        self.proxy_is_tls || self.base_url.scheme() == "https"
    }

    pub fn scrub(&self, text: String) -> String {
        self.secrets.iter().fold(text, |text, secret| secret.scrub(text))
    }

    /// The beginning of a body for an error message, on one line. Masked before it is cut, so that no part of a key
    /// remains.
    pub fn excerpt(&self, body: &str) -> String {
        let words: Vec<&str> = body.split_whitespace().collect();
        let line = self.scrub(words.join(" "));
        match line.char_indices().nth(200) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None => line,
        }
    }

    /// The base URL without credentials and without its query, which may contain a key.
    pub fn shown_base_url(&self) -> String {
        let mut url = self.base_url.clone();
        if url.query().is_some() {
            url.set_query(Some(MASK));
        }
        url.as_str().trim_end_matches('/').to_owned()
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AIClient(base_url='{}', api_key=", self.shown_base_url())?;
        f.write_str(if self.has_key { "'***')" } else { "None)" })
    }
}

fn join(base_url: &Url, path: &[&str]) -> Url {
    let mut url = base_url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path);
    }
    url
}

fn scope(base_url: &Url, headers: &HeaderMap) -> u64 {
    let mut hasher = DefaultHasher::new();
    base_url.hash(&mut hasher);
    for (name, value) in headers {
        name.hash(&mut hasher);
        value.as_bytes().hash(&mut hasher);
    }
    hasher.finish()
}

/// The URL without user and password, and these as the value of an `Authorization` header.
fn parse_base_url(text: &str) -> Result<(Url, Option<String>), Invalid> {
    let Ok(mut url) = Url::parse(text.trim()) else {
        return invalid(
            "base_url is not a URL; it must look like https://openrouter.ai/api/v1 or http://127.0.0.1:11434/v1",
        );
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return invalid(format!("base_url must begin with http:// or https://, not with {}:", url.scheme()));
    }
    let credentials = (!url.username().is_empty() || url.password().is_some()).then(|| {
        let part = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
        let (user, password) = (part(url.username()), part(url.password().unwrap_or_default()));
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
    });
    // Neither can fail for a URL with a host.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Ok((url, credentials))
}

/// reqwest ignores a proxy with any other scheme, and would send the request, with its key, without it.
const PROXY_SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

fn parse_proxy(text: &str) -> Result<Proxy, Invalid> {
    let scheme = text.trim().split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    let is_known = scheme.is_none_or(|scheme| PROXY_SCHEMES.contains(&&*scheme));
    match Proxy::all(text) {
        Ok(proxy) if is_known => Ok(proxy),
        // The text is not shown: it may contain the proxy's password.
        _ => invalid("proxy is not a proxy URL; it must look like http://host:3128 or socks5h://host:1080"),
    }
}

fn is_tls_proxy(setting: Option<&str>) -> bool {
    let is_tls = |proxy: &str| proxy.trim_start().to_ascii_lowercase().starts_with("https:");
    match setting {
        Some(proxy) => is_tls(proxy),
        None => ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
            .iter()
            .any(|name| std::env::var(name).is_ok_and(|proxy| is_tls(&proxy))),
    }
}

fn read_roots(path: PathBuf) -> Result<Vec<Certificate>, Invalid> {
    let pem = match std::fs::read(&path) {
        Ok(pem) => pem,
        Err(error) => return Err(Invalid::File(path, error)),
    };
    match Certificate::from_pem_bundle(&pem) {
        Ok(roots) if !roots.is_empty() => Ok(roots),
        _ => invalid(format!("ca_bundle: no PEM certificate in {}", path.display())),
    }
}

fn contains_secret(header: &str) -> bool {
    ["authorization", "key", "token", "secret", "cookie"].iter().any(|word| header.contains(word))
}
