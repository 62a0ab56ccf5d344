//! What exists once in a process, and anew in a forked child.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::driver::Driver;

static ID: AtomicU32 = AtomicU32::new(0);

/// The id of this process, without a system call; it is asked for with every piece of an answer.
pub fn id() -> u32 {
    match ID.load(Ordering::Relaxed) {
        0 => {
            let id = std::process::id();
            ID.store(id, Ordering::Relaxed);
            id
        }
        known => known,
    }
}

/// To be called in a forked child before anything else here is.
pub fn forked() {
    ID.store(0, Ordering::Relaxed);
}

/// A value made on first use, and made again after a fork.
///
/// Lock it only where no fork can happen meanwhile: the bindings do so while they hold the interpreter, and a fork
/// holds the interpreter too. What the parent made is leaked in the child: its threads do not exist there, and its
/// sockets and epoll descriptor are still the parent's.
pub struct PerProcess<T> {
    made: Mutex<Option<(u32, T)>>,
}

impl<T: Clone> PerProcess<T> {
    pub const fn new() -> Self {
        Self { made: Mutex::new(None) }
    }

    pub fn get_or_try_make<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let process = id();
        if let Some((maker, value)) = &*made
            && *maker == process
        {
            return Ok(value.clone());
        }
        let value = make()?;
        // What is there was made by the parent.
        std::mem::forget(made.replace((process, value.clone())));
        Ok(value)
    }

    /// Take out what this process made, if it made any.
    pub fn take(&self) -> Option<T> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.take_if(|(maker, _)| *maker == id()).map(|(_, value)| value)
    }
}

impl<T: Clone> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

static DRIVER: PerProcess<&'static Driver> = PerProcess::new();

/// What runs the tasks of this process.
pub fn driver() -> std::io::Result<&'static Driver> {
    DRIVER.get_or_try_make(Driver::start)
}
