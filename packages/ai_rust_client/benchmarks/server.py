"""The benchmarks' server over plain HTTP/1.1. It sends prepared bytes, so that its own cost is small and constant.

    python server.py

Prints its address. Answers each line of stdin with what it has used so far (CPU seconds, requests), and exits at the
end of stdin. The first part of the path selects the answer: `/answer` a whole answer, `/stream-N` N chunks of text in
writes of 16 KiB, `/varied-N` the same with chunks that vary, `/apart-N` N chunks with one write each, `/paced-N` one
every 5 ms.
"""

import asyncio
import json
import sys
import time

from answers import AT_ONCE, CHAT

PACE = 0.005
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

served = 0


WHOLE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(CHAT.whole)


def framed(data: bytes) -> bytes:
    """One chunk of the chunked transfer coding."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


class Connection(asyncio.Protocol):
    """Answers the requests of one connection."""

    def __init__(self) -> None:
        self.buffer = bytearray()
        self.needed = 0
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while len(self.buffer) >= self.needed and (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end]).lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            self.needed = end + 4 + length
            if len(self.buffer) < self.needed:
                return
            del self.buffer[: self.needed]
            self.needed = 0
            self.answer(head.split(b" ", 2)[1].decode())

    def answer(self, path: str) -> None:
        global served
        served += 1
        kind, _, count = path.split("/")[1].partition("-")
        if kind == "answer":
            self.transport.write(WHOLE_HEAD + CHAT.whole)
        elif kind in ("stream", "varied"):
            parts = CHAT.varied if kind == "varied" else CHAT.parts
            self.transport.write(STREAM_HEAD)
            for start in range(0, int(count), AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, int(count)))
                self.transport.write(framed(b"".join(parts[n % len(parts)] for n in numbers)))
            self.transport.write(framed(CHAT.end) + b"0\r\n\r\n")
        else:
            self.task = asyncio.create_task(self.one_by_one(int(count), PACE if kind == "paced" else 0))

    async def one_by_one(self, count: int, pause: float) -> None:
        self.transport.write(STREAM_HEAD)
        for number in range(count):
            self.transport.write(framed(CHAT.parts[number % len(CHAT.parts)]))
            await asyncio.sleep(pause)
        self.transport.write(framed(CHAT.end) + b"0\r\n\r\n")


def report_usage() -> None:
    """Answer each line of stdin with what was used so far."""
    for _ in sys.stdin:
        print(json.dumps({"cpu": time.process_time(), "http1": served, "http2": 0}), flush=True)


async def main() -> None:
    """Serve until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, report_usage)


if __name__ == "__main__":
    asyncio.run(main())
