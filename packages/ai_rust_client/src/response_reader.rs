//! Reads the response of a streaming request into the stream's buffer, to its verified end.

use std::future::poll_fn;
use std::pin::pin;
use std::time::Duration;

use reqwest::Response;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use crate::chat;
use crate::error::{Error, Kind};
use crate::event_stream::EventStream;
use crate::http::config::Config;
use crate::http::failures::{causes, provider_error};
use crate::http::read_timeouts::ReadTimeouts;
use crate::http::transport::Transport;
use crate::protocol::assembler::{Assembler, Batch};
use crate::protocol::provider_error::{ProviderError, is_error};
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
    /// When the attempt began.
    pub sent: Instant,
    pub with_raw_chunks: bool,
    /// The protocol of a stream that is not chat.
    pub protocol: Option<&'a EventProtocol>,
}

impl ResponseReader<'_> {
    /// The first character shows what the body is: servers get the content type wrong.
    pub async fn read(&self, mut response: Response, assembler: &mut Assembler) -> Result<(), Error> {
        let config = &*self.transport.config;
        let mut stream = EventStream::new(config, assembler, self.protocol);
        let mut timeouts = ReadTimeouts::new(&config.timeouts, self.sent);
        let mut has_begun = false;
        loop {
            let bytes = match timeouts.limit(response.chunk()).await {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => break,
                // With all finish reasons the answer is complete, whatever happens to the connection.
                Ok(Err(_)) | Err(_) if stream.is_finished() => break,
                Ok(Err(error)) => {
                    let message =
                        format!("the connection broke in the middle of the answer: {}", causes(&error));
                    return Err(Error::new(Kind::Interrupted, message));
                }
                Err(timeout) => return Err(timeout),
            };
            timeouts.last_byte = Instant::now();
            if !has_begun && let Some(first) = first_character(&bytes) {
                has_begun = true;
                match first {
                    b'{' | b'[' => return self.read_whole(response, &bytes).await,
                    b'<' => return Err(web_page_error(config, &bytes)),
                    _ => {}
                }
            }
            let mut batch = self.new_batch();
            batch.bytes_received = bytes.len();
            let outcome = stream.push(&bytes, &mut batch);
            if batch.has_content {
                timeouts.last_content = Some(timeouts.last_byte);
            }
            if batch.has_chunk {
                timeouts.last_chunk = timeouts.last_byte;
            }
            timeouts.is_finished = stream.is_finished();
            let is_full = self.publish(batch);
            if outcome? {
                self.end_after_done(response).await;
                return Ok(());
            }
            if is_full {
                self.wait_for_reader(&mut timeouts).await;
            }
        }
        let mut batch = self.new_batch();
        let outcome = stream.finish_without_done(&mut batch);
        if outcome.is_ok() {
            self.publish_last(batch);
        } else {
            self.publish(batch);
        }
        outcome
    }

    /// Leave the rest of the answer in the socket until half of the buffer is drained. Only the total timeout goes on.
    async fn wait_for_reader(&self, timeouts: &mut ReadTimeouts<'_>) {
        let since = Instant::now();
        poll_fn(|context| self.buffer.with(|buffer| buffer.poll_drained(context))).await;
        timeouts.extend(since.elapsed());
    }

    async fn end_after_done(&self, mut response: Response) {
        let mut rest = pin!(async { while let Ok(Some(_)) = response.chunk().await {} });
        let has_ended = timeout(BODY_END, &mut rest).await.is_ok();
        let mut batch = Batch::default();
        batch.end();
        self.publish_last(batch);
        if !has_ended {
            let _ = timeout(BODY_END_IN_BACKGROUND, rest).await;
        }
    }

    /// A server that does not stream answers with the whole completion, or with an error.
    async fn read_whole(&self, response: Response, start: &[u8]) -> Result<(), Error> {
        let (url, status) = (response.url().clone(), response.status());
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
        chat::decode(&self.transport.config, &text, &mut batch)
            .map_err(|error| chat::name_answer(error, &url, status))?;
        match &mut batch.raw_chunks {
            Some(chunks) => chunks.push(text),
            None => batch.set_body(text),
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
        if json.get("error").is_some_and(is_error) && json.get("status").is_none() {
            let error =
                ProviderError::from_text(text).unwrap_or_else(|| ProviderError::from_error(&json["error"]));
            return Err(provider_error(config, &error, text));
        }
        Ok(format!("\n{text}"))
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

/// The first byte that is neither white space nor of a byte order mark.
fn first_character(bytes: &[u8]) -> Option<&u8> {
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    text.iter().find(|byte| !byte.is_ascii_whitespace())
}

fn web_page_error(config: &Config, bytes: &[u8]) -> Error {
    let shown = config.excerpt(&String::from_utf8_lossy(bytes));
    let message =
        format!("the answer is a web page, not a stream; check base_url and the proxy settings: {shown}");
    Error::new(Kind::Protocol, message)
}
