//! One descriptor for everything that one event loop waits for.
//!
//! A waiter takes a ticket; when what it waits for arrives, the ticket is posted and the descriptor raised. The loop
//! then collects all tickets posted so far: one wake-up, however many streams have news. What a loop's own turn posts
//! it collects at the end of that, and the descriptor stays as it is.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::driver::Driver;
use crate::wake::{Fileno, Wake};

#[derive(Debug)]
pub struct Hub {
    posted: Mutex<Posted>,
    fileno: Fileno,
    next: AtomicU64,
}

#[derive(Debug)]
struct Posted {
    tickets: Vec<u64>,
    wake: Wake,
    in_turn: bool,
}

impl Hub {
    pub fn new() -> io::Result<Self> {
        let wake = Wake::new()?;
        let fileno = wake.fileno();
        let posted = Mutex::new(Posted { tickets: Vec::new(), wake, in_turn: false });
        Ok(Self { fileno, posted, next: AtomicU64::new(0) })
    }

    pub fn fileno(&self) -> Fileno {
        self.fileno
    }

    pub fn ticket(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    pub fn post(&self, ticket: u64) {
        let mut posted = self.lock();
        posted.tickets.push(ticket);
        if !posted.in_turn {
            posted.wake.set(true);
        }
    }

    /// Take a turn of the loop's own, and collect.
    pub fn turn(&self, driver: &Driver) -> Vec<u64> {
        self.lock().in_turn = true;
        driver.turn();
        self.collect()
    }

    pub fn collect(&self) -> Vec<u64> {
        let mut posted = self.lock();
        posted.in_turn = false;
        posted.wake.set(false);
        std::mem::take(&mut posted.tickets)
    }

    fn lock(&self) -> MutexGuard<'_, Posted> {
        self.posted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
