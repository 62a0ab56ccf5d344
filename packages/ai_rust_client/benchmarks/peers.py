"""The libraries under comparison, each used as its own documentation does. What is not installed is left out, loudly.

A peer reads an answer (`ask`, `aask`) or a stream (`read`, `aread`); both give the number of characters of text, or of
chunks. Plain HTTP clients do by hand what a chat client does: encode the messages, split events, parse the JSON.
"""

import importlib.util
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from server import MODEL

KEY = "key"
HEADERS = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
Messages = list[dict[str, Any]]
QUESTION: Messages = [{"role": "user", "content": "Tell me a long story."}]

Ask = Callable[[Messages], int]
AsyncAsk = Callable[[Messages], Coroutine[Any, Any, int]]

NATIVE = Path(__file__).parent / "native"


def body(messages: Messages, *, stream: bool = False) -> bytes:
    return json.dumps({"model": MODEL, "messages": messages, "stream": stream}).encode()


def text_of(document: Any) -> int:
    return len(document["choices"][0]["message"]["content"])


def contents(lines: Iterable[str]) -> Iterator[str]:
    """The chunks of text in the lines of a stream."""
    for line in lines:
        if line.startswith("data: ") and line != "data: [DONE]":
            content = json.loads(line[6:])["choices"][0]["delta"].get("content")
            if content:
                yield content


class Lines:
    """Whole lines out of pieces of bytes."""

    def __init__(self) -> None:
        self.rest = b""

    def take(self, data: Any) -> list[str]:
        *lines, self.rest = (self.rest + bytes(data)).split(b"\n")
        return [line.decode() for line in lines]


# -- sync: a whole answer ----------------------------------------------------------------------------------------------


def rust_ask(url: str) -> Ask:
    import ai_rust_client

    client = ai_rust_client.AIClient(KEY, base_url=url)
    return lambda messages: len(client.chat(messages, MODEL).text)


def compat_ask(url: str) -> Ask:
    from ai_rust_client.compat import OpenAI

    return _create(OpenAI(api_key=KEY, base_url=url))


def openai_ask(url: str) -> Ask:
    from openai import OpenAI

    return _create(OpenAI(api_key=KEY, base_url=url))


def _create(client: Any) -> Ask:
    create = client.chat.completions.create
    return lambda messages: len(create(model=MODEL, messages=messages).choices[0].message.content)


def httpx2_ask(url: str) -> Ask:
    import httpx2

    client = httpx2.Client(headers=HEADERS)
    return lambda messages: text_of(client.post(f"{url}/chat/completions", content=body(messages)).json())


def pyreqwest_ask(url: str) -> Ask:
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()

    def ask(messages: Messages) -> int:
        request = client.post(f"{url}/chat/completions").headers(HEADERS).body_bytes(body(messages))
        return text_of(request.build().send().json())

    return ask


def httpr_ask(url: str) -> Ask:
    import httpr

    client = httpr.Client(headers=HEADERS)
    return lambda messages: text_of(client.post(f"{url}/chat/completions", content=body(messages)).json())


def _litellm() -> Any:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its import would else ask the internet
    import litellm

    return litellm


def litellm_ask(url: str) -> Ask:
    litellm = _litellm()

    def ask(messages: Messages) -> int:
        answer = litellm.completion(f"openai/{MODEL}", messages=messages, api_key=KEY, base_url=url)
        return len(answer.choices[0].message.content)

    return ask


