//! The connect timeout, which each call may set: reqwest has one for all connections of a client.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;
use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

task_local! {
    static LIMIT: Option<Duration>;
}

/// Apply `limit` to a connection that `request` opens.
pub fn with_connect_timeout<F: Future>(
    limit: Option<Duration>,
    request: F,
) -> TaskLocalFuture<Option<Duration>, F> {
    LIMIT.scope(limit, request)
}

#[derive(Clone)]
pub struct ConnectTimeoutLayer;

impl<S> Layer<S> for ConnectTimeoutLayer {
    type Service = ConnectTimeout<S>;

    fn layer(&self, inner: S) -> ConnectTimeout<S> {
        ConnectTimeout(inner)
    }
}

/// Opens connections with the timeout of the request that is the first to need them.
#[derive(Clone)]
pub struct ConnectTimeout<S>(S);

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl<R, S> Service<R> for ConnectTimeout<S>
where
    S: Service<R, Error = BoxError, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Connecting<S::Response>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: R) -> Self::Future {
        let connecting = self.0.call(target);
        let limit = LIMIT.try_with(|limit| *limit).unwrap_or_default();
        Box::pin(async move {
            match limit {
                None => connecting.await,
                Some(limit) => timeout(limit, connecting)
                    .await
                    .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into())),
            }
        })
    }
}
