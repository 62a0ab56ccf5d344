//! What the calls of a client need in one process: connections, cancellation, and the runtime.

use std::sync::Arc;

use pyo3::prelude::*;
use tokio_util::sync::CancellationToken;

use crate::endpoint::EndpointRequest;
use crate::error::Error;
use crate::http::config::Config;
use crate::http::transport::Transport;
use crate::protocol::request::ChatRequest;
use crate::py::blocking::block;
use crate::raw_events::EventProtocol;
use crate::runtime::executor::{Executor, executor};
use crate::runtime::task::Task;
use crate::stream::{Stream, StreamRequest};

#[derive(Clone)]
pub struct Session {
    transport: Arc<Transport>,
    /// Ends every call in progress.
    cancellation: CancellationToken,
    executor: &'static Executor,
}

impl Session {
    pub fn new(config: &Arc<Config>) -> std::io::Result<Self> {
        Ok(Self {
            transport: Arc::new(Transport::new(Arc::clone(config))),
            cancellation: CancellationToken::new(),
            executor: executor()?,
        })
    }

    /// The same connections with the settings of one call.
    pub fn for_call(self, config: Config) -> Self {
        Self { transport: Arc::new(self.transport.for_call(config)), ..self }
    }

    pub fn config(&self) -> &Arc<Config> {
        &self.transport.config
    }

    pub fn transport(&self) -> Arc<Transport> {
        Arc::clone(&self.transport)
    }

    /// Do `work` on this thread.
    pub fn block<T: Send + 'static>(
        &self,
        py: Python,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> PyResult<T> {
        block(py, self.executor, &self.cancellation, work)
    }

    /// Start `work` for an event loop.
    pub fn spawn<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
    ) -> Arc<Task<T>> {
        Task::spawn(work, self.executor, &self.cancellation)
    }

    pub fn open_stream(&self, request: ChatRequest, with_raw_chunks: bool) -> Arc<Stream> {
        let request =
            if with_raw_chunks { StreamRequest::Chunks(request) } else { StreamRequest::Chat(request) };
        self.open(request)
    }

    pub fn open_events(&self, request: EndpointRequest, protocol: EventProtocol) -> Arc<Stream> {
        self.open(StreamRequest::Events(request, protocol))
    }

    fn open(&self, request: StreamRequest) -> Arc<Stream> {
        Stream::open(self.transport(), self.executor, request, &self.cancellation)
    }

    pub fn prewarm(self) {
        let executor = self.executor;
        executor.spawn(async move {
            self.cancellation.run_until_cancelled(self.transport.prewarm()).await;
        });
        executor.attend();
    }

    pub fn close(self) {
        self.cancellation.cancel();
        let executor = self.executor;
        drop(self);
        executor.attend();
    }
}
