"""The offline default as a chat client: the same interface as a provider's."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from minimal_browser_core.chat.port import Message
from minimal_browser_core.chat.python.channel import Channel
from minimal_browser_core.chat.python.protocol.accumulator import StreamAccumulator
from minimal_browser_core.chat.python.response_stream import PythonResponseStream
from minimal_browser_core.chat.values import ChatResponse, ModelInfo, StreamEvent, ToolCall
from minimal_browser_core.copilot.context.message import parse_question
from minimal_browser_core.copilot.offline import LABEL, MODEL
from minimal_browser_core.errors import AIClientError
from minimal_browser_core.storage.port import ConversationStore

if TYPE_CHECKING:
    from minimal_browser_core.copilot.offline.answerer import Answerer
    from minimal_browser_core.copilot.offline.commands import Answer


class OfflineChatClient:
    """A ChatClient with no model and no network. Deterministic: the same page and question give the same answer.

    It quotes the passages of the page that answer the question or summarise the page, searches `store`, understands a
    few plain commands, and says what it cannot do. It reads the page from messages made by
    `copilot.context.message.render_question`. It calls only tools that are offered.
    """

    def __init__(self, store: ConversationStore | None = None) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._answerer: Answerer | None = None

    def send_request(self, prompt: str, model: str = MODEL, **options: Any) -> str:
        return self.chat([{"role": "user", "content": prompt}], model, **options).text

    def stream_response(self, prompt: str, model: str = MODEL, **options: Any) -> PythonResponseStream:
        return self.stream([{"role": "user", "content": prompt}], model, **options)

    def chat(self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any) -> ChatResponse:
        with self.stream(messages, model, **options) as stream:
            for _ in stream.events():
                pass
            return stream.response()

    async def achat(
        self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any
    ) -> ChatResponse:
        with self.stream(messages, model, **options) as stream:
            async for _ in stream.aevents():
                pass
            return stream.response()

    def stream(
        self, messages: Sequence[Message], model: str | Sequence[str] = MODEL, **options: Any
    ) -> PythonResponseStream:
        """Return at once; a thread works out the answer. `model` and all options except `tools` are ignored."""
        question = next((message for message in reversed(messages) if message.get("role") == "user"), None)
        content = _text_of(question) if question is not None else ""
        tools = frozenset(tool["function"]["name"] for tool in options.get("tools") or ())
        return start_stream(lambda: self._answer(content, tools))

    def _answer(self, content: str, tools: frozenset[str]) -> Iterator[StreamEvent]:
        page, question = parse_question(content)
        yield from _events(self._load_answerer().answer(question, page, tools))

    def _load_answerer(self) -> "Answerer":
        # Words and patterns of many languages take tens of milliseconds to load: too long for the constructor.
        from minimal_browser_core.copilot.offline.answerer import Answerer

        with self._lock:
            self._answerer = self._answerer or Answerer(self._store)
            return self._answerer

    def models(self, **_options: Any) -> list[ModelInfo]:
        return [ModelInfo(MODEL, LABEL)]

    async def amodels(self, **_options: Any) -> list[ModelInfo]:
        return self.models()

    def prewarm(self) -> None:
        threading.Thread(target=self._load_answerer, name="copilot-prewarm", daemon=True).start()

    def close(self) -> None:
        """Nothing to close; the caller closes the store."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, t: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"OfflineChatClient({LABEL})"


def start_stream(produce: Callable[[], Iterable[StreamEvent]]) -> PythonResponseStream:
    """Call `produce` on a new thread; the stream has the events that it yields and the error that it raises."""
    channel, received = Channel(), StreamAccumulator(model=MODEL)
    channel.begin(received)
    threading.Thread(target=_run, args=(produce, channel, received), name="copilot-offline", daemon=True).start()
    return PythonResponseStream(channel, lambda: None)


def _run(produce: Callable[[], Iterable[StreamEvent]], channel: Channel, received: StreamAccumulator) -> None:
    has_called = False
    try:
        for event in produce():
            if channel.ended:  # cancelled
                return
            has_called = has_called or event.tool_call is not None
            channel.push(received.add(_chunk(event)))
    except Exception as error:  # noqa: BLE001  any exception must reach the reader
        failure = AIClientError(f"The offline copilot failed: {type(error).__name__}: {error}")
        failure.__cause__ = error
        channel.end(failure)
        return
    received.add({"choices": [{"finish_reason": "tool_calls" if has_called else "stop"}]})
    channel.push(received.finish())
    channel.end()


def _chunk(event: StreamEvent) -> dict[str, Any]:
    """Return an event as a chunk of a provider's stream."""
    delta: dict[str, Any] = {"content": event.text}
    if (call := event.tool_call) is not None:
        delta["tool_calls"] = [{"id": call.id, "function": {"name": call.name, "arguments": call.arguments}}]
    return {"choices": [{"index": 0, "delta": delta}]}


def _text_of(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content if part.get("type") == "text")


# A word with the space after it, on one line; long runs (languages without spaces) are sent in short pieces.
_DELTA = re.compile(r"\s*\S{1,16}[^\S\n]*|\s+")


def _events(answer: "Answer") -> Iterator[StreamEvent]:
    for match in _DELTA.finditer(answer.text):
        yield StreamEvent("text", match[0])
    if answer.tool_call is not None:
        name, arguments = answer.tool_call
        call = ToolCall("offline_1", name, json.dumps(arguments, ensure_ascii=False))
        yield StreamEvent("tool_call", tool_call=call)
