"""The server of the benchmarks over plain HTTP/1.1: bytes made beforehand, so that its own cost is small and even.

    python server.py

Prints its address. Each line of stdin is answered with what was used so far (CPU seconds, requests); ends with stdin.
The first part of the path says what is answered: `/answer` a whole answer, `/stream-N` N chunks of text in writes of
16 KiB, `/varied-N` the same of chunks that vary, `/apart-N` N chunks with a write for each, `/paced-N` one every 5 ms.
"""

import asyncio
import json
import sys
import time

from answers import AT_ONCE, CHAT, MESSAGES, Answers

PACE = 0.005
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"

served = 0


def whole_reply(answers: Answers) -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
    return head % len(answers.whole) + answers.whole


WHOLE_REPLIES = {id(answers): whole_reply(answers) for answers in (CHAT, MESSAGES)}


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


class Connection(asyncio.Protocol):
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
        answers = MESSAGES if path.endswith("/messages") else CHAT
        kind, _, count = path.split("/")[1].partition("-")
        if kind == "answer":
            self.transport.write(WHOLE_REPLIES[id(answers)])
        elif kind in ("stream", "varied"):
            parts = answers.varied if kind == "varied" else answers.parts
            self.transport.write(STREAM_HEAD + framed(answers.head))
            for start in range(0, int(count), AT_ONCE):
                numbers = range(start, min(start + AT_ONCE, int(count)))
                self.transport.write(framed(b"".join(parts[n % len(parts)] for n in numbers)))
            self.transport.write(framed(answers.end) + b"0\r\n\r\n")
        else:
            self.task = asyncio.create_task(self.one_by_one(answers, int(count), PACE if kind == "paced" else 0))

    async def one_by_one(self, answers: Answers, count: int, pause: float) -> None:
        self.transport.write(STREAM_HEAD + framed(answers.head))
        for number in range(count):
            self.transport.write(framed(answers.parts[number % len(answers.parts)]))
            await asyncio.sleep(pause)
        self.transport.write(framed(answers.end) + b"0\r\n\r\n")


def tell() -> None:
    for _ in sys.stdin:
        print(json.dumps({"cpu": time.process_time(), "http1": served, "http2": 0}), flush=True)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, tell)


if __name__ == "__main__":
    asyncio.run(main())
