//! The settings of a client, validated.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue, TRANSFER_ENCODING};
use url::Url;

use crate::error::{Error, Phase};
use crate::http::environment_proxy::EnvironmentProxy;
use crate::http::invalid::{Invalid, invalid};
use crate::http::masks::{MASK, Masks};
use crate::http::network::{Network, NetworkSettings};
use crate::http::secret;
use crate::protocol::provider_error::ProviderError;

/// Room for the headers of a request, which are added to a copy of the client's.
const HEADER_CAPACITY: usize = 12;

#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Option<Duration>,
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
    pub network: NetworkSettings,
    /// Of each stream, in bytes.
    pub max_buffered: usize,
    pub log_content: bool,
}

/// What one call changes.
#[derive(Debug, Default)]
pub struct CallSettings {
    pub timeouts: Option<Timeouts>,
    pub max_retries: Option<u32>,
    pub headers: Vec<(String, String)>,
    /// Replaces what the base URL has of the same name.
    pub query: Vec<(String, String)>,
}

/// The settings of a client, or those of one of its calls.
#[derive(Clone)]
pub struct Config {
    base_url: Url,
    /// The URL of chat completions.
    pub chat_url: Url,
    pub headers: HeaderMap,
    /// Masks the secrets of all settings.
    pub masks: Masks,
    /// The same for all clients with the same base URL and headers.
    pub scope: u64,
    has_key: bool,
    pub timeouts: Timeouts,
    /// Whether the call set its total timeout itself.
    pub has_own_total: bool,
    pub max_retries: u32,
    pub network: Arc<Network>,
    /// How many bytes of a stream may wait for its reader.
    pub max_buffered: usize,
    /// Whether debug messages may contain prompts and answers.
    pub log_content: bool,
}

impl Config {
    pub fn new(settings: Settings, timeouts: Timeouts, max_retries: u32) -> Result<Self, Invalid> {
        let (base_url, credentials) = parse_base_url(&settings.base_url)?;
        let mut headers = HeaderMap::with_capacity(HEADER_CAPACITY);
        let mut secrets = secret::of_url(&settings.base_url);
        let variable = |name: &str| Some(std::env::var_os(name)?.to_string_lossy().into_owned());
        let environment_proxy = EnvironmentProxy::new(&base_url, variable);
        let proxy = settings.network.proxy.as_deref().or(environment_proxy.url());
        secrets.extend(proxy.map(secret::of_url).unwrap_or_default());
        let api_key = settings.api_key.as_deref().map(check_key).transpose()?.filter(|key| !key.is_empty());
        let authorization = api_key.as_ref().map(|key| format!("Bearer {key}")).or(credentials);
        if let Some(authorization) = authorization {
            let Ok(mut value) = HeaderValue::from_str(&authorization) else {
                return invalid(
                    "api_key contains a character that is not allowed in an HTTP header; is there a line break in it?",
                );
            };
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
            secrets.extend(secret::of_header(&authorization));
        }
        add_headers("headers", &settings.headers, &mut headers, &mut secrets)?;
        Ok(Self {
            scope: scope(&base_url, &headers),
            has_key: headers.contains_key(AUTHORIZATION),
            chat_url: join(&base_url, &["chat", "completions"]),
            base_url,
            headers,
            masks: Masks::new(secrets),
            timeouts,
            has_own_total: false,
            max_retries,
            network: Arc::new(Network::new(settings.network, &environment_proxy)?),
            max_buffered: settings.max_buffered,
            log_content: settings.log_content,
        })
    }

    /// The settings of one call.
    pub fn for_call(&self, call: &CallSettings) -> Result<Self, Invalid> {
        let mut config = self.clone();
        config.timeouts = call.timeouts.unwrap_or(self.timeouts);
        config.has_own_total = config.timeouts.total != self.timeouts.total;
        config.max_retries = call.max_retries.unwrap_or(self.max_retries);
        let mut secrets = Vec::new();
        add_headers("extra_headers", &call.headers, &mut config.headers, &mut secrets)?;
        if !call.query.is_empty() {
            replace_query(&mut config.base_url, &call.query);
            replace_query(&mut config.chat_url, &call.query);
            let credentials = call.query.iter().filter(|(name, _)| secret::is_credential_name(name));
            secrets.extend(credentials.map(|(_, value)| value.clone()));
        }
        config.masks = self.masks.with(secrets);
        config.scope = scope(&config.base_url, &config.headers);
        Ok(config)
    }

    /// The error of a call that did not end within its total timeout.
    pub fn total_timeout_error(&self, limit: Duration, doing: &str) -> Error {
        let option = self.has_own_total.then_some("the option timeout of the call");
        Error::timeout_of(Phase::Total, limit, doing, option)
    }

    pub fn endpoint(&self, path: &[impl AsRef<str>]) -> Url {
        join(&self.base_url, path)
    }

    pub fn needs_tls(&self) -> bool {
        self.network.needs_tls(&self.base_url)
    }

    /// What a provider says about an error, for a message.
    pub fn reason(&self, error: &ProviderError) -> String {
        self.masks.line(&error.message, 1000)
    }

    /// The beginning of a body for an error message.
    pub fn excerpt(&self, body: &str) -> String {
        self.masks.line(body, 200)
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

/// Refuse what is copied with a key by mistake. No message contains the key.
fn check_key(key: &str) -> Result<&str, Invalid> {
    if key.trim() != key {
        return invalid(
            "api_key has white space or a line break around it; pass only the key, or None for none",
        );
    }
    if key.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer ")) {
        return invalid("api_key begins with \"Bearer \", which the client adds itself; pass only the key");
    }
    Ok(key)
}

/// Headers with the same name are replaced.
fn add_headers(
    setting: &str,
    added: &[(String, String)],
    headers: &mut HeaderMap,
    secrets: &mut Vec<String>,
) -> Result<(), Invalid> {
    for (name, text) in added {
        let Ok(header) = HeaderName::from_bytes(name.as_bytes()) else {
            return invalid(format!("{setting}: {name:?} is not a valid name of an HTTP header"));
        };
        if header == CONTENT_LENGTH || header == TRANSFER_ENCODING {
            return invalid(format!("{setting}: {name} follows from the body of each request; leave it out"));
        }
        let Ok(mut value) = HeaderValue::from_str(text) else {
            return invalid(format!(
                "{setting}[{name:?}] contains a character that is not allowed in an HTTP header"
            ));
        };
        if secret::is_credential_name(header.as_str()) {
            value.set_sensitive(true);
            secrets.extend(secret::of_header(text));
        }
        headers.insert(header, value);
    }
    Ok(())
}

/// Add `query` to the URL, in place of what has the same names.
fn replace_query(url: &mut Url, query: &[(String, String)]) {
    let is_replaced = |name: &str| query.iter().any(|(replaced, _)| replaced == name);
    let rest: Vec<_> = url.query_pairs().into_owned().filter(|(name, _)| !is_replaced(name)).collect();
    url.query_pairs_mut().clear().extend_pairs(rest.iter().chain(query));
}

fn join(base_url: &Url, path: &[impl AsRef<str>]) -> Url {
    let mut url = base_url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(path.iter().map(AsRef::as_ref));
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
