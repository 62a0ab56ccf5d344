"""CPU and latency of asynchronous calls: requests, paced streams, and 100 streams at once.

    python benchmarks/async_streams.py [--rounds 5]

Each chunk contains the time at which the server wrote it (CLOCK_MONOTONIC is the same for all processes), so that its
latency is known when the reader has it. CPU is that of the client's process, all of its threads. Prints medians and,
of the latencies, the 99th percentile too.
"""

import argparse
import asyncio
import contextlib
import gc
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

from ai_rust_client import AIClient

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
END = b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n'
QUESTION = [{"role": "user", "content": "q"}]


@dataclass(frozen=True)
class Case:
    """`streams` at once, each with `chunks` and a pause of `pause` seconds between two of them."""

    title: str
    streams: int
    chunks: int
    pause: float


CASES = (
    Case("requests, one after the other", 1, 0, 0),
    Case("one stream, a chunk every 5 ms", 1, 200, 0.005),
    Case("one stream, a chunk every 20 ms", 1, 50, 0.02),
    Case("100 streams, a chunk every 50 ms", 100, 20, 0.05),
    Case("100 streams of 200 chunks at once", 100, 200, 0),
)
REQUESTS = 200


def framed(data: bytes) -> bytes:
    """One chunk of the chunked transfer coding."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def timed_chunk() -> bytes:
    """A chunk whose text is the current time."""
    delta = {"index": 0, "delta": {"content": f"{time.monotonic_ns()} "}, "finish_reason": None}
    return f"data: {json.dumps({'model': 'm', 'choices': [delta]})}\n\n".encode()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the requests of one connection. The path gives the number of chunks and the pause between them."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            _, size = head.lower().split(b"content-length:")
            await reader.readexactly(int(size.split(b"\r\n")[0]))
            chunks, pause = head.split(b"/")[1:3]
            writer.write(HEAD)
            for _ in range(int(chunks)):
                writer.write(framed(timed_chunk()))
                if float(pause):
                    await asyncio.sleep(float(pause))
            writer.write(framed(END) + b"0\r\n\r\n")


async def serve() -> None:
    """Print the port, and serve until stdin ends."""
    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)


async def read(client: AIClient) -> list[float]:
    """The latency of each delta, in seconds."""
    latencies = []
    async for delta in client.stream(QUESTION, "m"):
        now = time.monotonic_ns()
        latencies += [(now - int(sent)) / 1e9 for sent in delta.split()]
    return latencies


async def run(case: Case, port: int) -> dict[str, list[float]]:
    """CPU and wall seconds for each unit (request or chunk), and latencies."""
    async with AIClient(base_url=f"http://127.0.0.1:{port}/{case.chunks}/{case.pause}") as client:
        await asyncio.gather(*(read(client) for _ in range(case.streams)))
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        if case.chunks:
            results = await asyncio.gather(*(read(client) for _ in range(case.streams)))
        else:
            results = [await read(client) for _ in range(REQUESTS)]
        units = case.streams * case.chunks or REQUESTS
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        latencies = [latency for result in results for latency in result]
        return {"cpu": [cpu / units], "wall": [wall / units], "latencies": latencies}


def measure(case: Case, port: int, rounds: int) -> str:
    """Run a case in several processes, and format the medians."""
    command = [sys.executable, __file__, "--case", case.title, "--port", str(port)]
    results = [json.loads(subprocess.check_output(command)) for _ in range(rounds)]
    latencies = sorted(latency for result in results for latency in result["latencies"])
    median = {name: statistics.median(result[name][0] for result in results) * 1e6 for name in ("cpu", "wall")}
    line = f"{case.title:36} {median['cpu']:8.1f} us CPU {median['wall']:8.1f} us wall"
    if latencies and case.pause:
        p99 = latencies[int(len(latencies) * 0.99)]
        line += f" {statistics.median(latencies) * 1e6:8.0f} us latency, p99 {p99 * 1e6:8.0f}"
    return line


def main() -> None:
    """Start the server and measure all cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="processes for each case (default 5)")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.case:
        case = next(case for case in CASES if case.title == options.case)
        print(json.dumps(asyncio.run(run(case, options.port))))
    else:
        command = [sys.executable, __file__, "--serve"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            port = int(server.stdout.readline())
            for case in CASES:
                print(measure(case, port, options.rounds), flush=True)
            server.communicate()


if __name__ == "__main__":
    main()
