//! Embeddings: texts are sent in batches, and their vectors become one matrix.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Method;
use tokio::time::{Instant, timeout_at};

use crate::answer::Usage;
use crate::chat::decode_utf8;
use crate::endpoint::{EndpointRequest, call};
use crate::error::{Error, Kind};
use crate::http::failures::provider_error;
use crate::http::transport::Transport;
use crate::protocol::vectors::{DecodeError, Vectors};

/// The texts of one request.
#[derive(Debug)]
pub struct Batch {
    pub texts: usize,
    pub body: Bytes,
}

/// The vectors of all texts, in order, one after the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Embeddings {
    pub values: Vec<f32>,
    pub dimensions: usize,
    pub usage: Option<Usage>,
    pub model: String,
}

/// Embed the texts of all batches, at most four batches at a time. The first failure ends the call, and closes the
/// connections of the other batches. The total timeout is that of the whole call.
pub async fn embed(
    transport: Arc<Transport>,
    model: String,
    batches: Vec<Batch>,
) -> Result<Embeddings, Error> {
    let work = pin!(embed_batches(&transport, model, &batches));
    match transport.config.timeouts.total {
        None => work.await,
        Some(limit) => timeout_at(Instant::now() + limit, work).await.unwrap_or_else(|_| {
            Err(transport.config.total_timeout_error(limit, "waiting for all embeddings"))
        }),
    }
}

async fn embed_batches(transport: &Transport, model: String, batches: &[Batch]) -> Result<Embeddings, Error> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Vectors>> = batches.iter().map(|_| Mutex::default()).collect();
    let worker = || async {
        while let Some((index, batch, result)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            batches.get(index).zip(results.get(index)).map(|(batch, result)| (index, batch, result))
        } {
            let vectors = embed_batch(transport, &model, batch)
                .await
                .map_err(|error| name_batch(error, batches, index))?;
            *result.lock().unwrap_or_else(PoisonError::into_inner) = vectors;
        }
        Ok::<(), Error>(())
    };
    if batches.len() > 1 {
        tokio::try_join!(worker(), worker(), worker(), worker())?;
    } else {
        worker().await?;
    }
    let results =
        results.into_iter().map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner));
    join(results.collect(), model)
}

/// Say which of the texts failed, if there are several batches.
fn name_batch(error: Error, batches: &[Batch], index: usize) -> Error {
    if batches.len() == 1 {
        return error;
    }
    let first: usize = batches[..index].iter().map(|batch| batch.texts).sum();
    let last = first + batches[index].texts - 1;
    error.map_message(|message| format!("{message} (texts {first} to {last})"))
}

async fn embed_batch(transport: &Transport, model: &str, batch: &Batch) -> Result<Vectors, Error> {
    let path = vec!["embeddings".to_owned()];
    let request = EndpointRequest::fixed(Method::POST, path, vec![batch.body.clone()], model.to_owned());
    call(transport, &request, |response| {
        let text = decode_utf8(response.body);
        Vectors::decode(&text, batch.texts).map_err(|error| match error {
            DecodeError::Invalid(reason) => Error::new(Kind::Protocol, reason),
            DecodeError::NotEmbeddings => {
                let shown = transport.config.excerpt(&text);
                Error::new(
                    Kind::Protocol,
                    format!("the answer contains no embeddings; check base_url: {shown}"),
                )
            }
            DecodeError::Provider(error) => provider_error(&transport.config, &error, &text),
        })
    })
    .await
}

/// The vectors of the batches in their order. Those of a single batch are not copied.
fn join(batches: Vec<Vectors>, model: String) -> Result<Embeddings, Error> {
    let dimensions = batches.first().map_or(0, |batch| batch.dimensions);
    if let Some(other) = batches.iter().find(|batch| batch.dimensions != dimensions) {
        let message = format!(
            "the provider answered with embeddings of {dimensions} dimensions and of {} dimensions",
            other.dimensions
        );
        return Err(Error::new(Kind::Protocol, message));
    }
    let size = batches.iter().map(|batch| batch.values.len()).sum::<usize>();
    let mut all = Embeddings { dimensions, model, ..Embeddings::default() };
    for mut batch in batches {
        if let Some(name) = batch.model.take() {
            all.model = name;
        }
        if let Some(usage) = batch.usage {
            add_usage(all.usage.get_or_insert_default(), &usage);
        }
        if all.values.is_empty() && batch.values.len() == size {
            all.values = batch.values;
        } else {
            all.values.reserve_exact(size - all.values.len());
            all.values.append(&mut batch.values);
        }
    }
    Ok(all)
}

fn add_usage(sum: &mut Usage, usage: &Usage) {
    sum.prompt_tokens = sum.prompt_tokens.saturating_add(usage.prompt_tokens);
    sum.total_tokens = sum.total_tokens.saturating_add(usage.total_tokens);
    if let Some(cost) = usage.cost {
        *sum.cost.get_or_insert_default() += cost;
    }
}
