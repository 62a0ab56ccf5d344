//! What all Python views of one stream share: reading from its buffer, in the process that opened it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::PyStopAsyncIteration;
use pyo3::prelude::*;

use crate::answer::Answer;
use crate::http::config::Config;
use crate::py::blocking::wait;
use crate::py::error::{other_process, raise, second_reader};
use crate::py::event_loop::ReadyQueue;
use crate::py::log;
use crate::runtime::process;
use crate::stream::Stream;
use crate::stream_buffer::{Next, StreamBuffer};

/// Dropping the last view of a stream cancels it.
pub struct StreamReader {
    stream: Arc<Stream>,
    config: Arc<Config>,
    process: u32,
    is_end_logged: AtomicBool,
    /// Whether a reader waits for the next item. Two would each get a part of the answer.
    is_awaited: AtomicBool,
}

/// A reader on a thread.
struct Wait<'a>(&'a AtomicBool);

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

impl StreamReader {
    pub fn new(stream: Arc<Stream>, config: Arc<Config>) -> Self {
        Self {
            stream,
            config,
            process: process::id(),
            is_end_logged: AtomicBool::new(false),
            is_awaited: AtomicBool::new(false),
        }
    }

    /// The settings of the call.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The stream, in the process that opened it. In a forked child its locks may be held by threads that do not exist.
    pub fn stream(&self) -> PyResult<&Stream> {
        if self.process == process::id() { Ok(&self.stream) } else { Err(other_process()) }
    }

    /// Wait for the next item.
    pub fn next<T>(&self, py: Python, take: impl Fn(&mut StreamBuffer) -> Next<T>) -> PyResult<Option<T>> {
        let stream = self.stream()?;
        self.begin_wait()?;
        let _wait = Wait(&self.is_awaited);
        loop {
            match stream.buffer.with(&take) {
                Some(Ok(None)) => {
                    self.log_end(py);
                    return Ok(None);
                }
                Some(item) => return item.map_err(|error| raise(py, &error)),
                None => wait(py, stream.executor, &stream.buffer, || stream.cancel())?,
            }
        }
    }

    /// The next item after a wait that `register` began, or `None` if it has not arrived. Raises `StopAsyncIteration`
    /// at the end.
    pub fn poll<T>(&self, py: Python, take: impl Fn(&mut StreamBuffer) -> Next<T>) -> PyResult<Option<T>> {
        self.is_awaited.store(false, Ordering::Release);
        self.poll_now(py, take)
    }

    /// The same without a wait.
    pub fn poll_now<T>(
        &self,
        py: Python,
        take: impl Fn(&mut StreamBuffer) -> Next<T>,
    ) -> PyResult<Option<T>> {
        self.check_not_awaited()?;
        match self.stream()?.buffer.with(take) {
            None => Ok(None),
            Some(Ok(Some(item))) => Ok(Some(item)),
            Some(Ok(None)) => {
                self.log_end(py);
                Err(PyStopAsyncIteration::new_err(()))
            }
            Some(Err(error)) => Err(raise(py, &error)),
        }
    }

    /// Begin to wait for the next item. `poll` or `cancel` ends it.
    pub fn register(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        let stream = self.stream()?;
        self.begin_wait()?;
        Ok(stream.register(&queue.0))
    }

    fn begin_wait(&self) -> PyResult<()> {
        if self.is_awaited.swap(true, Ordering::AcqRel) { Err(second_reader()) } else { Ok(()) }
    }

    pub fn check_not_awaited(&self) -> PyResult<()> {
        if self.is_awaited.load(Ordering::Acquire) { Err(second_reader()) } else { Ok(()) }
    }

    pub fn register_head(&self, queue: &ReadyQueue) -> PyResult<Option<u64>> {
        Ok(self.stream()?.register_head(&queue.0))
    }

    pub fn cancel(&self) -> PyResult<()> {
        self.stream()?.cancel();
        self.is_awaited.store(false, Ordering::Release);
        Ok(())
    }

    pub fn mask(&self, text: String) -> String {
        self.config.masks.mask(text)
    }

    /// Only once for a stream, although a reader may ask again after the end.
    pub fn log_end(&self, py: Python) {
        if !self.is_end_logged.swap(true, Ordering::Relaxed) {
            log::answer(py, "stream", &self.config, || {
                self.stream.buffer.with(|buffer| buffer.answer.clone())
            });
        }
    }

    pub fn answer<T>(&self, read: impl Fn(&Answer) -> T) -> PyResult<T> {
        Ok(self.stream()?.buffer.with(|buffer| read(&buffer.answer)))
    }
}

impl Drop for StreamReader {
    fn drop(&mut self) {
        if let Ok(stream) = self.stream() {
            stream.cancel();
        } else {
            // Its locks must not be touched here, and its memory is the parent's.
            std::mem::forget(Arc::clone(&self.stream));
        }
    }
}
