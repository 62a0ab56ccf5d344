"""The server of the benchmarks: answers that are bytes made beforehand, so that its own cost is small and even.

    python server.py    prints its address; ends when its stdin does

The first part of the path says what is answered: `/answer` one completion, `/stream-N` N chunks of text in writes of
16 KiB, `/apart-N` N chunks with a write for each, `/paced-N` a chunk every 5 ms. `/cpu` gives the CPU seconds used.
"""

import asyncio
import json
import sys
import time

MODEL = "bench/model"


def chunk(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": MODEL}
    return b"data: %b\n\n" % json.dumps(body | {"system_fingerprint": "fp_1", "choices": [choice]}).encode()


def completion() -> bytes:
    message = {"role": "assistant", "content": "word " * 20}
    usage = {"prompt_tokens": 12, "completion_tokens": 20, "total_tokens": 32}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_700_000_000, "model": MODEL}
    return json.dumps(body | {"choices": [choice], "usage": usage}).encode()


def framed(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


WHOLE = completion()
WHOLE_REPLY = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(WHOLE), WHOLE)
STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
# Different words: litellm refuses a model that repeats itself. All of one length.
PARTS = [chunk({"content": f"word{n} "}) for n in range(10)]
LAST = framed(chunk({}, "stop") + b"data: [DONE]\n\n") + b"0\r\n\r\n"


class Connection(asyncio.Protocol):
    def __init__(self) -> None:
        self.buffer = b""
        self.task: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.buffer) < end + 4 + length:
                return
            self.buffer = self.buffer[end + 4 + length :]
            self.answer(head.split(b" ", 2)[1].decode().split("/")[1])

    def answer(self, what: str) -> None:
        kind, _, count = what.partition("-")
        if kind == "answer":
            self.transport.write(WHOLE_REPLY)
        elif kind == "cpu":
            used = json.dumps(time.process_time()).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(used), used))
        elif kind == "stream":
            self.transport.write(STREAM_HEAD)
            at_once = 16384 // len(PARTS[0])
            for start in range(0, int(count), at_once):
                numbers = range(start, min(start + at_once, int(count)))
                self.transport.write(framed(b"".join(PARTS[number % 10] for number in numbers)))
            self.transport.write(LAST)
        else:
            self.task = asyncio.create_task(self.one_by_one(int(count), 0.005 if kind == "paced" else 0))

    async def one_by_one(self, count: int, pause: float) -> None:
        self.transport.write(STREAM_HEAD)
        for number in range(count):
            self.transport.write(framed(PARTS[number % 10]))
            await asyncio.sleep(pause)
        self.transport.write(LAST)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=512)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
