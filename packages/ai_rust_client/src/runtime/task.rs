//! A task on the runtime with one result, which is awaited in an event loop.

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::error::{Error, Kind};
use crate::runtime::executor::{Executor, TaskWatch};
use crate::runtime::monitor::Monitor;
use crate::runtime::ready_queue::ReadyQueue;
use crate::runtime::wakeup_fd::Fileno;

pub struct Task<T> {
    pub result: Monitor<Option<Result<T, Error>>>,
    cancellation: CancellationToken,
    executor: &'static Executor,
    watch: TaskWatch,
}

impl<T: Send + 'static> Task<T> {
    pub fn spawn(
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
        executor: &'static Executor,
        client: &CancellationToken,
    ) -> Arc<Self> {
        let task = Arc::new(Self {
            result: Monitor::new(),
            cancellation: client.child_token(),
            executor,
            watch: TaskWatch::default(),
        });
        let guard = EndGuard(Arc::clone(&task));
        executor.spawn(async move {
            tokio::select! {
                biased;
                () = guard.0.cancellation.cancelled() => guard.0.end(Err(Error::cancelled("the call was cancelled"))),
                result = work => guard.0.end(result),
            }
        });
        task
    }

    /// See `Monitor::register`.
    pub fn register(&self, queue: &Arc<ReadyQueue>) -> Option<u64> {
        self.executor.watch(&self.watch);
        self.result.register(queue)
    }

    /// See `Monitor::fileno`.
    pub fn fileno(&self) -> std::io::Result<Fileno> {
        self.executor.watch(&self.watch);
        self.result.fileno()
    }

    /// Close the connection, unless the result has arrived.
    pub fn cancel(&self) {
        self.cancellation.cancel();
        self.executor.attend();
    }

    fn end(&self, outcome: Result<T, Error>) {
        self.result.update(|result| {
            result.get_or_insert(outcome);
        });
    }
}

/// Ends the wait even if the work is dropped or panics.
struct EndGuard<T: Send + 'static>(Arc<Task<T>>);

impl<T: Send + 'static> Drop for EndGuard<T> {
    fn drop(&mut self) {
        self.0.end(Err(Error::new(Kind::Connection, "the call's task ended too early; this is a bug")));
        self.0.executor.finish(&self.0.watch);
    }
}
