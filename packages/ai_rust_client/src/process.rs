//! What exists once in a process, and anew in a forked child.

use std::sync::{Mutex, PoisonError};

use tokio::runtime::{Builder, Runtime};

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
        let process = std::process::id();
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
        made.take_if(|(maker, _)| *maker == std::process::id()).map(|(_, value)| value)
    }
}

impl<T: Clone> Default for PerProcess<T> {
    fn default() -> Self {
        Self::new()
    }
}

static RUNTIME: PerProcess<&'static Runtime> = PerProcess::new();

/// The runtime of this process. It lives as long as the process: its threads are ended with it and never call back.
pub fn runtime() -> std::io::Result<&'static Runtime> {
    RUNTIME.get_or_try_make(|| {
        // One thread keeps up with hundreds of thousands of chunks a second; a second one costs more in wake-ups.
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .max_blocking_threads(16)
            .thread_name("ai_rust_client")
            .enable_all()
            .build()?;
        Ok(Box::leak(Box::new(runtime)))
    })
}
