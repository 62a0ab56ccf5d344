//! The Server-Sent Events of an answer, decoded into batches.

use crate::error::{Details, Error, Kind};
use crate::http::config::Config;
use crate::http::failures::{self, limit_body};
use crate::protocol::assembler::{Assembler, Batch, ChunkError};
use crate::protocol::provider_error::ProviderError;
use crate::protocol::sse::Parser;
use crate::raw_events::EventProtocol;

/// How much is kept of a body that may not be an event stream.
const MAX_START: usize = 4 << 10;

pub struct EventStream<'a> {
    config: &'a Config,
    assembler: &'a mut Assembler,
    /// The protocol of a stream that is not chat.
    protocol: Option<&'a EventProtocol>,
    parser: Parser,
    /// The beginning of a body without an event so far.
    start: Vec<u8>,
    has_event: bool,
    /// Whether there is anything that the reader gets. Until then, an error is that of the whole request.
    has_begun: bool,
}

impl<'a> EventStream<'a> {
    pub fn new(
        config: &'a Config,
        assembler: &'a mut Assembler,
        protocol: Option<&'a EventProtocol>,
    ) -> Self {
        Self {
            config,
            assembler,
            protocol,
            parser: Parser::new(),
            start: Vec::new(),
            has_event: false,
            has_begun: false,
        }
    }

    /// Whether every choice has its finish reason and no content after it.
    pub fn is_finished(&self) -> bool {
        self.assembler.is_finished()
    }

    /// Add the events that `bytes` complete to `batch`. Returns whether the last one was among them.
    pub fn push(&mut self, bytes: &[u8], batch: &mut Batch) -> Result<bool, Error> {
        if !self.has_event && self.start.len() < MAX_START {
            self.start.extend_from_slice(&bytes[..bytes.len().min(MAX_START)]);
        }
        let Self { config, assembler, protocol, parser, has_event, has_begun, .. } = self;
        let mut outcome = Ok(false);
        let parsed = parser.push(bytes, |event| {
            *has_event = true;
            let data = event.data.trim();
            if data.is_empty() || !matches!(outcome, Ok(false)) {
                return;
            }
            if let Some(protocol) = protocol {
                outcome = match data {
                    "[DONE]" => protocol.check_end().map(|()| true),
                    data => match first_error(protocol, event.kind, data, *has_begun) {
                        Some(error) => Err(failures::provider_error(config, &error, data)),
                        None => Ok(protocol.push(event.kind, data, config, batch)),
                    },
                };
            } else if data == "[DONE]" {
                outcome = Ok(true);
            } else if event.kind == "error" {
                outcome = Err(provider_error(config, &named_error(config, data), data, *has_begun));
            } else if let Err(error) = push_chunk(assembler, data, batch, *has_begun) {
                outcome = Err(chunk_error(config, &error, data, *has_begun));
            }
            *has_begun |= batch.has_content || batch.raw_chunks.as_ref().is_some_and(|raw| !raw.is_empty());
        });
        match parsed {
            Err(_) if outcome.is_ok() => {
                Err(Error::new(Kind::Protocol, "the stream contains an event of more than 64 MiB"))
            }
            _ => outcome,
        }
    }

    /// The body has ended without `[DONE]`. Adds its last events, and fails if the answer may be incomplete.
    pub fn finish_without_done(self, batch: &mut Batch) -> Result<(), Error> {
        if let Some(protocol) = self.protocol {
            let last = self.parser.finish().filter(|data| data.trim() != "[DONE]");
            let is_last = last.is_some_and(|data| protocol.push("message", &data, self.config, batch));
            return if is_last { Ok(()) } else { protocol.check_end() };
        }
        let mut is_done = false;
        if let Some(data) = self.parser.finish() {
            // Some servers omit the last blank line. An event that cannot be parsed was cut off in the middle.
            is_done = data.trim() == "[DONE]";
            if !is_done
                && let Err(error @ ChunkError::Provider(_)) =
                    push_chunk(self.assembler, &data, batch, self.has_begun)
            {
                return Err(chunk_error(self.config, &error, &data, self.has_begun));
            }
        }
        if is_done || self.assembler.was_finished() {
            batch.end();
            return Ok(());
        }
        if !self.has_event && has_text(&self.start) {
            let shown = self.config.excerpt(&String::from_utf8_lossy(&self.start));
            let message = format!("the answer is neither JSON nor an event stream; check base_url: {shown}");
            return Err(Error::new(Kind::Protocol, message));
        }
        let message = if self.has_event {
            "the stream ended with neither finish_reason nor [DONE]: the answer may be cut short"
        } else {
            "the stream is empty: it ended without an event; check base_url"
        };
        Err(Error::new(Kind::Interrupted, message))
    }
}

/// Whether there is a line that is neither empty, nor a comment, nor a field of an event.
fn has_text(body: &[u8]) -> bool {
    let is_field = |line: &str| {
        line.is_empty()
            || ["data:", "event:", "id:", "retry:", ":"].iter().any(|field| line.starts_with(field))
    };
    String::from_utf8_lossy(body).lines().any(|line| !is_field(line.trim()))
}

/// Add one chunk, and its JSON text if the reader wants it and the chunk is neither invalid nor a failure of the request.
fn push_chunk(
    assembler: &mut Assembler,
    data: &str,
    batch: &mut Batch,
    has_begun: bool,
) -> Result<(), ChunkError> {
    let outcome = assembler.push(data, batch);
    if let Some(chunks) = &mut batch.raw_chunks {
        let is_for_reader = match &outcome {
            Ok(()) => true,
            Err(ChunkError::Malformed(_)) => false,
            Err(ChunkError::Provider(error)) => has_begun || error.status.is_none(),
        };
        if is_for_reader {
            chunks.push(data.to_owned());
        }
    }
    outcome
}

/// The error with a status that the first event of a stream reports: it is that of the request.
fn first_error(protocol: &EventProtocol, kind: &str, data: &str, has_begun: bool) -> Option<ProviderError> {
    if has_begun || !protocol.fails_with_first {
        None
    } else {
        protocol.error(kind, data).filter(|error| error.status.is_some())
    }
}

fn chunk_error(config: &Config, error: &ChunkError, data: &str, has_begun: bool) -> Error {
    match error {
        ChunkError::Provider(error) => provider_error(config, error, data, has_begun),
        ChunkError::Malformed(reason) => {
            let shown = config.excerpt(data);
            Error::new(Kind::Protocol, format!("the stream contains an invalid chunk ({reason}): {shown}"))
        }
    }
}

/// An event of the type `error`.
fn named_error(config: &Config, data: &str) -> ProviderError {
    ProviderError::from_text(data)
        .unwrap_or_else(|| ProviderError { message: config.excerpt(data), status: None })
}

/// Before anything else, it is what a status would have said if the head had not been sent already.
fn provider_error(config: &Config, error: &ProviderError, data: &str, has_begun: bool) -> Error {
    if !has_begun && error.status.is_some() {
        return failures::provider_error(config, error, data);
    }
    let reason = config.reason(error);
    let message = format!("the provider reported an error in the middle of the stream: {reason}");
    let details = Details { status: error.status, body: limit_body(data), ..Details::default() };
    Error::with(Kind::Interrupted, message, details)
}
