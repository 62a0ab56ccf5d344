//! What writers leave undone is done when they pause: a thread of each open database indexes the backlog, merges the
//! segments of the search index and copies the log back into the file.
//!
//! It begins with the first write, or at opening where something is left to do, and sleeps without a timeout when there
//! is nothing: what there is to do is told by the file alone, so a kill or a restart forgets nothing. It never calls
//! Python, and takes the writing connection only between two calls. Where writers never pause, it takes one turn after
//! many of theirs, so that few of them wait. Other processes do the same; who finds the file locked tries again later.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::upkeep::{Slice, Worker};

/// Without a write for so long, writers are taken to pause.
const LULL: Duration = Duration::from_millis(5);
/// After so many writes without a pause there is a turn all the same: fewer than one write in a hundred waits.
const OVERDUE: u64 = 150;
/// Of the index, merged at once in a pause, and for each write that was made without one: a row makes about half a page,
/// which is merged once in each of some five levels.
const PAGES_IN_A_PAUSE: u64 = 16;
const PAGES_A_WRITE: u64 = 4;
/// While another process holds the file.
const BUSY: Duration = Duration::from_millis(100);

pub struct Maintenance {
    signals: Arc<Signals>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Default)]
pub struct Signals {
    writes: AtomicU64,
    /// True also before the thread is there.
    asleep: AtomicBool,
    stopping: AtomicBool,
    /// Callers that index the backlog themselves.
    catching_up: AtomicUsize,
    lock: Mutex<()>,
    changed: Condvar,
}

impl Default for Maintenance {
    fn default() -> Self {
        let signals = Signals { asleep: AtomicBool::new(true), ..Signals::default() };
        Self { signals: Arc::new(signals), thread: Mutex::default() }
    }
}

impl Maintenance {
    /// After every commit; `worker` is made once.
    pub fn wrote(&self, worker: impl FnOnce(Arc<Signals>) -> Worker) {
        self.signals.writes.fetch_add(1, SeqCst);
        if self.signals.asleep.load(SeqCst) {
            self.wake(worker);
        }
    }

    pub fn wake(&self, worker: impl FnOnce(Arc<Signals>) -> Worker) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() && !self.signals.is_stopping() {
            let mut worker = worker(self.signals.clone());
            self.signals.asleep.store(false, SeqCst);
            // Without a thread the limits in the file and of the connection bound what piles up.
            *thread = std::thread::Builder::new()
                .name("storage upkeep".to_owned())
                .spawn(move || run(&mut worker))
                .ok();
        }
        drop(thread);
        let _held = self.signals.hold();
        self.signals.changed.notify_all();
    }

    /// Ends the thread after the slice that it is at; what is left stays due.
    pub fn stop(&self) {
        {
            let _held = self.signals.hold();
            self.signals.stopping.store(true, SeqCst);
            self.signals.changed.notify_all();
        }
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// While it is held, the thread leaves the index to the caller.
    pub fn catching_up(&self) -> CatchingUp<'_> {
        self.signals.catching_up.fetch_add(1, SeqCst);
        CatchingUp(&self.signals)
    }

    /// In a forked child, which has no such thread.
    pub fn leak(&mut self) {
        std::mem::forget(self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        std::mem::forget(self.signals.clone());
    }
}

pub struct CatchingUp<'a>(&'a Signals);

impl Drop for CatchingUp<'_> {
    fn drop(&mut self) {
        self.0.catching_up.fetch_sub(1, SeqCst);
    }
}

impl Signals {
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(SeqCst)
    }

    pub fn callers_catch_up(&self) -> bool {
        self.catching_up.load(SeqCst) > 0
    }

    fn hold(&self) -> MutexGuard<'_, ()> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// False where the thread is to end.
    fn pause(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut held = self.hold();
        while !self.is_stopping() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            held = self.changed.wait_timeout(held, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        false
    }

    /// Sleep until there are other than `seen` writes; false where the thread is to end.
    fn sleep(&self, seen: u64) -> bool {
        let mut held = self.hold();
        self.asleep.store(true, SeqCst);
        while self.writes.load(SeqCst) == seen && !self.is_stopping() {
            held = self.changed.wait(held).unwrap_or_else(PoisonError::into_inner);
        }
        self.asleep.store(false, SeqCst);
        !self.is_stopping()
    }
}

fn run(worker: &mut Worker) {
    let signals = worker.signals.clone();
    let mut seen = signals.writes.load(SeqCst);
    let mut merged = seen;
    let mut wait = LULL;
    while signals.pause(wait) {
        let now = signals.writes.load(SeqCst);
        let pauses = now == seen;
        seen = now;
        worker.checkpoint();
        let slice = if pauses {
            in_pause(worker, now)
        } else if now - merged >= OVERDUE {
            worker.slice(PAGES_A_WRITE * (now - merged))
        } else {
            Slice::Awaited
        };
        wait = if matches!(slice, Slice::Busy) { BUSY } else { LULL };
        if matches!(slice, Slice::More | Slice::Done) {
            merged = now;
        }
        if pauses && matches!(slice, Slice::Done) {
            worker.checkpoint();
            if !signals.sleep(seen) {
                return;
            }
        }
    }
}

fn in_pause(worker: &mut Worker, writes: u64) -> Slice {
    loop {
        match worker.slice(PAGES_IN_A_PAUSE) {
            Slice::More if worker.signals.writes.load(SeqCst) == writes && !worker.signals.is_stopping() => {
                worker.checkpoint();
            }
            slice => return slice,
        }
    }
}
