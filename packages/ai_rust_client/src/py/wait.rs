//! Waiting on the calling thread, without the interpreter, and open to Ctrl-C.

use std::pin::{Pin, pin};

use pyo3::prelude::*;
use tokio::task::yield_now;
use tokio_util::sync::CancellationToken;

use crate::driver::{Back, Driver};
use crate::error::{Error, Kind};
use crate::mailbox::{Mailbox, Readiness};
use crate::py::error::raise;

/// Return once the mailbox is ready. A signal handler that raises ends the wait, and `cancel` is called.
pub fn wait<T: Readiness + Default + Send>(
    py: Python,
    driver: &'static Driver,
    mailbox: &Mailbox<T>,
    cancel: impl Fn(),
) -> PyResult<()> {
    until_done(py, driver, pin!(mailbox.ready())).inspect_err(|_| cancel())
}

/// Do `work` on this thread. A signal handler that raises ends it, and its connection is closed.
pub fn block<T: Send>(
    py: Python,
    driver: &'static Driver,
    client: &CancellationToken,
    work: impl Future<Output = Result<T, Error>> + Send,
) -> PyResult<T> {
    let result = {
        let mut work = pin!(work);
        let mut work = pin!(client.run_until_cancelled(async {
            // A connection that the server has closed while nothing ran is told from one that can be used.
            yield_now().await;
            work.as_mut().await
        }));
        until_done(py, driver, work.as_mut())
    };
    let result = result.inspect_err(|_| driver.attend())?;
    let result = result.unwrap_or_else(|| Err(Error::cancelled("the call was cancelled")));
    result.map_err(|error| raise(py, &error))
}

fn until_done<F: Future<Output: Send> + Send>(
    py: Python,
    driver: &'static Driver,
    mut work: Pin<&mut F>,
) -> PyResult<F::Output> {
    loop {
        match py.detach(|| driver.wait(work.as_mut())) {
            Back::Done(done) => return Ok(done),
            Back::Tick => py.check_signals()?,
            Back::Panicked => {
                return Err(raise(
                    py,
                    &Error::new(Kind::Connection, "the call ended too early; this is a bug"),
                ));
            }
        }
    }
}
