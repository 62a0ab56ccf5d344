//! One result that is being made on the runtime.

use std::future::Future;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use crate::driver::{Attention, Driver};
use crate::error::{Error, Kind};
use crate::hub::Hub;
use crate::mailbox::Mailbox;

pub struct Pending<T> {
    pub result: Mailbox<Option<Result<T, Error>>>,
    cancellation: CancellationToken,
    driver: &'static Driver,
    attention: Attention,
}

impl<T: Send + 'static> Pending<T> {
    pub fn start(
        work: impl Future<Output = Result<T, Error>> + Send + 'static,
        driver: &'static Driver,
        client: &CancellationToken,
    ) -> Arc<Self> {
        let pending = Arc::new(Self {
            result: Mailbox::new(),
            cancellation: client.child_token(),
            driver,
            attention: Attention::default(),
        });
        let ending = Ending(Arc::clone(&pending));
        driver.spawn(async move {
            tokio::select! {
                biased;
                () = ending.0.cancellation.cancelled() => ending.0.end(Err(Error::cancelled("the call was cancelled"))),
                result = work => ending.0.end(result),
            }
        });
        pending
    }

    /// As of `Mailbox`.
    pub fn arm(&self, hub: &Arc<Hub>) -> Option<u64> {
        self.driver.watch_in_loop(&self.attention);
        self.result.arm(hub)
    }

    /// Close the connection, if the result is not there yet.
    pub fn cancel(&self) {
        self.cancellation.cancel();
        self.driver.attend();
    }

    fn end(&self, outcome: Result<T, Error>) {
        self.result.fill(|result| {
            result.get_or_insert(outcome);
        });
    }
}

/// Ends the wait even where the task is dropped or panics.
struct Ending<T: Send + 'static>(Arc<Pending<T>>);

impl<T: Send + 'static> Drop for Ending<T> {
    fn drop(&mut self) {
        self.0.end(Err(Error::new(Kind::Connection, "the call's task ended too early; this is a bug")));
        self.0.driver.over(&self.0.attention);
    }
}
