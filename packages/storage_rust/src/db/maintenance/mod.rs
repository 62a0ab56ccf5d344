//! Idle maintenance: a thread of each open database that indexes pending rows, merges segments of the full-text index and
//! copies the write-ahead log into the file, when writers pause.
//!
//! The thread starts with the first write, or when a file with unfinished work is opened, and sleeps without a timeout
//! when there is nothing to do. The file alone says what is left, so a killed process forgets nothing. The thread never
//! calls Python, and takes the writing connection only between two calls. If writers never pause, it takes one turn
//! after many of theirs, so that few of them wait. Other processes do the same; one that finds the file locked tries
//! again later.

mod signals;
mod worker;

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use crate::db::maintenance::signals::{IndexingCaller, Signals};
use crate::db::maintenance::worker::SliceOutcome;
pub use crate::db::maintenance::worker::Worker;

/// Writers pause if there was no write for this long.
const IDLE_AFTER: Duration = Duration::from_millis(5);
/// After this many writes without a pause the thread takes a turn anyway: less than one write in a hundred waits for it.
const WRITES_PER_FORCED_TURN: u64 = 150;
/// Pages of the index that are merged at once during a pause, and in a forced turn for each write since the last one: a
/// row makes about half a page, which is merged once in each of about five levels.
const PAGES_WHEN_IDLE: u64 = 16;
const PAGES_PER_WRITE: u64 = 4;
/// How long to wait if another process has locked the file.
const RETRY_AFTER: Duration = Duration::from_millis(100);

#[derive(Default)]
pub struct Maintenance {
    signals: Arc<Signals>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Maintenance {
    /// To be called after every commit. `worker` is called once, when the thread starts.
    pub fn notify_write(&self, worker: impl FnOnce(Arc<Signals>) -> Worker) {
        if self.signals.count_write() {
            self.wake(worker);
        }
    }

    pub fn wake(&self, worker: impl FnOnce(Arc<Signals>) -> Worker) {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if thread.is_none() && !self.signals.is_stopping() {
            let mut worker = worker(self.signals.clone());
            self.signals.set_awake();
            // If no thread can be started, the limits of the connection and of the index bound the unfinished work.
            *thread = std::thread::Builder::new()
                .name("storage maintenance".to_owned())
                .spawn(move || run(&mut worker))
                .ok();
        }
        drop(thread);
        self.signals.notify();
    }

    /// End the thread after its current slice; the rest of the work stays due.
    pub fn stop(&self) {
        self.signals.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// The thread does no work on the index while the guard exists.
    pub fn leave_index_to_caller(&self) -> IndexingCaller<'_> {
        self.signals.leave_index_to_caller()
    }

    /// For a forked child, which does not have the thread.
    pub fn leak(&mut self) {
        std::mem::forget(self.thread.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        std::mem::forget(self.signals.clone());
    }
}

fn run(worker: &mut Worker) {
    let signals = worker.signals.clone();
    let mut known_writes = signals.writes();
    let mut writes_at_last_turn = known_writes;
    let mut wait = IDLE_AFTER;
    while signals.pause(wait) {
        let writes = signals.writes();
        let is_idle = writes == known_writes;
        known_writes = writes;
        worker.checkpoint();
        let unmerged_writes = writes - writes_at_last_turn;
        let outcome = if is_idle {
            work_while_idle(worker, writes)
        } else if unmerged_writes >= WRITES_PER_FORCED_TURN {
            worker.run_slice(PAGES_PER_WRITE * unmerged_writes)
        } else {
            SliceOutcome::Yielded
        };
        wait = if matches!(outcome, SliceOutcome::Locked) { RETRY_AFTER } else { IDLE_AFTER };
        if matches!(outcome, SliceOutcome::More | SliceOutcome::Done) {
            writes_at_last_turn = writes;
        }
        if is_idle && matches!(outcome, SliceOutcome::Done) {
            worker.checkpoint();
            if !signals.sleep(known_writes) {
                return;
            }
        }
    }
}

fn work_while_idle(worker: &mut Worker, writes: u64) -> SliceOutcome {
    loop {
        match worker.run_slice(PAGES_WHEN_IDLE) {
            SliceOutcome::More if worker.signals.writes() == writes && !worker.signals.is_stopping() => {
                worker.checkpoint();
            }
            outcome => return outcome,
        }
    }
}
