//! Running what is ready and nothing more, for a thread that waits elsewhere: in the selector of an event loop, which
//! watches the runtime's own.
//!
//! tokio lends out neither its selector nor the moment at which nothing is left to run. The selector is the one that
//! holds our bell, as the system tells. The moment is told by that bell: it is rung when the runtime is about to sleep,
//! as the last event in its selector; of the events there tokio takes one at a time (`ONE_EVENT`), so that once it has
//! taken the bell it has taken nothing beside, and no task was made ready. What arrives later is left in the selector,
//! which is readable then.

use std::future::poll_fn;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;

use crate::wake::Fileno;
use bell::Bell;

/// For `Builder::max_io_events_per_busy_tick`.
pub const ONE_EVENT: usize = 1;

/// After so long an event loop has its turn, though more may be ready: the bell in the selector calls for the next.
const LONGEST: Duration = Duration::from_millis(2);

#[derive(Default)]
pub struct Turns {
    bell: OnceLock<Option<Bell>>,
    /// Whether a turn is being taken; of the runtime's threads only that one runs then.
    under_way: AtomicBool,
    /// The bell has been rung, and not been taken since.
    rung: AtomicBool,
    waker: OnceLock<Waker>,
}

impl Turns {
    /// The selector to watch; `None` where turns cannot be taken.
    pub fn selector(&self, runtime: &Runtime) -> Option<Fileno> {
        self.bell.get_or_init(|| Bell::hang(runtime)).as_ref().map(Bell::selector)
    }

    /// Have the selector be readable, so that who watches it takes a turn.
    pub fn call(&self) {
        if let Some(bell) = self.bell() {
            bell.ring();
        }
    }

    /// Run what is ready. No other thread may do so meanwhile.
    pub fn take(&self, runtime: &Runtime) {
        let begin = Instant::now();
        let mut begun = false;
        self.under_way.store(true, Ordering::Relaxed);
        runtime.block_on(poll_fn(|context| {
            self.waker.get_or_init(|| context.waker().clone());
            if std::mem::replace(&mut begun, true) && (self.is_heard() || begin.elapsed() > LONGEST) {
                return Poll::Ready(());
            }
            Poll::Pending
        }));
        self.under_way.store(false, Ordering::Relaxed);
    }

    /// For `Builder::on_thread_park`: nothing is left to run.
    pub fn before_sleep(&self) {
        if !self.under_way.load(Ordering::Relaxed) {
            return;
        }
        self.is_heard();
        if !self.rung.swap(true, Ordering::Relaxed) {
            self.call();
        }
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    /// Whether the bell has been taken from the selector since this was last asked.
    fn is_heard(&self) -> bool {
        let heard = self.bell().is_some_and(Bell::is_heard);
        if heard {
            self.rung.store(false, Ordering::Relaxed);
        }
        heard
    }

    fn bell(&self) -> Option<&Bell> {
        self.bell.get().and_then(Option::as_ref)
    }
}

#[cfg(target_os = "linux")]
mod bell {
    use std::fs;
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd, RawFd};

    use rustix::event::{EventfdFlags, eventfd};
    use tokio::io::Interest;
    use tokio::io::unix::AsyncFd;
    use tokio::runtime::Runtime;

    pub struct Bell {
        fd: AsyncFd<OwnedFd>,
        selector: RawFd,
    }

