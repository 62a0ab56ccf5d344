//! Who runs the runtime: the thread that waits for an answer, or else one in the background.
//!
//! The runtime has one thread's worth of work and no thread of its own. A call that blocks runs all there is to run while
//! it waits, so that on its way from the socket to its reader nothing changes threads; of several that block, tokio lets
//! one run things and hands them on when it is done. An event loop that is the only one steers: it watches the runtime's
//! selector, and takes a turn when there is something to run (`turn`). The background thread takes over where somebody
//! waits elsewhere, on a descriptor or in one of several event loops (`watch`), where something is to happen at once
//! (`attend`), and where no call has blocked for a moment: timers go on, and connections that the server closes are
//! noticed. While there are tasks and an event loop steers it takes but a turn, and only if there was none for a moment:
//! for the timers, and for a loop that is busy or was closed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio::time::sleep;

use crate::turns::{ONE_EVENT, Turns};
use crate::wake::Fileno;

/// How often a waiting call looks for signals.
const TICK: Duration = Duration::from_millis(50);

/// How long the background thread leaves things to calls that block, before it looks again whether there are any.
const MOMENT: Duration = Duration::from_millis(20);

pub struct Driver {
    runtime: Runtime,
    turns: &'static Turns,
    state: Mutex<State>,
    /// Wakes the background thread from its sleep.
    wanted: Condvar,
    /// A turn is over that a call waited for.
    turned: Condvar,
    /// Has the background thread leave the runtime to a call.
    displaced: Notify,
    tick: Notify,
}

#[derive(Default)]
struct State {
    /// Calls that block now, and how many ever did.
    waiting: usize,
    waits: u64,
    /// Tasks that have not ended, and those of them that are watched.
    tasks: usize,
    watched: usize,
    /// Something is to happen at once.
    urgent: bool,
    /// Whether the background thread runs things.
    in_background: bool,
    /// Event loops, and whether the only one steers.
    loops: usize,
    steered: bool,
    /// Whether a turn is being taken, and how many ever were.
    turning: bool,
    turns: u64,
    ticking: bool,
}

/// What the background thread is there for.
enum Duty {
    Run,
    Turn,
}

/// Whether somebody waits for a task elsewhere than in a call that blocks.
#[derive(Debug, Default)]
pub struct Attention(AtomicU8);

const WATCHED: u8 = 1;
const OVER: u8 = 2;

/// What a blocked call is back for.
pub enum Back<T> {
    Done(T),
    /// It is time to look for signals.
    Tick,
    Panicked,
}

