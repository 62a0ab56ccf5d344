//! Reads the response of a streaming request into the stream's buffer, to its verified end.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use reqwest::Response;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::chat;
use crate::error::{Details, Error, Kind};
use crate::http::config::Config;
use crate::http::failures::{causes, limit_body};
use crate::http::read_timeouts::ReadTimeouts;
use crate::http::transport::Transport;
use crate::protocol::assembler::{Assembler, Batch, ChunkError};
use crate::protocol::provider_error::ProviderError;
use crate::protocol::sse::Parser;
use crate::raw_events::EventProtocol;
use crate::runtime::monitor::Monitor;
use crate::stream_buffer::StreamBuffer;

/// How long the reader may have to wait for the end of the body after `[DONE]`. If it comes in time, the next call can
/// use the connection.
const BODY_END: Duration = Duration::from_millis(5);

/// How long the connection is kept open for the end of the body after `[DONE]`.
const BODY_END_IN_BACKGROUND: Duration = Duration::from_secs(1);

pub struct ResponseReader<'a> {
    pub transport: &'a Transport,
    pub buffer: &'a Monitor<StreamBuffer>,
    pub assembler: &'a mut Assembler,
    /// When the attempt began.
    pub sent: Instant,
    pub with_raw_chunks: bool,
    /// The protocol of a stream that is not chat.
    pub protocol: Option<&'a EventProtocol>,
}

