//! A streamed answer: the task that reads it, and the inbox that it is read from.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Method;
use http::header::CONTENT_TYPE;
use reqwest::Response;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

use crate::assemble::{Assembler, Batch, Fault};
use crate::call::{Body, Tries, length};
use crate::chat;
use crate::config::Config;
use crate::driver::{Attention, Driver};
use crate::error::{Details, Error, Kind};
use crate::hub::Hub;
use crate::inbox::{Chunks, Inbox};
use crate::mailbox::Mailbox;
use crate::sse::Parser;
use crate::timers::Timers;
use crate::transport::{Request, Transport, causes, kept, request_id};
use crate::value::{Answer, Event, Transfer};
use crate::wake::Fileno;
use crate::wire::Reported;

/// How long the end of the body may take after `[DONE]` for its connection to serve the next call: the reader is told
/// of the end once the first is over, and the connection is given up after the second.
const END_OF_BODY: [Duration; 2] = [Duration::from_millis(5), Duration::from_secs(1)];

pub struct Stream {
    pub inbox: Mailbox<Inbox>,
    /// Filled once the head of the answer is there, or the stream has ended without one.
    pub head: Mailbox<Option<()>>,
    pub driver: &'static Driver,
    attention: Attention,
    cancellation: CancellationToken,
    keeps_chunks: bool,
}

impl Stream {
    /// Begin at once, on the runtime; what happens comes to the inbox, as chunks or as events.
    pub fn open(
        transport: Arc<Transport>,
        driver: &'static Driver,
        body: Body,
        client: &CancellationToken,
        keeps_chunks: bool,
    ) -> Arc<Self> {
        let stream = Arc::new(Self {
            inbox: Mailbox::new(),
            head: Mailbox::new(),
            driver,
            attention: Attention::default(),
            cancellation: client.child_token(),
            keeps_chunks,
        });
        stream.inbox.empty(|inbox| inbox.chunks = keeps_chunks.then(Chunks::default));
        let ending = Ending(Arc::clone(&stream));
        driver.spawn(async move {
            // A connection that the server has closed while nothing ran is told from one that can be used.
            yield_now().await;
            let stream = &ending.0;
            tokio::select! {
                biased;
                () = stream.cancellation.cancelled() => stream.end(Err(Error::cancelled("the client was closed"))),
                result = stream.run(&transport, &body) => stream.end(result),
            }
        });
        stream
    }

    /// As of the inbox.
    pub fn arm(&self, hub: &Arc<Hub>) -> Option<u64> {
        self.driver.watch_in_loop(&self.attention);
        self.inbox.arm(hub)
    }

    /// As of the head.
    pub fn arm_head(&self, hub: &Arc<Hub>) -> Option<u64> {
        self.driver.watch_in_loop(&self.attention);
        self.head.arm(hub)
    }

    /// As of the inbox.
    pub fn fileno(&self) -> std::io::Result<Fileno> {
        self.driver.watch(&self.attention);
        self.inbox.fileno()
    }

    /// All events that wait; the reader comes back for more by itself.
    pub fn drain(&self) -> Result<VecDeque<Event>, Error> {
        self.driver.watch(&self.attention);
        self.inbox.empty(Inbox::drain)
    }

    /// Close the connection. A reader that has not been given the end yet is given `Kind::Cancelled`.
    pub fn cancel(&self) {
        let cancelled = self.inbox.fill(|inbox| {
            if inbox.end.is_some() && inbox.is_empty() {
                return false;
            }
            inbox.clear();
            inbox.end = Some(Err(inbox.with_what_arrived(Error::cancelled("the stream was cancelled"))));
            true
        });
        if cancelled {
            self.cancellation.cancel();
            self.driver.attend();
            self.head.fill(|head| *head = Some(()));
        }
    }

    fn end(&self, result: Result<(), Error>) {
        self.inbox.fill(|inbox| {
            if inbox.end.is_none() {
                inbox.end = Some(result.map_err(|error| inbox.with_what_arrived(error)));
            }
        });
        self.head.fill(|head| *head = Some(()));
    }

