//! A descriptor that is readable while it is raised: an eventfd on Linux, a socket pair elsewhere.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

#[cfg(target_os = "linux")]
use eventfd::Source;
#[cfg(not(target_os = "linux"))]
use socket_pair::Source;

#[derive(Debug)]
pub struct Wake {
    source: Source,
    raised: bool,
}

impl Wake {
    pub fn new() -> io::Result<Self> {
        Ok(Self { source: Source::new()?, raised: false })
    }

    pub fn fileno(&self) -> RawFd {
        self.source.reader().as_raw_fd()
    }

    /// Both calls cost a system call only when they change something, and cannot block: at most one byte (or the
    /// count one) is ever under way.
    pub fn set(&mut self, raised: bool) {
        if self.raised == raised {
            return;
        }
        let done = if raised { self.source.raise() } else { self.source.lower() };
        if done.is_ok() {
            self.raised = raised;
        }
    }
}

#[cfg(target_os = "linux")]
mod eventfd {
    use std::io;
    use std::os::fd::{AsFd, OwnedFd};

    use rustix::event::{EventfdFlags, eventfd};

    #[derive(Debug)]
    pub struct Source(OwnedFd);

    impl Source {
        pub fn new() -> io::Result<Self> {
            Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }
        pub fn reader(&self) -> impl AsFd + std::os::fd::AsRawFd {
            self.0.as_fd()
        }
        pub fn raise(&self) -> io::Result<usize> {
            Ok(rustix::io::write(&self.0, &1u64.to_ne_bytes())?)
        }
        pub fn lower(&self) -> io::Result<usize> {
            Ok(rustix::io::read(&self.0, &mut [0u8; 8])?)
        }
    }
}

#[cfg(any(not(target_os = "linux"), test))]
mod socket_pair {
    use std::io::{self, Read, Write};
    use std::os::fd::{AsFd, AsRawFd};
    use std::os::unix::net::UnixStream;

    #[derive(Debug)]
    pub struct Source {
        reader: UnixStream,
        writer: UnixStream,
    }

    impl Source {
        pub fn new() -> io::Result<Self> {
            let (reader, writer) = UnixStream::pair()?;
            reader.set_nonblocking(true)?;
            writer.set_nonblocking(true)?;
            Ok(Self { reader, writer })
        }
        pub fn reader(&self) -> impl AsFd + AsRawFd {
            self.reader.as_fd()
        }
        pub fn raise(&self) -> io::Result<usize> {
            (&self.writer).write(&[1])
        }
        pub fn lower(&self) -> io::Result<usize> {
            (&self.reader).read(&mut [0])
        }
    }
}

#[cfg(test)]
mod tests {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn readable(fd: impl std::os::fd::AsFd) -> bool {
        let mut fds = [PollFd::new(&fd, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 1
    }

    #[test]
    fn it_is_readable_while_it_is_raised() {
        let mut wake = Wake::new().unwrap();
        assert!(!readable(wake.source.reader()));
        wake.set(true);
        wake.set(true);
        assert!(readable(wake.source.reader()));
        wake.set(false);
        assert!(!readable(wake.source.reader()));
        wake.set(true);
        assert!(readable(wake.source.reader()));
    }

    #[test]
    fn the_socket_pair_does_the_same() {
        let pair = socket_pair::Source::new().unwrap();
        pair.raise().unwrap();
        assert!(readable(pair.reader()));
        pair.lower().unwrap();
        assert!(!readable(pair.reader()));
    }
}