    impl Bell {
        pub fn hang(runtime: &Runtime) -> Option<Self> {
            let _context = runtime.enter();
            let fd = eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).ok()?;
            #[expect(
                deprecated,
                reason = "what took its place is unsafe, for values that may change their descriptor: this one may not"
            )]
            let fd = AsyncFd::with_interest(fd, Interest::READABLE).ok()?;
            let selector = selector_that_holds(fd.as_raw_fd())?;
            Some(Self { fd, selector })
        }

        pub fn selector(&self) -> RawFd {
            self.selector
        }

        /// Each write is an event, read or not: the selector watches for edges.
        pub fn ring(&self) {
            let _ = rustix::io::write(&self.fd, &1u64.to_ne_bytes());
        }

        pub fn is_heard(&self) -> bool {
            let mut heard = false;
            let _ = self.fd.try_io(Interest::READABLE, |_| {
                heard = true;
                // That is how tokio is told to wait for another event.
                Err::<(), _>(io::ErrorKind::WouldBlock.into())
            });
            heard
        }
    }

    /// The epoll descriptor of this process in which `fd` is registered, by proc(5). tokio has two of them, for one epoll.
    fn selector_that_holds(fd: RawFd) -> Option<RawFd> {
        let held = fd.to_string();
        let registration = |info: String| {
            let of_bell = |line: &&str| {
                let mut words = line.strip_prefix("tfd:").unwrap_or_default().split_whitespace();
                words.next() == Some(&held)
            };
            info.lines().find(of_bell).map(str::to_owned)
        };
        let selectors: Vec<(RawFd, String)> = fs::read_dir("/proc/self/fd")
            .ok()?
            .flatten()
            .filter(|entry| {
                fs::read_link(entry.path()).is_ok_and(|what| what.as_os_str() == "anon_inode:[eventpoll]")
            })
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter_map(|number| {
                let info = fs::read_to_string(format!("/proc/self/fdinfo/{number}")).ok()?;
                Some((number, registration(info)?))
            })
            .collect();
        let (selector, first) = selectors.first()?;
        // Only this line is compared, with the number that tokio chose: others come and go while it is read.
        selectors.iter().all(|(_, line)| line == first).then_some(*selector)
    }
}

/// Other systems do not tell which descriptor is the runtime's.
#[cfg(not(target_os = "linux"))]
mod bell {
    use tokio::runtime::Runtime;

    use crate::wake::Fileno;

    pub enum Bell {}

    impl Bell {
        pub fn hang(_: &Runtime) -> Option<Self> {
            None
        }
        pub fn selector(&self) -> Fileno {
            match *self {}
        }
        pub fn ring(&self) {
            match *self {}
        }
        pub fn is_heard(&self) -> bool {
            match *self {}
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::os::fd::BorrowedFd;
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::runtime::Builder;

    use super::*;

    const CONNECTIONS: usize = 8;
    const ROUNDS: usize = 3000;

    #[expect(unsafe_code, reason = "the runtime's selector is known by its number alone")]
    fn wait_for(selector: Fileno) {
        // SAFETY: it is open for as long as the runtime of the test is.
        let selector = unsafe { BorrowedFd::borrow_raw(selector) };
        let mut watched = [PollFd::from_borrowed_fd(selector, PollFlags::IN)];
        assert_eq!(poll(&mut watched, Some(&Timespec { tv_sec: 30, tv_nsec: 0 })), Ok(1));
    }

    fn echo(listener: &TcpListener) {
        let (mut connection, _) = listener.accept().unwrap();
        let mut byte = [0];
        while let Ok(1) = connection.read(&mut byte) {
            connection.write_all(&byte).unwrap();
        }
    }

    #[test]
    fn whatever_is_ready_after_a_turn_is_told_by_the_selector() {
        let turns: &'static Turns = Box::leak(Box::default());
        let runtime = Builder::new_current_thread()
            .max_io_events_per_busy_tick(ONE_EVENT)
            .on_thread_park(|| turns.before_sleep())
            .enable_all()
            .build()
            .unwrap();
        let selector = turns.selector(&runtime).unwrap();
        let listener = Arc::new(TcpListener::bind("127.0.0.1:0").unwrap());
        let address = listener.local_addr().unwrap();
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..CONNECTIONS {
            let (listener, done) = (Arc::clone(&listener), Arc::clone(&done));
            thread::spawn(move || echo(&listener));
            runtime.spawn(async move {
                let mut connection = TcpStream::connect(address).await.unwrap();
                for _ in 0..ROUNDS {
                    connection.write_all(b"x").await.unwrap();
                    connection.read_exact(&mut [0]).await.unwrap();
                }
                done.fetch_add(1, Ordering::Relaxed);
            });
        }
        while done.load(Ordering::Relaxed) < CONNECTIONS {
            // No timer runs here, and no other thread: what a turn forgets is waited for in vain.
            wait_for(selector);
            turns.take(&runtime);
        }
    }
    #[test]
    fn the_selector_is_found_while_connections_come_and_go() {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let (runtime, over) = (&runtime, &AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(move || {
                runtime.block_on(async {
                    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                    let address = listener.local_addr().unwrap();
                    while !over.load(Ordering::Relaxed) {
                        TcpStream::connect(address).await.unwrap();
                        listener.accept().await.unwrap();
                    }
                });
            });
            let found = (0..500).filter(|_| Bell::hang(runtime).is_some()).count();
            over.store(true, Ordering::Relaxed);
            assert_eq!(found, 500);
        });
    }
}
