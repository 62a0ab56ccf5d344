//! A chat request that is answered as a whole.

use std::pin::pin;
use std::sync::Arc;

use http::{Method, StatusCode};
use serde::de::IgnoredAny;
use tokio::time::Instant;
use url::Url;

use crate::answer::{Answer, Transfer};
use crate::error::{Error, Kind};
use crate::event_stream::EventStream;
use crate::http::attempts::Attempts;
use crate::http::config::Config;
use crate::http::failures::{provider_error, shown, shown_status};
use crate::http::response_headers::request_id;
use crate::http::transport::{Request, Transport};
use crate::protocol::assembler::{Assembler, Batch, ChunkError};
use crate::protocol::completion::{Completion, Form};
use crate::protocol::provider_error::ProviderError;
use crate::protocol::request::{ChatRequest, total_len};

#[derive(Debug)]
pub struct ChatResponse {
    /// In a box, since the result of a call is moved often.
    pub answer: Box<Answer>,
    /// The body of the response.
    pub raw: String,
}

pub async fn chat(transport: Arc<Transport>, request: ChatRequest) -> Result<ChatResponse, Error> {
    let mut attempts = Attempts::new(&transport, request.models());
    loop {
        let result = attempts.limit(pin!(attempt(&transport, &request, &attempts))).await;
        match result {
            Ok(response) => {
                attempts.succeeded();
                return Ok(response);
            }
            Err(error) => attempts.retry_after(error).await?,
        }
    }
}

async fn attempt(
    transport: &Transport,
    request: &ChatRequest,
    attempts: &Attempts<'_>,
) -> Result<ChatResponse, Error> {
    let sent = Instant::now();
    let model = attempts.model();
    let body = request.body_for(model);
    let bytes_sent = total_len(&body);
    let http_request =
        Request { method: Method::POST, url: &transport.config.chat_url, accept: "application/json", body };
    let mut response = transport.limit_first_token(sent, pin!(transport.send(http_request))).await?;
    let headers = std::mem::take(response.headers_mut());
    let status = response.status();
    let request_id = request_id(&transport.config.masks, &headers);
    let mut transfer = Transfer::begin(sent, headers, bytes_sent, attempts.failed());
    let mut batch = Batch::default();
    let body = transport.read_body(response, sent).await;
    transfer.end();
    let decoded = body.and_then(|body| decode_body(&transport.config, body, status, &mut batch));
    let raw = decoded.map_err(|mut error| {
        error.details_mut().request_id.clone_from(&request_id);
        error
    })?;
    let mut answer =
        Box::new(Answer { model: Some(model.to_owned()), request_id, transfer, ..Answer::default() });
    batch.apply(&mut answer);
    let raw = if is_event_stream(&raw) { answer.to_completion() } else { raw };
    Ok(ChatResponse { answer, raw })
}

/// Decode an answer into `batch`, and return its text.
fn decode_body(
    config: &Config,
    body: Vec<u8>,
    status: StatusCode,
    batch: &mut Batch,
) -> Result<String, Error> {
    batch.bytes_received = body.len();
    let text = decode_utf8(body);
    let decoded = if is_event_stream(&text) {
        decode_events(config, &text, batch)
    } else {
        decode(config, &text, batch)
    };
    decoded.map_err(|error| name_answer(error, &config.chat_url, status))?;
    Ok(text)
}

/// Say which response it is that is no answer.
pub fn name_answer(error: Error, url: &Url, status: StatusCode) -> Error {
    match error.kind() {
        Kind::Protocol => error
            .map_message(|message| format!("{} answered {}: {message}", shown(url), shown_status(status))),
        _ => error,
    }
}

/// A body as text, without a byte order mark; invalid UTF-8 is replaced.
pub fn decode_utf8(body: Vec<u8>) -> String {
    let text = String::from_utf8(body)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// Whether the body is neither JSON nor a web page: some servers stream although they were not asked to.
fn is_event_stream(text: &str) -> bool {
    let text = text.trim_start();
    ["data:", "event:", "id:", "retry:", ":"].iter().any(|field| text.starts_with(field))
}

/// Decode a whole event stream into `batch`.
fn decode_events(config: &Config, text: &str, batch: &mut Batch) -> Result<(), Error> {
    let mut assembler = Assembler::default();
    let mut stream = EventStream::new(config, &mut assembler, None);
    let outcome = match stream.push(text.as_bytes(), batch) {
        Ok(true) => {
            batch.end();
            Ok(())
        }
        Ok(false) => stream.finish_without_done(batch),
        Err(error) => Err(error),
    };
    outcome.map_err(|mut error| {
        // The model has done its work and has been paid for it: another attempt would cost as much again.
        error.details_mut().delivered = batch.has_content;
        error
    })
}

/// Decode a whole completion into `batch`, with all of its events.
pub fn decode(config: &Config, text: &str, batch: &mut Batch) -> Result<(), Error> {
    let protocol_error =
        |reason: &str| Error::new(Kind::Protocol, format!("{reason}: {}", config.excerpt(text)));
    if text.trim().is_empty() {
        return Err(Error::new(Kind::Protocol, "the body is empty; check base_url"));
    }
    if text.trim_start().starts_with('<') {
        return Err(protocol_error(
            "the answer is a web page, not JSON; check base_url and the proxy settings",
        ));
    }
    let instead = || {
        let error = ProviderError::instead_of_answer(text)?;
        Some(provider_error(config, &error, text))
    };
    let completion = Completion::parse(text, Form::Whole).map_err(|reason| {
        let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
        let problem =
            if is_json { "is JSON, but not an object".to_owned() } else { format!("is not JSON ({reason})") };
        instead().unwrap_or_else(|| protocol_error(&format!("the body {problem}; check base_url")))
    })?;
    if completion.error.is_none() && completion.choices.as_ref().is_none_or(Vec::is_empty) {
        return Err(instead().unwrap_or_else(|| protocol_error("the answer contains no message")));
    }
    let mut assembler = Assembler::default();
    match assembler.push_completion(completion, batch) {
        Ok(()) => batch.end(),
        Err(ChunkError::Malformed(reason)) => return Err(protocol_error(&reason.to_string())),
        Err(ChunkError::Provider(mut error)) => {
            let beside = || ProviderError::from_text(text).and_then(|error| error.status);
            error.status = error.status.or_else(beside);
            return Err(provider_error(config, &error, text));
        }
    }
    Ok(())
}
