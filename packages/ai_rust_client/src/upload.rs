//! A request's body that tells when it was last sent from.
//!
//! Until its first byte is asked for the connection is being made, which has a timer of its own; and while a large body
//! goes up a slow line the server has nothing to answer yet. The idle timer therefore runs from the last piece on.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

const PIECE: usize = 256 << 10;

/// When the last piece was asked for; `None` before the first.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Mutex<Option<Instant>>>);

impl Progress {
    pub fn last(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

pub struct Upload {
    left: VecDeque<Bytes>,
    progress: Progress,
}

impl Upload {
    pub fn new(body: Vec<Bytes>, progress: Progress) -> Self {
        Self { left: body.into(), progress }
    }
}

/// A request without a body has this one, which is empty: all that is seen of it is that it is let go, once the
/// connection stands.
impl Drop for Upload {
    fn drop(&mut self) {
        self.progress.note();
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.progress.note();
        let Some(first) = self.left.front_mut() else { return Poll::Ready(None) };
        let piece = first.split_to(first.len().min(PIECE));
        if first.is_empty() {
            self.left.pop_front();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.left.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.iter().map(|bytes| bytes.len() as u64).sum())
    }
}