    async fn run(&self, transport: &Transport, body: &Body) -> Result<(), Error> {
        let mut tries = Tries::new(transport, body.models());
        loop {
            let mut assembler = Assembler::default();
            let result = tries.bound(pin!(self.once(transport, body, &tries, &mut assembler))).await;
            let Err(mut error) = result else { return Ok(()) };
            self.inbox.empty(|inbox| {
                let counted = assembler.usage().cloned();
                inbox.answer.usage = inbox.answer.usage.take().or(counted);
                error.details_mut().delivered |= inbox.has_begun();
            });
            tries.after(error).await?;
        }
    }

    async fn once(
        &self,
        transport: &Transport,
        body: &Body,
        tries: &Tries<'_>,
        assembler: &mut Assembler,
    ) -> Result<(), Error> {
        let sent = Instant::now();
        let model = tries.model();
        let body = body.for_model(model);
        let bytes_sent = length(&body);
        let request =
            Request { method: Method::POST, url: &transport.config.chat, accept: "text/event-stream", body };
        let response = chat::within_first_token(transport, sent, pin!(transport.send(request))).await?;
        let answer = Answer {
            model: Some(model.to_owned()),
            request_id: request_id(response.headers()),
            transfer: Transfer::begin(sent, response.headers(), bytes_sent, tries.failed()),
            ..Answer::default()
        };
        self.inbox.empty(|inbox| inbox.answer = answer);
        self.head.fill(|head| *head = Some(()));
        let kind =
            response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.contains("json") {
            self.take_whole(transport, response, assembler, sent, &[]).await?;
        } else {
            self.take_events(transport, response, assembler, sent).await?;
        }
        tries.served();
        Ok(())
    }

    /// A server that does not stream answers with the whole completion, or with an error.
    async fn take_whole(
        &self,
        transport: &Transport,
        response: Response,
        assembler: &mut Assembler,
        sent: Instant,
        begun: &[u8],
    ) -> Result<(), Error> {
        let mut body = begun.to_vec();
        body.extend(transport.read_body(response, sent).await?);
        let mut batch = self.batch();
        batch.received = body.len();
        let text = chat::text(body);
        chat::decode(&transport.config, &text, assembler, &mut batch)?;
        if let Some(chunks) = &mut batch.chunks {
            chunks.push(text);
        }
        self.publish(batch, true);
        Ok(())
    }

    async fn take_events(
        &self,
        transport: &Transport,
        mut response: Response,
        assembler: &mut Assembler,
        sent: Instant,
    ) -> Result<(), Error> {
        let mut parser = Parser::new();
        let mut timers = Timers::new(&transport.config.timeouts, sent);
        let mut begun = false;
        loop {
            let read = timers.within(response.chunk()).await;
            let bytes = match read {
                Ok(Ok(Some(bytes))) => bytes,
                Ok(Ok(None)) => break,
                // With all finish reasons seen the answer is whole, whatever happens to the connection.
                Ok(Err(_)) | Err(_) if assembler.is_finished() => break,
                Ok(Err(error)) => {
                    let message =
                        format!("the connection broke in the middle of the answer: {}", causes(&error));
                    return Err(Error::new(Kind::Interrupted, message));
                }
                Err(error) => return Err(error),
            };
            timers.last_byte = Instant::now();
            if !begun && let Some(first) = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
                begun = true;
                match first {
                    b'{' => return self.take_whole(transport, response, assembler, sent, &bytes).await,
                    b'<' => return Err(not_events(&transport.config, &bytes)),
                    _ => {}
                }
            }
            let mut batch = self.batch();
            batch.received = bytes.len();
            let outcome = read_events(&transport.config, &mut parser, &bytes, assembler, &mut batch);
            if batch.content {
                timers.last_content = Some(timers.last_byte);
            }
            if batch.chunk {
                timers.last_chunk = timers.last_byte;
            }
            timers.finished = assembler.is_finished();
            match outcome {
                Ok(false) => self.publish(batch, false),
                Ok(true) => {
                    self.publish(batch, false);
                    let mut rest = pin!(async { while let Ok(Some(_)) = response.chunk().await {} });
                    let over = timeout(END_OF_BODY[0], &mut rest).await.is_ok();
                    let mut batch = Batch::default();
                    assembler.finish(&mut batch);
                    self.publish(batch, true);
                    if !over {
                        let _ = timeout(END_OF_BODY[1], rest).await;
                    }
                    return Ok(());
                }
                Err(error) => {
                    self.publish(batch, false);
                    return Err(error);
                }
            }
        }
        self.take_end(parser, assembler)
    }

    /// The body is over without `[DONE]`.
    fn take_end(&self, parser: Parser, assembler: &mut Assembler) -> Result<(), Error> {
        let mut batch = self.batch();
        let mut done = false;
        if let Some(data) = parser.finish() {
            // Some servers leave out the last blank line. What cannot be read was cut off in the middle.
            done = data.trim() == "[DONE]"
                || (feed(assembler, &data, &mut batch).is_ok() && assembler.was_finished());
        }
        if done || assembler.was_finished() {
            assembler.finish(&mut batch);
            self.publish(batch, true);
            return Ok(());
        }
        self.publish(batch, false);
        let message = "the stream ended with neither finish_reason nor [DONE]: the answer may be cut short";
        Err(Error::new(Kind::Interrupted, message))
    }

    fn batch(&self) -> Batch {
        Batch::new(self.keeps_chunks)
    }

    fn publish(&self, batch: Batch, last: bool) {
        self.inbox.fill(|inbox| {
            if inbox.end.is_none() {
                inbox.add(batch);
                if last {
                    inbox.answer.transfer.end();
                }
                inbox.end = last.then_some(Ok(()));
            }
        });
    }
}

