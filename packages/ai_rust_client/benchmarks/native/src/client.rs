//! reqwest alone, with one thread and without Python, as the base of the ratios. Works like `worker.py`: each line of JSON on
//! stdin is an order, and each line on stdout its result.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use reqwest::{Certificate, Client, RequestBuilder};
use serde::{Deserialize, Serialize};

mod cpu;

type Failure = Box<dyn std::error::Error>;

#[derive(Deserialize)]
struct Order {
    /// As in `worker.py`; aask is the same as ask, and aread the same as read.
    work: String,
    url: String,
    ca: Option<String>,
    count: usize,
    /// The size of a conversation's JSON, which is prepared before the measurement.
    size: usize,
    /// Start with a call that is not measured.
    warm: bool,
}

#[derive(Serialize)]
struct Answer {
    cpu: f64,
    wall: f64,
    each: f64,
    text: String,
    parts: usize,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Option<Message>,
    delta: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

fn body(question: &str, stream: bool) -> Bytes {
    let messages = [serde_json::json!({"role": "user", "content": question})];
    serde_json::json!({"model": "bench/model", "stream": stream, "messages": messages}).to_string().into()
}

fn post(client: &Client, url: &str, body: Bytes) -> RequestBuilder {
    client
        .post(format!("{url}/chat/completions"))
        .header("authorization", "Bearer key")
        .header("content-type", "application/json")
        .body(body)
}

async fn ask(client: &Client, url: &str, body: Bytes) -> Result<Vec<String>, Failure> {
    let answer = post(client, url, body).send().await?.error_for_status()?.bytes().await?;
    let completion: Completion = serde_json::from_slice(&answer)?;
    let message = completion.choices.into_iter().next().and_then(|choice| choice.message);
    Ok(vec![message.and_then(|message| message.content).ok_or("no content")?])
}

/// The chunks of text. The plainest reader that works: whole lines, `data:`, JSON.
async fn read(client: &Client, url: &str, body: Bytes) -> Result<Vec<String>, Failure> {
    let mut response = post(client, url, body).send().await?.error_for_status()?;
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunks = Vec::new();
    while let Some(bytes) = response.chunk().await? {
        buffer.extend_from_slice(&bytes);
        let mut start = 0;
        while let Some(length) = buffer[start..].iter().position(|byte| *byte == b'\n') {
            let line = &buffer[start..start + length];
            start += length + 1;
            let Some(data) = line.strip_prefix(b"data: ") else { continue };
            if data == b"[DONE]" {
                continue;
            }
            let completion: Completion = serde_json::from_slice(data)?;
            let delta = completion.choices.into_iter().next().and_then(|choice| choice.delta);
            chunks.extend(delta.and_then(|delta| delta.content).filter(|text| !text.is_empty()));
        }
        buffer.drain(..start);
    }
    Ok(chunks)
}

fn client(ca: Option<&str>) -> Result<Client, Failure> {
    let roots = match ca {
        Some(path) => Certificate::from_pem_bundle(&std::fs::read(path)?)?,
        None => Vec::new(),
    };
    Ok(Client::builder().tls_certs_only(roots).build()?)
}

async fn obey(client: &Client, order: &Order) -> Result<Answer, Failure> {
    let work = order.work.as_str();
    let streamed = matches!(work, "read" | "aread" | "many");
    let question = match work {
        "first" | "later" => "x".repeat(order.size),
        _ => "Tell me a long story.".to_owned(),
    };
    let body = body(&question, streamed);
    let mut results = Vec::new();
    let mut laps = Vec::new();
    if order.warm && streamed {
        read(client, &order.url, body.clone()).await?;
    } else if order.warm {
        ask(client, &order.url, body.clone()).await?;
    }
    let (wall, used) = (Instant::now(), cpu::seconds());
    if work == "many" {
        let streams = (0..order.count).map(|_| read(client, &order.url, body.clone()));
        results = join_all(streams).await;
        laps.push(wall.elapsed().as_secs_f64());
    } else {
        for _ in 0..order.count {
            let lap = Instant::now();
            results.push(if streamed {
                read(client, &order.url, body.clone()).await
            } else {
                ask(client, &order.url, body.clone()).await
            });
            laps.push(lap.elapsed().as_secs_f64());
        }
    }
    let (cpu, wall) = (cpu::seconds() - used, wall.elapsed().as_secs_f64());
    laps.sort_by(f64::total_cmp);
    let results = results.into_iter().collect::<Result<Vec<_>, _>>()?;
    let first = results.first().ok_or("nothing was asked for")?;
    if results.iter().any(|other| other != first) {
        return Err("the answers differ".into());
    }
    Ok(Answer { cpu, wall, each: laps[laps.len() / 2], text: first.concat(), parts: first.len() })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    tokio_rustls::rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| "another TLS provider is installed")?;
    let mut clients: HashMap<Option<String>, Client> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let order: Order = serde_json::from_str(&line?)?;
        if !clients.contains_key(&order.ca) {
            clients.insert(order.ca.clone(), client(order.ca.as_deref())?);
        }
        let answer = obey(&clients[&order.ca], &order).await?;
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", serde_json::to_string(&answer)?)?;
        out.flush()?;
    }
    Ok(())
}
