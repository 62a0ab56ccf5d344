//! A value that a task on the runtime fills and a reader elsewhere empties.
//!
//! The reader may await it (`ready`), watch a descriptor (`fileno`) or be woken through an event loop's hub
//! (`arm`); whoever fills it pays only for the kinds of waiting that are in use.

use std::future::poll_fn;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use crate::hub::Hub;
use crate::wake::{Fileno, Wake};

pub trait Readiness {
    /// Whether a reader would get something, be it an error or the end.
    fn is_ready(&self) -> bool;
}

impl<T> Readiness for Option<T> {
    fn is_ready(&self) -> bool {
        self.is_some()
    }
}

#[derive(Debug, Default)]
pub struct Mailbox<T> {
    slot: Mutex<Slot<T>>,
}

#[derive(Debug, Default)]
struct Slot<T> {
    value: T,
    sleepers: Vec<Waker>,
    wake: Option<Wake>,
    tickets: Vec<(Arc<Hub>, u64)>,
}

impl<T: Readiness + Default> Mailbox<T> {
    pub fn new() -> Self {
        Self::default()
    }

    /// Change the value and wake whoever waits for it to be ready.
    pub fn fill<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        let mut slot = self.lock();
        let result = change(&mut slot.value);
        let ready = slot.value.is_ready();
        if let Some(wake) = &mut slot.wake {
            wake.set(ready);
        }
        if ready {
            for (hub, ticket) in slot.tickets.drain(..) {
                hub.post(ticket);
            }
            slot.sleepers.drain(..).for_each(Waker::wake);
        }
        result
    }

    /// Read or take from the value without waiting.
    pub fn empty<R>(&self, take: impl FnOnce(&mut T) -> R) -> R {
        let mut slot = self.lock();
        let result = take(&mut slot.value);
        let ready = slot.value.is_ready();
        if let Some(wake) = &mut slot.wake {
            wake.set(ready);
        }
        result
    }

    /// Until the value is ready.
    pub fn ready(&self) -> impl Future<Output = ()> {
        poll_fn(|context| {
            let mut slot = self.lock();
            if slot.value.is_ready() {
                return Poll::Ready(());
            }
            let waker = context.waker();
            if !slot.sleepers.iter().any(|sleeper| sleeper.will_wake(waker)) {
                slot.sleepers.push(waker.clone());
            }
            Poll::Pending
        })
    }

    /// A descriptor that is readable while the value is ready. It belongs to the mailbox.
    pub fn fileno(&self) -> io::Result<Fileno> {
        let mut slot = self.lock();
        if let Some(wake) = &slot.wake {
            return Ok(wake.fileno());
        }
        let mut wake = Wake::new()?;
        wake.set(slot.value.is_ready());
        let fileno = wake.fileno();
        slot.wake = Some(wake);
        Ok(fileno)
    }

    /// A ticket that is posted to `hub` once the value is ready; `None` if it is already.
    pub fn arm(&self, hub: &Arc<Hub>) -> Option<u64> {
        let mut slot = self.lock();
        if slot.value.is_ready() {
            return None;
        }
        let ticket = hub.ticket();
        slot.tickets.push((Arc::clone(hub), ticket));
        Some(ticket)
    }

    fn lock(&self) -> MutexGuard<'_, Slot<T>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
