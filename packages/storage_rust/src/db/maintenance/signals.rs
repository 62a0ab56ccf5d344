//! What callers and the maintenance thread tell each other.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub struct Signals {
    writes: AtomicU64,
    /// Also true before the thread has started.
    asleep: AtomicBool,
    stopping: AtomicBool,
    /// The number of callers that index pending rows themselves.
    indexing_callers: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Default for Signals {
    fn default() -> Self {
        Self {
            writes: AtomicU64::new(0),
            asleep: AtomicBool::new(true),
            stopping: AtomicBool::new(false),
            indexing_callers: AtomicUsize::new(0),
            lock: Mutex::default(),
            changed: Condvar::new(),
        }
    }
}

impl Signals {
    /// Count a write; true if the thread must be woken.
    pub fn count_write(&self) -> bool {
        self.writes.fetch_add(1, SeqCst);
        self.asleep.load(SeqCst)
    }

    pub fn writes(&self) -> u64 {
        self.writes.load(SeqCst)
    }

    pub fn set_awake(&self) {
        self.asleep.store(false, SeqCst);
    }

    pub fn notify(&self) {
        let _held = self.hold();
        self.changed.notify_all();
    }

    pub fn stop(&self) {
        let _held = self.hold();
        self.stopping.store(true, SeqCst);
        self.changed.notify_all();
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    pub fn callers_are_indexing(&self) -> bool {
        self.indexing_callers.load(SeqCst) > 0
    }

    /// The thread does no work on the index while the guard exists.
    pub fn leave_index_to_caller(&self) -> IndexingCaller<'_> {
        self.indexing_callers.fetch_add(1, SeqCst);
        IndexingCaller(self)
    }

    /// Wait for `time`; false if the thread must end.
    pub fn pause(&self, time: Duration) -> bool {
        let end = Instant::now() + time;
        let mut held = self.hold();
        while !self.is_stopping() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            held = self.changed.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    /// Sleep until the number of writes differs from `known`; false if the thread must end.
    pub fn sleep(&self, known: u64) -> bool {
        let mut held = self.hold();
        self.asleep.store(true, SeqCst);
        while self.writes() == known && !self.is_stopping() {
            held = self.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        self.set_awake();
        !self.is_stopping()
    }

    fn hold(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct IndexingCaller<'a>(&'a Signals);

impl Drop for IndexingCaller<'_> {
    fn drop(&mut self) {
        self.0.indexing_callers.fetch_sub(1, SeqCst);
    }
}
