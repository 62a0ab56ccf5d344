//! What has become ready for one event loop, behind one descriptor.
//!
//! A waiter registers and gets a token. When what it waits for is ready, the token is pushed and the descriptor becomes
//! readable. The loop then takes all tokens at once: one wakeup, however many streams have new events.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::runtime::wakeup_fd::{Fileno, WakeupFd};

#[derive(Debug)]
pub struct ReadyQueue {
    ready: Mutex<Ready>,
    fileno: Fileno,
    next_token: AtomicU64,
}

#[derive(Debug)]
struct Ready {
    tokens: Vec<u64>,
    wakeup: WakeupFd,
}

impl ReadyQueue {
    pub fn new() -> io::Result<Self> {
        let wakeup = WakeupFd::new()?;
        let fileno = wakeup.fileno();
        let ready = Mutex::new(Ready { tokens: Vec::new(), wakeup });
        Ok(Self { fileno, ready, next_token: AtomicU64::new(0) })
    }

    pub fn fileno(&self) -> Fileno {
        self.fileno
    }

    pub fn new_token(&self) -> u64 {
        self.next_token.fetch_add(1, Ordering::Relaxed)
    }

    pub fn push(&self, token: u64) {
        let mut ready = self.lock();
        ready.tokens.push(token);
        ready.wakeup.set(true);
    }

    pub fn take(&self) -> Vec<u64> {
        let mut ready = self.lock();
        ready.wakeup.set(false);
        std::mem::take(&mut ready.tokens)
    }

    fn lock(&self) -> MutexGuard<'_, Ready> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
