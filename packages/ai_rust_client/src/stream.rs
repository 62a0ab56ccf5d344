//! A streamed answer: the task that receives it, and the buffer from which it is read.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;

use bytes::Bytes;
use http::Method;
use tokio::task::yield_now;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::answer::{Answer, Event, Transfer};
use crate::endpoint::EndpointRequest;
use crate::error::{Error, Kind};
use crate::http::attempts::Attempts;
use crate::http::config::Config;
use crate::http::response_headers::request_id;
use crate::http::transport::{Request, Transport};
use crate::protocol::assembler::Assembler;
use crate::protocol::request::{ChatRequest, total_len};
use crate::raw_events::EventProtocol;
use crate::response_reader::ResponseReader;
use crate::runtime::executor::{Executor, TaskWatch};
use crate::runtime::monitor::Monitor;
use crate::runtime::ready_queue::ReadyQueue;
use crate::runtime::wakeup_fd::Fileno;
use crate::stream_buffer::StreamBuffer;

/// What a stream asks for, and what its reader gets.
pub enum StreamRequest {
    /// The events of an answer.
    Chat(ChatRequest),
    /// The chunks of an answer as JSON texts.
    Chunks(ChatRequest),
    /// The events of any endpoint.
    Events(EndpointRequest, EventProtocol),
}

impl StreamRequest {
    fn models(&self) -> &[String] {
        match self {
            Self::Chat(request) | Self::Chunks(request) => request.models(),
            Self::Events(request, _) => &request.models,
        }
    }

    fn body_for(&self, model: &str) -> Vec<Bytes> {
        match self {
            Self::Chat(request) | Self::Chunks(request) => request.body_for(model),
            Self::Events(request, _) => request.body_for(model),
        }
    }

    fn url<'a>(&self, config: &'a Config) -> Cow<'a, Url> {
        match self {
            Self::Chat(_) | Self::Chunks(_) => Cow::Borrowed(&config.chat_url),
            Self::Events(request, _) => Cow::Owned(config.endpoint(&request.path)),
        }
    }

    fn protocol(&self) -> Option<&EventProtocol> {
        match self {
            Self::Chat(_) | Self::Chunks(_) => None,
            Self::Events(_, protocol) => Some(protocol),
        }
    }

    fn with_raw_chunks(&self) -> bool {
        !matches!(self, Self::Chat(_))
    }
}

pub struct Stream {
    pub buffer: Monitor<StreamBuffer>,
    /// Set once the response head has arrived, or the stream has ended without one.
    pub head: Monitor<Option<()>>,
    pub executor: &'static Executor,
    watch: TaskWatch,
    cancellation: CancellationToken,
}

impl Stream {
    /// Start at once, on the runtime.
    pub fn open(
        transport: Arc<Transport>,
        executor: &'static Executor,
        request: StreamRequest,
        client: &CancellationToken,
    ) -> Arc<Self> {
        let stream = Arc::new(Self {
            buffer: Monitor::new(),
            head: Monitor::new(),
            executor,
            watch: TaskWatch::default(),
            cancellation: client.child_token(),
        });
        stream.buffer.with(|buffer| {
            buffer.set_limit(transport.config.max_buffered);
            buffer.masks = transport.config.masks.clone();
            if request.with_raw_chunks() {
                buffer.collect_raw_chunks();
            }
        });
        let guard = EndGuard(Arc::clone(&stream));
        executor.spawn(async move {
            // Let the runtime notice pooled connections that the server has closed.
            yield_now().await;
            let stream = &guard.0;
            tokio::select! {
                biased;
                () = stream.cancellation.cancelled() => stream.end(Err(Error::cancelled("the client was closed"))),
                result = stream.receive(&transport, &request) => stream.end(result),
            }
        });
        stream
    }

    /// See `Monitor::register`.
    pub fn register(&self, queue: &Arc<ReadyQueue>) -> Option<u64> {
        self.executor.watch(&self.watch);
        self.buffer.register(queue)
    }

    /// See `Monitor::register`.
    pub fn register_head(&self, queue: &Arc<ReadyQueue>) -> Option<u64> {
        self.executor.watch(&self.watch);
        self.head.register(queue)
    }

    /// See `Monitor::fileno`.
    pub fn fileno(&self) -> std::io::Result<Fileno> {
        self.executor.watch(&self.watch);
        self.buffer.with(StreamBuffer::watch);
        self.buffer.fileno()
    }

    /// All events that have arrived. The reader comes back for more without a call that blocks.
    pub fn drain(&self) -> Result<VecDeque<Event>, Error> {
        self.executor.watch(&self.watch);
        self.buffer.with(StreamBuffer::drain)
    }

    /// Close the connection. A reader that has not reached the end gets `Kind::Cancelled`.
    pub fn cancel(&self) {
        if self.buffer.update(|buffer| buffer.cancel(Error::cancelled("the stream was cancelled"))) {
            self.cancellation.cancel();
            self.executor.attend();
            self.set_head();
        }
    }

    fn end(&self, result: Result<(), Error>) {
        self.buffer.update(|buffer| buffer.end(result));
        self.set_head();
    }

    fn set_head(&self) {
        self.head.update(|head| *head = Some(()));
    }

    async fn receive(&self, transport: &Transport, request: &StreamRequest) -> Result<(), Error> {
        let mut attempts = Attempts::new(transport, request.models());
        loop {
            let result = attempts.limit(pin!(self.attempt(transport, request, &attempts))).await;
            let Err(mut error) = result else { return Ok(()) };
            error.details_mut().delivered |= self.buffer.with(|buffer| buffer.has_begun());
            attempts.retry_after(error).await?;
        }
    }

    async fn attempt(
        &self,
        transport: &Transport,
        request: &StreamRequest,
        attempts: &Attempts<'_>,
    ) -> Result<(), Error> {
        let sent = Instant::now();
        let model = attempts.model();
        let body = request.body_for(model);
        let bytes_sent = total_len(&body);
        let url = request.url(&transport.config);
        let http_request = Request { method: Method::POST, url: &url, accept: "text/event-stream", body };
        let mut response = transport.limit_first_token(sent, pin!(transport.send(http_request))).await?;
        let headers = std::mem::take(response.headers_mut());
        let answer = Answer {
            model: Some(model.to_owned()),
            request_id: request_id(&transport.config.masks, &headers),
            transfer: Transfer::begin(sent, headers, bytes_sent, attempts.failed()),
            ..Answer::default()
        };
        self.buffer.with(|buffer| buffer.answer = answer);
        self.set_head();
        ResponseReader {
            transport,
            buffer: &self.buffer,
            sent,
            with_raw_chunks: request.with_raw_chunks(),
            protocol: request.protocol(),
        }
        .read(response, &mut Assembler::default())
        .await?;
        attempts.succeeded();
        Ok(())
    }
}

/// Ends the stream even if its task is dropped or panics: its reader must not wait forever.
struct EndGuard(Arc<Stream>);

impl Drop for EndGuard {
    fn drop(&mut self) {
        self.0.end(Err(Error::new(Kind::Interrupted, "the stream's task ended too early; this is a bug")));
        self.0.executor.finish(&self.0.watch);
    }
}
