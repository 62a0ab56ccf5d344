//! Failed requests as errors: what happened, where, and what to do about it. URLs are shown without their query.

use std::error::Error as _;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::LOCATION;
use reqwest::StatusCode;
use url::Url;

use crate::error::{Details, Error, Kind, Phase};
use crate::http::config::Config;
use crate::http::masks::{End, MAX_ERROR_BODY};
use crate::http::response_headers::{request_id, shown_headers, shown_value};
use crate::http::retry;
use crate::protocol::provider_error::ProviderError;

/// The error of a response with an error status.
pub fn status_error(
    config: &Config,
    status: StatusCode,
    headers: &HeaderMap,
    url: &Url,
    (body, end): (&[u8], End),
) -> Error {
    let body = String::from_utf8_lossy(body).into_owned();
    let code = status.as_u16();
    let reason = match headers.get(LOCATION).map(|location| shown_value(&LOCATION, location)) {
        Some(location) if status.is_redirection() => format!("it redirects to {location}"),
        _ => reason(config, &body),
    };
    let proxy = config.network.shown_proxy().filter(|_| status == StatusCode::PROXY_AUTHENTICATION_REQUIRED);
    let server = proxy.map_or_else(|| shown(url), |proxy| format!("the proxy {proxy}"));
    let message = format!("{server} answered {}: {reason}{}", shown_status(status), hint(code));
    let details = Details {
        status: Some(code),
        request_id: request_id(&config.masks, headers),
        body: config.masks.mask_and_limit(body, MAX_ERROR_BODY, end),
        headers: shown_headers(&config.masks, headers),
        retry_after: retry::retry_after(headers, SystemTime::now()),
        should_retry: headers.get("x-should-retry").and_then(|value| value.to_str().ok()?.parse().ok()),
        ..Details::default()
    };
    Error::with(Kind::Status(code), message, details)
}

/// Why a request was refused, as the body of the response says.
fn reason(config: &Config, body: &str) -> String {
    let reason = match ProviderError::from_text(body) {
        Some(error) => config.reason(&error),
        None => config.excerpt(body),
    };
    match &*reason {
        "" | "{}" | "[]" | "null" | "\"\"" => "no reason given".to_owned(),
        _ => reason,
    }
}

/// An error in a successful response counts as the status that it names, if it names one.
pub fn provider_error(config: &Config, error: &ProviderError, body: &str) -> Error {
    let kind = error.status.map_or(Kind::Protocol, Kind::Status);
    let message = format!("the provider answered with an error: {}", config.reason(error));
    let details = Details { status: error.status, body: limit_body(body), ..Details::default() };
    Error::with(kind, message, details)
}

/// The error of a request to which no response came.
pub fn connection_error(config: &Config, error: &reqwest::Error, url: &Url) -> Error {
    let proxy = config.network.shown_proxy();
    let server = shown(url) + &proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default();
    if error.is_connect()
        && error.is_timeout()
        && let Some(limit) = config.timeouts.connect
    {
        return Error::timeout(Phase::Connect, limit, &format!("connecting to {server}"));
    }
    let causes = causes(error);
    let message = if error.is_connect() {
        let hint = if causes.contains("certificate") || causes.contains("UnknownIssuer") {
            "if the server uses a private authority, pass its certificate as ca_bundle"
        } else if proxy.is_some() {
            "check the proxy and its user and password, base_url and the network"
        } else {
            "check base_url, the network and the proxy settings"
        };
        format!("could not connect to {server}: {causes}; {hint}")
    } else {
        format!("the connection to {server} was closed before the answer: {causes}")
    };
    Error::new(Kind::Connection, message)
}

/// Never retried: the model has done its work and has been paid for it.
pub fn body_error(error: &reqwest::Error) -> Error {
    let message = format!("the connection broke before the answer was complete: {}", causes(error));
    Error::with(Kind::Connection, message, Details { delivered: true, ..Details::default() })
}

/// As much of a body as an error keeps, and what may be left of it after secrets were masked.
pub fn limit_body(body: &str) -> String {
    let mut end = body.len().min(2 * MAX_ERROR_BODY);
    while !body.is_char_boundary(end) {
        end -= 1;
    }
    body[..end].to_owned()
}

/// A status for messages, with its phrase if it has one.
pub fn shown_status(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(phrase) => format!("{} {phrase}", status.as_u16()),
        None if status == 529 => "529 Overloaded".to_owned(),
        None => status.as_u16().to_string(),
    }
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

fn hint(status: u16) -> &'static str {
    match status {
        300..=399 => "; set base_url to where the API is, redirects are not followed with a key",
        401 => "; check the API key",
        402 => "; add credits at the provider, or choose a free model",
        404 => "; check the model's name and base_url",
        407 => "; check the user and password of the proxy",
        _ => "",
    }
}
