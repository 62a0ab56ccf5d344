//! A pool of connections, each used by one caller at a time.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::{Error, Kind, Result};

/// Waiting calls check at least this often whether they should stop.
pub const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Called at least every `POLL_INTERVAL` while a call waits or works; true ends the call with `Kind::Stopped`.
pub type StopCheck = Arc<dyn Fn() -> bool + Send + Sync>;

/// The connection is not reading, so `interrupt` does not affect it.
pub const IDLE: i64 = -1;

pub struct PooledConnection {
    pub connection: Connection,
    /// The interrupt epoch in which the current read began, or `IDLE`.
    pub started: Arc<AtomicI64>,
    /// Set if the `StopCheck` ended a statement.
    pub stopped: Arc<AtomicBool>,
}

pub struct Pool {
    state: Mutex<State>,
    returned: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<PooledConnection>,
    lent: usize,
    waiting: usize,
    closed: bool,
}

impl Pool {
    pub fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), returned: Condvar::new(), capacity }
    }

    pub fn put(&self, pooled: PooledConnection) {
        self.lock().idle.push(pooled);
    }

    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Whether a caller is waiting for a connection.
    pub fn is_awaited(&self) -> bool {
        self.lock().waiting > 0
    }

    /// An idle connection, unless a caller is waiting for one.
    pub fn try_take(&self) -> Option<Lease<'_>> {
        let mut state = self.lock();
        if state.closed || state.waiting > 0 {
            return None;
        }
        let pooled = state.idle.pop()?;
        state.lent += 1;
        Some(Lease { pool: self, pooled: Some(pooled) })
    }

    /// An idle connection, or a new one if the capacity allows it. Waits for one otherwise.
    pub fn take(
        &self,
        path: &str,
        stop: &StopCheck,
        connect: impl FnOnce() -> Result<PooledConnection>,
    ) -> Result<Lease<'_>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(Error::closed(path));
            }
            if let Some(pooled) = state.idle.pop() {
                state.lent += 1;
                return Ok(Lease { pool: self, pooled: Some(pooled) });
            }
            if state.lent < self.capacity {
                state.lent += 1;
                break;
            }
            state.waiting += 1;
            let (guard, wait) =
                self.returned.wait_timeout(state, POLL_INTERVAL).unwrap_or_else(PoisonError::into_inner);
            state = guard;
            state.waiting -= 1;
            if wait.timed_out() {
                drop(state);
                if stop() {
                    return Err(Error::new(Kind::Stopped, path, "Stopped while waiting for a connection"));
                }
                state = self.lock();
            }
        }
        drop(state);
        let mut lease = Lease { pool: self, pooled: None };
        lease.pooled = Some(connect()?);
        Ok(lease)
    }

    /// Reject new callers, wait for the current ones and close all connections. False if it was already called.
    pub fn close(&self) -> bool {
        let mut state = self.lock();
        if state.closed {
            return false;
        }
        state.closed = true;
        self.returned.notify_all();
        while state.lent > 0 {
            state = self.returned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.idle.clear();
        true
    }

    /// For a forked child: never close the connections of the parent.
    pub fn leak(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.idle.drain(..).for_each(std::mem::forget);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Lease<'a> {
    pool: &'a Pool,
    pooled: Option<PooledConnection>,
}

impl Lease<'_> {
    pub fn connection(&self, path: &str) -> Result<&PooledConnection> {
        self.pooled.as_ref().ok_or_else(|| Error::closed(path))
    }

    pub fn replace(&mut self, pooled: PooledConnection) {
        self.pooled = Some(pooled);
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.lent -= 1;
        if let Some(pooled) = self.pooled.take() {
            pooled.started.store(IDLE, Ordering::Relaxed);
            state.idle.push(pooled);
        }
        self.pool.returned.notify_all();
    }
}
