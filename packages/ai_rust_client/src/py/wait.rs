//! Waiting on the calling thread, without the interpreter, and open to Ctrl-C.

use std::time::Duration;

use pyo3::prelude::*;

use crate::mailbox::{Mailbox, Readiness};

/// How often a waiting call looks for signals.
const SLICE: Duration = Duration::from_millis(50);

/// Return once the mailbox is ready. A signal handler that raises ends the wait, and `cancel` is called.
pub fn wait<T: Readiness + Default + Send>(
    py: Python,
    mailbox: &Mailbox<T>,
    cancel: impl Fn(),
) -> PyResult<()> {
    while !py.detach(|| mailbox.wait(SLICE)) {
        py.check_signals().inspect_err(|_| cancel())?;
    }
    Ok(())
}
