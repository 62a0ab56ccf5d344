//! Opens connections with the connect timeout of the call that needs them, and records them.
//!
//! reqwest itself has one connect timeout for all connections of a client.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use hyper_util::client::legacy::connect::Connection;
use tokio::task::futures::TaskLocalFuture;
use tokio::task_local;
use tokio::time::timeout;
use tower_layer::Layer;
use tower_service::Service;

use crate::http::new_connections::NewConnections;

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

/// Adds the connect timeout and the record to reqwest's connector.
#[derive(Clone)]
pub struct ConnectorLayer(pub NewConnections);

impl<S> Layer<S> for ConnectorLayer {
    type Service = Connector<S>;

    fn layer(&self, connector: S) -> Connector<S> {
        Connector(Arc::new((connector, self.0.clone())))
    }
}

/// Opens a connection with the timeout of the request that is the first to need it.
///
/// reqwest clones its connector several times for each request: a clone must not clone what is inside.
pub struct Connector<S>(Arc<(S, NewConnections)>);

impl<S> Clone for Connector<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

impl<R, S> Service<R> for Connector<S>
where
    R: Send + 'static,
    S: Service<R, Error = BoxError, Response: Connection, Future: Send> + Clone + Send + Sync + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Connecting<S::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: R) -> Self::Future {
        let shared = Arc::clone(&self.0);
        let limit = LIMIT.try_with(|limit| *limit).unwrap_or_default();
        Box::pin(async move {
            let (connector, new_connections) = &*shared;
            let mut connector = connector.clone();
            let connecting = async {
                poll_fn(|context| connector.poll_ready(context)).await?;
                connector.call(target).await
            };
            let connection = match limit {
                None => connecting.await,
                Some(limit) => timeout(limit, connecting)
                    .await
                    .unwrap_or_else(|_| Err(io::Error::from(io::ErrorKind::TimedOut).into())),
            }?;
            new_connections.record(&connection.connected());
            Ok(connection)
        })
    }
}