impl Driver {
    /// For the life of the process, as its thread is: that one ends with it and never calls back.
    pub fn start() -> std::io::Result<&'static Self> {
        let turns: &'static Turns = Box::leak(Box::default());
        let runtime = Builder::new_current_thread()
            .max_blocking_threads(16)
            .max_io_events_per_busy_tick(ONE_EVENT)
            .on_thread_park(|| turns.before_sleep())
            .enable_all()
            .build()?;
        let driver: &'static Self = Box::leak(Box::new(Self {
            runtime,
            turns,
            state: Mutex::default(),
            wanted: Condvar::new(),
            turned: Condvar::new(),
            displaced: Notify::new(),
            tick: Notify::new(),
        }));
        std::thread::Builder::new().name("ai_rust_client".to_owned()).spawn(|| driver.run_in_background())?;
        Ok(driver)
    }

    fn run_in_background(&'static self) {
        loop {
            match self.until_needed() {
                Duty::Run => {
                    self.runtime.block_on(self.displaced.notified());
                    let mut state = self.lock();
                    state.in_background = false;
                    self.leave(&state);
                }
                Duty::Turn => self.turn(),
            }
        }
    }

    fn until_needed(&self) -> Duty {
        let mut state = self.lock();
        loop {
            if state.is_free() && (state.watched > 0 || state.urgent) {
                break;
            }
            let (waits, turns) = (state.waits, state.turns);
            let (woken, slept) =
                self.wanted.wait_timeout(state, MOMENT).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            let nothing_happened = state.waits == waits && state.turns == turns;
            let is_left_alone = nothing_happened || (state.tasks > 0 && !state.steered);
            if slept.timed_out() && state.is_free() && is_left_alone {
                break;
            }
        }
        state.urgent = false;
        if state.steered && state.tasks > 0 && state.watched == 0 {
            return Duty::Turn;
        }
        state.in_background = true;
        Duty::Run
    }

    /// An event loop is there. It is to watch this descriptor, and take a turn when it is readable: it steers.
    pub fn join(&self) -> Option<Fileno> {
        let selector = self.turns.selector(&self.runtime);
        let mut state = self.lock();
        state.loops += 1;
        state.steered = state.loops == 1 && selector.is_some();
        selector.filter(|_| state.steered)
    }

    /// An event loop is gone.
    pub fn part(&self) {
        let mut state = self.lock();
        state.loops -= 1;
        state.steered = false;
    }

    /// Whether there is an event loop that steers.
    pub fn is_steered(&self) -> bool {
        self.lock().steered
    }

    /// Run what is ready, unless another thread runs things, which needs no help then.
    pub fn turn(&self) {
        {
            let mut state = self.lock();
            self.displace(&state);
            if !state.is_free() {
                return;
            }
            state.turning = true;
            state.turns += 1;
        }
        // A panic of the runtime's own is told by the tasks that it drops.
        let _ = catch_unwind(AssertUnwindSafe(|| self.turns.take(&self.runtime)));
        let mut state = self.lock();
        state.turning = false;
        if state.waiting > 0 {
            self.turned.notify_all();
        }
    }

    /// Wait for `work` on this thread, until it is done or the next tick; go on with the same `work` then.
    pub fn wait<F: Future>(&'static self, work: Pin<&mut F>) -> Back<F::Output> {
        let _call = self.enter();
        let once = async {
            tokio::select! {
                biased;
                done = work => Back::Done(done),
                () = self.tick.notified() => Back::Tick,
            }
        };
        catch_unwind(AssertUnwindSafe(|| self.runtime.block_on(once))).unwrap_or(Back::Panicked)
    }

    /// Run `work` to its end, which it tells by `over`.
    pub fn spawn(&'static self, work: impl Future<Output = ()> + Send + 'static) {
        {
            let mut state = self.lock();
            state.tasks += 1;
            self.begin_to_tick(&mut state);
        }
        self.runtime.spawn(work);
    }

    /// Run `work`, for which nobody waits.
    pub fn spawn_unattended(&'static self, work: impl Future<Output = ()> + Send + 'static) {
        self.spawn(async {
            work.await;
            self.over(&Attention::default());
        });
        self.attend();
    }

    /// A task has ended.
    pub fn over(&self, task: &Attention) {
        let mut state = self.lock();
        state.tasks -= 1;
        if task.0.swap(OVER, Ordering::Relaxed) == WATCHED {
            state.watched -= 1;
        }
    }

    /// Somebody waits for `task` elsewhere, from now on.
    pub fn watch(&self, task: &Attention) {
        if task.0.load(Ordering::Relaxed) != 0 {
            return;
        }
        let mut state = self.lock();
        if task.0.compare_exchange(0, WATCHED, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            state.watched += 1;
            self.want(&state);
        }
    }

    /// An event loop waits for `task`, from now on.
    pub fn watch_in_loop(&self, task: &Attention) {
        let state = self.lock();
        if state.steered {
            self.displace(&state);
        } else {
            drop(state);
            self.watch(task);
        }
    }

    /// What was set off is to happen at once, though nobody waits for it.
    pub fn attend(&self) {
        let mut state = self.lock();
        state.urgent = true;
        self.want(&state);
    }

    fn want(&self, state: &State) {
        if state.waiting == 0 && !state.in_background {
            self.wanted.notify_one();
        }
    }

    fn enter(&'static self) -> Call {
        let mut state = self.lock();
        state.waiting += 1;
        state.waits += 1;
        self.displace(&state);
        self.begin_to_tick(&mut state);
        while state.turning {
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Call(self)
    }

    fn displace(&self, state: &State) {
        // With a task that is watched it would be back in a moment.
        if state.in_background && state.watched == 0 {
            self.displaced.notify_one();
        }
    }

    /// Nobody runs things any more, and an event loop is to see whether some are ready.
    fn leave(&self, state: &State) {
        if state.steered && state.tasks > 0 && state.is_free() {
            self.turns.call();
        }
    }

    /// One timer for all that wait. Where a timer is running, setting a later one costs no system call.
    fn begin_to_tick(&'static self, state: &mut State) {
        if !std::mem::replace(&mut state.ticking, true) {
            self.runtime.spawn(async {
                let mut waits = None;
                while self.goes_on(&mut waits) {
                    sleep(TICK).await;
                    self.tick.notify_waiters();
                }
            });
        }
    }

    /// Whether anything waited since the last tick.
    fn goes_on(&self, waits: &mut Option<u64>) -> bool {
        let mut state = self.lock();
        let before = waits.replace(state.waits);
        state.ticking = state.waiting > 0 || state.tasks > 0 || before != Some(state.waits);
        state.ticking
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether nobody runs things.
    fn is_free(&self) -> bool {
        self.waiting == 0 && !self.in_background && !self.turning
    }
}

/// A call that blocks.
struct Call(&'static Driver);

impl Drop for Call {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.waiting -= 1;
        if state.watched > 0 || state.urgent {
            self.0.want(&state);
        }
        self.0.leave(&state);
    }
}
