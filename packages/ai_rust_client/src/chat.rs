//! A whole answer at once.

use std::pin::{Pin, pin};
use std::sync::Arc;

use http::Method;
use tokio::time::{Instant, timeout_at};

use crate::assemble::{Assembler, Batch, Fault};
use crate::call::{Body, Tries, length};
use crate::config::Config;
use crate::error::{Details, Error, Kind, Phase};
use crate::transport::{Request, Transport, kept, request_id, timed_out};
use crate::value::{Answer, Transfer};
use crate::wire::{Completion, Reported};

#[derive(Debug)]
pub struct Response {
    pub answer: Answer,
    /// The body as it came.
    pub raw: String,
}

pub async fn chat(transport: Arc<Transport>, body: Body) -> Result<Response, Error> {
    let mut tries = Tries::new(&transport, body.models());
    loop {
        let model = tries.model();
        match tries.bound(pin!(once(&transport, model, &body, tries.failed()))).await {
            Ok(response) => {
                tries.served();
                return Ok(response);
            }
            Err(error) => tries.after(error).await?,
        }
    }
}

async fn once(
    transport: &Transport,
    model: &str,
    body: &Body,
    failed_tries: usize,
) -> Result<Response, Error> {
    let sent = Instant::now();
    let body = body.for_model(model);
    let bytes_sent = length(&body);
    let request =
        Request { method: Method::POST, url: &transport.config.chat, accept: "application/json", body };
    let response = within_first_token(transport, sent, pin!(transport.send(request))).await?;
    let request_id = request_id(response.headers());
    let mut transfer = Transfer::begin(sent, response.headers(), bytes_sent, failed_tries);
    let raw = transport.read_body(response, sent).await?;
    transfer.end();
    let mut batch = Batch::of(raw.len());
    let raw = text(raw);
    decode(&transport.config, &raw, &mut Assembler::default(), &mut batch).map_err(|mut error| {
        error.details_mut().request_id.clone_from(&request_id);
        error
    })?;
    let mut answer = Answer { model: Some(model.to_owned()), request_id, transfer, ..Answer::default() };
    batch.apply(&mut answer);
    Ok(Response { answer, raw })
}

/// A body as text; invalid UTF-8 is replaced.
pub fn text(body: Vec<u8>) -> String {
    String::from_utf8(body).unwrap_or_else(|invalid| String::from_utf8_lossy(invalid.as_bytes()).into_owned())
}

/// Wait for the head of an answer, at most as long as its first content may take.
pub async fn within_first_token<T>(
    transport: &Transport,
    sent: Instant,
    head: Pin<&mut impl Future<Output = Result<T, Error>>>,
) -> Result<T, Error> {
    match transport.config.timeouts.first_token {
        Some(limit) => timeout_at(sent + limit, head)
            .await
            .unwrap_or_else(|_| Err(timed_out(Phase::FirstToken, limit, "waiting for the answer to begin"))),
        None => head.await,
    }
}

/// Read a whole completion; the batch then holds all of it, `Finish` last.
pub fn decode(
    config: &Config,
    text: &str,
    assembler: &mut Assembler,
    batch: &mut Batch,
) -> Result<(), Error> {
    let protocol = |why: String| Error::new(Kind::Protocol, format!("{why}: {}", config.excerpt(text)));
    let completion = Completion::parse(text).map_err(|why| {
        if text.trim_start().starts_with('<') {
            protocol("the answer is a web page, not JSON; check base_url and the proxy settings".to_owned())
        } else {
            protocol(format!("the answer is no completion ({why})"))
        }
    })?;
    let choice = completion.choices.as_ref().and_then(|choices| choices.first());
    let holds_message = choice.is_some_and(|choice| choice.message.is_some() || choice.delta.is_some());
    if !holds_message && completion.reported().is_none() && choice.is_none_or(|choice| choice.error.is_none())
    {
        return Err(protocol("the answer holds no message".to_owned()));
    }
    match assembler.take(completion, batch) {
        Ok(()) => assembler.finish(batch),
        Err(Fault::Reported(said)) => return Err(reported(said, text)),
        Err(Fault::Malformed(why)) => return Err(protocol(why)),
    }
    Ok(())
}

/// An error that came with a status of success: it counts as the status that it names, if it names one.
fn reported(said: Reported, body: &str) -> Error {
    let kind = said.status.map_or(Kind::Protocol, Kind::Status);
    let message = format!("the provider answered with an error: {}", said.message);
    Error::with(kind, message, Details { status: said.status, body: kept(body), ..Details::default() })
}
