//! One descriptor for everything that one event loop waits for.
//!
//! A waiter takes a ticket; when what it waits for arrives, the ticket is posted and the descriptor raised. The loop
//! then collects all tickets posted so far: one wake-up, however many streams have news.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::wake::{Fileno, Wake};

#[derive(Debug)]
pub struct Hub {
    posted: Mutex<(Vec<u64>, Wake)>,
    fileno: Fileno,
    next: AtomicU64,
}

impl Hub {
    pub fn new() -> io::Result<Self> {
        let wake = Wake::new()?;
        Ok(Self { fileno: wake.fileno(), posted: Mutex::new((Vec::new(), wake)), next: AtomicU64::new(0) })
    }

    pub fn fileno(&self) -> Fileno {
        self.fileno
    }

    pub fn ticket(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub fn post(&self, ticket: u64) {
        let mut posted = self.lock();
        posted.0.push(ticket);
        posted.1.set(true);
    }

    pub fn collect(&self) -> Vec<u64> {
        let mut posted = self.lock();
        posted.1.set(false);
        std::mem::take(&mut posted.0)
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<u64>, Wake)> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