def socket_ask(url: str) -> Ask:
    host, _, path = url.removeprefix("http://").partition("/")
    name, port = host.split(":")
    sock = socket.create_connection((name, int(port)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    head = f"POST /{path}/chat/completions HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {KEY}\r\n"

    def ask(messages: Messages) -> int:
        data = body(messages)
        sock.sendall(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)
        answer = sock.recv(65536)
        while b"\r\n\r\n" not in answer:
            answer += sock.recv(65536)
        top, _, document = answer.partition(b"\r\n\r\n")
        length = int(top.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
        while len(document) < length:
            document += sock.recv(65536)
        return text_of(json.loads(document))

    return ask


# -- sync: a stream, as chunks of text ---------------------------------------------------------------------------------


def rust_read(url: str) -> Ask:
    import ai_rust_client

    client = ai_rust_client.AIClient(KEY, base_url=url)
    return lambda messages: sum(1 for _ in client.stream(messages, MODEL))


def rust_events_read(url: str) -> Ask:
    import ai_rust_client

    client = ai_rust_client.AIClient(KEY, base_url=url)
    return lambda messages: sum(event.text != "" for event in client.stream(messages, MODEL).events())


def compat_read(url: str) -> Ask:
    from ai_rust_client.compat import OpenAI

    return _create_stream(OpenAI(api_key=KEY, base_url=url))


def openai_read(url: str) -> Ask:
    from openai import OpenAI

    return _create_stream(OpenAI(api_key=KEY, base_url=url))


def _create_stream(client: Any) -> Ask:
    def read(messages: Messages) -> int:
        stream = client.chat.completions.create(model=MODEL, messages=messages, stream=True)
        return sum(1 for chunk in stream if chunk.choices and chunk.choices[0].delta.content)

    return read


def httpx2_read(url: str) -> Ask:
    import httpx2

    client = httpx2.Client(headers=HEADERS)

    def read(messages: Messages) -> int:
        with client.stream("POST", f"{url}/chat/completions", content=body(messages, stream=True)) as response:
            return sum(1 for _ in contents(response.iter_lines()))

    return read


def pyreqwest_read(url: str) -> Ask:
    from pyreqwest.client import SyncClientBuilder

    client = SyncClientBuilder().build()

    def read(messages: Messages) -> int:
        request = client.post(f"{url}/chat/completions").headers(HEADERS).body_bytes(body(messages, stream=True))
        lines, chunks = Lines(), 0
        with request.build_streamed() as response:
            while (data := response.body_reader.read_chunk()) is not None:
                chunks += sum(1 for _ in contents(lines.take(data)))
        return chunks

    return read


def httpr_read(url: str) -> Ask:
    import httpr

    client = httpr.Client(headers=HEADERS)

    def read(messages: Messages) -> int:
        with client.stream("POST", f"{url}/chat/completions", content=body(messages, stream=True)) as response:
            return sum(1 for _ in contents(line.rstrip("\r\n") for line in response.iter_lines()))

    return read


def litellm_read(url: str) -> Ask:
    litellm = _litellm()

    def read(messages: Messages) -> int:
        stream = litellm.completion(f"openai/{MODEL}", messages=messages, api_key=KEY, base_url=url, stream=True)
        return sum(1 for chunk in stream if chunk.choices and chunk.choices[0].delta.content)

    return read


# -- async -------------------------------------------------------------------------------------------------------------


def rust_aask(url: str) -> AsyncAsk:
    import ai_rust_client

    client = ai_rust_client.AIClient(KEY, base_url=url)

    async def ask(messages: Messages) -> int:
        return len((await client.achat(messages, MODEL)).text)

    return ask


def rust_aread(url: str) -> AsyncAsk:
    import ai_rust_client

    client = ai_rust_client.AIClient(KEY, base_url=url)

    async def read(messages: Messages) -> int:
        chunks = 0
        async for _ in client.stream(messages, MODEL):
            chunks += 1
        return chunks

    return read


def _acreate(client: Any) -> AsyncAsk:
    async def ask(messages: Messages) -> int:
        answer = await client.chat.completions.create(model=MODEL, messages=messages)
        return len(answer.choices[0].message.content)

    return ask


def _acreate_stream(client: Any) -> AsyncAsk:
    async def read(messages: Messages) -> int:
        chunks = 0
        async for chunk in await client.chat.completions.create(model=MODEL, messages=messages, stream=True):
            chunks += bool(chunk.choices and chunk.choices[0].delta.content)
        return chunks

    return read


def compat_aask(url: str) -> AsyncAsk:
    from ai_rust_client.compat import AsyncOpenAI

    return _acreate(AsyncOpenAI(api_key=KEY, base_url=url))


def compat_aread(url: str) -> AsyncAsk:
    from ai_rust_client.compat import AsyncOpenAI

    return _acreate_stream(AsyncOpenAI(api_key=KEY, base_url=url))


def openai_aask(url: str) -> AsyncAsk:
    from openai import AsyncOpenAI

    return _acreate(AsyncOpenAI(api_key=KEY, base_url=url))


def openai_aread(url: str) -> AsyncAsk:
    from openai import AsyncOpenAI

    return _acreate_stream(AsyncOpenAI(api_key=KEY, base_url=url))


def httpx2_aask(url: str) -> AsyncAsk:
    import httpx2

    client = httpx2.AsyncClient(headers=HEADERS)

    async def ask(messages: Messages) -> int:
        return text_of((await client.post(f"{url}/chat/completions", content=body(messages))).json())

    return ask


def httpx2_aread(url: str) -> AsyncAsk:
    import httpx2

    client = httpx2.AsyncClient(headers=HEADERS)

    async def read(messages: Messages) -> int:
        chunks = 0
        content = body(messages, stream=True)
        async with client.stream("POST", f"{url}/chat/completions", content=content) as response:
            async for line in response.aiter_lines():
                chunks += sum(1 for _ in contents([line]))
        return chunks

    return read


_sessions: list[Any] = []


def _session() -> Any:
    """One for all, as it must be made inside the event loop."""
    if not _sessions:
        import aiohttp

        _sessions.append(aiohttp.ClientSession(headers=HEADERS, connector=aiohttp.TCPConnector(limit=0)))
    return _sessions[0]


async def close() -> None:
    """Before the event loop ends."""
    for session in _sessions:
        await session.close()


def aiohttp_aask(url: str) -> AsyncAsk:
    async def ask(messages: Messages) -> int:
        async with _session().post(f"{url}/chat/completions", data=body(messages)) as response:
            return text_of(await response.json())

    return ask


def aiohttp_aread(url: str) -> AsyncAsk:
    import aiohttp  # noqa: F401  before memory is looked at

    async def read(messages: Messages) -> int:
        chunks = 0
        async with _session().post(f"{url}/chat/completions", data=body(messages, stream=True)) as response:
            async for line in response.content:
                chunks += sum(1 for _ in contents([line.decode().rstrip("\n")]))
        return chunks

    return read


def pyreqwest_aask(url: str) -> AsyncAsk:
    from pyreqwest.client import ClientBuilder

    client = ClientBuilder().build()

    async def ask(messages: Messages) -> int:
        request = client.post(f"{url}/chat/completions").headers(HEADERS).body_bytes(body(messages))
        return text_of(await (await request.build().send()).json())

    return ask


def pyreqwest_aread(url: str) -> AsyncAsk:
    from pyreqwest.client import ClientBuilder

    client = ClientBuilder().build()

    async def read(messages: Messages) -> int:
        request = client.post(f"{url}/chat/completions").headers(HEADERS).body_bytes(body(messages, stream=True))
        lines, chunks = Lines(), 0
        async with request.build_streamed() as response:
            while (data := await response.body_reader.read_chunk()) is not None:
                chunks += sum(1 for _ in contents(lines.take(data)))
        return chunks

    return read


ASK = {
    "ai_rust_client": rust_ask, "compat": compat_ask, "raw socket": socket_ask, "pyreqwest": pyreqwest_ask,
    "httpr": httpr_ask, "httpx2": httpx2_ask, "openai": openai_ask, "litellm": litellm_ask,
}  # fmt: skip
READ = {
    "ai_rust_client": rust_read, "as events": rust_events_read, "compat": compat_read, "pyreqwest": pyreqwest_read,
    "httpr": httpr_read, "httpx2": httpx2_read, "openai": openai_read, "litellm": litellm_read,
}  # fmt: skip
AASK = {
    "ai_rust_client": rust_aask, "compat": compat_aask, "pyreqwest": pyreqwest_aask, "aiohttp": aiohttp_aask,
    "httpx2": httpx2_aask, "openai": openai_aask,
}  # fmt: skip
AREAD = {
    "ai_rust_client": rust_aread, "compat": compat_aread, "pyreqwest": pyreqwest_aread, "aiohttp": aiohttp_aread,
    "httpx2": httpx2_aread, "openai": openai_aread,
}  # fmt: skip

MODULES = {"compat": "ai_rust_client", "as events": "ai_rust_client", "raw socket": "socket"}


def present(names: Iterable[str]) -> list[str]:
    """Those that are installed; the others are named on stderr."""
    found = []
    for name in names:
        if importlib.util.find_spec(MODULES.get(name, name)):
            found.append(name)
        else:
            print(f"left out: {name} is not installed (pip install {name})", file=sys.stderr)
    return found


class Native:
    """The reqwest program beside this file, built on first use."""

    def __init__(self) -> None:
        build = ["cargo", "build", "--release", "--quiet", "--locked", f"--manifest-path={NATIVE}/Cargo.toml"]
        subprocess.run([*build, "--message-format=short"], check=True)
        metadata = ["cargo", "metadata", "--format-version=1", "--no-deps", f"--manifest-path={NATIVE}/Cargo.toml"]
        target = json.loads(subprocess.run(metadata, check=True, capture_output=True).stdout)["target_directory"]
        self.process = subprocess.Popen(
            [f"{target}/release/native-bench"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, kind: str, url: str, count: int, size: int = 0) -> tuple[float, float]:
        """CPU and wall seconds."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{kind} {url} {count} {size}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("the native program ended; its error stands above")
        result = json.loads(answer)
        return result["cpu"], result["wall"]

    def close(self) -> None:
        with suppress(OSError):
            self.process.communicate()


def native() -> Native | None:
    try:
        return Native()
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"left out: the native program cannot be built: {error}", file=sys.stderr)
        return None
