//! Connections that are lent to one caller at a time.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::Connection;

use crate::error::{Error, Kind, Result};

/// How long a caller waits, at most, before it looks whether it should stop.
pub const SLICE: Duration = Duration::from_millis(50);

/// Asked at least every `SLICE` while a call waits or works; true ends the call with `Kind::Stopped`.
pub type Stop = Arc<dyn Fn() -> bool + Send + Sync>;

/// Outside of a read: no `interrupt` concerns the connection.
pub const IDLE: i64 = -1;

pub struct Link {
    pub connection: Connection,
    /// The epoch of interrupts at which a read began, or `IDLE`.
    pub started: Arc<AtomicI64>,
    /// Set where it was `Stop` that ended a read.
    pub stopped: Arc<AtomicBool>,
}

pub struct Pool {
    state: Mutex<State>,
    returned: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<Link>,
    lent: usize,
    waiting: usize,
    closed: bool,
}

impl Pool {
    pub fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), returned: Condvar::new(), capacity }
    }

    pub fn put(&self, link: Link) {
        self.lock().idle.push(link);
    }

    /// Whether somebody waits for a connection.
    pub fn is_awaited(&self) -> bool {
        self.lock().waiting > 0
    }

    /// A connection that is idle, if nobody waits for it.
    pub fn try_take(&self) -> Option<Lease<'_>> {
        let mut state = self.lock();
        if state.closed || state.waiting > 0 {
            return None;
        }
        let link = state.idle.pop()?;
        state.lent += 1;
        Some(Lease { pool: self, link: Some(link) })
    }

    /// A connection, `made` where none is idle and the capacity allows another.
    pub fn take(&self, path: &str, stop: &Stop, made: impl FnOnce() -> Result<Link>) -> Result<Lease<'_>> {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Err(Error::closed(path));
            }
            if let Some(link) = state.idle.pop() {
                state.lent += 1;
                return Ok(Lease { pool: self, link: Some(link) });
            }
            if state.lent < self.capacity {
                state.lent += 1;
                break;
            }
            state.waiting += 1;
            let waited = self.returned.wait_timeout(state, SLICE).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
            state.waiting -= 1;
            if waited.1.timed_out() {
                drop(state);
                if stop() {
                    return Err(Error::new(Kind::Stopped, path, "Stopped while waiting for a connection"));
                }
                state = self.lock();
            }
        }
        drop(state);
        let mut lease = Lease { pool: self, link: None };
        lease.link = Some(made()?);
        Ok(lease)
    }

    /// Refuse new callers, wait for those at work, close all. False where another call has begun that already.
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

    /// In a forked child: keep the parent's connections from ever being closed here.
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
    link: Option<Link>,
}

impl Lease<'_> {
    pub fn link(&self, path: &str) -> Result<&Link> {
        self.link.as_ref().ok_or_else(|| Error::closed(path))
    }

    pub fn replace(&mut self, link: Link) {
        self.link = Some(link);
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.lock();
        state.lent -= 1;
        if let Some(link) = self.link.take() {
            link.started.store(IDLE, Ordering::Relaxed);
            state.idle.push(link);
        }
        self.pool.returned.notify_all();
    }
}
