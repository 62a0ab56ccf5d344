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
use crate::protocol::request::ChatRequest;

#[derive(Debug)]
pub struct EndpointRequest {
    pub method: Method,
    /// The segments of the path below the base URL.
    pub path: Vec<String>,
    pub body: EndpointBody,
    /// In order of preference, for the report of the attempts; one that is empty if the request names none.
    pub models: Vec<String>,
}

#[derive(Debug)]
pub enum EndpointBody {
    /// JSON in pieces; none for a request without a body.
    Fixed(Vec<Bytes>),
    /// One for each model.
    ForModels(ChatRequest),
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
        Self::fixed(Method::GET, path, Vec::new(), String::new())
    }

    /// A request that is the same in each attempt.
    pub fn fixed(method: Method, path: Vec<String>, body: Vec<Bytes>, model: String) -> Self {
        Self { method, path, body: EndpointBody::Fixed(body), models: vec![model] }
    }

    pub fn body_for(&self, model: &str) -> Vec<Bytes> {
        match &self.body {
            EndpointBody::Fixed(body) => body.clone(),
            EndpointBody::ForModels(request) => request.body_for(model),
        }
    }
}

/// Send the request, with retries, until a response is successful and `decode` accepts it.
pub async fn call<T>(
    transport: &Transport,
    request: &EndpointRequest,
    decode: impl Fn(EndpointResponse) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut attempts = Attempts::new(transport, &request.models);
    loop {
        let body = request.body_for(attempts.model());
        match attempts.limit(pin!(attempt(transport, request, body, &decode))).await {
            Ok(result) => {
                attempts.succeeded();
                return Ok(result);
            }
            Err(error) => attempts.retry_after(error).await?,
        }
    }
}

async fn attempt<T>(
    transport: &Transport,
    request: &EndpointRequest,
    body: Vec<Bytes>,
    decode: impl Fn(EndpointResponse) -> Result<T, Error>,
) -> Result<T, Error> {
    let sent = Instant::now();
    let url = transport.config.endpoint(&request.path);
    let http_request =
        Request { method: request.method.clone(), url: &url, accept: "application/json", body };
    let response = transport.limit_first_token(sent, pin!(transport.send(http_request))).await?;
    let masks = &transport.config.masks;
    let request_id = request_id(masks, response.headers());
    let headers = shown_headers(masks, response.headers());
    let body = transport.read_body(response, sent).await;
    let result =
        body.and_then(|body| decode(EndpointResponse { body, headers, request_id: request_id.clone() }));
    result.map_err(|mut error| {
        error.details_mut().request_id = request_id;
        error
    })
}
