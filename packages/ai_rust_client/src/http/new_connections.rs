//! Which connections of a pool are new.
//!
//! A server may close an idle connection at any time, and the client notices only when it uses it again. Such a request
//! can be repeated at once, on a new connection. If a new connection fails, however, the server has failed.

use std::collections::VecDeque;
use std::error::Error as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use hyper_util::client::legacy::connect::{Connected, HttpInfo};

/// Connections that are not among the last ones have been established long ago.
const REMEMBERED: usize = 1024;

/// The last connections that were established: their local addresses, and when.
#[derive(Clone, Default)]
pub struct NewConnections(Arc<Mutex<VecDeque<(SocketAddr, Instant)>>>);

impl NewConnections {
    /// Whether the request that was sent at `sent` failed because the server had closed a connection that an earlier
    /// request had used, before any part of an answer came.
    pub fn was_stale(&self, error: &reqwest::Error, sent: Instant) -> bool {
        let error =
            error.source().and_then(|source| source.downcast_ref::<hyper_util::client::legacy::Error>());
        let Some(error) = error else { return false };
        let cause = error.source().and_then(|source| source.downcast_ref::<hyper::Error>());
        // Part of an answer, or the end of only this request on a connection that many share: the server was there.
        let reset = cause.and_then(|cause| cause.source()?.downcast_ref::<h2::Error>());
        let has_answered = cause.is_some_and(|cause| cause.is_parse() || cause.is_user())
            || reset.is_some_and(h2::Error::is_reset);
        !error.is_connect()
            && !has_answered
            && error
                .connect_info()
                .and_then(local_address)
                .is_some_and(|address| self.is_older(address, sent))
    }

    fn is_older(&self, address: SocketAddr, than: Instant) -> bool {
        // The operating system may have given the same port to an earlier connection.
        let connections = self.lock();
        let newest = connections.iter().rev().find(|(known, _)| *known == address);
        newest.is_none_or(|(_, established)| *established < than)
    }

    /// A connection was established.
    pub fn record(&self, connected: &Connected) {
        let Some(address) = local_address(connected) else { return };
        let mut connections = self.lock();
        if connections.len() >= REMEMBERED {
            connections.pop_front();
        }
        connections.push_back((address, Instant::now()));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(SocketAddr, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `None` for a UNIX socket.
fn local_address(connected: &Connected) -> Option<SocketAddr> {
    let mut extensions = http::Extensions::new();
    connected.get_extras(&mut extensions);
    extensions.get::<HttpInfo>().map(HttpInfo::local_addr)
}
