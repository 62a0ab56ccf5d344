//! A descriptor that is readable while it is set: an eventfd on Linux, a socket pair on other Unix systems, and on
//! Windows, which has neither, a connection over loopback.

use std::io;

#[cfg(target_os = "linux")]
use eventfd::Source;
#[cfg(windows)]
use loopback::Source;
#[cfg(all(unix, not(target_os = "linux")))]
use socket_pair::Source;

/// A descriptor as `select` takes it.
#[cfg(unix)]
pub type Fileno = std::os::fd::RawFd;
#[cfg(windows)]
pub type Fileno = std::os::windows::io::RawSocket;

#[derive(Debug)]
pub struct WakeupFd {
    source: Source,
    is_readable: bool,
}

impl WakeupFd {
    pub fn new() -> io::Result<Self> {
        Ok(Self { source: Source::new()?, is_readable: false })
    }

    pub fn fileno(&self) -> Fileno {
        self.source.fileno()
    }

    /// Costs a system call only if it changes something. Cannot block: at most one byte is ever in the buffer.
    pub fn set(&mut self, readable: bool) {
        if self.is_readable == readable {
            return;
        }
        let done = if readable { self.source.write() } else { self.source.read() };
        if done.is_ok() {
            self.is_readable = readable;
        }
    }
}

#[cfg(target_os = "linux")]
mod eventfd {
    use std::io;
    use std::os::fd::{AsRawFd, OwnedFd};

    use rustix::event::{EventfdFlags, eventfd};

    #[derive(Debug)]
    pub struct Source(pub OwnedFd);

    impl Source {
        pub fn new() -> io::Result<Self> {
            Ok(Self(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?))
        }
        pub fn fileno(&self) -> super::Fileno {
            self.0.as_raw_fd()
        }
        pub fn write(&self) -> io::Result<usize> {
            Ok(rustix::io::write(&self.0, &1u64.to_ne_bytes())?)
        }
        pub fn read(&self) -> io::Result<usize> {
            Ok(rustix::io::read(&self.0, &mut [0u8; 8])?)
        }
    }
}

#[cfg(any(all(unix, not(target_os = "linux")), all(unix, test)))]
mod socket_pair {
    use std::io::{self, Read, Write};
    use std::os::fd::AsRawFd;
    use std::os::unix::net::UnixStream;

    #[derive(Debug)]
    pub struct Source {
        pub reader: UnixStream,
        writer: UnixStream,
    }

    impl Source {
        pub fn new() -> io::Result<Self> {
            let (reader, writer) = UnixStream::pair()?;
            reader.set_nonblocking(true)?;
            writer.set_nonblocking(true)?;
            Ok(Self { reader, writer })
        }
        pub fn fileno(&self) -> super::Fileno {
            self.reader.as_raw_fd()
        }
        pub fn write(&self) -> io::Result<usize> {
            (&self.writer).write(&[1])
        }
        pub fn read(&self) -> io::Result<usize> {
            (&self.reader).read(&mut [0])
        }
    }
}

#[cfg(any(windows, test))]
mod loopback {
    use std::io::{self, Read, Write};
    use std::net::{Ipv4Addr, TcpListener, TcpStream};
    #[cfg(unix)]
    use std::os::fd::AsRawFd;
    #[cfg(windows)]
    use std::os::windows::io::AsRawSocket;

    #[derive(Debug)]
    pub struct Source {
        pub reader: TcpStream,
        writer: TcpStream,
    }

    impl Source {
        pub fn new() -> io::Result<Self> {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
            let writer = TcpStream::connect(listener.local_addr()?)?;
            let writer_address = writer.local_addr()?;
            // Another program may have connected to the port first.
            let reader = loop {
                let (reader, peer) = listener.accept()?;
                if peer == writer_address {
                    break reader;
                }
            };
            reader.set_nonblocking(true)?;
            writer.set_nonblocking(true)?;
            writer.set_nodelay(true)?;
            Ok(Self { reader, writer })
        }
        #[cfg(unix)]
        pub fn fileno(&self) -> super::Fileno {
            self.reader.as_raw_fd()
        }
        #[cfg(windows)]
        pub fn fileno(&self) -> super::Fileno {
            self.reader.as_raw_socket()
        }
        pub fn write(&self) -> io::Result<usize> {
            (&self.writer).write(&[1])
        }
        pub fn read(&self) -> io::Result<usize> {
            (&self.reader).read(&mut [0])
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::fd::{AsFd, AsRawFd};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};

    use super::*;

    fn readable(fd: &impl AsFd) -> bool {
        let mut fds = [PollFd::new(fd, PollFlags::IN)];
        poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).unwrap() == 1
    }

    #[test]
    fn an_eventfd_is_readable_while_it_is_set() {
        let mut wakeup = WakeupFd::new().unwrap();
        assert!(!readable(&wakeup.source.0));
        wakeup.set(true);
        wakeup.set(true);
        assert!(readable(&wakeup.source.0));
        wakeup.set(false);
        assert!(!readable(&wakeup.source.0));
        wakeup.set(true);
        assert!(readable(&wakeup.source.0));
    }

    #[test]
    fn a_socket_pair_is_readable_while_it_is_set() {
        let pair = socket_pair::Source::new().unwrap();
        assert_eq!(pair.fileno(), pair.reader.as_raw_fd());
        pair.write().unwrap();
        assert!(readable(&pair.reader));
        pair.read().unwrap();
        assert!(!readable(&pair.reader));
    }

    #[test]
    fn a_loopback_connection_is_readable_while_it_is_set() {
        let pair = loopback::Source::new().unwrap();
        assert_eq!(pair.fileno(), pair.reader.as_raw_fd());
        pair.write().unwrap();
        let mut fds = [PollFd::new(&pair.reader, PollFlags::IN)];
        poll(&mut fds, None).unwrap();
        pair.read().unwrap();
        assert!(!readable(&pair.reader));
    }
}