impl ResponseReader<'_> {
    pub async fn read(&mut self, response: Response) -> Result<(), Error> {
        let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        if content_type.is_some_and(|content_type| content_type.contains("json")) {
            self.read_whole(response, &[]).await
        } else {
            self.read_events(response).await
        }
    }

    /// A server that does not stream answers with the whole completion, or with an error.
    async fn read_whole(&mut self, response: Response, start: &[u8]) -> Result<(), Error> {
        let mut body = start.to_vec();
        body.extend(self.transport.read_body(response, self.sent).await?);
        let mut batch = self.new_batch();
        batch.bytes_received = body.len();
        let text = chat::decode_utf8(body);
        if self.protocol.is_some() {
            batch.raw_chunks = Some(vec![self.decode_document(&text)?]);
            self.publish_last(batch);
            return Ok(());
        }
        chat::decode(&self.transport.config, &text, self.assembler, &mut batch)?;
        if let Some(chunks) = &mut batch.raw_chunks {
            chunks.push(text);
        }
        self.publish_last(batch);
        Ok(())
    }

    /// A document in place of a stream: an event without a type.
    fn decode_document(&self, text: &str) -> Result<String, Error> {
        let config = &self.transport.config;
        let json: Option<Value> = serde_json::from_str(text).ok().filter(Value::is_object);
        let Some(json) = json else {
            let message = format!("the answer is neither a stream nor an object: {}", config.excerpt(text));
            return Err(Error::new(Kind::Protocol, message));
        };
        // The objects of some APIs always have the field, which is null.
        if json.get("error").is_some_and(|error| !error.is_null()) && json.get("status").is_none() {
            let error =
                ProviderError::from_text(text).unwrap_or_else(|| ProviderError::from_error(&json["error"]));
            return Err(chat::provider_error(config, &error, text));
        }
        Ok(format!("\n{text}"))
    }

    async fn read_events(&mut self, mut response: Response) -> Result<(), Error> {
        let config = &*self.transport.config;
        let mut parser = Parser::new();
        let mut timeouts = ReadTimeouts::new(&config.timeouts, self.sent);
        let mut has_begun = false;
        loop {
            let bytes = match timeouts.limit(response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => break,
                // With all finish reasons the answer is complete, whatever happens to the connection.
                Ok(Err(_)) | Err(_) if self.assembler.is_finished() => break,
                Ok(Err(error)) => {
                    let message =
                        format!("the connection broke in the middle of the answer: {}", causes(&error));
                    return Err(Error::new(Kind::Interrupted, message));
                }
                Err(timeout) => return Err(timeout),
            };
            timeouts.last_byte = Instant::now();
            if !has_begun && let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
                has_begun = true;
                match first {
                    b'{' => return self.read_whole(response, &bytes).await,
                    b'<' => return Err(web_page_error(config, &bytes)),
                    _ => {}
                }
            }
            let mut batch = self.new_batch();
            batch.bytes_received = bytes.len();
            let outcome = self.parse_events(&mut parser, &bytes, &mut batch);
            if batch.has_content {
                timeouts.last_content = Some(timeouts.last_byte);
            }
            if batch.has_chunk {
                timeouts.last_chunk = timeouts.last_byte;
            }
            timeouts.is_finished = self.assembler.is_finished();
            let is_full = self.publish(batch);
            if outcome? {
                self.end_after_done(response).await;
                return Ok(());
            }
            if is_full {
                self.wait_for_reader(&mut timeouts).await;
            }
        }
        self.end_without_done(parser)
    }

    /// Leave the rest of the answer in the socket until half of the buffer is drained. Only the total timeout goes on.
    async fn wait_for_reader(&self, timeouts: &mut ReadTimeouts<'_>) {
        let since = Instant::now();
        poll_fn(|context| self.buffer.with(|buffer| buffer.poll_drained(context))).await;
        timeouts.extend(since.elapsed());
    }

    async fn end_after_done(&mut self, mut response: Response) {
        let mut rest = pin!(async { while let Ok(Some(_)) = response.chunk().await {} });
        let has_ended = timeout(BODY_END, &mut rest).await.is_ok();
        let mut batch = Batch::default();
        self.assembler.finish(&mut batch);
        self.publish_last(batch);
        if !has_ended {
            let _ = timeout(BODY_END_IN_BACKGROUND, rest).await;
        }
    }

    fn end_without_done(&mut self, parser: Parser) -> Result<(), Error> {
        let mut batch = self.new_batch();
        let mut is_done = false;
        if let Some(data) = parser.finish() {
            // Some servers omit the last blank line. An event that cannot be parsed was cut off in the middle.
            is_done = match self.protocol {
                Some(protocol) => protocol.push("message", &data, &self.transport.config, &mut batch),
                None => data.trim() == "[DONE]",
            };
            let _ = is_done || self.protocol.is_some() || self.push_chunk(&data, &mut batch).is_ok();
        }
        let is_done = is_done || self.protocol.is_some_and(|protocol| protocol.check_end().is_ok());
        if is_done || self.assembler.was_finished() {
            self.assembler.finish(&mut batch);
            self.publish_last(batch);
            return Ok(());
        }
        self.publish(batch);
        if let Some(protocol) = self.protocol {
            return protocol.check_end();
        }
        let message = "the stream ended with neither finish_reason nor [DONE]: the answer may be cut short";
        Err(Error::new(Kind::Interrupted, message))
    }

    /// Add the events that `bytes` complete to `batch`. Returns whether `[DONE]` was among them.
    fn parse_events(&mut self, parser: &mut Parser, bytes: &Bytes, batch: &mut Batch) -> Result<bool, Error> {
        let mut outcome = Ok(false);
        let parsed = parser.push(bytes, |event| {
            let data = event.data.trim();
            if data.is_empty() || !matches!(outcome, Ok(false)) {
                return;
            }
            if let Some(protocol) = self.protocol {
                let config = &self.transport.config;
                outcome = match data {
                    "[DONE]" => protocol.check_end().map(|()| true),
                    data => Ok(protocol.push(event.kind, data, config, batch)),
                };
            } else if data == "[DONE]" {
                outcome = Ok(true);
            } else if event.kind == "error" {
                outcome = Err(self.named_error(data));
            } else if let Err(error) = self.push_chunk(data, batch) {
                outcome = Err(match error {
                    ChunkError::Provider(error) => provider_error(&error, data),
                    ChunkError::Malformed(reason) => {
                        let shown = self.transport.config.excerpt(data);
                        let message = format!("the stream contains an invalid chunk ({reason}): {shown}");
                        Error::new(Kind::Protocol, message)
                    }
                });
            }
        });
        match parsed {
            Err(_) if outcome.is_ok() => {
                Err(Error::new(Kind::Protocol, "the stream contains an event of more than 64 MiB"))
            }
            _ => outcome,
        }
    }

    /// Add one chunk, and its JSON text if the reader wants it and the chunk is valid.
    fn push_chunk(&mut self, data: &str, batch: &mut Batch) -> Result<(), ChunkError> {
        let outcome = self.assembler.push(data, batch);
        if let Some(chunks) = &mut batch.raw_chunks
            && !matches!(outcome, Err(ChunkError::Malformed(_)))
        {
            chunks.push(data.to_owned());
        }
        outcome
    }

    /// An event of the type `error`.
    fn named_error(&self, data: &str) -> Error {
        let error = ProviderError::from_text(data)
            .unwrap_or_else(|| ProviderError { message: self.transport.config.excerpt(data), status: None });
        provider_error(&error, data)
    }

    fn new_batch(&self) -> Batch {
        Batch::new(self.with_raw_chunks)
    }

    /// Returns whether the buffer is full.
    fn publish(&self, batch: Batch) -> bool {
        self.buffer.update(|buffer| {
            if !buffer.has_ended() {
                buffer.push(batch);
            }
            buffer.is_full()
        })
    }

    fn publish_last(&self, batch: Batch) {
        self.buffer.update(|buffer| {
            if !buffer.has_ended() {
                buffer.push(batch);
                buffer.answer.transfer.end();
                buffer.end(Ok(()));
            }
        });
    }
}

fn provider_error(error: &ProviderError, data: &str) -> Error {
    let message = format!("the provider reported an error in the middle of the stream: {}", error.message);
    let details = Details { status: error.status, body: limit_body(data), ..Details::default() };
    Error::with(Kind::Interrupted, message, details)
}

fn web_page_error(config: &Config, bytes: &[u8]) -> Error {
    let shown = config.excerpt(&String::from_utf8_lossy(bytes));
    let message =
        format!("the answer is a web page, not a stream; check base_url and the proxy settings: {shown}");
    Error::new(Kind::Protocol, message)
}
