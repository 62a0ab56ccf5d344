//! The body of a request, which records when a piece of it was last sent.
//!
//! Until its first byte is requested, the connection is still being opened, which has a timeout of its own. While a
//! large body is uploaded over a slow line, the server has nothing to answer yet. The idle timeout therefore starts
//! with the last piece.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Instant;

const PIECE: usize = 256 << 10;

/// When the last piece was requested; `None` before the first.
#[derive(Debug, Clone, Default)]
pub struct UploadProgress(Arc<Mutex<Option<Instant>>>);

impl UploadProgress {
    pub fn last(&self) -> Option<Instant> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn record(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }
}

pub struct Upload {
    pieces: VecDeque<Bytes>,
    progress: UploadProgress,
}

impl Upload {
    pub fn new(body: Vec<Bytes>, progress: UploadProgress) -> Self {
        Self { pieces: body.into(), progress }
    }
}

/// The empty body of a request without one is never polled. It is only dropped, once there is a connection.
impl Drop for Upload {
    fn drop(&mut self) {
        self.progress.record();
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.progress.record();
        let Some(first) = self.pieces.front_mut() else { return Poll::Ready(None) };
        let piece = first.split_to(first.len().min(PIECE));
        if first.is_empty() {
            self.pieces.pop_front();
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.pieces.iter().map(|bytes| bytes.len() as u64).sum())
    }
}