/// Ends the stream even where its task is dropped or panics: a reader must not wait for ever.
struct Ending(Arc<Stream>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end(Err(Error::new(Kind::Interrupted, "the stream's task ended too early; this is a bug")));
        self.0.driver.over(&self.0.attention);
    }
}

/// Take what `bytes` completes; whether `[DONE]` was there.
fn read_events(
    config: &Config,
    parser: &mut Parser,
    bytes: &Bytes,
    assembler: &mut Assembler,
    batch: &mut Batch,
) -> Result<bool, Error> {
    let mut done = false;
    let mut fault = None;
    let pushed = parser.push(bytes, |event| {
        let data = event.data.trim();
        if done || fault.is_some() || data.is_empty() {
        } else if data == "[DONE]" {
            done = true;
        } else if event.kind == "error" {
            let said = serde_json::from_str(data).map(|json| Reported::from_body(&json));
            let said = said.unwrap_or_else(|_| Reported { message: config.excerpt(data), status: None });
            fault = Some(reported(said, data));
        } else if let Err(error) = feed(assembler, data, batch) {
            fault = Some(match error {
                Fault::Reported(said) => reported(said, data),
                Fault::Malformed(why) => {
                    let message =
                        format!("the stream holds what is no completion ({why}): {}", config.excerpt(data));
                    Error::new(Kind::Protocol, message)
                }
            });
        }
    });
    match (fault, pushed) {
        (Some(error), _) => Err(error),
        (None, Err(_)) => Err(Error::new(Kind::Protocol, "the stream holds an event of more than 64 MiB")),
        (None, Ok(())) => Ok(done),
    }
}

/// Take one chunk, and keep it as it came where that is wanted; not what is no chunk.
fn feed(assembler: &mut Assembler, data: &str, batch: &mut Batch) -> Result<(), Fault> {
    let outcome = assembler.feed(data, batch);
    if let Some(chunks) = &mut batch.chunks
        && !matches!(outcome, Err(Fault::Malformed(_)))
    {
        chunks.push(data.to_owned());
    }
    outcome
}

fn reported(said: Reported, data: &str) -> Error {
    let message = format!("the provider reported an error in the middle of the stream: {}", said.message);
    Error::with(
        Kind::Interrupted,
        message,
        Details { status: said.status, body: kept(data), ..Details::default() },
    )
}

fn not_events(config: &Config, bytes: &[u8]) -> Error {
    let shown = config.excerpt(&String::from_utf8_lossy(bytes));
    let message =
        format!("the answer is a web page, not a stream; check base_url and the proxy settings: {shown}");
    Error::new(Kind::Protocol, message)
}
