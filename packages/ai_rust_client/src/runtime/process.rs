//! Values that exist once in a process, and are created again in a forked child.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

static ID: AtomicU32 = AtomicU32::new(0);

/// The id of this process, without a system call: it is read for every piece of an answer.
pub fn id() -> u32 {
    match ID.load(Ordering::Relaxed) {
        0 => {
            let id = std::process::id();
            ID.store(id, Ordering::Relaxed);
            id
        }
        id => id,
    }
}

/// Must be called in a forked child before anything else in this crate.
pub fn after_fork_in_child() {
    ID.store(0, Ordering::Relaxed);
}

/// A value that is created on first use, and again after a fork.
///
/// Lock it only where no fork can happen at the same time: the bindings do so while they hold the interpreter, and so
/// does a fork. The parent's value is leaked in the child: its threads do not exist there, and its sockets and epoll
/// descriptor are still the parent's.
pub struct PerProcess<T> {
    value: Mutex<Option<(u32, T)>>,
}

impl<T: Clone> PerProcess<T> {
    pub const fn new() -> Self {
        Self { value: Mutex::new(None) }
    }

    pub fn get_or_try_make<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let mut slot = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        let process = id();
        if let Some((owner, value)) = &*slot
            && *owner == process
        {
            return Ok(value.clone());
        }
        let value = make()?;
        // The old value, if any, is the parent's.
        std::mem::forget(slot.replace((process, value.clone())));
        Ok(value)
    }

    /// Take the value out, if this process has created one.
    pub fn take(&self) -> Option<T> {
        let mut slot = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        slot.take_if(|(owner, _)| *owner == id()).map(|(_, value)| value)
    }
}

impl<T: Clone> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}
