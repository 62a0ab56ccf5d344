//! A value that a task on the runtime updates and a reader elsewhere waits for.
//!
//! The reader can await it (`ready`), watch a descriptor (`fileno`) or be woken through an event loop (`register`). An
//! update costs only the kinds of waiting that are in use.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::runtime::ready_queue::ReadyQueue;
use crate::runtime::wakeup_fd::{Fileno, WakeupFd};

pub trait Readiness {
    /// Whether a reader would get something, which may be an error or the end.
    fn is_ready(&self) -> bool;
}

impl<T> Readiness for Option<T> {
    fn is_ready(&self) -> bool {
        self.is_some()
    }
}

#[derive(Debug, Default)]
pub struct Monitor<T> {
    state: Mutex<State<T>>,
}

#[derive(Debug, Default)]
struct State<T> {
    value: T,
    wakers: Vec<Waker>,
    wakeup: Option<WakeupFd>,
    tokens: Vec<(Arc<ReadyQueue>, u64)>,
}

impl<T: Readiness> State<T> {
    fn set_wakeup(&mut self) {
        if let Some(wakeup) = &mut self.wakeup {
            wakeup.set(self.value.is_ready());
        }
    }
}

impl<T: Readiness + Default> Monitor<T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Change the value, and wake the waiters if it is ready.
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state.value);
        state.set_wakeup();
        if state.value.is_ready() {
            for (queue, token) in state.tokens.drain(..) {
                queue.push(token);
            }
            state.wakers.drain(..).for_each(Waker::wake);
        }
        result
    }

    /// Read or take from the value, without waiting and without waking anything.
    pub fn with<R>(&self, read: impl FnOnce(&mut T) -> R) -> R {
        let mut state = self.lock();
        let result = read(&mut state.value);
        state.set_wakeup();
        result
    }

    /// Wait until the value is ready.
    pub fn ready(&self) -> impl Future<Output = ()> {
        poll_fn(|context| {
            let mut state = self.lock();
            if state.value.is_ready() {
                return Poll::Ready(());
            }
            let waker = context.waker();
            if !state.wakers.iter().any(|known| known.will_wake(waker)) {
                state.wakers.push(waker.clone());
            }
            Poll::Pending
        })
    }

    /// A descriptor that is readable while the value is ready. It belongs to the monitor.
    pub fn fileno(&self) -> io::Result<Fileno> {
        let mut state = self.lock();
        if let Some(wakeup) = &state.wakeup {
            return Ok(wakeup.fileno());
        }
        let wakeup = WakeupFd::new()?;
        let fileno = wakeup.fileno();
        state.wakeup = Some(wakeup);
        state.set_wakeup();
        Ok(fileno)
    }

    /// A token that is pushed to `queue` once the value is ready; `None` if it is ready already.
    pub fn register(&self, queue: &Arc<ReadyQueue>) -> Option<u64> {
        let mut state = self.lock();
        if state.value.is_ready() {
            return None;
        }
        let token = queue.new_token();
        state.tokens.push((Arc::clone(queue), token));
        Some(token)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
