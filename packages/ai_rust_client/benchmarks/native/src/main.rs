//! What reqwest itself costs, for the ratios. Reads commands from stdin, one a line, answers each with one line of
//! JSON: CPU and wall seconds.
//!
//!     request URL COUNT          whole answers, one after the other
//!     stream URL COUNT           streams, one after the other; gives their chunks of text too
//!     many URL COUNT             streams at once
//!     history URL COUNT BYTES    requests with a body of that size, made beforehand

use std::io::{BufRead, Write};
use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use reqwest::Client;
use rustix::time::{ClockId, clock_gettime};
use serde::Deserialize;

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

type Failure = Box<dyn std::error::Error>;

fn body(stream: bool) -> Bytes {
    let body = serde_json::json!({
        "model": "bench/model", "stream": stream,
        "messages": [{"role": "user", "content": "Tell me a long story."}],
    });
    body.to_string().into()
}

fn post(client: &Client, url: &str, body: Bytes) -> reqwest::RequestBuilder {
    client
        .post(format!("{url}/chat/completions"))
        .header("authorization", "Bearer key")
        .header("content-type", "application/json")
        .body(body)
}

async fn request(client: &Client, url: &str, body: Bytes) -> Result<usize, Failure> {
    let answer = post(client, url, body).send().await?.error_for_status()?.bytes().await?;
    let completion: Completion = serde_json::from_slice(&answer)?;
    let message = completion.choices.into_iter().next().and_then(|choice| choice.message);
    Ok(message.and_then(|message| message.content).ok_or("no content")?.len())
}

/// The number of chunks of text. The plainest reader that works: whole lines, `data:`, JSON.
async fn stream(client: &Client, url: &str, body: Bytes) -> Result<usize, Failure> {
    let mut response = post(client, url, body).send().await?.error_for_status()?;
    let mut buffer: Vec<u8> = Vec::new();
    let mut chunks = 0;
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
            chunks += usize::from(delta.and_then(|delta| delta.content).is_some_and(|text| !text.is_empty()));
        }
        buffer.drain(..start);
    }
    Ok(chunks)
}

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let client = Client::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let (kind, url, count) = (words[0], words[1], words[2].parse::<usize>()?);
        let padding = "x".repeat(words.get(3).map_or(Ok(0), |size| size.parse())?);
        let history: Bytes = format!(
            r#"{{"model":"m","messages":[{{"role":"user","content":"{padding}"}}]}}"#
        )
        .into();
        let (wall, used) = (Instant::now(), cpu());
        let mut chunks = 0;
        match kind {
            "many" => {
                let streams = (0..count).map(|_| stream(&client, url, body(true)));
                for result in join_all(streams).await {
                    chunks += result?;
                }
            }
            _ => {
                for _ in 0..count {
                    match kind {
                        "request" => request(&client, url, body(false)).await?,
                        "history" => request(&client, url, history.clone()).await?,
                        "stream" => {
                            let got = stream(&client, url, body(true)).await?;
                            chunks += got;
                            got
                        }
                        other => return Err(format!("no such command: {other}").into()),
                    };
                }
            }
        }
        let mut out = std::io::stdout().lock();
        writeln!(
            out,
            r#"{{"cpu": {}, "wall": {}, "chunks": {chunks}}}"#,
            cpu() - used,
            wall.elapsed().as_secs_f64()
        )?;
        out.flush()?;
    }
    Ok(())
}
