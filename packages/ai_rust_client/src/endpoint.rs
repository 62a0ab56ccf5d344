//! A request to any endpoint below the base URL that is answered as a whole.

use std::collections::BTreeMap;
use std::pin::pin;

use bytes::Bytes;
use http::Method;
use tokio::time::Instant;

use crate::error::Error;
use crate::http::attempts::Attempts;
use crate::http::response_headers::{request_id, shown_headers};
use crate::http::transport::{Request, Transport};

#[derive(Debug)]
pub struct EndpointRequest {
    pub method: Method,
    /// The segments of the path below the base URL.
    pub path: Vec<String>,
    /// The JSON in pieces; empty for a request without a body.
    pub body: Vec<Bytes>,
    /// The model in the report of the attempts; empty if the request names none.
    pub model: String,
}

#[derive(Debug)]
pub struct EndpointResponse {
    pub body: Vec<u8>,
    /// Masked; names are in lower case.
    pub headers: BTreeMap<String, String>,
    pub request_id: Option<String>,
}

impl EndpointRequest {
    pub fn get(path: Vec<String>) -> Self {
        Self { method: Method::GET, path, body: Vec::new(), model: String::new() }
    }
}

/// Send the request, with retries, until a response is successful and `decode` accepts it.
pub async fn call<T>(
    transport: &Transport,
    request: &EndpointRequest,
    decode: impl Fn(EndpointResponse) -> Result<T, Error>,
) -> Result<T, Error> {
    let model = [request.model.clone()];
    let mut attempts = Attempts::new(transport, &model);
    loop {
        match attempts.limit(pin!(attempt(transport, request, &decode))).await {
            Ok(result) => return Ok(result),
            Err(error) => attempts.retry_after(error).await?,
        }
    }
}

async fn attempt<T>(
    transport: &Transport,
    request: &EndpointRequest,
    decode: impl Fn(EndpointResponse) -> Result<T, Error>,
) -> Result<T, Error> {
    let sent = Instant::now();
    let url = transport.config.endpoint(&request.path);
    let http_request = Request {
        method: request.method.clone(),
        url: &url,
        accept: "application/json",
        body: request.body.clone(),
    };
    let response = transport.limit_first_token(sent, pin!(transport.send(http_request))).await?;
    let masks = &transport.config.masks;
    let request_id = request_id(masks, response.headers());
    let headers = shown_headers(masks, response.headers());
    let body = transport.read_body(response, sent).await?;
    decode(EndpointResponse { body, headers, request_id: request_id.clone() }).map_err(|mut error| {
        error.details_mut().request_id = request_id;
        error
    })
}
