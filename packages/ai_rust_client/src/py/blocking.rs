//! Waiting on the calling thread: detached from the interpreter, and interrupted by Ctrl-C.

use std::pin::{Pin, pin};

use pyo3::prelude::*;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use crate::error::{Error, Kind};
use crate::py::error::raise;
use crate::py::gevent;
use crate::runtime::executor::{Executor, Wakeup};
use crate::runtime::monitor::{Monitor, Readiness};
use crate::runtime::task::Task;

/// Wait until the monitor is ready. If a signal handler raises, `cancel` is called and the wait ends.
pub fn wait<T: Readiness + Default + Send>(
    py: Python,
    executor: &'static Executor,
    monitor: &Monitor<T>,
    cancel: impl Fn(),
) -> PyResult<()> {
    if let Some(wait_read) = gevent::wait_read(py)? {
        executor.attend();
        wait_read.call1((monitor.fileno()?,)).inspect_err(|_| cancel())?;
        return Ok(());
    }
    run(py, executor, pin!(monitor.ready())).inspect_err(|_| cancel())
}

/// Do `work` on this thread. If a signal handler raises, it ends and its connection is closed.
pub fn block<T: Send + 'static>(
    py: Python,
    executor: &'static Executor,
    client: &CancellationToken,
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> PyResult<T> {
    if let Some(wait_read) = gevent::wait_read(py)? {
        let task = Task::spawn(work, executor, client);
        wait_read.call1((task.fileno()?,)).inspect_err(|_| task.cancel())?;
        return task
            .result
            .with(Option::take)
            .unwrap_or_else(|| Err(Error::cancelled("the call was cancelled")))
            .map_err(|error| raise(py, &error));
    }
    let result = {
        let mut work = pin!(work);
        let work = pin!(client.run_until_cancelled(async {
            // Let the runtime notice pooled connections that the server has closed.
            yield_now().await;
            work.as_mut().await
        }));
        run(py, executor, work)
    };
    let result = result.inspect_err(|_| executor.attend())?;
    let result = result.unwrap_or_else(|| Err(Error::cancelled("the call was cancelled")));
    result.map_err(|error| raise(py, &error))
}

fn run<F: Future<Output: Send> + Send>(
    py: Python,
    executor: &'static Executor,
    mut work: Pin<&mut F>,
) -> PyResult<F::Output> {
    loop {
        match py.detach(|| executor.wait(work.as_mut())) {
            Wakeup::Done(result) => return Ok(result),
            Wakeup::SignalCheck => py.check_signals()?,
            Wakeup::Panicked => {
                let error = Error::new(Kind::Connection, "the call ended too early; this is a bug");
                return Err(raise(py, &error));
            }
        }
    }
}
