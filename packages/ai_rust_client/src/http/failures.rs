//! Failed requests as errors: what happened, where, and what to do about it. URLs are shown without their query.

use std::error::Error as _;
use std::time::SystemTime;

use http::header::LOCATION;
use http::{HeaderMap, HeaderValue};
use reqwest::StatusCode;
use url::Url;

use crate::error::{Details, Error, Kind, Phase};
use crate::http::config::Config;
use crate::http::retry;
use crate::protocol::provider_error::ProviderError;

pub const MAX_ERROR_BODY: usize = 64 << 10;

/// The error of a response with an error status.
pub fn status_error(
    config: &Config,
    status: StatusCode,
    headers: &HeaderMap,
    url: &Url,
    body: &[u8],
) -> Error {
    let body = String::from_utf8_lossy(body).into_owned();
    let code = status.as_u16();
    let reason = match headers.get(LOCATION).and_then(|location| location.to_str().ok()) {
        Some(location) if status.is_redirection() => format!("it redirects to {location}"),
        _ => match serde_json::from_str(&body) {
            Ok(json) => ProviderError::from_body(&json).message,
            Err(_) => config.excerpt(&body),
        },
    };
    let reason = if reason.is_empty() { "no reason given" } else { &reason };
    let message = format!("{} answered {status}: {reason}{}", shown(url), hint(code));
    let details = Details {
        status: Some(code),
        request_id: request_id(headers),
        body,
        headers: header_texts(headers),
        retry_after: retry::retry_after(headers, SystemTime::now()),
        should_retry: headers.get("x-should-retry").and_then(|value| value.to_str().ok()?.parse().ok()),
        ..Details::default()
    };
    Error::with(Kind::Status(code), message, details)
}

/// The error of a request to which no response came.
pub fn connection_error(config: &Config, error: &reqwest::Error, url: &Url) -> Error {
    if error.is_connect()
        && error.is_timeout()
        && let Some(limit) = config.timeouts.connect
    {
        return Error::timeout(Phase::Connect, limit, &format!("connecting to {}", shown(url)));
    }
    let causes = causes(error);
    let message = if error.is_connect() {
        let hint = if causes.contains("certificate") || causes.contains("UnknownIssuer") {
            "; if the server uses a private authority, pass its certificate as ca_bundle"
        } else {
            "; check base_url, the network and the proxy settings"
        };
        format!("could not connect to {}: {causes}{hint}", shown(url))
    } else {
        format!("{} closed the connection before it answered: {causes}", shown(url))
    };
    Error::new(Kind::Connection, message)
}

/// Never retried: the model has done its work and has been paid for it.
pub fn body_error(error: &reqwest::Error) -> Error {
    let message = format!("the connection broke before the answer was complete: {}", causes(error));
    Error::with(Kind::Connection, message, Details { delivered: true, ..Details::default() })
}

/// The part of a body that an error keeps.
pub fn limit_body(body: &str) -> String {
    let mut end = body.len().min(MAX_ERROR_BODY);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body[..end].to_owned()
}

pub fn request_id(headers: &HeaderMap) -> Option<String> {
    let names = ["x-request-id", "request-id", "x-generation-id"];
    names.iter().find_map(|name| headers.get(*name)).map(header_text)
}

/// A URL for messages, without its query, which may contain a key.
pub fn shown(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// The causes of an error, outermost first, each once, without URLs.
pub fn causes(error: &reqwest::Error) -> String {
    let mut causes: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        let text = error.to_string();
        if !causes.iter().any(|earlier| earlier.contains(&text)) {
            causes.push(text);
        }
        source = error.source();
    }
    if causes.is_empty() { "the connection failed".to_owned() } else { causes.join(": ") }
}

fn header_text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

/// The headers as text; names are in lower case.
pub fn header_texts(headers: &HeaderMap) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), header_text(value))).collect()
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
