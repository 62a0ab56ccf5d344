//! Which thread runs the tokio runtime: a blocking call while it waits, or else a thread in the background.
//!
//! A blocking call runs everything that is ready while it waits, so that its answer never changes threads on the way
//! from the socket. If several calls block, tokio lets one of them run the runtime and passes it on when that call
//! returns. The background thread runs it while a task is waited for elsewhere, on a descriptor or in an event loop
//! (`watch`), when something must happen at once (`attend`), and when no call has blocked for a moment: timers must go
//! on, and connections that the server closes must be noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::runtime::process::PerProcess;

/// How often a blocking call checks for signals.
const SIGNAL_CHECK: Duration = Duration::from_millis(50);

/// How long no call may have blocked before the background thread takes over.
const IDLE: Duration = Duration::from_millis(20);

pub struct Executor {
    runtime: Runtime,
    state: Mutex<State>,
    /// Wakes the background thread from its sleep.
    background_needed: Condvar,
    /// Makes the background thread leave the runtime to a blocking call.
    background_displaced: Notify,
    signal_check: Notify,
}

#[derive(Default)]
struct State {
    /// Calls that block now, and how many ever did.
    blocking_calls: usize,
    blocking_calls_ever: u64,
    /// Tasks that are waited for outside of a blocking call.
    watched_tasks: usize,
    is_urgent: bool,
    is_in_background: bool,
    checks_signals: bool,
}

/// Whether a task is waited for outside of a blocking call.
#[derive(Debug, Default)]
pub struct TaskWatch(AtomicU8);

const WATCHED: u8 = 1;
const FINISHED: u8 = 2;

/// Why a blocking call returns.
pub enum Wakeup<T> {
    Done(T),
    /// It is time to check for signals.
    SignalCheck,
    Panicked,
}

static EXECUTOR: PerProcess<&'static Executor> = PerProcess::new();

/// The executor of this process. It is created on first use, and again in a forked child.
pub fn executor() -> std::io::Result<&'static Executor> {
    EXECUTOR.get_or_try_make(Executor::start)
}

impl Executor {
    /// Lives until the process exits. Its thread never calls into Python.
    pub fn start() -> std::io::Result<&'static Self> {
        let runtime = Builder::new_current_thread().max_blocking_threads(16).enable_all().build()?;
        let executor: &'static Self = Box::leak(Box::new(Self {
            runtime,
            state: Mutex::default(),
            background_needed: Condvar::new(),
            background_displaced: Notify::new(),
            signal_check: Notify::new(),
        }));
        std::thread::Builder::new()
            .name("ai_rust_client".to_owned())
            .spawn(|| executor.run_in_background())?;
        Ok(executor)
    }

    fn run_in_background(&'static self) {
        loop {
            self.wait_until_needed();
            self.runtime.block_on(self.background_displaced.notified());
            self.lock().is_in_background = false;
        }
    }

    fn wait_until_needed(&self) {
        let mut state = self.lock();
        while !(state.is_free() && (state.watched_tasks > 0 || state.is_urgent)) {
            let before = state.blocking_calls_ever;
            let (woken, timeout) =
                self.background_needed.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if timeout.timed_out() && state.is_free() && state.blocking_calls_ever == before {
                break;
            }
        }
        state.is_urgent = false;
        state.is_in_background = true;
    }

    /// Wait for `work` on this thread, until it is done or signals must be checked; then call again with the same
    /// `work`.
    pub fn wait<F: Future>(&'static self, work: Pin<&mut F>) -> Wakeup<F::Output> {
        let _call = self.begin_blocking_call();
        let once = async {
            tokio::select! {
                biased;
                done = work => Wakeup::Done(done),
                () = self.signal_check.notified() => Wakeup::SignalCheck,
            }
        };
        catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(once))).unwrap_or(Wakeup::Panicked)
    }

    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(work);
    }

    /// `task` is waited for outside of a blocking call from now on, until `finish`.
    pub fn watch(&self, task: &TaskWatch) {
        if task.0.load(Ordering::Relaxed) != 0 {
            return;
        }
        let mut state = self.lock();
        if task.0.compare_exchange(0, WATCHED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            state.watched_tasks += 1;
            self.wake_background(&state);
        }
    }

    pub fn finish(&self, task: &TaskWatch) {
        if task.0.swap(FINISHED, Ordering::Relaxed) == WATCHED {
            self.lock().watched_tasks -= 1;
        }
    }

    /// Something must happen at once, although nothing waits for it.
    pub fn attend(&self) {
        let mut state = self.lock();
        state.is_urgent = true;
        self.wake_background(&state);
    }

    fn wake_background(&self, state: &State) {
        if state.is_free() {
            self.background_needed.notify_one();
        }
    }

    fn begin_blocking_call(&'static self) -> BlockingCall {
        let mut state = self.lock();
        state.blocking_calls += 1;
        state.blocking_calls_ever += 1;
        // With a watched task the background thread would return in a moment.
        if state.is_in_background && state.watched_tasks == 0 {
            self.background_displaced.notify_one();
        }
        self.start_signal_checks(&mut state);
        BlockingCall(self)
    }

    /// One timer for all blocking calls. While it is running, a later timeout costs no system call.
    fn start_signal_checks(&'static self, state: &mut State) {
        if !std::mem::replace(&mut state.checks_signals, true) {
            self.runtime.spawn(async {
                let mut before = None;
                while self.continue_signal_checks(&mut before) {
                    sleep(SIGNAL_CHECK).await;
                    self.signal_check.notify_waiters();
                }
            });
        }
    }

    /// Whether a call has blocked since the last check.
    fn continue_signal_checks(&self, before: &mut Option<u64>) -> bool {
        let mut state = self.lock();
        let last = before.replace(state.blocking_calls_ever);
        state.checks_signals = state.blocking_calls > 0 || last != *before;
        state.checks_signals
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether no thread runs the runtime.
    fn is_free(&self) -> bool {
        self.blocking_calls == 0 && !self.is_in_background
    }
}

struct BlockingCall(&'static Executor);

impl Drop for BlockingCall {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.blocking_calls -= 1;
        if state.watched_tasks > 0 || state.is_urgent {
            self.0.wake_background(&state);
        }
    }
}
